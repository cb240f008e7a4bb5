"""The contracts that come up for renewal, and at which renewal most were lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata import counts_periods as cp
from csdata.analyses import intervals
from csdata.analyses.overview.result import AHEAD, Change, Figure, money
from csdata.analyses.revenue_retention import RENEWED_WITHIN, RevenueRetention
from csdata.i18n import Message, message
from csdata.tables import Portfolio

Floats = NDArray[np.float64]

_COLUMNS: Final = ("customer_id", "start", "end", "mrr", "followed")


@dataclass(frozen=True, eq=False, slots=True)
class Due:
    """Contracts due in the coming days and in as many before; why there are none."""

    today: dt.date | None
    ahead: pd.DataFrame
    before: pd.DataFrame
    why: str = ""


def due(portfolio: Portfolio) -> Due:
    """Contracts whose last day lies in the next 90 days, or in the last 90 with the as-of date.

    Counted from the last day that the files know about: where an analysis waits for late renewals
    its own day lies earlier, and the coming days begin today all the same.
    """
    nothing = pd.DataFrame(columns=list(_COLUMNS))
    today = portfolio.provenance.stated_as_of or portfolio.as_of
    if not portfolio.has_dates or today is None:
        return Due(None, nothing, nothing, "dates")
    contracts = portfolio.contracts if "end" in portfolio.columns("contracts") else None
    if contracts is None and "end" not in portfolio.columns("customers"):
        return Due(today, nothing, nothing, "contracts")
    rows = cp.dated_terms(portfolio.customers, contracts)
    # An end is the first day without a contract, so it lies a day behind the last one with it.
    tomorrow = today + dt.timedelta(days=1)
    if not cp.any_end_after(rows, tomorrow):
        why = "contracts" if contracts is None else "future_ends"
        return Due(today, nothing, nothing, why)
    span = dt.timedelta(days=AHEAD)
    ahead, before = (
        cp.due_between(rows, after=after, until=until, within_days=RENEWED_WITHIN)
        for after, until in ((tomorrow, tomorrow + span), (tomorrow - span, tomorrow))
    )
    return Due(today, ahead, before)


def renewals(portfolio: Portfolio, known: Due, retained: RevenueRetention | None) -> Figure:
    """How many contracts are due in the next 90 days."""
    definition = message("overview.definition.renewals", days=AHEAD)
    if known.why or known.today is None:
        why = known.why or "dates"
        return Figure(
            key="renewals",
            unit="contracts",
            definition=definition,
            missing=message(f"overview.missing.{why}"),
            remedy=message(f"overview.get.{why}"),
        )
    ahead, before, span = known.ahead, known.before, dt.timedelta(days=AHEAD)
    return Figure(
        key="renewals",
        value=float(len(ahead)),
        unit="contracts",
        n=int(ahead["customer_id"].nunique()),
        base=message(
            "overview.base.renewals",
            n=int(ahead["customer_id"].nunique()),
            until=known.today + span,
        ),
        definition=definition,
        since=known.today + dt.timedelta(days=1),
        until=known.today + span,
        details=_details(portfolio, ahead, retained),
        change=Change(
            now=float(len(ahead)),
            then=float(len(before)),
            difference=float(len(ahead) - len(before)),
            unit="contracts",
            n=int(before["customer_id"].nunique()),
            since=known.today - span + dt.timedelta(days=1),
            until=known.today,
        ),
        currency=portfolio.currency,
    )


def _details(
    portfolio: Portfolio, ahead: pd.DataFrame, retained: RevenueRetention | None
) -> tuple[Message, ...]:
    found: list[Message] = []
    amounts = ahead["mrr"].dropna()
    if len(amounts):
        total = money(float(amounts.sum()), portfolio.currency)
        found.append(message("overview.detail.due_mrr", amount=total))
    if followed := int(ahead["followed"].sum()):
        found.append(message("overview.detail.followed", n=followed))
    rates = None if retained is None else retained.rates
    if rates is not None and len(own := rates[rates["measure"] == "renewal"]):
        row = own.iloc[-1]
        if not pd.isna(row["value"]):
            found.append(
                message(
                    "overview.detail.renewal_rate",
                    since=row["since"].date(),
                    until=row["until"].date() - dt.timedelta(days=1),
                    share=row["value"],
                    lower=row["lower"],
                    upper=row["upper"],
                    n=int(row["denominator"]),
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The n-th renewal of contracts of one term, against all other renewals."""

    term: int
    number: int
    due: int
    lost: int
    others: int
    others_lost: int
    p_value: float

    def say(self) -> Message:
        """What was lost at it, and at the others."""
        own = intervals.wilson(self.lost, self.due)
        rest = intervals.wilson(self.others_lost, self.others)
        told: dict[str, float] = {}
        for name, found in (("share", own), ("rest", rest)):
            told |= {name: float(found.estimate)}
            told |= {f"{name}_lower": float(found.lower), f"{name}_upper": float(found.upper)}
        return message(
            "overview.says.renewal",
            term=self.term,
            number=self.number,
            due=self.due,
            lost=self.lost,
            **told,
        )


_EXPECTED: Final = 5.0
"""Contracts that would be lost anyway; with fewer a renewal is not looked at."""


def lost_at(portfolio: Portfolio) -> list[Renewal]:
    """The renewals at which more than at the others were lost, whether or not by chance.

    Source: Fisher's exact test, two-sided by doubling.
    """
    today = portfolio.provenance.stated_as_of or portfolio.as_of
    if "end" not in portfolio.columns("contracts") or today is None or not portfolio.has_dates:
        return []
    table = cp.renewals_by_number(
        portfolio.customers,
        portfolio.contracts,
        settled=today - dt.timedelta(days=RENEWED_WITHIN),
        within_days=RENEWED_WITHIN,
        observed_from=portfolio.observed_from,
    )
    if table.empty:
        return []
    all_due, all_lost = int(table["due"].sum()), int(table["lost"].sum())
    found: list[Renewal] = []
    for _, row in table.iterrows():
        due, lost = int(row["due"]), int(row["lost"])
        if due * all_lost < _EXPECTED * all_due or all_due == due:
            continue
        p = more_than_by_chance(lost, due, all_lost, all_due)
        others = (all_due - due, all_lost - lost)
        found.append(Renewal(int(row["term"]), int(row["number"]), due, lost, *others, p))
    return found


def more_than_by_chance(lost: int, due: int, all_lost: int, all_due: int) -> float:
    """Twice the probability of as many lost, or more, had all renewals been alike."""
    from scipy.special import gammaln  # scipy.stats has it ready, and takes a second to load

    def ways(of: int, k: Floats) -> Floats:
        return gammaln(of + 1) - gammaln(k + 1) - gammaln(of - k + 1)

    k = np.arange(lost, min(due, all_lost) + 1, dtype=float)
    total = float(ways(all_due, np.array([float(due)]))[0])
    log = ways(all_lost, k) + ways(all_due - all_lost, due - k) - total
    return min(1.0, 2 * float(np.exp(log).sum()))
