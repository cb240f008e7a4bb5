"""Retention: how much of each start cohort is left, month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from csdata import clock as ck
from csdata import counts
from csdata.analyses import intervals
from csdata.analyses.portfolio_survival import FEW, HORIZONS, headline
from csdata.analyses.survival import SurvivalCurves, kaplan_meier
from csdata.analyses.tenures import CLOCKS, life_notes, lives
from csdata.clock import Clock, Period
from csdata.errors import NeedsDates, NotBuilt, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio


@dataclass(frozen=True, eq=False, slots=True)
class Retention:
    """Share of each cohort still under contract, by age.

    ``table`` has one row per observed (cohort, age), sorted: ``cohort`` (first day of the period),
    ``age`` (int, months since start, from 0), ``size``, ``eligible``, ``active`` (int), ``share``,
    ``lower``, ``upper`` (float, 0 to 1; over the eligible only), ``complete`` (bool: every member
    is eligible), ``completes_on`` (the day it will be) and ``conditional`` (bool: the cohort began
    before records did; its share is given survival to the beginning of the records).

    ``pooled`` is Σ active / Σ eligible over complete cells: ``age``, ``cohorts``, ``eligible``,
    ``active``, ``share``, ``lower``, ``upper``. ``kaplan_meier`` uses every customer as long as
    they are observed: ``age``, ``at_risk`` (just before), ``share``, ``lower``, ``upper``; empty on
    the calendar clock. ``why`` says why the two differ.
    """

    table: pd.DataFrame
    pooled: pd.DataFrame
    kaplan_meier: pd.DataFrame
    cohort: Period
    clock: Clock
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message
    why: Message


def retention(
    portfolio: Portfolio,
    *,
    cohort: Period = "month",
    measure: str = "alive",
    by: str | None = None,
    period: Period = "month",
    clock: Clock = "contract",
    bracket: Any = None,
    min_quantity: float | None = None,
) -> Retention:
    """Share of each start cohort still under contract at each later age.

    A customer is eligible at age k when the k-th boundary lies on or before the as-of date, decided
    from the start alone and never from the outcome; a cell is complete when all members are.

    Args:
        portfolio: Customers with ``start`` and ``end`` (first day without a contract; missing =
            still a customer).
        cohort: Calendar month, quarter or fiscal year (from April) of the start.
        measure: ``"alive"``: under contract, P(T > k).
        period: Unit of the ages; ``"month"``.
        clock: ``"contract"`` months from the start day; ``"calendar"`` months, judged on their
            last day.
        by: Not built; leave it out.
        bracket: Not built; leave it out.
        min_quantity: Not built; leave it out.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: Nobody starts on or before the as-of date.
        NotBuilt: An option that this version does not offer.

    Source: survivor function of Fader & Hardie (2007), J. Interactive Marketing 21(1); Wilson
    intervals; docs/definitions.md, section Retention.
    """
    _refuse("measure", measure, ("alive",))
    _refuse("cohort", cohort, ("month", "quarter", "year"))
    _refuse("period", period, ("month",))
    _refuse("clock", clock, CLOCKS)
    for option, value in (("by", by), ("bracket", bracket), ("min_quantity", min_quantity)):
        _refuse(option, value, (None,))
    if not portfolio.has_dates or portfolio.as_of is None:
        raise NeedsDates(analysis=message("retention.name"))
    lived = lives(portfolio, clock=clock)
    cells = counts.count_cohorts(lived, period=cohort)
    if cells.empty:
        raise NotEnoughData(what=message("retention.needs"), found=0, needed=1)
    table = _triangle(cells, as_of=portfolio.as_of, clock=clock)
    late = int(cells["late"].sum())
    if late:
        table = _with_conditional(table, counts.cohort_lives(lived, period=cohort))
    pooled = _pooled(table)
    ages = range(int(table["age"].max()) + 1)
    curve = _curve(lived) if clock == "contract" else None
    overall = _kaplan_meier_row(curve, ages)
    notes = life_notes(portfolio, lived)
    if late:
        notes = (*notes, message("status.late_entry", n=late))
    n = int(cells["n"].sum())
    return Retention(
        table=table,
        pooled=pooled,
        kaplan_meier=overall,
        cohort=cohort,
        clock=clock,
        definition=message(f"definition.retention.alive_{clock}"),
        as_of=portfolio.as_of,
        n=n,
        notes=notes,
        finding=headline(curve) if curve else _finding(pooled, n=n),
        why=_why(pooled, overall),
    )


def _refuse(option: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise NotBuilt(option=option, value=value, choices=[str(c) for c in choices])


def _triangle(cells: pd.DataFrame, *, as_of: dt.date, clock: Clock) -> pd.DataFrame:
    """One row per cohort and age at which somebody's outcome is known."""
    rows = [
        row
        for index in sorted(cells["cohort"].unique())
        for row in _row(int(index), cells[cells["cohort"] == index], clock)
    ]
    table = pd.DataFrame(rows)
    table["cohort"] = pd.to_datetime(table["cohort"]).astype("datetime64[us]")
    table["completes_on"] = pd.to_datetime(table["completes_on"]).astype("datetime64[us]")
    found = intervals.wilson(table["active"], table["eligible"])
    table["share"], table["lower"], table["upper"] = found
    table["complete"] = table["completes_on"] <= pd.Timestamp(as_of)
    return table[
        [
            *("cohort", "age", "size", "eligible", "active", "share", "lower", "upper"),
            *("complete", "completes_on", "conditional"),
        ]
    ]


