"""Row-level work on renewals: how many renewal dates contracts have passed, and how they ended.

A contract with a term of m months comes up for renewal m, 2m, 3m … months after its start, for as
long as it runs; one whose end is such a date and that no other contract follows has left at it. The
dates themselves are never written out: a contract is told by how many of them it passed, so what
comes back is a small table.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import narwhals as nw
import pandas as pd

from csdata.clock import day_number
from csdata.months import with_age, with_boundary, with_day, with_months
from csdata.schema import lazy

ENDS: Final = ("open", "renewed", "left", "midterm", "changed")
"""Still running; ended on a renewal date and followed, or not; ended between two, or changed there.
"""


def contract_terms(
    customers: Any,
    contracts: Any,
    *,
    settled: dt.date,
    within_days: int,
    observed_from: dt.date | None = None,
) -> nw.LazyFrame[Any]:
    """The contracts of the customers' present lives with their renewals, one row each, still lazy.

    Args:
        customers: With ``customer_id`` and ``start``.
        contracts: With ``customer_id``, ``start``, and if known ``end`` and ``term_months``.
        settled: Last day on which an end is decided: later ones may still be renewed.
        within_days: Days between an end and the start of what follows it.
        observed_from: First day from which departures are recorded.

    Returns:
        ``customer_id``, ``start``, ``end``, ``_end`` (day number, missing while open), ``term``
        (months; of a contract without one its length, if that is whole), ``passed`` (renewal dates
        up to its end or the settled day), ``skipped`` (of them, before departures were recorded),
        ``before`` (renewals of the customer before this contract; missing if not known) and
        ``ending`` (one of :data:`ENDS`).
    """
    frame = _own(customers, contracts, observed_from=observed_from)
    day = nw.lit(settled).cast(nw.Datetime("us"))
    frame = with_months(frame, "_length", "start", "end").with_columns(_settled=day)
    frame = with_age(frame, "_age", "start", "_settled")
    whole = (nw.col("_length") >= 1) & (nw.col("_length") % 1 == 0)
    length = nw.when(whole).then(nw.col("_length"))
    term = nw.when(nw.col("_term") >= 1).then(nw.col("_term")).otherwise(length)
    frame = frame.with_columns(term=term)
    last = day_number(settled)
    open_ = nw.col("_end").is_null() | (nw.col("_end") > last)
    frame = frame.with_columns(
        _open=open_,
        _until=nw.when(open_).then(nw.col("_age")).otherwise(nw.col("_length")),
    ).with_columns(passed=nw.col("_until") // nw.col("term"))
    frame = _with_followers(frame, within_days)
    on_date = (nw.col("_length") % nw.col("term") == 0) & (nw.col("_length") > 0)
    followed = nw.col("_followers") > 0
    ending = (
        nw.when(nw.col("_open"))
        .then(nw.lit("open"))
        .when(on_date & followed)
        .then(nw.lit("renewed"))
        .when(on_date)
        .then(nw.lit("left"))
        .when(followed)
        .then(nw.lit("changed"))
        .otherwise(nw.lit("midterm"))
    )
    frame = frame.with_columns(ending=ending)
    return _with_before(frame, within_days)


def count_terms(terms: nw.LazyFrame[Any]) -> pd.DataFrame:
    """The contracts collapsed: ``term``, ``before``, ``skipped``, ``passed``, ``ending``, ``n``."""
    keys = ["term", "before", "skipped", "passed", "ending"]
    started = terms.filter(nw.col("_age") >= 0)
    table = started.group_by(*keys).agg(n=nw.len())
    found = table.sort(*keys).collect("pandas").to_native().reset_index(drop=True)
    return found.astype(dict.fromkeys(keys[:4], float))


def due_between(terms: nw.LazyFrame[Any], *, after: dt.date, until: dt.date) -> pd.DataFrame:
    """The running contracts with a renewal date behind ``after`` and up to ``until``.

    Returns:
        ``customer_id``, ``day`` (day number of the next renewal date), ``term``, ``renewal`` (which
        one of the customer's; missing if not known), ``followed`` (1: another contract follows).
    """
    day = nw.lit(after).cast(nw.Datetime("us"))
    running = terms.filter(
        nw.col("_end").is_null() | (nw.col("_end") > day_number(after)), ~nw.col("term").is_null()
    ).with_columns(_after=day)
    running = with_age(running, "_now", "start", "_after").filter(nw.col("_now") >= 0)
    running = running.with_columns(_next=nw.col("_now") // nw.col("term") + 1)
    running = running.with_columns(_months=nw.col("_next") * nw.col("term"))
    running = with_boundary(running, "day", "start", "_months")
    # An end before the next renewal date is one as well: somebody has settled it.
    early = nw.when(nw.col("_end") < nw.col("day")).then(nw.col("_end")).otherwise(nw.col("day"))
    ends_then = nw.when(nw.col("_followers") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    found = running.with_columns(
        day=early, renewal=nw.col("before") + nw.col("_next"), followed=ends_then
    ).filter(nw.col("day") > day_number(after), nw.col("day") <= day_number(until))
    columns = ["customer_id", "day", "term", "renewal", "followed"]
    table = found.select(*columns).sort("day", "customer_id").collect("pandas").to_native()
    return table.reset_index(drop=True)


def _own(customers: Any, contracts: Any, *, observed_from: dt.date | None) -> nw.LazyFrame[Any]:
    """Usable contracts that reach into the customer's life, with the customer's own dates."""
    people = lazy(customers)
    names = people.collect_schema().names()
    nothing = nw.when(nw.col("start").is_null()).then(nw.col("start"))
    seen = nw.col("observed_from") if "observed_from" in names else nothing
    if observed_from is not None:
        since = nw.lit(observed_from).cast(nw.Datetime("us"))
        seen = nw.when(seen.is_null()).then(since).otherwise(seen)
    people = people.select("customer_id", _began=nw.col("start"), _observed=seen)
    rows = lazy(contracts)
    names = rows.collect_schema().names()
    rows = rows.select(
        "customer_id",
        "start",
        end=nw.col("end") if "end" in names else nothing,
        _term=nw.col("term_months") if "term_months" in names else nw.lit(None).cast(nw.Float64),
    ).filter(~nw.col("start").is_null())
    rows = rows.filter(nw.col("end").is_null() | (nw.col("end") > nw.col("start")))
    frame = rows.join(people, on="customer_id", how="inner")
    frame = frame.filter(
        nw.col("end").is_null() | nw.col("_began").is_null() | (nw.col("end") > nw.col("_began"))
    )
    for out, date in (("_start", "start"), ("_end", "end"), ("_began_day", "_began")):
        frame = with_day(frame, out, date)
    return with_age(frame, "_unseen", "start", "_observed")


def _with_followers(frame: nw.LazyFrame[Any], within_days: int) -> nw.LazyFrame[Any]:
    """``_followers``: contracts of the customer that run beyond the end and begin by then."""
    keys = ["customer_id", "_end"]
    others = frame.select("customer_id", _from="_start", _later="_end")
    ends = frame.filter(~nw.col("_end").is_null()).select(*keys).unique()
    beyond = nw.col("_later").is_null() | (nw.col("_later") > nw.col("_end"))
    followed = (
        ends.join(others, on="customer_id", how="inner")
        .filter(beyond, nw.col("_from") - nw.col("_end") <= within_days)
        .group_by(*keys)
        .agg(_followers=nw.len())
    )
    joined = frame.join(followed, on=keys, how="left")
    return joined.with_columns(_followers=nw.col("_followers").fill_null(0))


def _with_before(frame: nw.LazyFrame[Any], within_days: int) -> nw.LazyFrame[Any]:
    """``before`` and ``skipped``: renewals before the contract, and before the records began."""
    earlier = frame.filter(~nw.col("_end").is_null()).select(
        "customer_id",
        _first="_start",
        _last="_end",
        _theirs=nw.col("_length") // nw.col("term"),
        _blank=nw.when(nw.col("term").is_null()).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    starts = frame.select("customer_id", "_start").unique()
    chain = (
        starts.join(earlier, on="customer_id", how="inner")
        .filter(
            nw.col("_first") < nw.col("_start"), nw.col("_last") - nw.col("_start") <= within_days
        )
        .group_by("customer_id", "_start")
        .agg(_sum=nw.col("_theirs").sum(), _blanks=nw.col("_blank").sum())
    )
    firsts = frame.group_by("customer_id").agg(_earliest=nw.col("_start").min())
    frame = frame.join(chain, on=["customer_id", "_start"], how="left")
    frame = frame.join(firsts, on="customer_id", how="left").with_columns(
        _sum=nw.col("_sum").fill_null(0), _blanks=nw.col("_blanks").fill_null(0)
    )
    # Contracts that begin later than their customer do not tell how many went before.
    late = nw.col("_earliest") - nw.col("_began_day") > within_days
    known = (nw.col("_blanks") == 0) & ~late
    unseen = nw.when(nw.col("_unseen") > 0).then(nw.col("_unseen")).otherwise(nw.lit(0.0))
    return frame.with_columns(
        before=nw.when(known).then(nw.col("_sum").cast(nw.Float64)),
        skipped=unseen // nw.col("term"),
    )
