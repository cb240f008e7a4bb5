"""The renewal clock: how many leave at their first, second, third … renewal, by contract term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata import counts_renewals as cr
from csdata.analyses.intervals import wilson
from csdata.analyses.portfolio_survival import FEW
from csdata.clock import from_day_number
from csdata.errors import BadValues, NeedsDates, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

RENEWED_WITHIN: Final = 30
"""Days between the end of a contract and the start of the one that follows it."""

NEXT_DAYS: Final = 90


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RenewalClock:
    """Contracts at their renewal dates.

    ``table`` has one row per term and renewal: ``term`` (months), ``renewal`` (1 = the first of
    the customer's life; NaN, last: not known), ``due`` (contracts that came up), ``left`` (with
    nothing to follow), ``share`` (left ÷ due), ``lower``, ``upper`` (Wilson), ``small`` (fewer than
    5 due).

    ``midterm`` counts who left between two renewal dates: ``term``, ``renewal`` (the one they did
    not reach), ``left``; they are in no ``due``. ``upcoming`` lists the running contracts with a
    renewal date in the next days: ``customer_id``, ``day``, ``term``, ``renewal``, ``followed``
    (another contract runs on).
    """

    table: pd.DataFrame
    midterm: pd.DataFrame
    upcoming: pd.DataFrame
    settled: dt.date
    definition: Message
    as_of: dt.date
    n: int
    notes: tuple[Message, ...]
    finding: Message


def renewal_clock(
    portfolio: Portfolio, *, renewed_within: int = RENEWED_WITHIN, next_days: int = NEXT_DAYS
) -> RenewalClock:
    """Share of the contracts that leave at each renewal date, with its own denominators.

    A contract with a term of m months comes up m, 2m … months after its start, as long as it runs.
    It has left when it ends on such a date and no other contract of the customer runs on or starts
    within ``renewed_within`` days. Dates of the last ``renewed_within`` days before the as-of date
    are not settled yet and in no figure.

    Args:
        portfolio: Needs ``contracts``, best with ``end`` and ``term_months``; without a term the
            length of a contract is taken for it, if it is a whole number of months.
        renewed_within: Days between an end and the start of what follows it.
        next_days: How far ahead ``upcoming`` looks.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: There are no contracts, or none has a term.
        BadValues: A number of days is negative.

    Source: docs/definitions.md, section Survival.
    """
    if portfolio.as_of is None or not portfolio.has_dates:
        raise NeedsDates(analysis=message("renewals.name"))
    if min(renewed_within, next_days) < 0:
        found = min(renewed_within, next_days)
        raise BadValues(where="days", found=found, remedy=message("survival.remedy.landmark"))
    if portfolio.contracts is None:
        raise NotEnoughData(found=0, needed=1, what=message("renewals.what"))
    as_of = portfolio.as_of
    settled = as_of - dt.timedelta(days=renewed_within)
    rows = cr.contract_terms(
        portfolio.customers,
        portfolio.contracts,
        settled=settled,
        within_days=renewed_within,
        observed_from=portfolio.observed_from,
    )
    counted = cr.count_terms(rows)
    known = counted[counted["term"].notna()]
    if known.empty:
        raise NotEnoughData(found=0, needed=1, what=message("renewals.what"))
    table, midterm = _table(known), _midterm(known)
    return RenewalClock(
        table=table,
        midterm=midterm,
        upcoming=_upcoming(rows, as_of, next_days),
        settled=settled,
        definition=message("definition.renewals.clock", days=renewed_within),
        as_of=as_of,
        n=int(table["due"].sum()),
        notes=_notes(counted, table, midterm, settled),
        finding=_finding(table),
    )


def _table(counted: pd.DataFrame) -> pd.DataFrame:
    rows = pd.DataFrame(list(_dates(counted)), columns=["term", "renewal", "due", "left"])
    table = rows.groupby(["term", "renewal"], dropna=False, as_index=False).sum()
    share = wilson(table["left"], table["due"])
    table = table.assign(share=share.estimate, lower=share.lower, upper=share.upper)
    return table.assign(small=table["due"] < FEW).astype({"term": int, "due": int, "left": int})


def _dates(counted: pd.DataFrame) -> Iterator[tuple[float, float, int, int]]:
    """Every renewal date that the counted contracts came up at: term, which, due, left."""
    row: Any
    for row in counted.itertuples(index=False):
        for k in range(int(row.skipped) + 1, int(row.passed) + 1):
            last = k == int(row.passed) and row.ending == "left"
            yield row.term, row.before + k, row.n, row.n if last else 0


def _midterm(counted: pd.DataFrame) -> pd.DataFrame:
    left = counted[(counted["ending"] == "midterm") & (counted["passed"] >= counted["skipped"])]
    left = left.assign(renewal=left["before"] + left["passed"] + 1)
    table = left.groupby(["term", "renewal"], dropna=False)[["n"]].sum().reset_index()
    return table.rename(columns={"n": "left"}).astype({"term": int, "left": int})


def _upcoming(rows: Any, as_of: dt.date, days: int) -> pd.DataFrame:
    # The first day without a contract is the day after the last one with it.
    first, last = as_of, as_of + dt.timedelta(days=days + 1)
    table = cr.due_between(rows, after=first, until=last)
    dates = pd.to_datetime([from_day_number(int(day)) for day in table["day"]])
    return table.assign(day=dates, followed=table["followed"].astype(bool)).astype({"term": int})


def _notes(
    counted: pd.DataFrame, table: pd.DataFrame, midterm: pd.DataFrame, settled: dt.date
) -> tuple[Message, ...]:
    notes = [message("renewals.settled", day=settled)]
    if n := int(counted.loc[counted["term"].isna(), "n"].sum()):
        notes.append(message("renewals.no_term", n=n))
    if n := int(midterm["left"].sum()):
        notes.append(message("renewals.midterm", n=n))
    if n := int(table.loc[table["renewal"].isna(), "due"].sum()):
        notes.append(message("renewals.unknown", n=n))
    return tuple(notes)


def _finding(table: pd.DataFrame) -> Message:
    """The first renewal of the commonest term that has enough contracts."""
    first = table[(table["renewal"] == 1) & ~table["small"]]
    if first.empty:
        return message("renewals.finding_none", few=FEW)
    row = first.iloc[int(np.argmax(first["due"]))]
    values = {name: float(row[name]) for name in ("share", "lower", "upper")}
    return message(
        "renewals.finding",
        term=int(row["term"]),
        left=int(row["left"]),
        n=int(row["due"]),
        **values,
    )
