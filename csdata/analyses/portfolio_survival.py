"""Survival of a portfolio's customers: when they leave, and whether groups differ in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from csdata.analyses.eras import ERA
from csdata.analyses.survival import LogRank, SurvivalCurves, kaplan_meier, logrank, say_group
from csdata.analyses.survival import landmark as from_landmark
from csdata.analyses.tenures import tenures
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.schema import KNOWN_LATE
from csdata.tables import Portfolio

FEW: Final = 5
"""Below so many customers (or at risk) a group is grey and no sentence is made of it."""

HORIZONS: Final = (12, 6, 3)
"""Months of the headline: the first at which enough are at risk in every group."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Survival:
    """How long customers stay, as curves and in one sentence.

    ``curves`` are in months from the start, or from the ``landmark``; ``table`` is theirs.
    ``groups`` has one row per group: ``group``, ``n``, ``events``, ``small`` (fewer than 5),
    ``start`` (> 0: given survival to it), ``median``, ``median_lower``, ``median_upper`` (NaN =
    not reached), ``at_risk_12``, ``retention_12``, ``retention_12_lower``, ``retention_12_upper``
    and ``retention_12_exact`` (bounds by Clopper–Pearson, since the share is 0 or 1). ``test``
    compares the groups of 5 and more that have a name; None when there are not two of them.
    ``excluded`` counts those whom the landmark left out, by reason.
    """

    curves: SurvivalCurves
    groups: pd.DataFrame
    test: LogRank | None
    group: str | None
    landmark: float | None
    excluded: Mapping[str, int]
    set_aside: pd.DataFrame
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message

    @property
    def table(self) -> pd.DataFrame:
        """The curves' table."""
        return self.curves.table


def survival(
    portfolio: Portfolio, *, group: str | None = None, landmark: float | None = None
) -> Survival:
    """Kaplan–Meier curves of the customers in contract months, by one of their attributes.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``.
        group: A column of the customers (its name or the header of the file). Its values are those
            of the export, so the groups are a description.
        landmark: Months from the start at which the clock begins: only customers who stay longer
            are drawn, and the others are counted in ``excluded``.

    Raises:
        MissingColumns: There is no such column.
        NotEnoughData: Nobody is left to draw.
        BadValues: The landmark is negative.
    """
    column = None if group is None else portfolio.resolve(group)
    lived = tenures(portfolio, group=column)
    by = lived.groups[0] if lived.groups else None
    table, excluded = lived.table, dict[str, int]()
    notes = [*lived.notes]
    if landmark is not None:
        later = from_landmark(
            table, duration="duration", event="event", entry="entry", at=float(landmark)
        )
        table, excluded = later.table, dict(later.excluded)
        notes += [
            message(f"survival.left_out.{r}", n=n, m=landmark) for r, n in excluded.items() if n
        ]
    if not len(table):
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.customers"))
    curves = kaplan_meier(table, duration="duration", event="event", entry="entry", group=by)
    test = None if by is None else _test(table, by, curves)
    notes += _start_notes(curves)
    if column is not None:
        named = portfolio.label(column)
        notes += [_about(column, named), *_group_notes(curves, test, column=named)]
        if _is_outcome(curves):
            notes.append(message("survival.outcome_itself", column=named))
    key = "survival" if landmark is None else "survival_landmark"
    return Survival(
        curves=curves,
        groups=_groups(curves),
        test=test,
        group=column,
        landmark=landmark,
        excluded=excluded,
        set_aside=lived.set_aside,
        definition=message(f"definition.{key}", m=landmark),
        as_of=portfolio.as_of,
        n=curves.n,
        notes=tuple(notes),
        finding=_finding(curves, test, landmark=landmark),
    )


def _groups(curves: SurvivalCurves) -> pd.DataFrame:
    medians = curves.medians
    at = curves.at(HORIZONS[0], exact_ends=True)
    return pd.DataFrame(
        {
            "group": medians["group"],
            "n": medians["n"],
            "events": medians["events"],
            "small": medians["n"] < FEW,
            "start": curves.starts["start"],
            "median": medians["median"],
            "median_lower": medians["lower"],
            "median_upper": medians["upper"],
            "at_risk_12": at["at_risk"],
            "retention_12": at["survival"],
            "retention_12_lower": at["lower"],
            "retention_12_upper": at["upper"],
            "retention_12_exact": at["exact"],
        }
    )


def _test(table: pd.DataFrame, column: str, curves: SurvivalCurves) -> LogRank | None:
    """The groups large enough to speak of, compared; None where there is nothing to compare."""
    large = [c.group for c in curves.parts if c.group is not None and c.n >= FEW]
    try:
        return logrank(
            table[table[column].isin(large)],
            duration="duration",
            event="event",
            entry="entry",
            group=column,
        )
    except NotEnoughData:
        return None


