"""One customer: contracts, money, use and touches on one axis of time, and what they amount to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata import counts_customer as cc
from csdata.analyses import _customer_gaps, _customer_place
from csdata.analyses._customer_place import Mates, Place
from csdata.counts_money import UNITS
from csdata.errors import BadValues, NeedsDates
from csdata.i18n import Message, message
from csdata.i18n.money import Money
from csdata.tables import Portfolio

RECENT: Final = 3
"""Whole months that "lately" means."""


@dataclass(frozen=True, eq=False, slots=True)
class Customer:
    """All that is known of one customer, ready to be drawn.

    ``terms``: one row per contract, by start: ``start``, ``end`` (first day without; NaT: running),
    ``plan`` (None: unknown), ``mrr`` (NaN: unknown); without contracts one row of the customer's
    own dates, and ``from_contracts`` is False. ``money``: ``date`` and ``mrr``, the monthly amount
    from that day on; empty where no amount is known. ``amount``: the one in force on the as-of
    date, else the last before it (NaN: none), whose last day is ``amount_until`` (None: in force).
    ``use``: ``month`` (first day), ``category``, ``quantity``; ``counted`` says what that counts,
    "quantity" or "rows". ``touches``: ``date``, ``kind``, ``score``, ``note``. ``events``:
    ``event`` ("start" or "first_use", "notice", "last_day"), ``date``.

    ``place`` is where the customer stands among those who began in the same fiscal year; ``gaps``
    are sentences on what is missing, each with its remedy. ``standing``: "staying", "left",
    "later" (starts after the as-of date) or "unknown" (made of records of use, or without a start).
    """

    customer_id: str
    name: str | None
    standing: str
    terms: pd.DataFrame
    from_contracts: bool
    money: pd.DataFrame
    amount: float
    amount_until: dt.date | None
    use: pd.DataFrame
    counted: str
    touches: pd.DataFrame
    events: pd.DataFrame
    place: Place
    gaps: tuple[Message, ...]
    currency: str | None
    definition: Message
    as_of: dt.date
    n: int
    notes: tuple[Message, ...]
    finding: Message


def mates(portfolio: Portfolio, *, fiscal_start: int = ck.FISCAL_START) -> Mates:
    """What the places of all customers are read from; counted once where many are looked at.

    Raises:
        BadValues: ``fiscal_start`` is no month from 1 to 12.
        NeedsDates: The customers have tenures but no dates.
    """
    ck.check_fiscal_start(fiscal_start)
    if not portfolio.has_dates or portfolio.as_of is None:
        raise NeedsDates(analysis=message("customer.analysis"))
    return _customer_place.mates(portfolio, recent=RECENT, fiscal_start=fiscal_start)


def customer(portfolio: Portfolio, customer_id: str, *, everybody: Mates | None = None) -> Customer:
    """The history of one customer, their place in their cohort, and what the files lack of them.

    Args:
        portfolio: Customers with dates; contracts, usage and touches as far as there are any.
        customer_id: Whose.
        everybody: From :func:`mates` of the same portfolio; counted anew when it is not given.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        BadValues: There is no such customer.

    Source: docs/definitions.md, sections Clock and Revenue.
    """
    if not portfolio.has_dates or portfolio.as_of is None:
        raise NeedsDates(analysis=message("customer.analysis"))
    found = cc.rows_of(portfolio.customers, customer_id)
    if found.empty:
        where, remedy = "customer_id", message("customer.remedy")
        raise BadValues(where=where, found=customer_id, remedy=remedy)
    own = found.iloc[0]
    rows = {
        role: None if frame is None else cc.rows_of(frame, customer_id, by=by)
        for role, frame, by in (
            ("contracts", portfolio.contracts, "start"),
            ("usage", portfolio.usage, "date"),
            ("touches", portfolio.touches, "date"),
        )
    }
    terms, from_contracts = _terms(own, rows["contracts"])
    if portfolio.provenance.first_use:
        terms = terms.iloc[:0]  # a first purchase is no contract
    money = _money(_paying(portfolio, own, rows["contracts"]))
    amount, amount_until = _amount(money, portfolio.as_of)
    use, counted = _use(rows["usage"])
    standing = _standing(own, portfolio)
    notice = _notice(own, rows["contracts"], standing, portfolio.as_of)
    return Customer(
        customer_id=customer_id,
        name=None if pd.isna(own.get("name")) else str(own["name"]),
        standing=standing,
        terms=terms,
        from_contracts=from_contracts,
        money=money,
        amount=amount,
        amount_until=amount_until,
        use=use,
        counted=counted,
        touches=_touches(rows["touches"]),
        events=_events(own, notice, first_use=portfolio.provenance.first_use),
        place=_customer_place.place(portfolio, customer_id, everybody or mates(portfolio)),
        gaps=_customer_gaps.gaps(portfolio, own, rows, standing),
        currency=portfolio.currency,
        definition=message("definition.customer.history"),
        as_of=portfolio.as_of,
        n=1,
        notes=(),
        finding=_finding(portfolio, own, standing, notice=notice, money=money, use=use),
    )


def _terms(own: pd.Series, contracts: pd.DataFrame | None) -> tuple[pd.DataFrame, bool]:
    """The contracts that can be drawn; else the customer's own life as one."""
    columns = ["start", "end", "plan", "mrr"]
    given = contracts is not None and not contracts.empty
    rows = own.to_frame().T if contracts is None or contracts.empty else contracts
    rows = rows.reindex(columns=columns)
    for column in ("start", "end"):
        rows[column] = pd.to_datetime(rows[column])
    rows["mrr"] = rows["mrr"].astype(float)
    rows["plan"] = pd.Series(
        [None if pd.isna(p) else p for p in rows["plan"]], index=rows.index, dtype=object
    )
    usable = rows["start"].notna() & ~(rows["end"] < rows["start"])
    return rows[usable].reset_index(drop=True), given


