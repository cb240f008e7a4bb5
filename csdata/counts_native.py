"""Shorter ways that single backends know; the tests hold each equal to its portable form.

At most one per backend and count. A way that does not apply answers None, and the portable one is
taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from csdata.clock import Clock
from csdata.schema import lazy


def month_bits(
    starts: nw.LazyFrame[Any],
    usage: Any,
    *,
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
        as_of: Last day that counts.
        clock: How months are counted.
        least: Least quantity in a month; None: any row with a quantity above 0 or without one.
        words: Names of the numbers that hold the bits, ``width`` months each.
        width: Months in one number, 62 at most.
    """
    rows = lazy(usage).select("customer_id", "date", "quantity")
    known = starts.select("customer_id", "start")
    kinds = (known.implementation, rows.implementation)
    options = _Options(as_of, clock, least, tuple(words), width)
    if all(kind.is_duckdb() for kind in kinds):
        return _duckdb(known, rows, options)
    if all(kind.is_pandas() for kind in kinds):
        return _pandas(known, rows, options)
    return None


@dataclass(frozen=True, slots=True)
class _Options:
    """As for :func:`month_bits`."""

    as_of: dt.date
    clock: Clock
    least: float | None
    words: tuple[str, ...]
    width: int


def _pandas(
    known: nw.LazyFrame[Any], rows: nw.LazyFrame[Any], options: _Options
) -> nw.LazyFrame[Any]:
    """A table of truth values, customers × months, is filled by place: nothing is grouped."""
    customers: pd.DataFrame = known.collect().to_native()
    usage: pd.DataFrame = rows.collect().to_native()
    places = pd.Index(customers["customer_id"]).get_indexer(pd.Index(usage["customer_id"]))
    own = (places >= 0) & usage["date"].notna().to_numpy()
    usage, places = usage[own], places[own]
    dates, starts = (c.to_numpy("datetime64[D]") for c in (usage["date"], customers["start"]))
    began = starts[places]
    counts = (dates >= began) & (dates <= np.datetime64(options.as_of))
    places, dates, began = places[counts], dates[counts], began[counts]
    month, month_began = dates.astype("datetime64[M]"), began.astype("datetime64[M]")
    age = (month - month_began).astype(np.int64)
    if options.clock == "contract":
        age -= (dates - month) < (began - month_began)
    months = options.width * len(options.words)
    quantity = usage["quantity"].to_numpy(float)[counts]
    cells = places.astype(np.int64) * months + age
    size = len(customers) * months
    if options.least is None:
        used = np.zeros(size, dtype=bool)
        used[cells[~(quantity <= 0)]] = True  # without a quantity it counts, too
    else:
        total = np.bincount(cells, weights=np.nan_to_num(quantity), minlength=size)
        used = total >= options.least
    powers = np.left_shift(np.int64(1), np.arange(options.width, dtype=np.int64))
    bits = used.reshape(len(customers), len(options.words), options.width) @ powers
    table = customers[["customer_id"]].assign(
        **{word: bits[:, i] for i, word in enumerate(options.words)}
    )
    return nw.from_native(table).lazy()


def _duckdb(
    known: nw.LazyFrame[Any], rows: nw.LazyFrame[Any], options: _Options
) -> nw.LazyFrame[Any]:
    """Customers get numbers, so that rows are grouped by those and not by texts."""
    least, width = options.least, options.width
    numbered: Any = known.to_native()
    numbered = numbered.project(
        "customer_id, start, row_number() OVER () AS place, "
        "12 * year(start) + month(start) AS began, day(start) AS began_day"
    )
    used: Any = rows.to_native()
    used = used.project("customer_id AS used_by, date, quantity")
    # Where customers were made of the usage both have the name of one table.
    used, numbered = used.set_alias("csdata_used"), numbered.set_alias("csdata_starts")
    joined = used.join(numbered, "used_by = customer_id")
    early = " - CAST(day(date) < began_day AS INTEGER)" if options.clock == "contract" else ""
    month = f"CAST(12 * year(date) + month(date) - began{early} AS INTEGER)"
    # Months are whole numbers, and their bits are or-ed without looking for distinct ones first.
    bits = ", ".join(
        f"coalesce(bit_or(CASE WHEN month // {width} = {i} THEN 1::BIGINT << (month % {width}) "
        f"END), 0) AS {word}"
        for i, word in enumerate(options.words)
    )
    # Nothing of a file goes into these texts: a date, a number, and names of our own.
    months = (
        f"SELECT place, customer_id, {month} AS month, quantity FROM joined "  # noqa: S608
        f"WHERE date >= start AND date <= DATE '{options.as_of:%Y-%m-%d}'"
    )
    if least is None:
        months += " AND (quantity > 0 OR quantity IS NULL)"
    else:
        months = (
            f"SELECT place, any_value(customer_id) AS customer_id, month FROM ({months}) "  # noqa: S608
            f"GROUP BY place, month HAVING sum(quantity) >= {float(least)!r}"
        )
    any_id = "any_value(customer_id) AS customer_id"
    query = f"SELECT {any_id}, {bits} FROM ({months}) GROUP BY place"  # noqa: S608
    return nw.from_native(joined.query("joined", query)).lazy()
