"""Which customers stand behind a cell, a row or a column of the cohort triangle."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata import counts
from csdata.analyses._retention_count import BY, Counting
from csdata.analyses._standing import Span
from csdata.analyses.retention import Retention
from csdata.analyses.tenures import lives
from csdata.tables import Portfolio


def members(portfolio: Portfolio, result: Retention, *, cohort: Any, age: int) -> pd.DataFrame:
    """The customers behind one cell of the triangle.

    Args:
        portfolio: What the result was computed from.
        result: From :func:`csdata.retention`.
        cohort: As in its table.
        age: As in its table.

    Returns:
        ``customer_id`` and ``standing``: "stayed" (there), "left" (not there) or "unobserved" (not
        eligible yet, whatever became of them); sorted by id. The first two add up to the cell's
        ``eligible``, all three to its ``size``.
    """
    return _standing(portfolio, result, rows_of(portfolio, result, [cohort]), age)


def members_at(portfolio: Portfolio, result: Retention, *, age: int) -> pd.DataFrame:
    """The customers behind a whole column: as :func:`members`, of all rows together."""
    return _standing(portfolio, result, _counted(portfolio, result), age)


def rows_of(portfolio: Portfolio, result: Retention, cohorts: Iterable[Any]) -> nw.LazyFrame[Any]:
    """The lives of some rows of the triangle, lazy, with ``cohort`` (month index) and :data:`BY`.

    Args:
        portfolio: What the result was computed from.
        result: From :func:`csdata.retention`.
        cohorts: As in its table.
    """
    lived, wanted = _counted(portfolio, result), list(cohorts)
    if result.by is None:
        months = [float(ck.month_index(pd.Timestamp(c).date())) for c in wanted]
        return lived.filter(nw.col("cohort").is_in(months))
    blank = nw.col(BY).is_null()
    known = [c for c in wanted if c is not None]
    test = nw.col(BY).is_in(known) if known else blank & ~blank
    return lived.filter(test | blank if None in wanted else test)


def _counted(portfolio: Portfolio, result: Retention) -> nw.LazyFrame[Any]:
    carry = {} if result.by is None else {BY: result.by}
    lived = lives(portfolio, clock=result.clock, carry=carry)
    return counts.cohort_lives(lived, period=result.cohort, fiscal_start=result.fiscal_start)


def _standing(
    portfolio: Portfolio, result: Retention, lived: nw.LazyFrame[Any], age: int
) -> pd.DataFrame:
    width = ck.cohort_months(result.period)
    count = Counting(
        portfolio, result.measure, result.clock, width, result.bracket, result.min_quantity
    )
    standing = count(lived, "customer_id")
    cell = result.table[result.table["age"] == age].iloc[0]
    span = Span(age, int(cell["first"]), int(cell["last"]))
    there = np.where(standing.there(span), "stayed", "left")
    known = np.where(standing.eligible(span), there, "unobserved")
    table = standing.cells[["customer_id"]].assign(standing=known)
    return table.sort_values("customer_id", ignore_index=True)
