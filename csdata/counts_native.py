"""Shorter ways that single backends know; the tests hold each equal to its portable form.

At most one per backend and count. A way that does not apply answers None, and the portable one is
taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw


def month_bits(
    used: nw.LazyFrame[Any], *, words: Sequence[str], width: int
) -> nw.LazyFrame[Any] | None:
    """One row per customer with a bit for every month of use; None where only the portable way is.

    Args:
        used: ``customer_id``, ``month`` (0 or later), ``quantity`` (a row of 0 is no use; missing
            is one).
        words: Names of the numbers that hold the bits, ``width`` months each.
        width: Months in one number, 62 at most.
    """
    if used.implementation.is_duckdb():
        return _duckdb(used, words, width)
    return None


def _duckdb(used: nw.LazyFrame[Any], words: Sequence[str], width: int) -> nw.LazyFrame[Any]:
    """DuckDB can *or* the bits in one pass, without looking for distinct months first."""
    relation: Any = used.to_native()
    month = "CAST(month AS INTEGER)"
    bits = ", ".join(
        f"coalesce(bit_or(1::BIGINT << ({month} % {width})) "
        f"FILTER (WHERE {month} // {width} = {i}), 0) AS {word}"
        for i, word in enumerate(words)
    )
    real = relation.filter("quantity > 0 OR quantity IS NULL")
    return nw.from_native(real.aggregate(f"customer_id, {bits}", "customer_id")).lazy()