def _row(index: int, part: pd.DataFrame, clock: Clock) -> Iterator[dict[str, object]]:
    n = part["n"].to_numpy()
    follow, last = part["follow"].to_numpy(), part["last"].to_numpy()
    newest = pd.Timestamp(part["newest"].max()).date()
    for age in range(int(follow.max()) + 1):
        known = follow >= age
        yield {
            "cohort": ck.first_of_index(index),
            "age": age,
            "size": int(n.sum()),
            "eligible": int(n[known].sum()),
            "active": int(n[known & (last >= age)].sum()),
            "completes_on": _completes(newest, age, clock),
            "conditional": bool(part["late"].sum()),
        }


def _completes(newest: dt.date, age: int, clock: Clock) -> dt.date:
    """The day on which the youngest member's outcome at ``age`` is known."""
    if clock == "contract":
        return ck.boundary(newest, age)
    return ck.month_end(ck.first_of_index(ck.month_index(newest) + age))


def _with_conditional(table: pd.DataFrame, lived: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Cohorts seen late show only survivors: their share is given survival to the first record."""
    late = table["conditional"].to_numpy()
    seen = table[late]
    months = sorted({ck.month_index(c.date()) for c in seen["cohort"]})
    curves = kaplan_meier(
        lived.filter(nw.col("cohort").is_in(months)).to_native(),
        duration="duration",
        event="event",
        entry="entry",
        group="cohort",
    )
    at = curves.at(sorted(set(seen["age"])))
    at["cohort"] = [pd.Timestamp(ck.first_of_index(int(g))) for g in at["group"]]
    known = at.set_index(["cohort", "time"])[["survival", "lower", "upper"]]
    keys = list(zip(seen["cohort"], seen["age"], strict=True))
    table = table.copy()
    table.loc[late, ["share", "lower", "upper"]] = known.reindex(keys).to_numpy()
    return table


def _pooled(table: pd.DataFrame) -> pd.DataFrame:
    """Σ active / Σ eligible over the complete cells, cohorts at 0 % included."""
    complete = table[table["complete"] & ~table["conditional"]]
    pooled = (
        complete.groupby("age")
        .agg(cohorts=("cohort", "size"), eligible=("eligible", "sum"), active=("active", "sum"))
        .reset_index()
    )
    found = intervals.wilson(pooled["active"], pooled["eligible"])
    return pooled.assign(share=found.estimate, lower=found.lower, upper=found.upper)


def _curve(lived: nw.LazyFrame[Any]) -> SurvivalCurves:
    counted = lived.filter(nw.col("status") == counts.OK)
    return kaplan_meier(counted.to_native(), duration="duration", event="event", entry="entry")


def _kaplan_meier_row(curve: SurvivalCurves | None, ages: range) -> pd.DataFrame:
    columns = ["age", "at_risk", "share", "lower", "upper"]
    if curve is None:
        return pd.DataFrame(columns=columns)
    at = curve.at(list(ages))
    row = at.rename(columns={"time": "age", "survival": "share"})[columns]
    return row[row["share"].notna()].astype({"age": int}).reset_index(drop=True)


def _finding(pooled: pd.DataFrame, *, n: int) -> Message:
    """The pooled share at the largest usual age that enough customers support."""
    for age in HORIZONS:
        found = pooled[(pooled["age"] == age) & (pooled["eligible"] >= FEW)]
        if len(found):
            share, lower, upper = (float(found[c].iloc[0]) for c in ("share", "lower", "upper"))
            return message("retention.finding", age=age, share=share, lower=lower, upper=upper, n=n)
    return message("retention.finding_none", n=n)


def _why(pooled: pd.DataFrame, overall: pd.DataFrame) -> Message:
    """Where the pooled row and Kaplan–Meier differ most, and why they do."""
    both = pooled.merge(overall, on="age", suffixes=("", "_km"))
    both = both[(both["eligible"] >= FEW) & (both["at_risk"] >= FEW)]
    if both.empty:
        return message("retention.why_pooled_only")
    gap = (both["share"] - both["share_km"]).abs()
    worst = both.iloc[int(gap.to_numpy().argmax())]
    return message(
        "retention.why",
        age=int(worst["age"]),
        pooled=float(worst["share"]),
        km=float(worst["share_km"]),
    )
