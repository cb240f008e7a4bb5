"""Shorter ways that single backends know; the tests hold each equal to its portable form.

At most one per backend and count. A way that does not apply answers None, and the portable one is
taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw

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
    rows = lazy(usage)
    if not (starts.implementation.is_duckdb() and rows.implementation.is_duckdb()):
        return None
    # Customers get numbers, so that the rows are grouped by those and not by texts; months are
    # whole numbers, and bits are or-ed in one pass without looking for distinct months first.
    numbered: Any = starts.select("customer_id", "start").to_native()
    numbered = numbered.project(
        "customer_id, start, row_number() OVER () AS place, "
        "12 * year(start) + month(start) AS began, day(start) AS began_day"
    )
    used: Any = rows.select("customer_id", "date", "quantity").to_native()
    used = used.project("customer_id AS used_by, date, quantity")
    # Where customers were made of the usage both have the name of one table.
    used, numbered = used.set_alias("csdata_used"), numbered.set_alias("csdata_starts")
    joined = used.join(numbered, "used_by = customer_id")
    early = " - CAST(day(date) < began_day AS INTEGER)" if clock == "contract" else ""
    month = f"CAST(12 * year(date) + month(date) - began{early} AS INTEGER)"
    bits = ", ".join(
        f"coalesce(bit_or(CASE WHEN month // {width} = {i} THEN 1::BIGINT << (month % {width}) "
        f"END), 0) AS {word}"
        for i, word in enumerate(words)
    )
    # Nothing of a file goes into these texts: a date, a number, and names of our own.
    months = (
        f"SELECT place, customer_id, {month} AS month, quantity FROM joined "  # noqa: S608
        f"WHERE date >= start AND date <= DATE '{as_of:%Y-%m-%d}'"
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
