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
    if all(kind.is_duckdb() for kind in kinds):
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
        grouped = used.reshape(len(used), len(self.words), self.width)
        bits: Ints = np.asarray(grouped @ powers, dtype=np.int64)
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
    """Without the join where months are those of the calendar."""
    if options.clock == "calendar" and options.least is None:
        return _grouped(known, rows, options)
    return _joined(known, rows, options)


def _joined(known: Any, rows: Any, options: _Options) -> nw.LazyFrame[Any]:
    """Customers get numbers, so that rows are grouped by those and not by texts."""
    rows, own = _keyed(rows)
    least = options.least
    starts = known.project(
        f"{own} AS own, customer_id, start, CAST(row_number() OVER () AS INTEGER) AS place, "
        "CAST(12 * year(start) + month(start) AS INTEGER) AS began, day(start) AS began_day"
    )
    early = " - CAST(day(date) < began_day AS INTEGER)" if options.clock == "contract" else ""
    bits = _bits(options.words, options.width)
    # Nothing of a file goes into these texts: dates, numbers, and names of our own.
    months = (
        f"SELECT place, CAST(12 * year(date) + month(date) AS INTEGER) - began{early} AS month, "  # noqa: S608
        f"quantity FROM csdata_used JOIN csdata_starts ON used_by = own "
        f"WHERE date >= start AND date <= DATE '{options.as_of}'"
    )
    if least is None:
        months += " AND (quantity > 0 OR quantity IS NULL)"
    else:
        months = (
            f"SELECT place, month FROM ({months}) "  # noqa: S608
            f"GROUP BY place, month HAVING sum(quantity) >= {float(least)!r}"
        )
    query = (
        f"SELECT customer_id, {', '.join(options.words)} FROM csdata_starts JOIN "  # noqa: S608
        f"(SELECT place, {bits} FROM ({months}) GROUP BY place) USING (place)"
    )
    return nw.from_native(_ask(rows, query, starts.to_arrow_table())).lazy()


def _bits(names: Sequence[str], width: int) -> str:
    """The sets of months, or-ed without looking for distinct ones first; months begin at 0."""
    if len(names) == 1:
        return f"bit_or(1::BIGINT << month) AS {names[0]}"
    return ", ".join(
        f"coalesce(bit_or(CASE WHEN month // {width} = {i} THEN 1::BIGINT << (month % {width}) "
        f"END), 0) AS {name}"
        for i, name in enumerate(names)
    )


def _keyed(rows: Any) -> tuple[Any, str]:
    """The rows with what they are joined by as ``used_by``, and the same made of a customer's id.

    The number that an id was made of, where it was one, takes half the time of a text.
    """
    if NUMBER not in rows.columns:
        return rows.project("customer_id AS used_by, date, quantity"), "customer_id"
    number = f"TRY_CAST(customer_id AS {rows.dtypes[rows.columns.index(NUMBER)]})"
    # "007" is not the 7 of the other table.
    own = f"CASE WHEN CAST({number} AS VARCHAR) = customer_id THEN {number} END"
    return rows.project(f"{NUMBER} AS used_by, date, quantity"), own


def _ask(used: Any, query: str, csdata_starts: pa.Table) -> Any:  # noqa: ARG001 (below)
    """The answer of the connection of ``used``; DuckDB finds the table by the variable's name."""
    return used.query("csdata_used", query)


def _grouped(known: Any, rows: Any, options: _Options) -> nw.LazyFrame[Any]:
    """The calendar months of each customer in one grouping, without their starts.

    Joining all rows with the starts would take as long again. Only of the month in which a life
    begins the day matters: of those used before their start, that month is looked up on its own.
    """
    rows, own = _keyed(rows)
    spans = [f"used{i}" for i in range(-(-options.months // options.width))]
    bits = _bits(spans, options.width)
    counts = f"date <= DATE '{options.as_of}' AND (quantity > 0 OR quantity IS NULL)"
    month = f"CAST(12 * year(date) + month(date) AS INTEGER) - {options.since + 1}"
    starts = known.project(f"{own} AS own, customer_id, start").to_arrow_table()
    # Nothing of a file goes into these texts: dates, numbers, and names of our own.
    query = (
        f"SELECT customer_id, start, own, earliest < start AS before, {', '.join(spans)} "  # noqa: S608
        f"FROM csdata_starts JOIN (SELECT used_by, min(date) AS earliest, {bits} FROM "
        f"(SELECT used_by, date, {month} AS month FROM csdata_used "
        f"WHERE date >= DATE '{ck.first_of_index(options.since)}' AND {counts}) GROUP BY used_by) "
        "ON used_by = own"
    )
    table = _ask(rows, query, starts).to_arrow_table()
    words = _shifted(table, spans, options)
    # Of these something was used earlier: perhaps nothing in their first month from its day on.
    before = np.flatnonzero(table["before"].to_numpy() & (words[0] & 1 == 1))
    if len(before):
        asked = table.select(["own", "start"]).take(pa.array(before))
        query = (
            "SELECT DISTINCT place FROM csdata_used JOIN csdata_starts ON used_by = own "  # noqa: S608
            f"WHERE date >= start AND date <= last_day(start) AND {counts}"
        )
        there = _ask(rows, query, asked.append_column("place", pa.array(before))).to_arrow_table()
        words[0][np.setdiff1d(before, there["place"].to_numpy())] -= 1
    named = dict(zip(options.words, words, strict=True))
    return _like(known, pa.table({"customer_id": table["customer_id"], **named}))


def _shifted(table: pa.Table, spans: Sequence[str], options: _Options) -> list[Ints]:
    """The words of calendar months as words of months since each customer's own first one."""
    width, rows = options.width, np.arange(len(table))
    empty = np.zeros((len(options.words) + 1, len(table)), dtype=np.int64)
    calendar: Ints = np.vstack([*(table[name].to_numpy() for name in spans), empty])
    starts = table["start"].to_numpy().astype("datetime64[M]")
    first = starts.astype(np.int64) + _EPOCH - options.since
    word, place = first // width, first % width
    return [
        calendar[word + i, rows] >> place
        | (calendar[word + i + 1, rows] & ((1 << place) - 1)) << (width - place)
        for i in range(len(options.words))
    ]
