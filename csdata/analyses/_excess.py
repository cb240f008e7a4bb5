"""Observed less expected departures of groups: what every log-rank test is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.analyses._curves import Tally
from csdata.analyses._lives import Lives, group_codes, group_column, read_lives, stacked
from csdata.errors import NotBuilt, NotEnoughData
from csdata.i18n import message

Floats = NDArray[np.float64]

WEIGHTS: Final = ("gehan", "tarone-ware", "peto")
LEVEL: Final = 0.05
"""A difference is said to exist when one as large would be rarer than this without any."""

SINGULAR: Final = 1e-10
"""Directions with less than this share of the largest variance are rounding, not information."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Excess:
    """Departures of each group, seen and expected if all groups left alike.

    ``labels``, ``n`` (lives), ``observed``, ``expected``: one per group, in their order;
    ``variance``: their hypergeometric covariance. ``lives`` are the counts behind them.
    """

    labels: list[Any]
    n: NDArray[np.int64]
    observed: Floats
    expected: Floats
    variance: Floats
    lives: Lives

    def test(self) -> tuple[float, int]:
        """The log-rank statistic and its degrees of freedom (0: nothing could be compared)."""
        return quadratic(self.observed - self.expected, self.variance)

    def along(self, direction: Floats) -> tuple[float, float]:
        """The excess along one direction (a number per group), and its variance."""
        found = float(direction @ (self.observed - self.expected))
        variance = float(direction @ self.variance @ direction)
        scale = float(np.abs(direction) @ np.abs(self.variance) @ np.abs(direction))
        return found, variance if variance > SINGULAR * scale else 0.0


def grouped_lives(
    table: Any,
    *,
    duration: str,
    event: str,
    group: str,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
) -> Lives:
    """Counted lives that belong to a group; the others are set aside.

    Raises:
        MissingColumns, BadValues: as for :func:`csdata.analyses.survival.kaplan_meier`.
        NotEnoughData: Fewer than two groups with anyone at risk.
    """
    columns = [strata] if isinstance(strata, str) else list(strata or ())
    lives = _grouped(
        read_lives(table, duration=duration, event=event, entry=entry, group=group, strata=columns)
    )
    lived = lives.counts["duration"].to_numpy() > 0
    at_risk = len(np.unique(group_codes(lives.counts)[lived]))
    if at_risk < 2:  # noqa: PLR2004 (a comparison needs two)
        raise NotEnoughData(found=at_risk, needed=2, what=message("survival.what.groups"))
    return lives


def excess(lives: Lives, *, weight: str | None = None) -> Excess:
    """Observed and expected departures of the groups of ``lives``, within strata if there are any.

    Raises:
        NotBuilt: A weight that is none of :data:`WEIGHTS`.
    """
    if weight is not None and weight not in WEIGHTS:
        raise NotBuilt(option="weight", value=weight, choices=["None", *WEIGHTS])
    counts = lives.counts
    codes = np.unique(group_codes(counts), return_inverse=True)[1]
    labels = counts["group"].iloc[np.unique(codes, return_index=True)[1]].tolist()
    lived = counts["duration"].to_numpy() > 0
    observed, expected, variance = _sums(counts[lived], codes[lived], len(labels), weight)
    n = np.bincount(codes, counts["events"] + counts["censored"], minlength=len(labels))
    return Excess(
        labels=labels,
        n=n.astype(np.int64),
        observed=observed,
        expected=expected,
        variance=variance,
        lives=lives,
    )