def _start_notes(curves: SurvivalCurves) -> list[Message]:
    notes: list[Message] = []
    for curve in curves.parts:
        values = {"group": say_group(curve.group), "events": curve.events_before}
        if np.isnan(curve.start):
            notes.append(message("survival.no_curve", **values, n=curve.n))
        elif curve.start > 0:
            notes.append(message("survival.given", **values, start=curve.start))
    return notes


def _about(column: str, named: str | Message) -> Message:
    """What the groups by a column may be taken for."""
    if column == ERA:
        return message("retention.group_era")
    kind = "known_late" if column in KNOWN_LATE else "as_of_export"
    return message(f"survival.group_{kind}", column=named)


def _group_notes(
    curves: SurvivalCurves, test: LogRank | None, *, column: str | Message
) -> list[Message]:
    """Which of the groups are too small to speak of."""
    notes: list[Message] = []
    small = [say_group(c.group) for c in curves.parts if c.n < FEW]
    if small:
        notes.append(message("survival.small", groups=small, few=FEW))
    if test and None in curves.groups:
        notes.append(message("survival.untested", column=column))
    return notes


def _is_outcome(curves: SurvivalCurves) -> bool:
    """Whether the groups are those who left and those who stayed, under other names."""
    told = [curve.events_total in (0, curve.n) for curve in curves.parts]
    events = sum(curve.events_total for curve in curves.parts)
    return len(told) > 1 and all(told) and min(events, curves.n - events) >= FEW


def _finding(curves: SurvivalCurves, test: LogRank | None, *, landmark: float | None) -> Message:
    """Retention at the headline horizon; for groups, whether they can be said to differ."""
    if len(curves.parts) == 1:
        return headline(curves, landmark=landmark)
    if _is_outcome(curves):
        return message("survival.finding_outcome")
    if test is None:
        return message("survival.finding_no_test", few=FEW)
    places = [i for i, c in enumerate(curves.parts) if c.group is not None and c.n >= FEW]
    horizon = _horizon(curves, places)
    starts = {curves.parts[i].start for i in places}
    told = "differ" if test.differs else "same"
    if horizon is None or len(starts) > 1:
        return message(f"survival.finding_test_{told}", groups=len(places))
    at = curves.at(horizon, exact_ends=True).iloc[places]
    high, low = (at.iloc[i] for i in (at["survival"].argmax(), at["survival"].argmin()))
    values = {
        "what": what_share(horizon, landmark=landmark, start=starts.pop()),
        "high": high["group"],
        "low": low["group"],
        "n": sum(curves.parts[i].n for i in places),
    }
    for end, row in (("high", high), ("low", low)):
        values |= {f"{end}_{c}": float(row[c]) for c in ("survival", "lower", "upper")}
    if len(places) != 2:  # noqa: PLR2004 (two have one difference, which nobody picked)
        return message(f"survival.finding_many_{told}", groups=len(places), **values)
    found = curves.difference(horizon, high["group"], low["group"])
    values |= dict(zip(("difference", "lower", "upper"), found, strict=True))
    told = "differ" if bool(found.excludes_zero) else "same"
    return message(f"survival.finding_two_{told}", **values)


def headline(curves: SurvivalCurves, *, landmark: float | None = None) -> Message:
    """Retention of one curve at the largest headline horizon that enough customers support."""
    curve = curves.parts[0]
    horizon = _horizon(curves, [0])
    if horizon is None:
        return message("survival.finding_none", n=curves.n, few=FEW)
    at = curves.at(horizon, exact_ends=True).iloc[0]
    return message(
        "survival.finding_exact" if at["exact"] else "survival.finding",
        what=what_share(horizon, landmark=landmark, start=curve.start),
        share=float(at["survival"]),
        lower=float(at["lower"]),
        upper=float(at["upper"]),
        n=curves.n,
        confidence=curves.confidence,
    )


def _horizon(curves: SurvivalCurves, places: list[int]) -> int | None:
    """The largest headline horizon at which all these groups have enough at risk."""
    for horizon in HORIZONS:
        at = curves.at(horizon).iloc[places]
        if bool(((at["at_risk"] >= FEW) & at["survival"].notna()).all()):
            return horizon
    return None


def what_share(horizon: int, *, landmark: float | None, start: float) -> Message:
    """The share that is spoken of, with what it is conditional on."""
    if landmark is not None:
        return message("survival.what_landmark", horizon=horizon, m=landmark)
    if start > 0:
        return message("survival.what_given", horizon=horizon, start=start)
    return message("survival.what_start", horizon=horizon)
