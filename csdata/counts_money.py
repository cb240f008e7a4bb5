"""Row-level work on contracts and their amounts: monthly revenue and renewals, on every backend.

The monthly revenue (MRR) of a customer in a month is the sum over the contracts that are in force
on the month's **last day** (月末時点). So a contract counts in the months from that of its start to
the one before that of its ``end``, the first day without; nothing else about its days matters.

Amounts become whole numbers of 1/100 of the currency here, and stay whole until they are divided:
what is added up has to agree to the yen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw
import pandas as pd

from csdata.months import month_of, with_day
from csdata.schema import lazy

UNITS: Final = 100
"""Whole numbers per unit of the currency; what is finer is rounded, contract by contract."""

OK: Final = "ok"
"""Status of a contract that counts; every other status says why it was set aside."""


def terms(customers: Any, contracts: Any = None) -> nw.LazyFrame[Any]:
    """The contracts with their months, still lazy; rows are never lost, only given a ``status``.

    Args:
        customers: With ``customer_id``; without ``contracts`` also with ``start``, ``mrr`` and, if
            anybody left, ``end``: each customer then is one contract of a constant amount.
        contracts: With ``customer_id``, ``start``, ``mrr`` and, if any ends, ``end``.

    Returns:
        The columns given, ``_from`` and ``_until`` (month indices, float: in force at the ends of
        the months from the first to before the second; the second missing while it runs),
        ``_units`` (the amount, whole) and ``status``.
    """
    frame = lazy(customers if contracts is None else contracts)
    if "end" not in frame.collect_schema().names():
        frame = frame.with_columns(end=nw.when(nw.col("start").is_null()).then(nw.col("start")))
    if contracts is None:
        frame = frame.with_columns(_known=nw.lit(1))
    else:
        known = lazy(customers).select("customer_id").with_columns(_known=nw.lit(1))
        frame = frame.join(known, on="customer_id", how="left")
    return frame.with_columns(
        _from=month_of("start"),
        _until=month_of("end"),
        _units=(nw.col("mrr") * UNITS).round(0),
        status=_status(),
    ).drop("_known")


def _status() -> nw.Expr:
    start, end, mrr = nw.col("start"), nw.col("end"), nw.col("mrr")
    endless = (mrr == float("inf")) | (mrr == float("-inf"))
    return (
        nw.when(nw.col("_known").is_null())
        .then(nw.lit("unknown_customer"))
        .when(start.is_null())
        .then(nw.lit("no_start"))
        .when((~end.is_null()) & (end < start))
        .then(nw.lit("ends_before_start"))
        .when(mrr.is_null() | endless)
        .then(nw.lit("no_amount"))
        .otherwise(nw.lit(OK))
    )


def count_statuses(rows: nw.LazyFrame[Any], *, last: int) -> dict[str, int]:
    """How many contracts have each status.

    Those that count and never see the end of a month have ``between_month_ends``, those that start
    after the month index ``last`` have ``starts_later``.
    """
    ok = nw.col("status") == OK
    short = (~nw.col("_until").is_null()) & (nw.col("_until") <= nw.col("_from"))
    said = rows.with_columns(
        status=nw.when(ok & (nw.col("_from") > last))
        .then(nw.lit("starts_later"))
        .when(ok & short)
        .then(nw.lit("between_month_ends"))
        .otherwise(nw.col("status"))
    )
    counted = _collect(said.group_by("status").agg(n=nw.len()), by=["status"])
    return {str(s): int(n) for s, n in zip(counted["status"], counted["n"], strict=True)}


def mrr_changes(rows: nw.LazyFrame[Any], *, last: int) -> pd.DataFrame:
    """By how much the revenue of each customer changes in each month up to the index ``last``.

    Overlapping contracts add up; a renewal at the same amount changes nothing and has no row.

    Returns:
        ``customer_id``, ``month`` (index, int), ``change`` (1/100 of the currency, int); sorted.
    """
    counted = rows.filter(nw.col("status") == OK)
    begun = counted.select("customer_id", month=nw.col("_from"), change=nw.col("_units"))
    ended = counted.filter(~nw.col("_until").is_null()).select(
        "customer_id", month=nw.col("_until"), change=-nw.col("_units")
    )
    table = (
        nw.concat([begun, ended])
        .filter(nw.col("month") <= last)
        .group_by("customer_id", "month")
        .agg(change=nw.col("change").sum())
        .filter(nw.col("change") != 0)
    )
    return _collect(table, by=["customer_id", "month"]).astype({"month": int, "change": int})


def count_renewals(rows: nw.LazyFrame[Any], *, settled: dt.date, within_days: int) -> pd.DataFrame:
    """Contracts that ended in each month, and how many of them were renewed.

    Renewed: another contract of the customer starts within ``within_days`` days of the end, before
    or after, and runs beyond it. An amount is not needed.

    Args:
        rows: From :func:`terms`.
        settled: Last day on which an end counts: later ones may still be renewed.
        within_days: Days between an end and the start of what renews it.

    Returns:
        ``month`` (index of the month of ``end``, int), ``due``, ``renewed`` (contracts); sorted.
    """
    usable = rows.filter(nw.col("status").is_in([OK, "no_amount"]))
    days = with_day(with_day(usable, "_start", "start"), "_end", "end")
    last = (settled - dt.date(1970, 1, 1)).days
    ends = (
        days.filter(~nw.col("_end").is_null(), nw.col("_end") <= last)
        .group_by("customer_id", "_end", "_until")
        .agg(due=nw.len())
    )
    others = days.select("customer_id", _start="_start", _later="_end")
    near = (nw.col("_start") - nw.col("_end")).abs() <= within_days
    beyond = nw.col("_later").is_null() | (nw.col("_later") > nw.col("_end"))
    followed = (
        ends.select("customer_id", "_end")
        .join(others, on="customer_id", how="inner")
        .filter(near, beyond)
        .group_by("customer_id", "_end")
        .agg(_followers=nw.len())
    )
    flagged = ends.join(followed, on=["customer_id", "_end"], how="left").with_columns(
        renewed=nw.when(nw.col("_followers").is_null()).then(nw.lit(0)).otherwise(nw.col("due"))
    )
    table = flagged.group_by("_until").agg(due=nw.col("due").sum(), renewed=nw.col("renewed").sum())
    counted = _collect(table, by=["_until"]).rename(columns={"_until": "month"})
    return counted[["month", "due", "renewed"]].astype(int)


def billed_by_kind(rows: nw.LazyFrame[Any], *, kinds: Sequence[str]) -> pd.DataFrame:
    """What was billed for the contracts begun in each month, by kind.

    Args:
        rows: From :func:`terms`.
        kinds: The columns of amounts that there are, of :data:`~csdata.schema.BILLED`.

    Returns:
        ``month`` (index of the contracts' start, int) and the kinds (1/100 of the currency, int).
    """
    counted = rows.filter(nw.col("status").is_in([OK, "no_amount"]))
    whole = {k: (nw.col(k).fill_null(0) * UNITS).round(0) for k in kinds}
    sums = {k: nw.col(k).sum() for k in kinds}
    table = counted.with_columns(**whole).group_by("_from").agg(**sums)
    found = _collect(table, by=["_from"]).rename(columns={"_from": "month"})
    return found[["month", *kinds]].astype(int)


def alive_at(customers: Any, day: dt.date) -> pd.DataFrame:
    """The ids of the customers who are one on ``day`` by their own start and end; sorted."""
    moment = nw.lit(dt.datetime(day.year, day.month, day.day)).cast(  # noqa: DTZ001 (naive)
        nw.Datetime("us")
    )
    frame = lazy(customers).filter(nw.col("start") <= moment)
    if "end" in frame.collect_schema().names():
        frame = frame.filter(nw.col("end").is_null() | (nw.col("end") > moment))
    return _collect(frame.select("customer_id"), by=["customer_id"])


def _collect(frame: nw.LazyFrame[Any], by: Sequence[str]) -> pd.DataFrame:
    """The frame as pandas, sorted: DuckDB and Spark keep no order."""
    return frame.sort(*by).collect("pandas").to_native().reset_index(drop=True)
