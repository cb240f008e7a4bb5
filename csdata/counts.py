"""The only row-level work: lives, cohorts and usage, written once for every backend.

Each function takes frames of any backend (pandas, Polars, DuckDB, Spark …) and either stays lazy
or hands back a *small* pandas table of counts, sorted, from which every statistic is computed.
Dates are turned into integers first (see :mod:`csdata.clock`), so no backend's own date arithmetic
is trusted; they are kept as floats, because pandas has no integer that can be missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from csdata import clock as ck
from csdata.clock import Clock, Period
from csdata.months import month_of, with_age, with_months
from csdata.schema import lazy

OK = "ok"
"""Status of a life that counts; every other status says why a row was set aside."""

ALWAYS = 1e6
"""Last age at which somebody is known to be alive, when no departure was seen."""


def _date(day: dt.date) -> nw.Expr:
    moment = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 (naive on purpose)
    return nw.lit(moment).cast(nw.Datetime("us"))


def lives(
    customers: Any,
    *,
    as_of: dt.date | None,
    observed_from: dt.date | None = None,
    clock: Clock = "contract",
) -> nw.LazyFrame[Any]:
    """The customers with their life on the clock; one row each, still lazy.

    Adds ``entry`` and ``duration`` (months, float), ``event`` (bool), ``follow`` (largest age whose
    outcome is known, decided from start and as-of date only), ``last`` (largest age at which the
    customer is known to be alive), ``due`` (the last contract day is the as-of date: not decided)
    and ``status``. Customers with ``tenure_months`` instead of dates get no ``follow`` or ``last``.
    """
    frame = lazy(customers)
    if "start" not in frame.collect_schema().names():
        return _tenure_lives(frame)
    if as_of is None:
        raise TypeError("customers with dates need an as-of date")
    frame = _with_observed(_with_end(frame), observed_from)
    after = _date(as_of + dt.timedelta(days=1))
    left = (~nw.col("end").is_null()) & (nw.col("end") <= _date(as_of))
    frame = frame.with_columns(
        _as_of=nw.when(~nw.col("start").is_null()).then(_date(as_of)),
        _stop=nw.when(left).then(nw.col("end")).otherwise(after),
        event=left,
        due=(~nw.col("end").is_null()) & (nw.col("end") == after),
    )
    frame = _contract_clock(frame) if clock == "contract" else _calendar_clock(frame, as_of)
    return frame.with_columns(
        last=nw.when(nw.col("event")).then(nw.col("last")).otherwise(nw.lit(ALWAYS)),
        status=_status(as_of),
    ).drop("_as_of", "_stop", "_observed")


def _with_end(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """A customers table without an ``end`` column has nobody who left."""
    if "end" in frame.collect_schema().names():
        return frame
    return frame.with_columns(end=nw.when(nw.col("start").is_null()).then(nw.col("start")))


def _with_observed(frame: nw.LazyFrame[Any], observed: dt.date | None) -> nw.LazyFrame[Any]:
    """``_observed``: first day from which departures are recorded, at the earliest the start."""
    start = nw.col("start")
    if "observed_from" in frame.collect_schema().names():
        since = nw.col("observed_from")
        if observed is not None:
            since = nw.when(since.is_null()).then(_date(observed)).otherwise(since)
    elif observed is not None:
        since = _date(observed)
    else:
        return frame.with_columns(_observed=start)
    later = (~since.is_null()) & (since > start)
    return frame.with_columns(_observed=nw.when(later).then(since).otherwise(start))


def _contract_clock(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    frame = with_months(frame, "duration", "start", "_stop")
    frame = with_months(frame, "entry", "start", "_observed")
    frame = with_age(frame, "follow", "start", "_as_of")
    # P(T > k): the last age alive is one less than the duration rounded up.
    return frame.with_columns(last=-((-nw.col("duration")) // 1) - 1)


def _calendar_clock(frame: nw.LazyFrame[Any], as_of: dt.date) -> nw.LazyFrame[Any]:
    # Alive at k: under contract on the last day of the calendar month start + k.
    known = ck.month_index(as_of + dt.timedelta(days=1))
    return frame.with_columns(
        duration=month_of("_stop") - month_of("start"),
        entry=month_of("_observed") - month_of("start"),
        follow=nw.lit(float(known - 1)) - month_of("start"),
        last=month_of("_stop") - month_of("start") - 1,
    )


def _status(as_of: dt.date) -> nw.Expr:
    start, end, seen = nw.col("start"), nw.col("end"), nw.col("_observed")
    ended = ~end.is_null()
    late = seen > start
    return (
        nw.when(start.is_null())
        .then(nw.lit("no_start"))
        .when(start > _date(as_of))
        .then(nw.lit("starts_later"))
        .when(ended & (end < start))
        .then(nw.lit("ends_before_start"))
        .when(ended & late & (end <= seen))
        .then(nw.lit("left_before_observation"))
        .when(late & (nw.col("entry") >= nw.col("duration")))
        .then(nw.lit("entry_after_end"))
        .otherwise(nw.lit(OK))
    )


def _tenure_lives(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    tenure, churned = nw.col("tenure_months"), nw.col("churned")
    return frame.with_columns(
        duration=tenure,
        entry=nw.lit(0.0),
        event=churned.cast(nw.Boolean),
        due=nw.lit(value=False),
        status=nw.when(tenure.is_null())
        .then(nw.lit("no_tenure"))
        .when(churned.is_null())
        .then(nw.lit("no_outcome"))
        .when(tenure < 0)
        .then(nw.lit("negative_tenure"))
        .when(tenure == float("inf"))
        .then(nw.lit("no_tenure"))
        .otherwise(nw.lit(OK)),
    )


def count_statuses(lived: nw.LazyFrame[Any]) -> dict[str, int]:
    """How many rows have each status."""
    counted = _collect(lived.group_by("status").agg(n=nw.len()), by=["status"])
    return {str(s): int(n) for s, n in zip(counted["status"], counted["n"], strict=True)}


def count_due(
    lived: nw.LazyFrame[Any], *, contracts: Any = None, as_of: dt.date | None = None
) -> int:
    """Customers whose contract runs out on the as-of date: due, not decided.

    Known from the customer's own ``end``, or from the latest of their contract terms.
    """
    undecided = lived.filter(nw.col("status") == OK, ~nw.col("event"))
    due = int(_collect(undecided.filter(nw.col("due")).select(n=nw.len()))["n"].iloc[0])
    if contracts is None or as_of is None:
        return due
    terms = lazy(contracts).with_columns(
        _open=nw.when(nw.col("end").is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    last = terms.group_by("customer_id").agg(_last=nw.col("end").max(), _open=nw.col("_open").sum())
    last = last.filter(nw.col("_open") == 0)  # a term without an end is running on
    running = undecided.filter(~nw.col("due")).join(last, on="customer_id", how="inner")
    ending = running.filter(nw.col("_last") == _date(as_of + dt.timedelta(days=1)))
    return due + int(_collect(ending.select(n=nw.len()))["n"].iloc[0])


def count_noticed(
    lived: nw.LazyFrame[Any], *, contracts: Any = None, as_of: dt.date | None = None
) -> tuple[int, int]:
    """Customers who have given notice by the as-of date and have not left by then.

    Known from the customer's own ``notice``, or from that of a contract which is still running; a
    notice from before the start belongs to an earlier life. ``not_renewing`` of either says the
    same without a day.

    Returns:
        How many, and how many of them without a day.
    """
    staying = lived.filter(nw.col("status") == OK, ~nw.col("event"))
    dated = _given(staying, {"start"}, nw.col("notice") >= nw.col("start"), as_of)
    ticked = _ticked(staying)
    if contracts is not None and as_of is not None:
        terms = lazy(contracts)
        if "end" in terms.collect_schema().names():
            terms = terms.filter(nw.col("end").is_null() | (nw.col("end") > _date(as_of)))
            dated += _of(staying, _given(terms, set(), None, as_of))
            ticked += _of(staying, _ticked(terms))
    n, known = _customers([*dated, *ticked]), _customers(dated)
    return n, n - known


def _given(
    rows: nw.LazyFrame[Any], needs: set[str], also: nw.Expr | None, as_of: dt.date | None
) -> list[nw.LazyFrame[Any]]:
    """The ids of rows with a notice up to the as-of date; none where there is no such column."""
    if as_of is None or not {"notice", *needs} <= set(rows.collect_schema().names()):
        return []
    given = [~nw.col("notice").is_null(), nw.col("notice") <= _date(as_of)]
    return [rows.filter(*given, *([] if also is None else [also])).select("customer_id")]


def _ticked(rows: nw.LazyFrame[Any]) -> list[nw.LazyFrame[Any]]:
    """The ids of rows that will not be renewed."""
    if "not_renewing" not in rows.collect_schema().names():
        return []
    return [rows.filter(nw.col("not_renewing").fill_null(value=False)).select("customer_id")]


def _of(staying: nw.LazyFrame[Any], found: list[nw.LazyFrame[Any]]) -> list[nw.LazyFrame[Any]]:
    return [staying.select("customer_id").join(f, on="customer_id", how="semi") for f in found]


def _customers(found: list[nw.LazyFrame[Any]]) -> int:
    if not found:
        return 0
    customers = nw.concat(found).unique("customer_id").select(n=nw.len())
    return int(_collect(customers)["n"].iloc[0])


def count_cohorts(members: nw.LazyFrame[Any], *, by: str | None = None) -> pd.DataFrame:
    """Sizes by start cohort, eligibility and last age alive: all that retention needs.

    Args:
        members: From :func:`cohort_lives`.
        by: A further column to count by.

    Returns:
        ``cohort`` (month index of the cohort's first month), ``by``, ``follow``, ``last`` (months),
        ``n``, ``late`` (members observed late), ``newest`` (the latest start); sorted, but for
        ``by``: what a spreadsheet has in one column cannot always be compared.
    """
    numbers = ["cohort", "follow", "last"]
    late = nw.when(nw.col("entry") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    table = (
        members.with_columns(late=late)
        .group_by(*numbers, *([by] if by else []))
        .agg(n=nw.len(), late=nw.col("late").sum(), newest=nw.col("start").max())
    )
    return _collect(table, by=numbers)


def cohort_lives(
    lived: nw.LazyFrame[Any], *, period: Period, fiscal_start: int = ck.FISCAL_START
) -> nw.LazyFrame[Any]:
    """The lives that count, with the ``cohort`` they belong to as a month index."""
    cohort = ck.cohort_index(month_of("start"), period, fiscal_start)
    return lived.filter(nw.col("status") == OK).with_columns(cohort=cohort)


def window_usage(customers: Any, usage: Any, *, window: tuple[int, int]) -> pd.DataFrame:
    """Quantity per customer, contract month and category within a window from the start.

    Args:
        customers: With ``customer_id`` and ``start``.
        usage: With ``customer_id``, ``date``, ``category`` and ``quantity``.
        window: First month and the month after the last, on the contract clock from 0.

    Returns:
        ``customer_id``, ``month`` (0 = first contract month), ``category``, ``quantity``; sorted.
    """
    first, stop = window
    starts = lazy(customers).select("customer_id", "start").filter(~nw.col("start").is_null())
    used = (
        lazy(usage)
        .filter(~nw.col("date").is_null(), ~nw.col("category").is_null())
        .join(starts, on="customer_id", how="inner")
    )
    table = (
        with_age(used, "month", "start", "date")
        .filter(nw.col("month") >= first, nw.col("month") < stop)
        .group_by("customer_id", "month", "category")
        .agg(quantity=nw.col("quantity").sum())
    )
    return _collect(table, by=["customer_id", "month", "category"])


def usage_span(usage: Any) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of the usage table; None when it is empty."""
    dates = lazy(usage).select(first=nw.col("date").min(), last=nw.col("date").max())
    row = _collect(dates).iloc[0]
    if pd.isna(row["first"]):
        return None
    return pd.Timestamp(row["first"]).date(), pd.Timestamp(row["last"]).date()


def _collect(frame: nw.LazyFrame[Any], by: Sequence[str] = ()) -> pd.DataFrame:
    """The frame as pandas, sorted: DuckDB and Spark keep no order."""
    ordered = frame.sort(*by) if by else frame
    return ordered.collect("pandas").to_native().reset_index(drop=True)


ALL = "all"
"""Group of everyone where no grouping was asked for; a neutral id, not a word to show."""
