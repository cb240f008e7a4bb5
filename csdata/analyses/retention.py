"""Retention: how much of each start cohort is left, month by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata import counts
from csdata.analyses import _retention_words as words
from csdata.analyses._retention_count import BY, Counting
from csdata.analyses._standing import MEASURES, Brackets, Measure, brackets
from csdata.analyses._triangle import pooled as pool
from csdata.analyses._triangle import triangle
from csdata.analyses.survival import SurvivalCurves, kaplan_meier
from csdata.analyses.tenures import CLOCKS, lives
from csdata.clock import Clock, Period
from csdata.errors import BadValues, NeedsDates, NeedsEnds, NeedsUsage, NotBuilt, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

PERIODS: tuple[Period, ...] = ("month", "quarter", "year")


@dataclass(frozen=True, eq=False, slots=True)
class Retention:
    """Share of each cohort that is there, by age.

    ``table`` has one row per observed (cohort, age), sorted: ``cohort`` (first day of the period;
    with ``by`` the attribute's value, None where it is missing), ``age`` (int, periods since start,
    from 0; for brackets their first month), ``first`` and ``last`` (the months of a life that the
    cell asks about), ``size``, ``eligible``, ``active`` (int), ``share``, ``lower``, ``upper``
    (float, 0 to 1; over the eligible only; NaN where nobody is), ``step``, ``step_lower``,
    ``step_upper`` (those there at the age before who still are, both over the eligible of this age;
    bounds only where the measure is nested), ``complete`` (bool: every member is eligible),
    ``completes_on`` (the day it will be; missing where it never will), ``conditional`` (bool: the
    cohort began before records did; its share is given survival to the beginning of the records)
    and ``may_rise`` (bool: *on or after* of which fewer than three months have been seen since).

    ``pooled`` is Σ active / Σ eligible over complete cells of the start cohorts, whatever the rows
    of ``table`` are: ``age``, ``first``, ``last``, ``cohorts``, ``eligible``, ``active``,
    ``share``, ``lower``, ``upper``. ``kaplan_meier`` uses every customer as long as they are
    observed: ``age``, ``at_risk`` (just before), ``share``, ``lower``, ``upper``; empty on the
    calendar clock and for measures of use. ``why`` says why the two differ.
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
    measure: Measure = "alive"
    period: Period = "month"
    by: str | None = None
    bracket: Brackets | None = None
    min_quantity: float | None = None
    fiscal_start: int = ck.FISCAL_START


def retention(
    portfolio: Portfolio,
    *,
    cohort: Period = "month",
    measure: Measure = "alive",
    by: str | None = None,
    period: Period = "month",
    clock: Clock = "contract",
    bracket: Brackets | None = None,
    min_quantity: float | None = None,
    fiscal_start: int = ck.FISCAL_START,
) -> Retention:
    """Share of each start cohort that is still there at each later age.

    A customer is eligible at age k when what is asked about month k is over by the as-of date,
    decided from the start alone and never from the outcome; a cell is complete when all members
    are. Months before the usage table begins are unknown, not unused. *On or after k* is eligible
    like *on k* and looks at everything up to the as-of date, so that it is biased low near it:
    those cells are marked ``may_rise``.

    Args:
        portfolio: Customers with ``start`` and ``end`` (first day without a contract; missing =
            still a customer); measures of use need ``usage``, too, and no ``end``.
        cohort: Calendar month, quarter or fiscal year of the start.
        measure: ``"alive"``: under contract, P(T > k). ``"on"``: used in month k;
            ``"on_or_after"``: in month k or later; ``"bracket"``: in any month of the bracket;
            ``"streak"``: in every month 0 … k.
        by: A column of the customers (name or heading): one row per value, over all starts,
            instead of the start cohorts.
        period: Unit of the ages, counted from the start: months, 3 or 12 of them. Use then means
            in any month of the period (*streak*: in every period so far); not for brackets, which
            have lengths of their own.
        clock: ``"contract"`` months from the start day; ``"calendar"`` months, judged on their
            last day.
        bracket: Only for ``"bracket"``: (first, last) month, several of them, or the number of
            months of which one follows the other (default 3; a plan's term suits).
        min_quantity: Only for measures of use: least quantity in a month for it to be used.
            Default: one row with a quantity above 0, or without any.
        fiscal_start: First month of the fiscal year, 1 to 12; default April.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NeedsUsage: A measure of use without a usage table.
        NeedsEnds: ``"alive"`` of customers made from usage, of whom no end is known.
        MissingColumns: There is no column ``by``.
        NotEnoughData: Nobody starts on or before the as-of date.
        BadValues: An impossible bracket or quantity.
        NotBuilt: An option that this version does not offer.

    Source: survivor function of Fader & Hardie (2007), J. Interactive Marketing 21(1); Wilson
    intervals; docs/definitions.md, section Retention.
    """
    _check_options(measure, cohort, period, clock)
    _check_use(measure, bracket, min_quantity)
    _check_data(portfolio, measure, fiscal_start)
    column = None if by is None else portfolio.resolve(by)
    own, carry = (BY, {BY: column}) if column else (None, {})
    lived = lives(portfolio, clock=clock, carry=carry)
    counted = counts.cohort_lives(lived, period=cohort, fiscal_start=fiscal_start)
    count = Counting(portfolio, measure, clock, ck.cohort_months(period), bracket, min_quantity)
    standing = count(counted, own)
    if standing.cells.empty:
        raise NotEnoughData(what=message("retention.needs"), found=0, needed=1)
    whole = triangle(standing)
    table = triangle(standing, by=own) if own else whole
    if measure == "alive" and standing.cells["late"].any():
        table = _with_conditional(table, counted, own)
    pooled = pool(whole)
    curve = _curve(lived) if clock == "contract" and measure == "alive" else None
    overall = _kaplan_meier_row(curve, table)
    n, width = int(standing.cells["n"].sum()), count.width
    return Retention(
        table=table,
        pooled=pooled,
        kaplan_meier=overall,
        cohort=cohort,
        clock=clock,
        definition=words.definition(measure, clock, min_quantity, width=width),
        as_of=portfolio.as_of,
        n=n,
        notes=words.notes(portfolio, lived, standing, table, measure=measure, by=column),
        finding=words.finding(pooled, measure, curve, n=n, width=width),
        why=words.why(pooled, overall, measure),
        measure=measure,
        period=period,
        by=column,
        bracket=bracket,
        min_quantity=min_quantity,
        fiscal_start=fiscal_start,
    )


