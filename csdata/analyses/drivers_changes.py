"""What changes during a life: the plan with each contract, the cell from window to window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import narwhals as nw
import pandas as pd

from csdata.analyses.axes import Axis
from csdata.analyses.quadrant import UNDECIDABLE, quadrant
from csdata.clock import Clock
from csdata.errors import BadValues, MissingColumns, NeedsDates, NotEnoughData
from csdata.i18n import message
from csdata.months import month_of, with_months
from csdata.schema import lazy
from csdata.tables import Portfolio


def contract_changes(
    portfolio: Portfolio, column: str, *, clock: Clock = "contract"
) -> pd.DataFrame:
    """From which month on each customer had which value of a column of their contracts.

    Between two contracts the value of the earlier one goes on; of several that begin on one day
    the one that ends last counts.

    Returns:
        ``customer_id``, ``month`` (on the clock; before 0 for a contract from before the start)
        and ``column``; sorted.

    Raises:
        NeedsDates: The customers have no start dates.
        MissingColumns: There are no contracts, or they have no such column.
    """
    if not portfolio.has_dates:
        raise NeedsDates(analysis=message("drivers.name"))
    present = portfolio.columns("contracts")
    missing = [c for c in ("start", column) if c not in present]
    if missing:
        raise MissingColumns(table="contracts", missing=missing, present=present)
    starts = lazy(portfolio.customers).select("customer_id", nw.col("start").alias("_begin"))
    # Under names of our own: whatever is asked for may be called like a column of the customers.
    last = nw.col("end") if "end" in present else nw.col("start")
    terms = lazy(portfolio.contracts).select(
        "customer_id", nw.col("start").alias("_start"), last.alias("_last"),
        nw.col(column).alias("_value"),
    )  # fmt: skip
    terms = terms.filter(~nw.col("_start").is_null()).join(starts, on="customer_id", how="inner")
    terms = terms.filter(~nw.col("_begin").is_null())
    if clock == "contract":
        terms = with_months(terms, "month", "_begin", "_start")
    else:
        terms = terms.with_columns(month=month_of("_start") - month_of("_begin"))
    table = terms.select("customer_id", "month", "_last", "_value").collect("pandas").to_native()
    table = table.sort_values(["customer_id", "month", "_last"], na_position="last")
    table = table.drop_duplicates(["customer_id", "month"], keep="last")
    return table.drop(columns="_last").rename(columns={"_value": column}).reset_index(drop=True)


def quadrant_moves(
    portfolio: Portfolio,
    *,
    breadth: Axis | str | Sequence[str],
    depth: Axis | str | Sequence[str],
    every: int = 3,
    windows: int = 4,
) -> pd.DataFrame:
    """The cell of each customer after each of several windows of use.

    The cuts are those of the first window throughout: a customer moves because their use changed,
    not because the others' did. A cell holds from the end of its window, never before.

    Args:
        portfolio: Customers with dates, and ``usage``.
        breadth: As for :func:`csdata.analyses.quadrant.quadrant`; both axes must be dated.
        depth: The same.
        every: Months of one window.
        windows: How many of them, from the start.

    Returns:
        ``customer_id``, ``month``, ``quadrant_cell`` (missing where it cannot be told); sorted.

    Raises:
        BadValues: An axis has no dates; fewer than one window, or of less than a month.
        As for :func:`csdata.analyses.quadrant.quadrant`.
    """
    if every < 1 or windows < 1:
        raise BadValues(where="windows", found=windows, remedy=message("drivers.remedy.windows"))
    cuts: Any = "median"
    pieces: list[pd.DataFrame] = []
    bounds = range(0, every * (windows + 1), every)
    for window in pairwise(bounds):
        try:
            found = quadrant(portfolio, breadth=breadth, depth=depth, window=window, cuts=cuts)
        except NotEnoughData:
            if not pieces:
                raise
            break  # nobody is that old yet
        if not found.dated:
            remedy = message("drivers.remedy.dated_axes")
            raise BadValues(where="breadth, depth", found=every, remedy=remedy)
        cuts = (found.breadth_cut, found.depth_cut)
        cell = found.table["cell"].mask(found.table["cell"] == UNDECIDABLE)
        pieces.append(
            pd.DataFrame(
                {
                    "customer_id": found.table["customer_id"],
                    "month": float(window[1]),
                    "quadrant_cell": cell,
                }
            )
        )
    table = pd.concat(pieces, ignore_index=True)
    return table.sort_values(["customer_id", "month"]).reset_index(drop=True)
