"""Revenue by the time at which customers began: how much of it is left, and whose it is now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata.analyses import _mrr, _ratios
from csdata.analyses._mrr import Bools, Ints, MrrHistory, month_end, month_ends
from csdata.analyses.intervals import Interval
from csdata.analyses.portfolio_survival import FEW
from csdata.clock import Period
from csdata.counts_money import UNITS
from csdata.errors import NotBuilt
from csdata.i18n import Message, message
from csdata.tables import Portfolio

PERIODS = ("month", "quarter", "year")
YEAR = 12
QUARTER = 3


@dataclass(frozen=True, eq=False, slots=True)
class RevenueCohorts:
    """Revenue of each start cohort, by age and by month.

    A cohort are the customers whose first month with revenue lies in one period. ``table`` has one
    row per (cohort, age), sorted: ``cohort`` (first day of the period), ``age`` (months since each
    customer's first month), ``size``, ``eligible`` (customers for whom that age is over),
    ``opening`` (their revenue at age 0), ``mrr`` (at this age), ``share`` = mrr ÷ opening with
    ``lower``, ``upper`` (it can exceed 1), ``complete`` (everybody is eligible), ``completes_on``.

    ``pooled`` is the same for all cohorts together that are complete at an age: ``age``, ``size``
    (customers), ``opening``, ``mrr``, ``share``, ``lower``, ``upper``; at every third age unless
    the cohorts are months, because the intervals take their time. From one age to the next cohorts
    drop out, so that it can rise although every cohort shrinks.

    ``layers`` is the revenue of every month by cohort, to be stacked: ``month`` (last day),
    ``cohort``, ``mrr``, ``customers``.
    """

    table: pd.DataFrame
    layers: pd.DataFrame
    pooled: pd.DataFrame
    cohort: Period
    currency: str | None
    definition: Message
    as_of: dt.date
    n: int
    notes: tuple[Message, ...]
    finding: Message


def revenue_cohorts(
    portfolio: Portfolio, *, cohort: Period = "year", proration: str = "month_end"
) -> RevenueCohorts:
    """Share of each cohort's first revenue that is there at each later age.

    Args:
        portfolio: As for :func:`csdata.mrr_movements`.
        cohort: Calendar month, quarter or fiscal year (from April) of the first revenue.
        proration: As for :func:`csdata.mrr_movements`.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: There is no amount per month.
        NotBuilt: Another ``cohort`` or ``proration``.

    Source: docs/definitions.md, section Revenue; intervals as for
    :func:`csdata.revenue_retention`.
    """
    if cohort not in PERIODS:
        raise NotBuilt(option="cohort", value=cohort, choices=list(PERIODS))
    known = _mrr.history(portfolio, proration=proration)
    months = range(min(known.first, int(known.begun[known.begun >= 0].min())), known.last + 1)
    states = known.states(months)
    began = known.begun - months[0]
    index = ck.cohort_index(known.begun, cohort)
    rows = [
        row
        for first in sorted({int(i) for i in index[known.begun >= 0]})
        for row in _cohort(first, states[:, index == first], began[index == first], months[0])
    ]
    table = pd.DataFrame(rows)
    for column in ("cohort", "completes_on"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    table["complete"] = table["eligible"] == table["size"]
    return RevenueCohorts(
        table=table,
        layers=_layers(known, states, index, months),
        pooled=_pooled(states, began, index, step=1 if cohort == "month" else QUARTER),
        cohort=cohort,
        currency=portfolio.currency,
        definition=message("definition.revenue.cohorts"),
        as_of=known.as_of,
        n=int((known.begun >= 0).sum()),
        notes=known.notes,
        finding=_finding(table, cohort),
    )


def _cohort(first: int, states: Ints, began: Ints, origin: int) -> Iterator[dict[str, Any]]:
    """The rows of one cohort: ages as long as anybody has reached them."""
    last = len(states) - 1
    ages = np.arange(last - int(began.min()) + 1)
    at = began[None, :] + ages[:, None]
    eligible = at <= last
    who = np.arange(states.shape[1])
    now = np.where(eligible, states[np.minimum(at, last), who], 0)
    opening = np.where(eligible, states[began, who], 0)
    found = _share(now, opening, eligible)
    newest = int(began.max()) + origin
    for age in ages:
        yield {
            "cohort": ck.first_of_index(first),
            "age": int(age),
            "size": len(who),
            "eligible": int(eligible[age].sum()),
            "opening": float(opening[age].sum()) / UNITS,
            "mrr": float(now[age].sum()) / UNITS,
            "share": float(found.estimate[age]),
            "lower": float(found.lower[age]),
            "upper": float(found.upper[age]),
            "completes_on": month_end(newest + int(age)),
        }


def _share(now: Ints, opening: Ints, who: Bools) -> Interval:
    return _ratios.ratios({"now": now, "opening": opening}, {"x": ("now", "opening")}, who)["x"]


def _pooled(states: Ints, began: Ints, index: Ints, *, step: int) -> pd.DataFrame:
    """All cohorts that are complete at an age, together."""
    last, ever = len(states) - 1, began >= 0
    newest = {first: int(began[index == first].max()) for first in np.unique(index[ever])}
    until = np.array([last - newest.get(first, last + 1) for first in index])
    ages = np.arange(0, int(until[ever].max()) + 1, step)
    members = ever[None, :] & (until[None, :] >= ages[:, None])
    at = np.minimum(began[None, :] + ages[:, None], last)
    who = np.arange(states.shape[1])
    now, opening = np.where(members, states[at, who], 0), np.where(members, states[began, who], 0)
    found = _share(now, opening, members)
    return pd.DataFrame(
        {
            "age": ages,
            "size": members.sum(axis=1),
            "opening": opening.sum(axis=1) / UNITS,
            "mrr": now.sum(axis=1) / UNITS,
            "share": found.estimate,
            "lower": found.lower,
            "upper": found.upper,
        }
    )


def _layers(known: MrrHistory, states: Ints, index: Ints, months: range) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    for first in sorted({int(i) for i in index[known.begun >= 0]}):
        own = states[:, index == first]
        part = pd.DataFrame({"month": month_ends(months), "cohort": ck.first_of_index(first)})
        part["mrr"] = own.sum(axis=1) / UNITS
        part["customers"] = (own > 0).sum(axis=1)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    table["cohort"] = pd.to_datetime(table["cohort"]).astype("datetime64[us]")
    return table.sort_values(["month", "cohort"], ignore_index=True)


def _finding(table: pd.DataFrame, cohort: Period) -> Message:
    """The newest cohort that is complete at twelve months and large enough to speak of."""
    ready = table[(table["age"] == YEAR) & table["complete"] & (table["eligible"] >= FEW)]
    if ready.empty:
        return message("revenue.finding_cohorts_none")
    row = ready.iloc[-1]
    return message(
        "revenue.finding_cohorts",
        since=_named(pd.Timestamp(row["cohort"]).date(), cohort),
        months=YEAR,
        share=float(row["share"]),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        n=int(row["eligible"]),
    )


def _named(day: dt.date, cohort: Period) -> Message:
    """What a period is called that begins on ``day``."""
    year = day.year if cohort == "month" else ck.fiscal_year(day)
    quarter = (day.month - ck.FISCAL_START) % YEAR // 3 + 1
    return message(f"chart.cohort_{cohort}", year=year, month=f"{day.month:02d}", quarter=quarter)