def against_rest(table: Any, *, duration: str, event: str, group: str, entry: str) -> pd.DataFrame:
    """Each group against all the others together, by the log-rank test.

    The two-sample test of a group against the rest is its own part of the test of all groups
    together: same expectation, same variance.

    Args:
        table: A frame of any backend, one row per life.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended.
        group: Column of groups; rows without a value are left out.
        entry: Time from which a life was under observation.

    Returns:
        ``group``, ``n`` (lives), ``observed``, ``expected`` (departures, had all groups left
        alike), ``p_value`` (two-sided, not adjusted; NaN where there is nothing to compare).
    """
    found = excess(
        _grouped(read_lives(table, duration=duration, event=event, entry=entry, group=group))
    )
    spread = np.diag(found.variance)
    known = spread > 0
    gap = (found.observed - found.expected) ** 2
    statistic = np.where(known, gap / np.where(known, spread, 1), np.nan)
    return pd.DataFrame(
        {
            "group": group_column(found.labels),
            "n": found.n,
            "observed": found.observed,
            "expected": found.expected,
            "p_value": [np.nan if np.isnan(s) else upper_tail(float(s), 1) for s in statistic],
        }
    )


def _grouped(lives: Lives) -> Lives:
    """Only lives that belong to a group; the others are set aside."""
    counts = lives.counts
    named = counts["group"].notna()
    dropped = counts.loc[~named, ["group", "entry", "duration"]]
    n = (counts["events"] + counts["censored"])[~named]
    dropped = dropped.assign(n=n, reason="group_missing")
    aside = stacked([lives.set_aside, dropped])
    return Lives(counts=counts[named].reset_index(drop=True), set_aside=aside)


def _sums(
    counts: pd.DataFrame, codes: NDArray[np.int64], groups: int, weight: str | None
) -> tuple[Floats, Floats, Floats]:
    """Observed, expected and the covariance, summed over event times and strata."""
    observed, expected = np.zeros(groups), np.zeros(groups)
    variance = np.zeros((groups, groups))
    strata = counts["stratum"].to_numpy() if "stratum" in counts else np.zeros(len(counts))
    for stratum in np.unique(strata):
        inside = strata == stratum
        n, d = _risk_sets(counts[inside], codes[inside], groups)
        total, left = n.sum(axis=0), d.sum(axis=0)
        w = _weights(total, left, weight)
        observed += d @ w
        expected += n @ (w * left / total)
        # Hypergeometric covariance; a single one at risk has none. The variances are summed from
        # the covariances, not as a difference: groups that never meet then have exactly none.
        scale = w**2 * left * (total - left) / np.maximum(total - 1, 1)
        shared = (n * (scale / total**2)) @ n.T
        np.fill_diagonal(shared, 0)
        variance += np.diag(shared.sum(axis=1)) - shared
    return observed, expected, variance


def _risk_sets(
    counts: pd.DataFrame, codes: NDArray[np.int64], groups: int
) -> tuple[Floats, Floats]:
    """Group × distinct event time: how many are at risk, and how many leave."""
    entry, duration = (counts[c].to_numpy(float) for c in ("entry", "duration"))
    events = counts["events"].to_numpy(np.int64)
    lives = events + counts["censored"].to_numpy(np.int64)
    time = np.unique(duration[events > 0])
    at_risk, left = np.zeros((groups, len(time))), np.zeros((groups, len(time)))
    for g in np.unique(codes):
        mine = codes == g
        gone = Tally.of(duration[mine], lives[mine])
        at_risk[g] = Tally.of(entry[mine], lives[mine]).before(time) - gone.before(time)
        happened = Tally.of(duration[mine], events[mine])
        left[g] = happened.by(time) - happened.before(time)
    return at_risk, left


def _weights(total: Floats, left: Floats, weight: str | None) -> Floats:
    if weight == "gehan":
        return total
    if weight == "tarone-ware":
        return np.sqrt(total)
    if weight == "peto":
        return np.concatenate([[1.0], np.cumprod(1 - left / total)[:-1]])[: len(total)]
    return np.ones_like(total)


def quadratic(excess: Floats, variance: Floats) -> tuple[float, int]:
    """Excess' V⁻ excess and the rank of V: its rows add up to 0, so one direction says nothing.

    Groups that were never at risk together with others take away further directions.
    """
    values, vectors = np.linalg.eigh(variance)
    if not values[-1] > 0:
        return np.nan, 0
    real = values > SINGULAR * values[-1]
    along = excess @ vectors[:, real]
    return float(np.sum(along**2 / values[real])), int(real.sum())


def upper_tail(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))
