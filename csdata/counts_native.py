"""Shorter ways that single backends know; the tests hold each equal to its portable form.

At most one per backend and count. A way that does not apply answers None, and the portable one is
taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from csdata import clock as ck
from csdata.clock import Clock
from csdata.schema import NUMBER, lazy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_PLACES: Final = 32
"""Places for the days of a month, so that a month is one number."""

_MOST: Final = 1 << 27
"""Bytes of days that are held at once."""

_BATCH: Final = 1 << 14
_EPOCH: Final = 12 * 1970


def kept(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The same rows, computed now: a relation of DuckDB is computed anew whenever it is asked."""
    if not frame.implementation.is_duckdb():
        return frame
    native: Any = frame.to_native()
    return _like(native, native.to_arrow_table())


def _like(relation: Any, csdata_rows: pa.Table) -> nw.LazyFrame[Any]:  # noqa: ARG001 (below)
    """An Arrow table as a relation on the connection of another one."""
    # DuckDB finds the table by the name of the variable.
    return nw.from_native(relation.query("csdata_other", "SELECT * FROM csdata_rows")).lazy()


def month_bits(
    starts: nw.LazyFrame[Any],
    usage: Any,
    *,
    since: int,
    as_of: dt.date,
    clock: Clock,
    least: float | None,
    words: Sequence[str],
    width: int,
) -> nw.LazyFrame[Any] | None:
    """One row per customer with a bit for every month of use; None where only the portable way is.

    Args:
        starts: ``customer_id`` and ``start``, one row per customer.
        usage: ``customer_id``, ``date``, ``quantity``.
        since: Month index of the earliest start.
        as_of: Last day that counts.
        clock: How months are counted.
        least: Least quantity in a month; None: any row with a quantity above 0 or without one.
        words: Names of the numbers that hold the bits, ``width`` months each.
        width: Months in one number, 62 at most.
    """
    rows = lazy(usage)
    known = starts.select("customer_id", "start")
    kinds = (known.implementation, rows.implementation)
    options = _Options(since, as_of, clock, least, tuple(words), width)
    if all(kind.is_duckdb() for kind in kinds) and least is None:
        return _duckdb(known.to_native(), rows.to_native(), options)
    if all(kind.is_pandas() for kind in kinds):
        return _pandas(known, rows, options)
    return None


@dataclass(frozen=True, slots=True)
class _Options:
    """As for :func:`month_bits`."""

    since: int
    as_of: dt.date
    clock: Clock
    least: float | None
    words: tuple[str, ...]
    width: int

    @property
    def months(self) -> int:
        """Calendar months from the earliest start to the as-of date."""
        return ck.month_index(self.as_of) - self.since + 1

    def packed(self, used: Bools) -> dict[str, Ints]:
        """The words of customers × months of their life."""
        powers = np.left_shift(np.int64(1), np.arange(self.width, dtype=np.int64))
        bits = used.reshape(len(used), len(self.words), self.width) @ powers
        return {word: bits[:, i] for i, word in enumerate(self.words)}


def _pandas(
    known: nw.LazyFrame[Any], rows: nw.LazyFrame[Any], options: _Options
) -> nw.LazyFrame[Any]:
    """A table of truth values, customers × months, is filled by place: nothing is grouped."""
    customers: pd.DataFrame = known.collect().to_native()
    usage: pd.DataFrame = rows.select("customer_id", "date", "quantity").collect().to_native()
    starts = customers["start"].to_numpy("datetime64[D]")
    # Only the distinct ids are looked up among the customers; a missing one has the code −1.
    codes, ids = pd.factorize(usage["customer_id"])
    places = np.append(pd.Index(customers["customer_id"]).get_indexer(pd.Index(ids)), -1)[codes]
    dates = usage["date"].to_numpy("datetime64[D]")
    quantity = usage["quantity"].to_numpy(float)
    # Without customers there is no start to look up.
    counts = (places >= 0) & (dates <= np.datetime64(options.as_of)) & (len(starts) > 0)
    if not counts.all():
        places, dates, quantity = places[counts], dates[counts], quantity[counts]
    counts = dates >= starts[places]
    if options.least is None:
        counts &= ~(quantity <= 0)  # without a quantity it counts, too
    if not counts.all():
        places, dates, quantity = places[counts], dates[counts], quantity[counts]
    age = _ages(dates, starts, places, options)
    months = options.width * len(options.words)
    cells = places.astype(np.int64) * months + age
    size = len(customers) * months
    if options.least is None:
        used = np.zeros(size, dtype=bool)
        used[cells] = True
    else:
        total = np.bincount(cells, weights=np.nan_to_num(quantity), minlength=size)
        used = total >= options.least
    words = options.packed(used.reshape(len(customers), months))
    return nw.from_native(customers[["customer_id"]].assign(**words)).lazy()


