"""Ratios of money with percentile bootstrap intervals over the customers.

A draw takes as many customers as there are, with replacement, and adds up both parts of the ratio;
the interval is what 95 % of 2,000 draws lie in. Up to :data:`EXACT` customers that is done as it is
said. Beyond, the :data:`EXACT` largest customers are drawn a number of times each of their own
(Poisson with mean 1: the two differ by one part in the number of customers), and what the many
small ones add up to comes from the normal distribution with the very mean and covariance that such
draws of them have. No single one of those weighs enough for the difference to be seen: large is
also who has a large part of what the top lacks of its base, so that few losses are drawn each.

Source: Efron & Tibshirani (1993), ch. 13; Hanley & MacGibbon (2006), Computer Methods and Programs
in Biomedicine 83 (Poisson weights); the central limit theorem for the sums of the small ones.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from csdata.analyses.intervals import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Pairs = Sequence[tuple[int, int]]

DRAWS: Final = 2000
EXACT: Final = 500
_FINE: Final = 1 << 16
_MOST: Final = 12
"""Nobody is drawn more often: Poisson(1) exceeds it once in ten thousand million draws."""
_SAME: Final = 1e-9
"""Draws that differ by less differ by rounding only."""


def ratios(
    columns: Mapping[str, Ints],
    asked: Mapping[str, tuple[str, str]],
    members: Bools,
    *,
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """Σ top ÷ Σ base over the members, for several windows at once.

    The draws are seeded from the amounts, so that the same amounts give the same interval whatever
    file or backend they came from.

    Args:
        columns: Amounts by name, each windows × customers.
        asked: Name of a ratio → the names of its top and its base.
        members: Who counts in each window, windows × customers.
        confidence: Of the interval, two-sided.

    Returns:
        Each ratio with its bounds, one element per window. All NaN where nothing is below the
        line; bounds NaN where all members have the same ratio, so that nothing can be learnt of how
        it varies; an upper bound infinite where in some draws nothing is below the line.
    """
    names = list(columns)
    amounts = np.stack([np.where(members, columns[name], 0) for name in names])
    totals = amounts.sum(axis=2)
    found = {name: np.full((2, len(members)), np.nan) for name in asked}
    pairs = [(names.index(top), names.index(base)) for top, base in asked.values()]
    for windows, drawn in _drawn(amounts, pairs, members, _seed(amounts)):
        for name, (top, base) in asked.items():
            above, below = drawn[names.index(top)], drawn[names.index(base)]
            found[name][:, windows] = _bounds(above, below, confidence)
    result: dict[str, Interval] = {}
    for name, (top, base) in asked.items():
        above, below = totals[names.index(top)], totals[names.index(base)]
        known = below > 0
        value = np.where(known, above / np.where(known, below, 1), np.nan)
        lower, upper = np.where(known, found[name], np.nan)
        result[name] = Interval(value, lower, upper)
    return result


def change(now: tuple[Ints, Ints], then: tuple[Ints, Ints]) -> Interval:
    """Σ top ÷ Σ base now, less the same then; each draw takes the same customers for both.

    Args:
        now: Top and base per customer.
        then: The same at the earlier time, the same customers in the same order.

    Returns:
        The difference with its bounds; all NaN where nothing is below one of the lines, bounds NaN
        where every draw gives the same difference: then nothing is known of how it varies.
    """
    amounts = np.stack([*now, *then])[:, None, :]
    members: Bools = np.logical_or.reduce(amounts > 0)
    top, base, top_then, base_then = (int(a.sum()) for a in amounts)
    if not base or not base_then:
        return Interval(np.nan, np.nan, np.nan)
    ((_, drawn),) = _drawn(amounts, [(0, 1), (2, 3)], members, _seed(amounts))
    known = (drawn[1] > 0) & (drawn[3] > 0)
    gaps = drawn[0][known] / drawn[1][known] - drawn[2][known] / drawn[3][known]
    now_is, then_was = top / base, top_then / base_then
    lower, upper = np.quantile(gaps, [0.025, 0.975]) if gaps.size else (np.nan, np.nan)
    # Draws that all say the same show that nothing varied, not that the difference is certain.
    if not upper - lower > _SAME * max(1, now_is, then_was):
        lower = upper = np.nan
    return Interval(now_is - then_was, float(lower), float(upper))


def _seed(amounts: Ints) -> np.random.Generator:
    digest = hashlib.sha256(np.ascontiguousarray(amounts).tobytes()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def _drawn(
    amounts: Ints, pairs: Pairs, members: Bools, rng: np.random.Generator
) -> Iterator[tuple[Ints, Floats]]:
    """Windows with their sums in each draw: columns × draws × these windows.

    ``pairs`` are the places of tops and bases among the columns; no top is the base of another.
    """
    size = members.sum(axis=1)
    weights, last = np.empty((0, 0)), np.zeros(0, dtype=bool)
    for window in np.flatnonzero((size > 0) & (size <= EXACT)):
        who = members[window]
        if not np.array_equal(who, last):
            weights, last = _resamples(int(size[window]), rng), who
        # Amounts up to 2^53 are exact as floats, so nothing of them is lost.
        sums = weights @ amounts[:, window, who].T
        yield np.array([window]), sums.T[:, :, None]
    if (large := np.flatnonzero(size > EXACT)).size:
        yield large, _large_sums(amounts[:, large], pairs, members[large], rng)


def _resamples(n: int, rng: np.random.Generator) -> Floats:
    """How often each of ``n`` customers is drawn in each draw: draws × customers."""
    picked = rng.integers(n, size=(DRAWS, n)) + n * np.arange(DRAWS)[:, None]
    return np.bincount(picked.ravel(), minlength=DRAWS * n).reshape(DRAWS, n).astype(float)


def _large_sums(amounts: Ints, pairs: Pairs, members: Bools, rng: np.random.Generator) -> Floats:
    """Sums of more than :data:`EXACT` customers in each draw: columns × draws × windows."""
    kinds, windows, _ = amounts.shape
    often = _poisson_table()[rng.integers(_FINE, size=(EXACT, DRAWS), dtype=np.uint16)]
    # The same luck in every window, so that bounds move with the amounts and not with the draws.
    normal = rng.standard_normal((kinds, DRAWS))
    sums = np.empty((windows, kinds, DRAWS))
    large = np.empty((windows, kinds, EXACT))
    for window in range(windows):
        own = amounts[:, window, members[window]].astype(float)
        part = _largest_part(own)
        for top, base in pairs:
            own[top] = own[base] - own[top]
        part = np.maximum(part, _largest_part(own))
        order = np.argpartition(part, -EXACT)
        small, large[window] = own[:, order[:-EXACT]], own[:, order[-EXACT:]]
        # A weight has mean and variance 1: sums have the mean Σa and the covariance Σab.
        variances, axes = np.linalg.eigh(np.einsum("ac,bc->ab", small, small))
        spread = axes * np.sqrt(np.maximum(variances, 0))
        sums[window] = small.sum(axis=1)[:, None] + spread @ normal
    sums += (large.reshape(-1, EXACT) @ often).reshape(sums.shape)
    for top, base in pairs:
        lacking = sums[:, top]
        # Where nobody has more than the base, no draw has: the normal part must not say so.
        never = ((amounts[top] <= amounts[base]) | ~members).all(axis=1)
        lacking[never] = np.maximum(lacking[never], 0)
        sums[:, top] = sums[:, base] - lacking
    return sums.transpose(1, 2, 0)


def _largest_part(columns: Floats) -> Floats:
    """The largest part that each customer has of any column."""
    sizes = np.abs(columns)
    return (sizes / np.maximum(sizes.sum(axis=1), 1)[:, None]).max(axis=0)


def _poisson_table() -> Floats:
    """Values of Poisson(1), as often in a table as they occur: the inverse of its distribution."""
    chances = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(_MOST)])
    places = (np.arange(_FINE) + 0.5) / _FINE
    return np.searchsorted(chances, places).astype(float)


def _bounds(above: Floats, below: Floats, confidence: float) -> Floats:
    """Lower and upper bound of each window; ``above`` and ``below`` are draws × windows."""
    some = below > 0
    endless = np.where(above > 0, np.inf, np.nan)
    drawn = np.where(some, above / np.where(some, below, 1), endless)
    tail = (1 - confidence) / 2
    # A draw without any money on either side says nothing and is put below everything.
    ordered = np.where(np.isnan(drawn), -np.inf, drawn)
    low = np.quantile(ordered, tail, axis=0, method="lower")
    high = np.quantile(ordered, 1 - tail, axis=0, method="higher")
    # Where every draw gives the same, nothing varied that could be drawn: no interval is known.
    finite = np.isfinite(low) & np.isfinite(high)
    gap = np.subtract(high, low, where=finite, out=np.full(low.shape, np.inf))
    known = (low < high) & (gap > _SAME * np.where(finite, np.abs(high), 0))
    return np.where(known, np.stack([np.maximum(low, 0), np.maximum(high, 0)]), np.nan)