def _paying(portfolio: Portfolio, own: pd.Series, contracts: pd.DataFrame | None) -> pd.DataFrame:
    """The terms whose amounts count: by the rule of all figures of revenue (``_mrr.history``)."""
    if "mrr" not in portfolio.columns("contracts"):
        contracts = None
    terms, _ = _terms(own, contracts)
    # Where contracts have amounts, those of the customer table do not count.
    none = portfolio.provenance.first_use or (contracts is not None and contracts.empty)
    return terms.iloc[:0] if none else terms


def _money(terms: pd.DataFrame) -> pd.DataFrame:
    """The monthly amount in force from each day on which it changes; contracts add up."""
    known = terms[np.isfinite(terms["mrr"])]
    units = (known["mrr"] * UNITS).round().astype("int64")
    begun = pd.DataFrame({"date": known["start"], "change": units})
    ended = pd.DataFrame({"date": known["end"], "change": -units}).dropna()
    days = pd.concat([begun, ended]).groupby("date")["change"].sum()
    days = days[days != 0].cumsum()
    # Less than nothing counts as nothing, as in all figures of revenue.
    mrr = days.clip(lower=0) / UNITS
    return pd.DataFrame({"date": mrr.index, "mrr": mrr.to_numpy(dtype=float)})


def _use(usage: pd.DataFrame | None) -> tuple[pd.DataFrame, str]:
    if usage is None or usage.empty:
        return pd.DataFrame({"month": [], "category": [], "quantity": []}), "quantity"
    counted = "quantity" if usage["quantity"].notna().any() else "rows"
    amount = usage["quantity"].fillna(0.0) if counted == "quantity" else 1.0
    rows = usage.assign(
        month=usage["date"].dt.to_period("M").dt.start_time,
        category=usage["category"].astype(object),
        quantity=amount,
    )
    sums = rows.dropna(subset="month").groupby(["month", "category"], dropna=False)["quantity"]
    table = sums.sum().reset_index()
    table["category"] = [None if pd.isna(c) else c for c in table["category"]]
    return table, counted


def _touches(touches: pd.DataFrame | None) -> pd.DataFrame:
    columns = ["date", "kind", "score", "note"]
    rows = pd.DataFrame(columns=columns) if touches is None else touches.reindex(columns=columns)
    return rows[rows["date"].notna()].reset_index(drop=True)


def _standing(own: pd.Series, portfolio: Portfolio) -> str:
    if portfolio.provenance.first_use or pd.isna(own["start"]):
        return "unknown"
    day: Any = pd.Timestamp(str(portfolio.as_of))
    if own["start"] > day:
        return "later"
    end = own.get("end")
    return "left" if not pd.isna(end) and end <= day else "staying"


def _notice(
    own: pd.Series, contracts: pd.DataFrame | None, standing: str, as_of: dt.date
) -> pd.Timestamp | None:
    """The customer's own notice, else that of a running contract: as ``counts.count_noticed``."""
    day: Any = pd.Timestamp(as_of)
    said: Any = own.get("notice")
    if not pd.isna(said) and own["start"] <= said <= day:
        return said
    if standing != "staying" or contracts is None or not {"notice", "end"} <= set(contracts):
        return None
    running = contracts["end"].isna() | (contracts["end"] > day)
    given = contracts["notice"][running & (contracts["notice"] <= day)]
    return None if given.empty else given.max()


