"""Row-level work of one stretch of time: the lives seen in it, the contracts due in it.

A stretch runs from the day after ``after`` to ``until``. Whoever had left by ``after`` is not in
it, whoever starts after ``until`` neither; the others enter at the age that they have on ``after``
(late entry). Who left in it is told by the date, never by the age: two days at the end of a month
can have the same age. So the departures of neighbouring stretches are counted once each.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import narwhals as nw
import pandas as pd

from csdata import counts
from csdata.counts_money import OK, terms
from csdata.months import with_day, with_months
from csdata.schema import lazy

USABLE: Final = (OK, "no_amount")
"""Contracts whose dates can be used, whether or not their amount is known."""
_LONG_AGO: Final = dt.date(1900, 1, 1)
"""Before any contract."""
_JUST_BEFORE: Final = 1e-6
"""Months: no time to speak of, and less than any day."""


def lives_between(
    customers: Any, *, after: dt.date, until: dt.date, observed_from: dt.date | None = None
) -> nw.LazyFrame[Any]:
    """The lives as they were seen in a stretch of time, still lazy; only those that count.

    Args:
        customers: With ``start``, and ``end`` if anybody left.
        after: The day before the stretch.
        until: Its last day.
        observed_from: First day from which departures are recorded, where that is later.

    Returns:
        As :func:`csdata.counts.lives`: ``entry``, ``duration`` (months from the start of the
        contract), ``event`` (left within the stretch, by the date).
    """
    dated = _with_since(lazy(customers), after, observed_from)
    lived = counts.lives(dated, as_of=until, observed_from=after)
    # The last day of a month that lacks the start's day has the age of the boundary, the next day.
    # Who enters on it is there on the boundary, so at risk at that age.
    short = (nw.col("start").dt.day() > nw.col("_seen").dt.day()) & (nw.col("entry") % 1 == 0)
    lived = lived.with_columns(
        entry=nw.when(short & (nw.col("_seen") > nw.col("start")))
        .then(nw.col("entry") - _JUST_BEFORE)
        .otherwise(nw.col("entry"))
    )
    same_age = (nw.col("status") == "entry_after_end") & (nw.col("_seen") <= _moment(until))
    there = nw.col("end").is_null() | (nw.col("end") > _moment(after))
    return lived.filter((nw.col("status") == counts.OK) | same_age, there).drop("_seen")


def _with_since(
    frame: nw.LazyFrame[Any], after: dt.date, observed: dt.date | None
) -> nw.LazyFrame[Any]:
    """``observed_from`` not before the stretch, and ``_seen``: the start where that is later."""
    since = _moment(after if observed is None else max(after, observed))
    if "observed_from" in frame.collect_schema().names():
        own = nw.col("observed_from")
        plain = nw.when(own.is_null()).then(since).otherwise(_moment(after))
        later = (~own.is_null()) & (own > _moment(after))
        since = nw.when(later).then(own).otherwise(plain)
    frame = frame.with_columns(observed_from=since)
    began = nw.col("start") > nw.col("observed_from")
    return frame.with_columns(
        _seen=nw.when(began).then(nw.col("start")).otherwise(nw.col("observed_from"))
    )


def _moment(day: dt.date) -> nw.Expr:
    midnight = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 (naive on purpose)
    return nw.lit(midnight).cast(nw.Datetime("us"))


def dated_terms(customers: Any, contracts: Any = None) -> nw.LazyFrame[Any]:
    """The contracts as :func:`csdata.counts_money.terms` has them, also where nobody knows amounts.

    Without ``contracts`` each customer is one contract.
    """
    given = customers if contracts is None else contracts
    frame = lazy(given)
    if "mrr" not in frame.collect_schema().names():
        unknown = nw.lit(None).cast(nw.Float64)
        frame = frame.with_columns(mrr=unknown)
    if contracts is None:
        return terms(frame.to_native())
    return terms(customers, frame.to_native())


def due_between(
    rows: nw.LazyFrame[Any], *, after: dt.date, until: dt.date, within_days: int
) -> pd.DataFrame:
    """The contracts whose first day without falls into a stretch of time.

    Args:
        rows: From :func:`dated_terms`.
        after: The day before the stretch.
        until: Its last day.
        within_days: Days between an end and the start of what renews it.

    Returns:
        ``customer_id``, ``start``, ``end``, ``mrr`` (missing where unknown), ``followed`` (bool:
        another contract of the customer renews it); sorted by end and id.
    """
    usable = rows.filter(nw.col("status").is_in(list(USABLE)))
    days = with_day(with_day(usable, "_start", "start"), "_end", "end")
    due = days.filter(
        ~nw.col("end").is_null(), nw.col("end") > _moment(after), nw.col("end") <= _moment(until)
    )
    found = due.join(_followed(due, days, within_days), on=["customer_id", "_end"], how="left")
    followed = nw.when(nw.col("_followers").is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    table = found.select("customer_id", "start", "end", "mrr", followed=followed)
    listed = table.sort("end", "customer_id", "start").collect("pandas").to_native()
    return listed.astype({"followed": bool}).reset_index(drop=True)


def _followed(ends: nw.LazyFrame[Any], days: nw.LazyFrame[Any], within: int) -> nw.LazyFrame[Any]:
    """Customer and day of the ends that another contract renews, as in ``count_renewals``."""
    others = days.select("customer_id", _start="_start", _later="_end")
    near = (nw.col("_start") - nw.col("_end")).abs() <= within
    beyond = nw.col("_later").is_null() | (nw.col("_later") > nw.col("_end"))
    return (
        ends.select("customer_id", "_end")
        .unique(["customer_id", "_end"])
        .join(others, on="customer_id", how="inner")
        .filter(near, beyond)
        .group_by("customer_id", "_end")
        .agg(_followers=nw.len())
    )


def any_end_after(rows: nw.LazyFrame[Any], day: dt.date) -> bool:
    """Whether any contract has an end beyond a day: otherwise nobody knows what is due."""
    later = rows.filter(~nw.col("end").is_null(), nw.col("end") > _moment(day))
    return bool(later.select(n=nw.len()).collect("pandas").to_native()["n"].iloc[0])


def renewals_by_number(
    customers: Any,
    contracts: Any,
    *,
    settled: dt.date,
    within_days: int,
    observed_from: dt.date | None = None,
) -> pd.DataFrame:
    """Contracts that reached their n-th renewal date, and how many were not renewed.

    The number counts from the customer's start: only contracts of whole months that end a whole
    number of their own terms after it have one; the others (mid-term exits, changes of term) are
    left out. Ends before the records of departures begin are left out too: of those times only the
    contracts of customers who stayed are in the file. So are customers whose first known contract
    begins after they did: their number is unknown.

    Args:
        customers: With ``start``, and ``observed_from`` where it is their own.
        contracts: With ``start`` and ``end``.
        settled: Last day on which an end counts: later ones may still be renewed.
        within_days: Days between an end and the start of what renews it.
        observed_from: First day from which departures are recorded, of those without their own.

    Returns:
        ``term`` (months), ``number`` (from 1), ``due``, ``lost`` (contracts); sorted.
    """
    rows = dated_terms(customers, contracts).filter(nw.col("status").is_in(list(USABLE)))
    dated = _with_since(lazy(customers), _LONG_AGO, observed_from)
    begun = dated.select("customer_id", _begun=nw.col("start"), _since=nw.col("_seen"))
    first = rows.group_by("customer_id").agg(_first=nw.col("start").min())
    days = with_day(with_day(rows, "_start", "start"), "_end", "end")
    ended = days.filter(~nw.col("end").is_null(), nw.col("end") <= _moment(settled))
    aged = ended.join(begun, on="customer_id", how="inner").filter(~nw.col("_begun").is_null())
    aged = aged.join(first, on="customer_id", how="inner")
    aged = aged.filter(nw.col("end") > nw.col("_since"), nw.col("_first") <= nw.col("_begun"))
    aged = with_months(with_months(aged, "_term", "start", "end"), "_age", "_begun", "end")
    whole = aged.filter(nw.col("_term") > 0, nw.col("_term") % 1 == 0)
    numbered = whole.filter(nw.col("_age") > 0, nw.col("_age") % nw.col("_term") == 0)
    found = numbered.join(
        _followed(numbered, days, within_days), on=["customer_id", "_end"], how="left"
    ).with_columns(
        number=nw.col("_age") / nw.col("_term"),
        lost=nw.when(nw.col("_followers").is_null()).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    counted = found.group_by("_term", "number").agg(due=nw.len(), lost=nw.col("lost").sum())
    table = counted.sort("_term", "number").collect("pandas").to_native()
    return table.rename(columns={"_term": "term"}).astype(int).reset_index(drop=True)
