"""NRR, GRR and the monthly revenue, each against the period before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csdata.analyses import _mrr, _ratios
from csdata.analyses.intervals import Interval
from csdata.analyses.mrr_movements import MrrMovements, movements_of
from csdata.analyses.overview.result import YEAR, Change, Figure, Key, money
from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.revenue_retention import RevenueRetention, retained_of
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio


@dataclass(frozen=True, eq=False, slots=True)
class Revenue:
    """What is known of the money; None where it is not. The history is read once for all of it."""

    history: _mrr.MrrHistory | None
    movements: MrrMovements | None
    retained: RevenueRetention | None
    gross_change: Interval


def revenue(portfolio: Portfolio) -> Revenue | None:
    """None where customers have no dates, or nothing says what anybody pays."""
    if not portfolio.has_dates or not has_amounts(portfolio):
        return None
    nothing = Interval(np.nan, np.nan, np.nan)
    try:
        known = _mrr.history(portfolio)
    except NotEnoughData:
        return Revenue(None, None, None, nothing)
    movements = movements_of(portfolio, known)
    try:
        retained = retained_of(portfolio, known, months=YEAR)
    except NotEnoughData:
        return Revenue(known, movements, None, nothing)
    return Revenue(known, movements, retained, _gross_change(known))


def has_amounts(portfolio: Portfolio) -> bool:
    """Whether contracts or customers have an amount per month."""
    return any("mrr" in portfolio.columns(role) for role in ("contracts", "customers"))


def _gross_change(known: _mrr.MrrHistory) -> Interval:
    """GRR now less that of a year earlier, the same customers in every draw."""
    if known.last - known.first + 1 < 2 * YEAR:
        return Interval(np.nan, np.nan, np.nan)
    early, middle, now = known.states([known.last - k * YEAR for k in (2, 1, 0)])
    return _ratios.change((np.minimum(middle, now), middle), (np.minimum(early, middle), early))


def figures(portfolio: Portfolio, known: Revenue | None) -> tuple[Figure, Figure, Figure]:
    """NRR, GRR, MRR."""
    if known is None or known.movements is None:
        why, how = _no_money(portfolio, known)
        return _lacking("nrr", why, how), _lacking("grr", why, how), _lacking("mrr", why, how)
    total = _mrr_figure(known.movements)
    if known.retained is None:
        found = len(known.movements.table)
        why = message("overview.missing.history", found=found, needed=YEAR + 1)
        how = message("overview.get.history")
        return _lacking("nrr", why, how), _lacking("grr", why, how), total
    gaps = {"nrr": known.retained.change, "grr": known.gross_change}
    nrr, grr = (_ratio(known.retained, key, gaps[key]) for key in ("nrr", "grr"))
    return nrr, grr, total


def _no_money(portfolio: Portfolio, known: Revenue | None) -> tuple[Message, Message]:
    if not portfolio.has_dates:
        return message("overview.missing.dates"), message("overview.get.dates")
    if known is None:
        return message("overview.missing.amounts"), message("overview.get.amounts")
    return message("overview.missing.no_month"), message("overview.get.amounts_filled")


def _lacking(key: Key, why: Message, how: Message) -> Figure:
    return Figure(
        key=key,
        unit="money" if key == "mrr" else "share",
        definition=message(f"overview.definition.{key}"),
        page="revenue",
        missing=why,
        remedy=how,
    )


def _ratio(result: RevenueRetention, key: Key, gap: Interval) -> Figure:
    """A share of the revenue of a year ago."""
    latest = result.table.iloc[-1]
    n = int(latest["customers"])
    if n < FEW:
        why = message("overview.missing.few_paying", n=n, few=FEW, day=_day(latest["since"]))
        return _lacking(key, why, message("overview.get.few_paying"))
    change, no_change = _ratio_change(result, key, gap)
    constant = [m for m in result.notes if m.key == "revenue.constant"]
    return Figure(
        key=key,
        value=float(latest[key]),
        lower=float(latest[f"{key}_lower"]),
        upper=float(latest[f"{key}_upper"]),
        unit="share",
        n=n,
        base=message(
            # Once is enough: the two stand side by side.
            "overview.base.opening" if key == "nrr" else "overview.base.opening_same",
            day=_day(latest["since"]),
            n=n,
            opening=money(float(latest["opening"]), result.currency),
        ),
        definition=message(f"overview.definition.{key}"),
        since=_day(latest["since"]) + dt.timedelta(days=1),
        until=_day(latest["month"]),
        details=(message("overview.detail.constant"),) if constant else (),
        change=change,
        no_change=no_change,
        page="revenue",
        setting={"window": str(YEAR)},
    )


def _ratio_change(
    result: RevenueRetention, key: Key, gap: Interval
) -> tuple[Change | None, Message | None]:
    latest = result.table.iloc[-1]
    earlier = result.table[result.table["month"] == latest["since"]]
    if earlier.empty:
        return None, message("overview.no_change.history", needed=2 * YEAR + 1)
    before = earlier.iloc[0]
    if before["customers"] < FEW:
        day = _day(before["since"])
        n = int(before["customers"])
        return None, message("overview.no_change.few", n=n, day=day, few=FEW)
    if np.isnan(gap.lower):
        return None, message("overview.no_change.interval")
    return Change(
        now=float(latest[key]),
        then=float(before[key]),
        difference=float(gap.estimate),
        lower=float(gap.lower),
        upper=float(gap.upper),
        unit="share",
        n=int(before["customers"]),
        since=_day(before["since"]) + dt.timedelta(days=1),
        until=_day(before["month"]),
    ), None


def _mrr_figure(movements: MrrMovements) -> Figure:
    """The revenue of the last month that is over, and of the one before: totals."""
    table, currency = movements.table, movements.currency
    last = table.iloc[-1]
    details: list[Message] = []
    if len(table) > YEAR:
        year = table.iloc[-1 - YEAR]
        details.append(
            message(
                "overview.detail.year_ago",
                day=_day(year["month"]),
                amount=money(float(year["closing"]), currency),
            )
        )
    change, why = None, None
    if len(table) > 1:
        before = table.iloc[-2]
        end = _day(before["month"])
        change = Change(
            now=float(last["closing"]),
            then=float(before["closing"]),
            difference=float(last["closing"] - before["closing"]),
            unit="money",
            n=int(before["customers"]),
            since=end,
            until=end,
        )
    else:
        why = message("overview.no_change.month")
    return Figure(
        key="mrr",
        value=float(last["closing"]),
        unit="money",
        n=int(last["customers"]),
        base=message("overview.base.mrr", day=_day(last["month"]), n=int(last["customers"])),
        definition=message("overview.definition.mrr"),
        until=_day(last["month"]),
        details=tuple(details),
        change=change,
        no_change=why,
        page="revenue",
        setting={"year": "last"},
        currency=currency,
    )


def _day(moment: object) -> dt.date:
    return pd.Timestamp(str(moment)).date()
