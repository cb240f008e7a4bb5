"""Competing risks: the probability of having left by a time for each reason (Aalen–Johansen)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csdata.analyses._curves import Curve, Floats, Tally, estimate
from csdata.analyses._lives import by_group, group_column, read_lives
from csdata.analyses.intervals import alpha, clopper_pearson, z_value
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message

COLUMNS: Final = [
    "group",
    "cause",
    "time",
    "at_risk",
    "events",
    "incidence",
    "se",
    "lower",
    "upper",
]


@dataclass(frozen=True, eq=False, slots=True)
class Incidence:
    """The incidence of one cause in one group, at the times of the group's ``curve``.

    ``events`` of the cause, ``value`` (0 to 1) and ``variance``.
    """

    cause: Any
    curve: Curve
    events: NDArray[np.int64]
    value: Floats
    variance: Floats

    def bounds(self, *, confidence: float) -> tuple[Floats, Floats]:
        """Log–log band F^exp(±zσ / F|ln F|); NaN where F is 0 or 1, as in R."""
        inner = np.where((self.value > 0) & (self.value < 1), self.value, np.nan)
        width = z_value(confidence) * np.sqrt(self.variance) / (inner * -np.log(inner))
        return inner ** np.exp(width), inner ** np.exp(-width)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class CumulativeIncidence:
    """How large a share has left by each time, by cause; everyone else is still there.

    ``table`` has for each group and cause a row at the start of the group's curve (incidence 0)
    and at every distinct end after it: ``group``, ``cause`` (the value itself, sorted; None, last:
    not known), ``time``, ``at_risk`` (just before), ``events`` (of the cause), ``incidence``,
    ``se``, ``lower``, ``upper`` (log–log; NaN at 0 and 1). At each time the incidences of a group
    and its survival add up to 1. ``causes`` are those of all groups: each group has them all.

    An incidence is what happened while the other causes were at work. It is not what would happen
    without them.
    """

    table: pd.DataFrame
    causes: tuple[Any, ...]
    set_aside: pd.DataFrame
    confidence: float
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None
    parts: tuple[Incidence, ...] = field(repr=False)

    def at(self, times: ArrayLike, *, exact_ends: bool = False) -> pd.DataFrame:
        """Incidence at any times.

        Args:
            times: One time or several.
            exact_ends: Where the incidence is 0 or 1 the band is undefined; give Clopper–Pearson
                bounds from the number at risk instead and say so in a further column ``exact``.

        Returns:
            ``group``, ``cause``, ``time``, ``at_risk`` (just before the time), ``events`` (of the
            cause, up to the time), ``incidence``, ``se``, ``lower``, ``upper``; NaN before the
            start of the group's curve and beyond its last follow-up.
        """
        asked = np.atleast_1d(np.asarray(times, float))
        pieces = [self._asked(part, asked, exact_ends=exact_ends) for part in self.parts]
        return _stacked(self.parts, pieces)

    def _asked(self, part: Incidence, times: Floats, *, exact_ends: bool) -> pd.DataFrame:
        curve = part.curve
        n = curve.risk(times)
        piece = pd.DataFrame({"time": times, "at_risk": n})
        if not len(curve.time):
            blank = dict.fromkeys(("incidence", "se", "lower", "upper"), np.nan)
            piece = piece.assign(events=0, **blank)[["time", "at_risk", *COLUMNS[4:]]]
            return piece.assign(exact=False) if exact_ends else piece
        row = np.clip(np.searchsorted(curve.time, times, side="right") - 1, 0, None)
        known = curve.known(times)
        lower, upper = part.bounds(confidence=self.confidence)
        piece["events"] = np.where(times >= curve.start, np.cumsum(part.events)[row], 0)
        values = (part.value, np.sqrt(part.variance), lower, upper)
        for name, column in zip(("incidence", "se", "lower", "upper"), values, strict=True):
            piece[name] = np.where(known, column[row], np.nan)
        if exact_ends:
            ends = known & np.isnan(lower[row])
            # Who was at risk when a curve reached 0 judges it, also at later times.
            n = np.where(n > 0, n, curve.at_risk[row])
            share = np.nan_to_num(part.value[row])
            exact = clopper_pearson(np.round(share * n), n, confidence=self.confidence)
            piece["lower"] = np.where(ends, exact.lower, piece["lower"])
            piece["upper"] = np.where(ends, exact.upper, piece["upper"])
            piece["exact"] = ends
        return piece


def cumulative_incidence(
    table: Any,
    *,
    duration: str,
    event: str,
    cause: str,
    entry: str | None = None,
    group: str | None = None,
    confidence: float = 0.95,
    min_at_risk: int = 10,
) -> CumulativeIncidence:
    """Aalen–Johansen incidences of each cause, from one row per life.

    Several causes at one time are counted as they are: nothing is jittered.

    Args:
        table: A frame of any backend (pandas, Polars, DuckDB …).
        duration: Time at which a life ended or was last seen, ≥ 0.
        event: Whether it ended: true/false or 1/0.
        cause: What ended it. Missing: a cause of its own, not known. Of a life that has not ended
            it is not looked at.
        entry: Time from which it was under observation (late entry); default 0.
        group: Column of groups; rows without a value form a group of their own, None.
        confidence: Of the intervals, two-sided.
        min_at_risk: With late entry a group's curves start at the first time with so many at risk.

    Raises:
        MissingColumns, BadValues: as for :func:`csdata.analyses.survival.kaplan_meier`.
        NotEnoughData: No row can be used.

    Source: Aalen & Johansen (1978), Scand. J. Stat. 5; variance by the delta method, from the
    multinomial covariance of the steps.
    """
    alpha(confidence)
    lives = read_lives(table, duration=duration, event=event, entry=entry, group=group, cause=cause)
    counts = lives.counts
    if not len(counts):
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.lives"))
    causes = _causes(counts)
    parts: list[Incidence] = []
    for label, rows in by_group(counts):
        curve = estimate(label, rows, min_at_risk=min_at_risk)
        parts += [_incidence(curve, rows, cause) for cause in causes]
    pieces = [_rows(part, confidence) for part in parts]
    n, events = (int(counts[c].sum()) for c in ("censored", "events"))
    return CumulativeIncidence(
        table=_stacked(parts, pieces),
        causes=tuple(causes),
        set_aside=lives.set_aside,
        confidence=confidence,
        definition=message("definition.causes.incidence", confidence=confidence),
        n=n + events,
        notes=lives.notes(),
        finding=message("causes.curves", n=n + events, events=events, causes=len(causes)),
        parts=tuple(parts),
    )


def _causes(counts: pd.DataFrame) -> list[Any]:
    """The causes that ended a life, in the order of the count; None last."""
    # Sorted by group first: the order of the causes is that within them all.
    happened = counts[counts["events"] > 0]
    missing = bool(happened["cause"].isna().any())
    known = happened["cause"].dropna()
    order = sorted(known.unique(), key=lambda value: (type(value).__name__, value))
    return [*order, *([None] if missing else [])]


def _incidence(curve: Curve, rows: pd.DataFrame, cause: Any) -> Incidence:
    own = rows["cause"].isna() if cause is None else rows["cause"] == cause
    mine = rows[own]
    happened = Tally.of(mine["duration"].to_numpy(float), mine["events"].to_numpy(np.int64))
    events = happened.by(curve.time) - happened.before(curve.time)
    n = np.maximum(curve.at_risk, 1).astype(float)
    if len(events):
        events[0] = 0  # who left by the start of a late curve is not in it
    before = np.concatenate([np.ones(min(1, len(n))), curve.survival[:-1]])
    value = np.cumsum(before * events / n)
    all_terms = np.diff(curve.spread, prepend=0.0)
    own_terms = before**2 * events * (n - events) / n**3
    mixed = before * events / n**2
    # Σ over the times s ≤ t of (F(t) − F(s))² a + b − 2 (F(t) − F(s)) c, from running sums.
    a0, a1, a2 = (np.cumsum(value**k * all_terms) for k in range(3))
    c0, c1 = (np.cumsum(value**k * mixed) for k in range(2))
    variance = value**2 * a0 - 2 * value * a1 + a2 + np.cumsum(own_terms) - 2 * (value * c0 - c1)
    return Incidence(cause, curve, events, value, np.clip(variance, 0, None))


def _rows(part: Incidence, confidence: float) -> pd.DataFrame:
    lower, upper = part.bounds(confidence=confidence)
    return pd.DataFrame(
        {
            "time": part.curve.time,
            "at_risk": part.curve.at_risk,
            "events": part.events,
            "incidence": part.value,
            "se": np.sqrt(part.variance),
            "lower": lower,
            "upper": upper,
        }
    )


def _stacked(parts: tuple[Incidence, ...] | list[Incidence], pieces: list[pd.DataFrame]) -> Any:
    """The pieces under each other, with group and cause in front."""
    if not parts:
        kinds = dict.fromkeys(COLUMNS, "float64") | {"group": "object", "cause": "object"}
        return pd.DataFrame(columns=COLUMNS).astype(kinds)
    table = pd.concat(pieces, ignore_index=True)
    sizes = [len(piece) for piece in pieces]
    table.insert(0, "group", group_column([part.curve.group for part in parts], sizes))
    table.insert(1, "cause", group_column([part.cause for part in parts], sizes))
    return table
