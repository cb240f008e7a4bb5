"""When customers leave: the share of those still there who leave in each month, and a smooth line.

The monthly figures show spikes at renewals; the smooth line blurs them and shows the level between.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses._curves import Curve, Floats, estimate
from csdata.analyses._lives import Lives, by_group, group_column, read_lives
from csdata.analyses.intervals import alpha, wilson, z_value
from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.tenures import tenures
from csdata.errors import BadValues, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

BANDWIDTH: Final = 3.0
"""Months to each side that the smooth line looks at."""

STEP: Final = 0.5
ENOUGH: Final = 10
"""Late curves begin, and smooth lines end, where fewer are at risk."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Hazard:
    """How many of those still there leave, month by month.

    ``table``: ``group``, ``month`` (k: behind k − 1 and up to k months), ``at_risk`` (when it
    begins), ``events``, ``hazard`` (share of those at risk who leave in it), ``lower``, ``upper``,
    ``small`` (fewer than 5 at risk). ``smooth``: ``group``, ``time``, ``rate`` (per month),
    ``lower``, ``upper`` (NaN where nobody left within the ``bandwidth``).
    """

    table: pd.DataFrame
    smooth: pd.DataFrame
    bandwidth: float
    set_aside: pd.DataFrame
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message


def churn_hazard(
    portfolio: Portfolio, *, group: str | None = None, bandwidth: float = BANDWIDTH
) -> Hazard:
    """The share of the remaining customers who leave in each month of contract.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``.
        group: A column of the customers.
        bandwidth: Months to each side that the smooth line looks at.

    Raises:
        MissingColumns: There is no such column.
        NotEnoughData: Nobody can be followed for a month.
        BadValues: ``bandwidth`` is not above 0.
    """
    lived = tenures(portfolio, group=group)
    return hazard(
        lived.table,
        duration="duration",
        event="event",
        entry="entry",
        group=lived.groups[0] if lived.groups else None,
        bandwidth=bandwidth,
        as_of=portfolio.as_of,
        notes=lived.notes,
    )


def hazard(
    table: Any,
    *,
    duration: str,
    event: str,
    entry: str | None = None,
    group: str | None = None,
    bandwidth: float = BANDWIDTH,
    confidence: float = 0.95,
    as_of: dt.date | None = None,
    notes: tuple[Message, ...] = (),
) -> Hazard:
    """The monthly hazard and a smooth one, from one row per life.

    In whole months the hazard is d ÷ n with the Wilson interval; where lives are seen for part of a
    month, 1 − Ŝ(k) ÷ Ŝ(k − 1) with the number that Greenwood's variance amounts to.

    The smooth rate is Σ K((t − tᵢ) ÷ b) over the departures ÷ ∫ K over the time under observation,
    with the Epanechnikov kernel. What the kernel covers beyond the ends of the observation counts
    on neither side, so nothing falls towards 0 there; near an end it is the line of fewer months.

    Args:
        table: A frame of any backend, one row per life.
        duration: Months after which a life ended or was last seen.
        event: Whether it ended: true/false or 1/0.
        entry: Time from which it was under observation (late entry); default 0.
        group: Column of groups.
        bandwidth: b, to each side.
        confidence: Of the intervals, two-sided.
        as_of: Handed on to the result.
        notes: Handed on to the result, in front of its own.

    Raises:
        MissingColumns: As for :func:`csdata.analyses.survival.kaplan_meier`.
        NotEnoughData: Nobody can be followed for a month.
        BadValues: ``bandwidth`` is not above 0; a time is not a number …

    Source: Nielsen & Linton (1995), Annals of Statistics 23 (local constant estimator).
    """
    alpha(confidence)
    if not 0 < bandwidth < np.inf:
        remedy = message("hazard.remedy_bandwidth")
        raise BadValues(where="bandwidth", found=bandwidth, remedy=remedy)
    lives = read_lives(table, duration=duration, event=event, entry=entry, group=group)
    parts = [
        (estimate(label, rows, min_at_risk=ENOUGH), rows) for label, rows in by_group(lives.counts)
    ]
    months = _by_group([(c.group, _months(c, confidence)) for c, _ in parts])
    smooth = _by_group([(c.group, _smooth(c, r, bandwidth, confidence)) for c, r in parts])
    if months.empty:
        raise NotEnoughData(found=0, needed=1, what=message("hazard.what"))
    return Hazard(
        table=months,
        smooth=smooth,
        bandwidth=bandwidth,
        set_aside=lives.set_aside,
        definition=message("definition.hazard.months", bandwidth=bandwidth),
        as_of=as_of,
        n=_size(lives),
        notes=(*notes, *lives.notes()),
        finding=_finding(months, groups=len(parts)),
    )


