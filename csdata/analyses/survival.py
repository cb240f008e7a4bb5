"""Survival curves and their comparison on any table of durations.

>>> import pandas as pd
>>> from csdata.analyses import survival as s
>>> table = pd.DataFrame({"months": [5, 6, 6, 2, 4, 4], "left": [1, 0, 1, 1, 0, 1]})
>>> s.kaplan_meier(table, duration="months", event="left").table["survival"].round(4).tolist()
[1.0, 0.8333, 0.6667, 0.4444, 0.2222]
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from csdata import clock as ck
from csdata.analyses._curves import Curve, band, estimate
from csdata.analyses._excess import against_rest
from csdata.analyses._incidence import CumulativeIncidence, cumulative_incidence
from csdata.analyses._landmark import Landmark, landmark
from csdata.analyses._lives import by_group, group_column, read_lives
from csdata.analyses._logrank import LogRank, logrank
from csdata.analyses._pairs import Pairs, Trend, holm, pairwise_logrank, trend_test
from csdata.analyses.intervals import Interval, alpha, mover, z_value
from csdata.counts import ALL
from csdata.errors import BadValues, NotEnoughData
from csdata.i18n import Message, message

__all__ = [
    "CumulativeIncidence",
    "Landmark",
    "LogRank",
    "Pairs",
    "SurvivalCurves",
    "Trend",
    "against_rest",
    "cumulative_incidence",
    "holm",
    "kaplan_meier",
    "landmark",
    "logrank",
    "pairwise_logrank",
    "trend_test",
]

MIN_AT_RISK: Final = 10
"""With late entry a curve starts where at least so many are at risk."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SurvivalCurves:
    """Kaplan–Meier curves, one per group.

    ``table`` has for each group a row at the curve's start (survival 1) and one at every distinct
    event or censoring time after it: ``group``, ``time``, ``at_risk`` (int, just before the time;
    at the start just after it), ``events``, ``censored`` (int), ``survival``, ``lower``, ``upper``
    (0 to 1; the log–log band, NaN where survival is 0 or 1). ``group`` is the value itself in
    sorted order, None (last) where it is missing, ``"all"`` without a grouping.

    ``starts``: ``group``, ``n`` (lives, those of duration 0 included), ``zero`` (lives of duration
    0, at risk at no time), ``start`` (0; with late entry the first time with enough at risk, and
    the curve is *given survival to* it; NaN if there is none), ``events_before`` and
    ``censored_before`` (lives that ended before the curve starts), ``last`` (last follow-up).

    ``set_aside``: ``group``, ``entry``, ``duration``, ``n``, ``reason`` of the rows not used.
    """

    table: pd.DataFrame
    starts: pd.DataFrame
    set_aside: pd.DataFrame
    confidence: float
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None
    parts: tuple[Curve, ...] = field(repr=False)

    @property
    def groups(self) -> list[Any]:
        """The groups in their order."""
        return [curve.group for curve in self.parts]

    def at(self, times: ArrayLike, *, exact_ends: bool = False) -> pd.DataFrame:
        """Survival and the number at risk at any times.

        Args:
            times: One time or several.
            exact_ends: Where survival is 1 or 0 the log–log band is undefined; give
                Clopper–Pearson bounds from the number at risk instead and say so in a further
                column ``exact``.

        Returns:
            ``group``, ``time``, ``at_risk`` (just before the time), ``survival``, ``lower``,
            ``upper``. Survival is NaN before the start of a curve and beyond its last follow-up
            (a curve that has reached 0 stays there).
        """
        asked = np.atleast_1d(np.asarray(times, float))
        pieces: list[pd.DataFrame] = []
        for curve in self.parts:
            found, undefined = curve.at(asked, confidence=self.confidence)
            piece = pd.DataFrame(
                {
                    "time": asked,
                    "at_risk": curve.risk(asked),
                    "survival": found.estimate,
                    "lower": found.lower,
                    "upper": found.upper,
                }
            )
            if exact_ends:
                lower, upper = curve.exact_ends(asked, confidence=self.confidence)
                piece["lower"] = np.where(undefined, lower, found.lower)
                piece["upper"] = np.where(undefined, upper, found.upper)
                piece["exact"] = undefined
            pieces.append(piece)
        return _stacked(self.groups, pieces)

    @property
    def medians(self) -> pd.DataFrame:
        """``group``, ``n``, ``events``, ``median``, ``lower``, ``upper``.

        The median is the first time with survival ≤ ½, its interval the times at which the
        log–log band crosses ½; NaN = not reached. ``n`` and ``events`` count all lives of the
        group, also those of duration 0 and those before the curve's start.
        """
        medians = [curve.median(confidence=self.confidence) for curve in self.parts]
        return pd.DataFrame(
            {
                "group": group_column(self.groups),
                "n": [curve.n for curve in self.parts],
                "events": [curve.events_total for curve in self.parts],
                "median": [m.estimate for m in medians],
                "lower": [m.lower for m in medians],
                "upper": [m.upper for m in medians],
            }
        )

    def default_tau(self) -> int | None:
        """The largest of 6, 12, 24 and 36 months that every group was followed for."""
        return ck.largest_fitting(self._limits()[1])

    def rmst(self, tau: float) -> pd.DataFrame:
        """Restricted mean survival time: the area under each curve up to ``tau``.

        With late entry the area begins at the curve's first time.

        Returns:
            ``group``, ``rmst``, ``se``, ``lower``, ``upper``. The interval is NaN where nobody
            left before ``tau``: a standard error of 0 is not certainty.

        Raises:
            BadValues: ``tau`` lies beyond the smallest last follow-up of the groups, or not after
                the start of every curve.
        """
        self._check_tau(tau)
        areas = [curve.rmst(tau) for curve in self.parts]
        mean, se = (np.array(values) for values in zip(*areas, strict=True))
        spread = z_value(self.confidence) * np.where(se > 0, se, np.nan)
        longest = np.array([tau - curve.start for curve in self.parts])
        return pd.DataFrame(
            {
                "group": group_column(self.groups),
                "rmst": mean,
                "se": se,
                "lower": np.clip(mean - spread, 0, None),
                "upper": np.minimum(mean + spread, longest),
            }
        )

    def rmst_difference(self, tau: float, *, together: bool = False) -> pd.DataFrame:
        """Difference of restricted means for each pair of groups.

        Args:
            tau: As for :meth:`rmst`.
            together: Widen the intervals so that all of them hold at once (Bonferroni).

        Returns:
            ``group``, ``reference`` (the earlier of the pair), ``difference`` (group less
            reference), ``se``, ``lower``, ``upper``; NaN where either group lost nobody.

        Raises:
            BadValues: As for :meth:`rmst`, or the curves start at different times.
        """
        means = self.rmst(tau)
        z = z_value(self._shared_confidence() if together else self.confidence)
        self._check_starts(self.parts)
        rows: list[dict[str, Any]] = []
        mean, error = (means[c].to_numpy(float) for c in ("rmst", "se"))
        for i, j in itertools.combinations(range(len(means)), 2):
            se = float(np.hypot(error[i], error[j])) if error[i] and error[j] else np.nan
            difference = float(mean[j] - mean[i])
            reach = z * se
            rows.append(
                {
                    "group": self.groups[j],
                    "reference": self.groups[i],
                    "difference": difference,
                    "se": se,
                    "lower": difference - reach,
                    "upper": difference + reach,
                }
            )
        columns = ["group", "reference", "difference", "se", "lower", "upper"]
        return pd.DataFrame(rows, columns=columns)

    def difference(self, time: float, group: Any, reference: Any) -> Interval:
        """Survival of ``group`` less that of ``reference`` at ``time``: MOVER from the two bands.

        Where a curve stands at 1 or 0 its exact bounds are used. NaN where either is unknown.

        Raises:
            BadValues: There is no such group, or the curves start at different times.
        """
        places = [self._place(group), self._place(reference)]
        self._check_starts([self.parts[i] for i in places])
        at = self.at(time, exact_ends=True)
        first, second = (
            Interval(*(float(at[c].iloc[i]) for c in ("survival", "lower", "upper")))
            for i in places
        )
        return Interval(*map(float, mover(first, second)))

    def differences(self, times: ArrayLike, *, together: bool = False) -> pd.DataFrame:
        """Difference of survival at given times, for each pair of groups.

        Args:
            times: One time or several.
            together: Widen the intervals so that those of all pairs hold at once (Bonferroni).

        Returns:
            ``group``, ``reference`` (the earlier of the pair), ``time``, ``at_risk`` (the smaller
            number), ``difference`` (group less reference), ``lower``, ``upper`` (MOVER; where a
            curve stands at 1 or 0 from its exact bounds).

        Raises:
            BadValues: The curves start at different times.
        """
        self._check_starts(self.parts)
        confidence = self._shared_confidence() if together else self.confidence
        asked = np.atleast_1d(np.asarray(times, float))
        at = replace(self, confidence=confidence).at(asked, exact_ends=True)
        columns = ("survival", "lower", "upper")
        blocks = [at.iloc[i * len(asked) :][: len(asked)] for i in range(len(self.parts))]
        ends = [Interval(*(block[c].to_numpy(float) for c in columns)) for block in blocks]
        risks = [block["at_risk"].to_numpy() for block in blocks]
        pieces: list[pd.DataFrame] = []
        pairs = list(itertools.combinations(range(len(blocks)), 2))
        for i, j in pairs:
            found = mover(ends[j], ends[i])
            values = dict(zip(("difference", "lower", "upper"), found, strict=True))
            risk = np.minimum(risks[i], risks[j])
            pieces.append(pd.DataFrame({"time": asked, "at_risk": risk, **values}))
        if not pairs:
            names = ["group", "reference", "time", "at_risk", "difference", "lower", "upper"]
            return pd.DataFrame(columns=names)
        table = _stacked([self.groups[j] for _, j in pairs], pieces)
        labels = [self.groups[i] for i, _ in pairs]
        table.insert(1, "reference", group_column(labels, [len(asked)] * len(pairs)))
        return table

    def _shared_confidence(self) -> float:
        """Of each pair's interval, so that all hold with the confidence of the curves."""
        pairs = max(1, len(self.parts) * (len(self.parts) - 1) // 2)
        return 1 - alpha(self.confidence) / pairs

    def _place(self, group: Any) -> int:
        for i, found in enumerate(self.groups):
            if found is group or (found is not None and found == group):
                return i
        remedy = message("survival.remedy.group", groups=[str(g) for g in self.groups])
        raise BadValues(where="group", found=group, remedy=remedy)

    def _limits(self) -> tuple[float, float]:
        """Latest start and earliest last follow-up of the groups that anybody is at risk in."""
        drawn = [curve for curve in self.parts if len(curve.time) and curve.last > 0]
        first = max((curve.start for curve in drawn), default=np.nan)
        return first, min((curve.last for curve in drawn), default=np.nan)

    def _check_tau(self, tau: float) -> None:
        first, last = self._limits()
        if not first < tau <= last:
            remedy = message("survival.remedy.tau", first=first, last=last)
            raise BadValues(where="tau", found=tau, remedy=remedy)

    @staticmethod
    def _check_starts(curves: Sequence[Curve]) -> None:
        starts = {curve.start for curve in curves if not np.isnan(curve.start)}
        if len(starts) > 1:
            found = ", ".join(f"{start:g}" for start in sorted(starts))
            raise BadValues(where="start", found=found, remedy=message("survival.remedy.starts"))


def kaplan_meier(
    table: Any,
    *,
    duration: str,
    event: str,
    entry: str | None = None,
    group: str | None = None,
    confidence: float = 0.95,
    min_at_risk: int = MIN_AT_RISK,
    common_start: bool = False,
) -> SurvivalCurves:
    """Kaplan–Meier curves with log–log bands from one row per life.

    Args:
        table: A frame of any backend (pandas, Polars, DuckDB …).
        duration: Time at which a life ended or was last seen, ≥ 0. Of duration 0 it counts in
            ``n`` and is at risk at no time.
        event: Whether it ended: true/false or 1/0.
        entry: Time from which it was under observation (late entry); default 0.
        group: Column of groups; rows without a value form a group of their own, None.
        confidence: Of the intervals, two-sided.
        min_at_risk: With late entry a group's curve starts at the first time with so many at risk;
            1 gives the curve from the very first entry.
        common_start: All curves start where the last of them does, so that they can be compared:
            each is given survival to that time.

    Raises:
        MissingColumns: A named column is absent.
        BadValues: A time is not a number, the event is not true or false.
        NotEnoughData: No row can be used.

    Source: Kaplan & Meier (1958), J. Am. Stat. Assoc. 53; Kalbfleisch & Prentice (1980) for the
    band.
    """
    alpha(confidence)
    lives = read_lives(table, duration=duration, event=event, entry=entry, group=group)
    curves = tuple(
        estimate(label, part, min_at_risk=min_at_risk) for label, part in by_group(lives.counts)
    )
    if not curves:
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.lives"))
    latest = max((c.start for c in curves if not np.isnan(c.start)), default=0.0)
    if common_start and latest > 0:
        curves = tuple(
            estimate(c.group, part, min_at_risk=min_at_risk, start=max(latest, c.start))
            for c, (_, part) in zip(curves, by_group(lives.counts), strict=True)
        )
    n, events = sum(c.n for c in curves), sum(c.events_total for c in curves)
    return SurvivalCurves(
        table=_stacked([c.group for c in curves], [_rows(c, confidence) for c in curves]),
        starts=_starts(curves),
        set_aside=lives.set_aside,
        confidence=confidence,
        definition=message("definition.kaplan_meier", confidence=confidence),
        n=n,
        notes=(*lives.notes(), *_notes(curves, min_at_risk=min_at_risk)),
        finding=message("survival.curves", n=n, events=events, groups=len(curves)),
        parts=curves,
    )


def say_group(group: Any) -> Any:
    """A group's name in a sentence: itself, or the word for a missing one or for everyone."""
    if group is None:
        return message("survival.group_missing")
    return message("survival.group_all") if group == ALL else group


def _rows(curve: Curve, confidence: float) -> pd.DataFrame:
    lower, upper = band(curve.survival, curve.spread, confidence=confidence)
    names = ("time", "at_risk", "events", "censored", "survival")
    return pd.DataFrame({c: getattr(curve, c) for c in names}).assign(lower=lower, upper=upper)


def _starts(curves: tuple[Curve, ...]) -> pd.DataFrame:
    names = ("n", "zero", "start", "events_before", "censored_before", "last")
    columns = {name: [getattr(curve, name) for curve in curves] for name in names}
    return pd.DataFrame({"group": group_column([c.group for c in curves]), **columns})


def _notes(curves: tuple[Curve, ...], *, min_at_risk: int) -> tuple[Message, ...]:
    notes: list[Message] = []
    if zero := sum(c.zero for c in curves):
        notes.append(message("survival.zero", n=zero))
    for c in curves:
        if np.isnan(c.start):
            values = {"group": say_group(c.group), "n": c.n, "needed": min_at_risk}
            notes.append(message("survival.no_start", **values))
        elif c.start > 0:
            values = {"group": say_group(c.group), "start": c.start, "events": c.events_before}
            notes.append(message("survival.late", **values))
    return tuple(notes)


def _stacked(groups: list[Any], pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """The pieces of all groups under each other, with their group in front."""
    table = pd.concat(pieces, ignore_index=True)
    table.insert(0, "group", group_column(groups, [len(piece) for piece in pieces]))
    return table