def _events(own: pd.Series, notice: pd.Timestamp | None, *, first_use: bool) -> pd.DataFrame:
    """Start, notice and last day, as far as they are known."""
    end = own.get("end")
    days = {
        "first_use" if first_use else "start": own["start"],
        "notice": notice,
        "last_day": None if pd.isna(end) or end <= own["start"] else end - pd.Timedelta(days=1),
    }
    known = {event: day for event, day in days.items() if not pd.isna(day)}
    return pd.DataFrame({"event": list(known), "date": pd.to_datetime(list(known.values()))})


def _finding(
    portfolio: Portfolio,
    own: pd.Series,
    standing: str,
    *,
    notice: pd.Timestamp | None,
    money: pd.DataFrame,
    use: pd.DataFrame,
) -> Message:
    """How long, what of the money, what of the use lately; every part only where it is known."""
    as_of, start = portfolio.as_of, own["start"]
    if as_of is None or standing in ("unknown", "later"):
        if pd.isna(start) and not portfolio.provenance.first_use:
            return message("customer.finding.no_start")
        return message(f"customer.finding.{standing}", day=None if pd.isna(start) else start)
    day: Any = pd.Timestamp(as_of)
    until: Any = own["end"] if standing == "left" else day + pd.Timedelta(days=1)
    none = "_at_once" if until == start else "_before" if until < start else ""
    life = message(
        f"customer.finding.{standing}{none}",
        since=start,
        months=round(ck.months_between(start.date(), until.date()), 1),
        last=until - pd.Timedelta(days=1),
    )
    told = "" if notice is None else message("customer.finding.notice", day=notice)
    amount = _amount_said(money, as_of, portfolio.currency)
    lately = _lately(use, until, standing, portfolio.usage_span)
    return message("customer.finding.all", life=life, notice=told, money=amount, use=lately)


def _amount(money: pd.DataFrame, as_of: dt.date) -> tuple[float, dt.date | None]:
    """The amount in force on a day, else the last one before it with its last day."""
    so_far = money[money["date"] <= pd.Timestamp(as_of)]
    paid = so_far[so_far["mrr"] > 0]
    if paid.empty:
        return float("nan"), None
    later = so_far["date"][so_far["date"] > paid["date"].iloc[-1]]
    until = None if later.empty else (later.iloc[0] - pd.Timedelta(days=1)).date()
    return float(paid["mrr"].iloc[-1]), until


def _amount_said(money: pd.DataFrame, as_of: dt.date, currency: str | None) -> Message | str:
    """What is paid, and what was at first; said of the past where nothing is paid any more."""
    amount, until = _amount(money, as_of)
    if pd.isna(amount):
        return ""
    first = float(money["mrr"][money["mrr"] > 0].iloc[0])
    key = "money_same" if first == amount else "money_changed"
    told = {"first": Money(first, currency), "now": Money(amount, currency), "until": until}
    bare = "" if currency else message("customer.finding.no_currency")
    return message(f"customer.finding.{key}{'_ended' if until else ''}", bare=bare, **told)


def _lately(
    use: pd.DataFrame,
    until: pd.Timestamp,
    standing: str,
    recorded: tuple[dt.date, dt.date] | None,
) -> Message | str:
    """The last three whole months before a day against the three before them."""
    if use.empty or recorded is None:
        return ""
    last = ck.month_index(until.date()) - 1
    place = pd.Series([ck.month_index(m.date()) for m in use["month"]], index=use.index)
    now, before = (
        float(use.loc[place.between(e - RECENT + 1, e), "quantity"].sum()) / RECENT
        for e in (last, last - RECENT)
    )
    # Nothing is said of months that this customer, or the records, do not reach.
    if place.min() > last - 2 * RECENT + 1 or ck.month_index(recorded[1]) < last:
        return ""
    told: dict[str, object] = {
        "lately": message(f"customer.finding.lately_{standing}", months=RECENT),
        "months": RECENT,
    }
    if not now:
        return message("customer.finding.use_none", **told)
    told |= {"now": now, "before": before}
    if not before or round(now / before, 2) == 1:
        return message("customer.finding.use_same", **told)
    key = "use_more" if now > before else "use_less"
    return message(f"customer.finding.{key}", change=abs(now / before - 1), **told)