def _check_options(measure: str, cohort: str, period: str, clock: str) -> None:
    _refuse("measure", measure, MEASURES)
    _refuse("cohort", cohort, PERIODS)
    _refuse("period", period, ("month",) if measure == "bracket" else PERIODS)
    _refuse("clock", clock, CLOCKS)


def _check_use(measure: Measure, bracket: Brackets | None, least: float | None) -> None:
    if measure != "bracket":
        _refuse("bracket", bracket, (None,))
    elif isinstance(bracket, int):
        if bracket < 1 or isinstance(bracket, bool):
            remedy = message("retention.remedy_bracket")
            raise BadValues(where="bracket", found=bracket, remedy=remedy)
    elif bracket is not None:
        brackets(bracket)
    if measure == "alive":
        _refuse("min_quantity", least, (None,))
    elif least is not None and not 0 < least < float("inf"):
        remedy = message("retention.remedy_quantity")
        raise BadValues(where="min_quantity", found=least, remedy=remedy)


def _check_data(portfolio: Portfolio, measure: Measure, fiscal_start: int) -> None:
    ck.check_fiscal_start(fiscal_start)
    if not portfolio.has_dates or portfolio.as_of is None:
        raise NeedsDates(analysis=message("retention.name"))
    if measure == "alive" and portfolio.provenance.first_use:
        raise NeedsEnds(analysis=message("retention.measure.alive"))
    if measure != "alive" and portfolio.usage is None:
        raise NeedsUsage(analysis=message(f"retention.measure.{measure}"))


def _refuse(option: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise NotBuilt(option=option, value=value, choices=[str(c) for c in choices])


def _with_conditional(
    table: pd.DataFrame, lived: nw.LazyFrame[Any], by: str | None
) -> pd.DataFrame:
    """Cohorts seen late show only survivors: their share is given survival to the first record."""
    late = table["conditional"].to_numpy()
    seen = table[late]
    if by is None:
        months = sorted({ck.month_index(c.date()) for c in seen["cohort"]})
        lived = lived.filter(nw.col("cohort").is_in(months))
    curves = kaplan_meier(
        lived.to_native(), duration="duration", event="event", entry="entry", group=by or "cohort"
    )
    at = curves.at(sorted(set(seen["first"])))
    groups = at["group"] if by else [pd.Timestamp(ck.first_of_index(int(g))) for g in at["group"]]
    found = at[["survival", "lower", "upper"]].to_numpy()
    known = dict(zip(zip(groups, at["time"], strict=True), found, strict=True))
    table = table.copy()
    keys = zip(seen["cohort"], seen["first"], strict=True)
    shares = np.array([known[key] for key in keys])
    for i, name in enumerate(("share", "lower", "upper")):
        table.loc[late, name] = shares[:, i]
    table.loc[late, ["step", "step_lower", "step_upper"]] = float("nan")
    return table


def _curve(lived: nw.LazyFrame[Any]) -> SurvivalCurves:
    counted = lived.filter(nw.col("status") == counts.OK)
    return kaplan_meier(counted.to_native(), duration="duration", event="event", entry="entry")


def _kaplan_meier_row(curve: SurvivalCurves | None, table: pd.DataFrame) -> pd.DataFrame:
    """At every age of the triangle as far as somebody is at risk."""
    columns = ["age", "at_risk", "share", "lower", "upper"]
    if curve is None:
        return pd.DataFrame(columns=columns)
    ages = dict(sorted(set(zip(table["first"], table["age"], strict=True))))
    at = curve.at([int(month) for month in ages])
    row = at.rename(columns={"survival": "share"}).assign(age=list(ages.values()))[columns]
    return row[row["share"].notna()].astype({"age": int}).reset_index(drop=True)
