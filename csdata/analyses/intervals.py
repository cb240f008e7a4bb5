"""Intervals for shares, rates and differences, for numbers and arrays alike.

Every function answers with an :class:`Interval`; where a figure does not exist (a denominator of
0) all three parts are NaN. ``confidence`` is two-sided.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from csdata.errors import BadValues
from csdata.i18n import message


class Interval(NamedTuple):
    """An estimate with its bounds; floats, or arrays of one shape."""

    estimate: Any
    lower: Any
    upper: Any

    @property
    def excludes_zero(self) -> Any:
        """Whether the whole interval lies on one side of 0; False where it is NaN."""
        return (np.asarray(self.lower) > 0) | (np.asarray(self.upper) < 0)


def alpha(confidence: float) -> float:
    """1 − ``confidence``.

    Raises:
        BadValues: ``confidence`` is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise BadValues(
            where="confidence", found=confidence, remedy=message("survival.remedy.confidence")
        )
    return 1 - confidence


def z_value(confidence: float) -> float:
    """Two-sided normal quantile: 1.96 for 95 %."""
    return NormalDist().inv_cdf(1 - alpha(confidence) / 2)


def wilson(successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Wilson score interval of a share, clamped to [0, 1].

    Source: Wilson (1927), J. Am. Stat. Assoc. 22.

    >>> [round(float(v), 3) for v in wilson(0, 7)]
    [0.0, 0.0, 0.354]
    """
    x, n = np.asarray(successes, float), np.asarray(n, float)
    z = z_value(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, x / n, np.nan)
        middle = share + z**2 / (2 * n)
        spread = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        scale = 1 + z**2 / n
        lower, upper = (middle - spread) / scale, (middle + spread) / scale
    # At 0 and n the bound is 0 or 1 by algebra; rounding must not leave it at 1 − 1e-16.
    lower = np.where(x == 0, np.minimum(share, 0), np.clip(lower, 0, 1))
    upper = np.where(x == n, np.maximum(share, 1), np.clip(upper, 0, 1))
    return Interval(share, lower, upper)


def mover(first: Interval, second: Interval) -> Interval:
    """Difference ``first`` − ``second`` of two independent estimates from their own intervals.

    Source: Zou & Donner (2008), Statistics in Medicine 27 (MOVER).
    """
    difference = first.estimate - second.estimate
    below = np.hypot(first.estimate - first.lower, second.upper - second.estimate)
    above = np.hypot(first.upper - first.estimate, second.estimate - second.lower)
    return Interval(difference, difference - below, difference + above)


def newcombe(
    successes_a: ArrayLike,
    n_a: ArrayLike,
    successes_b: ArrayLike,
    n_b: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Difference of two shares, a − b: MOVER on the Wilson intervals.

    Source: Newcombe (1998), Statistics in Medicine 17, method 10.
    """
    return mover(
        wilson(successes_a, n_a, confidence=confidence),
        wilson(successes_b, n_b, confidence=confidence),
    )


def clopper_pearson(successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Exact binomial interval; [(α/2)^(1/n), 1] when all succeed, [0, 1 − (α/2)^(1/n)] when none.

    Source: Clopper & Pearson (1934), Biometrika 26.
    """
    from scipy.special import betaincinv

    x, n = np.asarray(successes, float), np.asarray(n, float)
    tail = alpha(confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, x / n, np.nan)
        # The inverse beta is not defined for a parameter of 0, where the bound is 0 or 1.
        lower = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 1), n - x + 1, tail))
        upper = np.where(x == n, 1.0, betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail))
    empty = np.isnan(share)
    return Interval(share, np.where(empty, np.nan, lower), np.where(empty, np.nan, upper))


def poisson_rate(events: ArrayLike, exposure: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Exact interval of events per unit of exposure (such as customer-months).

    Source: Garwood (1936), Biometrika 28.
    """
    from scipy.special import gammaincinv

    count, exposure = np.asarray(events, float), np.asarray(exposure, float)
    tail = alpha(confidence) / 2
    lower = np.where(count == 0, 0.0, gammaincinv(np.maximum(count, 1), tail))
    upper = gammaincinv(count + 1, 1 - tail)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(exposure > 0, 1 / exposure, np.nan)
    return Interval(count * unit, lower * unit, upper * unit)