def _ages(
    dates: NDArray[np.datetime64],
    starts: NDArray[np.datetime64],
    places: NDArray[np.intp],
    options: _Options,
) -> Ints:
    """The month of a life that each date falls into; dates from the earliest start on."""
    # A month and a day of the month are looked up: working them out takes several times as long.
    first = np.datetime64(ck.first_of_index(options.since))
    calendar = np.arange(first, np.datetime64(options.as_of) + 1)
    months = calendar.astype("datetime64[M]")
    days = (calendar - months).astype(np.int16)
    numbers = (months - first.astype("datetime64[M]")).astype(np.int32)
    at, began = (dates - first).astype(np.int64), (starts - first).astype(np.int64)
    age = numbers[at] - numbers[began][places]
    if options.clock == "contract":
        age -= days[at] < days[began][places]
    return age


def _duckdb(known: Any, rows: Any, options: _Options) -> nw.LazyFrame[Any]:
    """One bit per customer and *day* in a single grouping; months are read off those.

    Nothing but the id and the date is needed for that: the join of the rows with the starts, which
    would take most of the time, becomes one of customers with customers.
    """
    # The number that an id was made of, where it was one, is grouped in a third of the time.
    key = NUMBER if NUMBER in rows.columns else "customer_id"
    place = f"{_PLACES} * (12 * year(date) + month(date) - {options.since + 1}) + day(date) - 1"
    days = f"CAST(bitstring_agg({place}, 0, {_PLACES * options.months - 1}) AS BLOB) AS days"
    # Every thread may hold the days of every customer: of many they are taken in parts.
    parts = -(-len(known) * options.months * _PLACES // (8 * _MOST))
    none = {word: pa.array([], pa.int64()) for word in options.words}
    found = [pa.table({"customer_id": pa.array([], pa.string()), **none})]
    for part in range(parts):
        # Nothing of a file goes into this text: dates, numbers, and names of our own.
        grouped = (
            f"SELECT CAST({key} AS VARCHAR) AS used_by, {days} FROM csdata_used "  # noqa: S608
            f"WHERE date >= DATE '{ck.first_of_index(options.since)}' "
            f"AND date <= DATE '{options.as_of}' AND (quantity > 0 OR quantity IS NULL) "
            f"AND ({parts} = 1 OR hash({key}) % {parts} = {part}) GROUP BY {key}"
        )
        found += _read(rows, known, grouped, options)
    return _like(known, pa.concat_tables(found, promote_options="default"))


def _read(
    used: Any,
    csdata_known: Any,  # noqa: ARG001 (DuckDB finds it by its name)
    grouped: str,
    options: _Options,
) -> list[pa.Table]:
    """The words of the customers of whom ``grouped`` knows the days, in batches."""
    query = (
        "SELECT customer_id, start, days "  # noqa: S608 (no value of a file)
        f"FROM csdata_known JOIN ({grouped}) ON customer_id = used_by"
    )
    batches = used.query("csdata_used", query).to_arrow_reader(_BATCH)
    return [_words_of_days(batch, options) for batch in batches]


def _words_of_days(batch: pa.RecordBatch, options: _Options) -> pa.Table:
    """Days of use, read as the months of a life."""
    days = batch.column("days").cast(pa.large_binary())
    ends = np.frombuffer(days.buffers()[1], dtype=np.int64)[days.offset :]
    data = np.frombuffer(days.buffers()[2], dtype=np.uint8)[ends[0] : ends[len(days)]]
    # The first day of a month is the highest bit of its number.
    found = data.view(">u4").astype(np.uint32).reshape(len(days), options.months)
    starts = batch.column("start").to_numpy(zero_copy_only=False).astype("datetime64[D]")
    began = starts.astype("datetime64[M]")
    first = began.astype(np.int64) + _EPOCH - options.since
    later = np.uint32(0xFFFFFFFF) >> (starts - began).astype(np.uint32)[:, None]
    months = options.width * len(options.words)
    used = np.zeros((len(found), options.months + months), dtype=bool)
    if options.clock == "contract":
        used[:, : options.months] = (found & later) != 0
        used[:, : options.months - 1] |= (found[:, 1:] & ~later) != 0
    else:
        used[:, : options.months] = found != 0
        # In its own month a life begins on its day.
        own = np.arange(len(found)), first
        used[own] = (found[own] & later[:, 0]) != 0
    lived = np.take_along_axis(used, first[:, None] + np.arange(months), axis=1)
    return pa.table({"customer_id": batch.column("customer_id"), **options.packed(lived)})
