"""The only row-level work: lives, cohorts and usage, written once for every backend.

Each function takes frames of any backend (pandas, Polars, DuckDB, Spark …) and either stays lazy
or hands back a *small* pandas table of counts, sorted, from which every statistic is computed.
Dates are turned into integers first (see :mod:`csdata.clock`), so no backend's own date arithmetic
is trusted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from csdata import clock as ck
from csdata.tables import lazy

STATUS_OK = "ok"
"""Lives that count; every other status says why a row was set aside or could not be used."""


def day_of(column: str) -> nw.Expr:
    """Day number of a date column (missing stays missing)."""
    return ck.first_day(month_of(column)) + nw.col(column).dt.day().cast(nw.Float64) - 1


def month_of(column: str) -> nw.Expr:
    """Month index of a date column."""
    date = nw.col(column).dt
    return date.year().cast(nw.Float64) * 12 + date.month().cast(nw.Float64) - 1


def boundary(start: str, months: nw.Expr | int) -> nw.Expr:
    """Day number of ``start`` + months on the contract clock."""
    index = month_of(start) + months
    return nw.min_horizontal(
        ck.first_day(index) + nw.col(start).dt.day().cast(nw.Float64) - 1, ck.first_day(index + 1)
    )
