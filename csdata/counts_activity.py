"""In which months customers used the service: one bit per customer and month.

Every measure of activity (on a month, on or after it, within a bracket, every month up to it) can
be read off these bits, so that the rows are read once. The bits of :data:`WORD` months make one
number, and customers with the same bits are counted together.

The portable form adds powers of two over distinct customer-months, which every backend can do and
floats hold exactly; where :mod:`csdata.counts_native` knows a shorter way, that is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw
import pandas as pd

from csdata import clock as ck
from csdata import counts_native
from csdata.clock import Clock
from csdata.months import month_of, with_age
from csdata.schema import lazy

WORD: Final = 50
"""Months in one number; a float holds whole numbers of up to 53 bits."""


def count_activity(
    members: nw.LazyFrame[Any],
    usage: Any,
    *,
    by: str | None = None,
    as_of: dt.date,
    recorded_from: dt.date | None = None,
    clock: Clock = "contract",
    min_quantity: float | None = None,
    native: bool = True,
) -> pd.DataFrame:
    """Customers by the months in which they used the service.

    Month k of a customer runs from boundary k to the day before boundary k + 1; usage before the
    start or after the as-of date does not count.

    Args:
        members: Lives that count, with their ``cohort`` (:func:`csdata.counts.cohort_lives`).
        usage: ``customer_id``, ``date``, ``quantity``.
        by: A further column to count by.
        as_of: Last day that the data knows about.
        recorded_from: First day from which usage was recorded; default always.
        clock: How months are counted.
        min_quantity: Least quantity in a month, all rows together. None: one row with a quantity
            above 0 or without any is enough.
        native: Whether the backend's own shortest way may be taken.

    Returns:
        ``cohort`` (month index), ``by``; ``full`` (months over by the end of the as-of date: month
        k is over when ``full`` > k), ``first`` (the first month of which anything is known, 0 or
        later), both decided without looking at the usage; ``late`` (members under observation only
        after their start), ``newest`` (the latest start), ``n`` and the bits ``word0``, ``word1`` …
        (int64, :data:`WORD` months each); sorted, but for ``by``.
    """
    known = _known(members, as_of=as_of, recorded_from=recorded_from, clock=clock)
    carried = ("customer_id", "start", "entry", "cohort", "full", "first", *([by] if by else []))
    known = counts_native.kept(known.select(*dict.fromkeys(carried)))
    months, since = _reach(known, as_of)
    words = [f"word{i}" for i in range(-(-months // WORD))]
    bits = None
    if native:
        how: dict[str, Any] = {"clock": clock, "least": min_quantity, "words": words}
        bits = counts_native.month_bits(known, usage, since=since, as_of=as_of, width=WORD, **how)
    if bits is None:
        # Numbers instead of ids: grouping by texts takes several times as long.
        starts = known.select("customer_id", "start")
        starts = starts.with_row_index("_place", order_by="customer_id")
        used = _used(starts, usage, as_of=as_of, clock=clock)
        bits = _bits(used if min_quantity is None else _enough(used, min_quantity), words)
        bits = bits.join(starts, on="_place", how="inner").select("customer_id", *words)
    # A customer without usage has no row in the bits: all their months are empty.
    filled = known.join(bits, on="customer_id", how="left").with_columns(
        *(nw.col(w).fill_null(0).cast(nw.Float64) for w in words)
    )
    numbers = ["cohort", "full", "first", *words]
    keys = [*numbers, *([by] if by else [])]
    late = nw.when(nw.col("entry") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    table = (
        filled.with_columns(late=late)
        .group_by(*keys)
        .agg(n=nw.len(), late=nw.col("late").sum(), newest=nw.col("start").max())
        .sort(*numbers)
        .collect("pandas")
        .to_native()
        .reset_index(drop=True)
    )
    whole = dict.fromkeys((*numbers, "late", "n"), "int64")
    return table.astype(whole)


def _known(
    members: nw.LazyFrame[Any], *, as_of: dt.date, recorded_from: dt.date | None, clock: Clock
) -> nw.LazyFrame[Any]:
    """The members with the months that are over, and the first one that was recorded."""
    after = as_of + dt.timedelta(days=1)
    if clock == "contract":
        frame = with_age(members.with_columns(_day=_moment(after)), "full", "start", "_day")
    else:
        frame = members.with_columns(full=nw.lit(float(ck.month_index(after))) - month_of("start"))
    frame = frame.with_columns(first=-((-nw.col("entry")) // 1))
    if recorded_from is not None:
        before = recorded_from - dt.timedelta(days=1)
        frame = with_age(frame.with_columns(_day=_moment(before)), "_since", "start", "_day")
        if clock == "calendar":
            month = float(ck.month_index(before))
            frame = frame.with_columns(_since=nw.lit(month) - month_of("start"))
        since = nw.col("_since") + 1
        frame = frame.with_columns(
            first=nw.when(since > nw.col("first")).then(since).otherwise(nw.col("first"))
        )
    return frame.drop("_day", "_since", strict=False)


def _moment(day: dt.date) -> nw.Expr:
    moment = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 (naive on purpose)
    return nw.lit(moment).cast(nw.Datetime("us"))


def _reach(known: nw.LazyFrame[Any], as_of: dt.date) -> tuple[int, int]:
    """Months of the longest life with the running one, at least one; month of the first start."""
    asked = known.select(most=nw.col("full").max(), first=nw.col("start").min())
    found = asked.collect("pandas").to_native().iloc[0]
    if pd.isna(found["most"]):
        return 1, ck.month_index(as_of)
    return int(found["most"]) + 1, ck.month_index(pd.Timestamp(found["first"]).date())


def _used(
    starts: nw.LazyFrame[Any], usage: Any, *, as_of: dt.date, clock: Clock
) -> nw.LazyFrame[Any]:
    """Rows of usage of the members, with the ``month`` of their life that each falls into."""
    rows = lazy(usage).select("customer_id", "date", "quantity")
    rows = rows.filter(~nw.col("date").is_null(), nw.col("date") <= _moment(as_of))
    used = rows.join(starts, on="customer_id", how="inner")
    if clock == "contract":
        used = with_age(used, "month", "start", "date")
    else:
        used = used.with_columns(month=month_of("date") - month_of("start"))
    # On the calendar clock a day before the start may lie in its month.
    return used.filter(nw.col("date") >= nw.col("start")).select("_place", "month", "quantity")


def _enough(used: nw.LazyFrame[Any], least: float) -> nw.LazyFrame[Any]:
    """One row per customer and month in which the quantities add up to ``least``."""
    total = used.group_by("_place", "month").agg(quantity=nw.col("quantity").sum())
    return total.filter(nw.col("quantity") >= least)


def _bits(used: nw.LazyFrame[Any], words: Sequence[str]) -> nw.LazyFrame[Any]:
    """One row per customer; each month counts once, so that adding is the same as *or*."""
    once = used.filter((nw.col("quantity") > 0) | nw.col("quantity").is_null())
    once = once.select("_place", "month").unique()
    month = nw.col("month")
    place = month % WORD
    once = once.with_columns(_word=month // WORD, _bit=nw.lit(2.0) ** place)
    parts = {
        w: nw.when(nw.col("_word") == i).then(nw.col("_bit")).otherwise(nw.lit(0.0))
        for i, w in enumerate(words)
    }
    added = once.with_columns(**parts).group_by("_place")
    return added.agg(**{w: nw.col(w).sum() for w in words})
