"""Row-level work for one customer: their own rows, and what the others used in some days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from csdata.schema import lazy


def rows_of(frame: Any, customer_id: str, *, by: str | None = None) -> pd.DataFrame:
    """The rows of one customer as pandas, in the order of the column ``by``."""
    own = lazy(frame).filter(nw.col("customer_id") == customer_id)
    rows = own.collect("pandas").to_native()
    # Sorted here: a stable order among rows of one day is the file's, where the backend keeps it.
    rows = rows.sort_values(by, kind="stable") if by else rows
    return rows.reset_index(drop=True)


def starts(customers: Any) -> pd.DataFrame:
    """``customer_id`` and ``start`` of everybody who has one; sorted by id."""
    known = lazy(customers).select("customer_id", "start").filter(~nw.col("start").is_null())
    return known.sort("customer_id").collect("pandas").to_native().reset_index(drop=True)


def used_between(usage: Any, first: dt.date, last: dt.date) -> pd.DataFrame:
    """What each customer used from one day to another, both included.

    Returns:
        ``customer_id``, ``quantity`` (0 where it is missing), ``rows``; sorted by id.
    """
    since, until = (dt.datetime(d.year, d.month, d.day) for d in (first, last))  # noqa: DTZ001 (naive)
    table = (
        lazy(usage)
        .filter(nw.col("date") >= since, nw.col("date") <= until)
        .with_columns(quantity=nw.col("quantity").fill_null(0))
        .group_by("customer_id")
        .agg(quantity=nw.col("quantity").sum(), rows=nw.len())
        .sort("customer_id")
    )
    return table.collect("pandas").to_native().reset_index(drop=True)