def _size(lives: Lives) -> int:
    return int(lives.counts[["events", "censored"]].to_numpy().sum())


def _months(curve: Curve, confidence: float) -> pd.DataFrame:
    first = int(np.ceil(curve.start)) if len(curve.time) else 0
    last = int(np.ceil(curve.last) if curve.ended else np.floor(curve.last))
    ends = np.arange(first + 1, last + 1, dtype=float) if len(curve.time) else np.array([])
    begins = ends - 1
    at_risk = curve.entered.by(begins) - curve.left.by(begins)
    before, after = (np.searchsorted(curve.time, t, side="right") - 1 for t in (begins, ends))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - curve.survival[after] / curve.survival[before]
        spread = curve.spread[after] - curve.spread[before]
        amounts = share / ((1 - share) * spread)
    running = np.concatenate([[0], np.cumsum(curve.events)])
    # At 0 and 1 there is no variance: the number at risk at the month's last time stands in.
    least = np.where(share == 0, curve.risk(ends), curve.at_risk[after])
    n = np.where((share > 0) & (share < 1), amounts, least)
    found = wilson(share * n, n, confidence=confidence)
    table = pd.DataFrame(
        {
            "month": ends.astype(int),
            "at_risk": at_risk,
            "events": running[after + 1] - running[before + 1],
            "hazard": share,
            "lower": found.lower,
            "upper": found.upper,
            "small": at_risk < FEW,
        }
    )
    return table[table["at_risk"] > 0]


def _smooth(curve: Curve, rows: pd.DataFrame, bandwidth: float, confidence: float) -> pd.DataFrame:
    names = ["time", "rate", "lower", "upper"]
    if not len(curve.time):
        return pd.DataFrame(columns=names, dtype=float)
    stop, events = rows["duration"].to_numpy(float), rows["events"].to_numpy(float)
    lives = events + rows["censored"].to_numpy(float)
    late = np.maximum(rows["entry"].to_numpy(float), curve.start)
    seen = stop > late
    stop, events, lives, late = (values[seen] for values in (stop, events, lives, late))
    time = np.arange(curve.start, curve.last + STEP / 2, STEP)
    time = time[curve.risk(time) >= ENOUGH]
    far = (stop - time[:, None]) / bandwidth
    kernel = 0.75 * np.clip(1 - far**2, 0, None) / bandwidth
    watched = (_covered(far) - _covered((late - time[:, None]) / bandwidth)) @ lives
    left, squares = kernel @ events, kernel**2 @ events
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(watched > 0, left / watched, np.nan)
        reach = np.exp(z_value(confidence) * np.sqrt(squares) / left)
        values = (time, rate, rate / reach, np.where(left > 0, rate * reach, np.nan))
    table = pd.DataFrame(dict(zip(names, values, strict=True)))
    table.loc[~(left > 0), "lower"] = np.nan
    return table


def _covered(far: Floats) -> Floats:
    """Share of the kernel before a place, in bandwidths from its middle."""
    u = np.clip(far, -1, 1)
    return 0.5 + 0.75 * (u - u**3 / 3)


def _by_group(pieces: list[tuple[Any, pd.DataFrame]]) -> pd.DataFrame:
    if not pieces:
        return pd.DataFrame()
    sizes = [len(piece) for _, piece in pieces]
    table = pd.concat([piece for _, piece in pieces], ignore_index=True)
    table.insert(0, "group", group_column([label for label, _ in pieces], sizes))
    return table


def _finding(months: pd.DataFrame, *, groups: int) -> Message:
    """The first year's worst month, where one curve supports it."""
    year = months[(months["month"] <= 12) & ~months["small"]]  # noqa: PLR2004 (a year)
    if groups > 1 or year.empty or not year["events"].any():
        return message("hazard.finding_none" if groups == 1 else "hazard.finding_groups")
    row = year.iloc[int(np.argmax(year["hazard"]))]
    values = {name: float(row[name]) for name in ("hazard", "lower", "upper")}
    return message("hazard.finding", month=int(row["month"]), n=int(row["at_risk"]), **values)
