"""What every check looks at: the customers with their lives, and how retention would change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import narwhals as nw
import numpy as np
import pandas as pd

from csdata import counts
from csdata.analyses.survival import kaplan_meier
from csdata.analyses.tenures import lives
from csdata.errors import NotEnoughData
from csdata.schema import lazy
from csdata.tables import Portfolio

HORIZON: Final = 12
"""Months of the retention whose change is the measure of every finding."""

_FEW: Final = 5
"""At risk at the horizon; with fewer nothing is measured."""


def span(days: int) -> pd.Timedelta:
    """So many days, in the unit of the tables: in nanoseconds a date of 2999 has no place."""
    return pd.Timedelta(days=days).as_unit("us")


@dataclass(frozen=True, eq=False)
class Facts:
    """A portfolio as the checks need it.

    ``rows`` has one row per customer, sorted by id: the columns of the customers, and besides
    ``_status``, ``_left`` (bool), ``_duration``, ``_entry``; with dates also ``_last`` (last day
    with a contract, of those who left). All its dates are midnights.
    """

    portfolio: Portfolio
    rows: pd.DataFrame

    @classmethod
    def of(cls, portfolio: Portfolio) -> Facts:
        """Collect them."""
        own = _collected(lazy(portfolio.customers))
        told = _collected(
            lives(portfolio).select(
                "customer_id",
                _status=nw.col("status"),
                _left=nw.col("event"),
                _duration=nw.col("duration"),
                _entry=nw.col("entry"),
            )
        )
        rows = own.merge(told, on="customer_id")
        rows = rows.assign(_left=rows["_left"].fillna(value=False).astype(bool))
        if portfolio.has_dates and "end" not in rows:
            rows = rows.assign(end=pd.Series(pd.NaT, rows.index, dtype="datetime64[us]"))
        if portfolio.has_dates:
            rows = rows.assign(_last=(rows["end"] - span(1)).where(rows["_left"]))
        return cls(portfolio, rows)

    @property
    def dated(self) -> bool:
        """Whether customers have dates."""
        return self.portfolio.has_dates

    @property
    def as_of(self) -> pd.Timestamp:
        """基準日 of customers with dates."""
        return pd.Timestamp(str(self.portfolio.as_of)).as_unit("us")

    @cached_property
    def counted(self) -> pd.DataFrame:
        """The customers whose lives count."""
        return self.rows[self.rows["_status"] == counts.OK]

    @cached_property
    def left(self) -> pd.DataFrame:
        """Those of them who have left."""
        return self.counted[self.counted["_left"]]

    @cached_property
    def staying(self) -> pd.DataFrame:
        """Those of them who have not."""
        return self.counted[~self.counted["_left"]]

    def has(self, *columns: str) -> bool:
        """Whether the customers have all these columns."""
        return set(columns) <= set(self.rows)

    @cached_property
    def usage(self) -> pd.DataFrame:
        """By customer id: ``last``, the last day with usage; empty without usage."""
        if self.portfolio.usage is None:
            return pd.DataFrame({"last": pd.Series(dtype="datetime64[us]")})
        days = lazy(self.portfolio.usage).group_by("customer_id").agg(last=nw.col("date").max())
        return _collected(days).set_index("customer_id")

    def retention(
        self, customers: pd.DataFrame | None = None, *, observed_from: dt.date | None = None
    ) -> float:
        """12-month retention of these customers; NaN where it cannot be said.

        Args:
            customers: Rows with ``start`` and ``end``, or with ``tenure_months`` and ``churned``;
                default all of them.
            observed_from: First day of the records; default the portfolio's.
        """
        rows = self.rows if customers is None else customers
        lived = counts.lives(
            rows[[c for c in rows if not str(c).startswith("_")]],
            as_of=self.portfolio.as_of,
            observed_from=observed_from or self.portfolio.observed_from,
        )
        counted = lived.filter(nw.col("status") == counts.OK)
        table = counted.select("entry", "duration", "event").collect("pandas").to_native()
        try:
            curves = kaplan_meier(table, duration="duration", event="event", entry="entry")
        except NotEnoughData:
            return np.nan
        at = curves.at(HORIZON).iloc[0]
        known = curves.parts[0].start == 0 and at["at_risk"] >= _FEW
        return float(at["survival"]) if known else np.nan

    @cached_property
    def naive(self) -> float:
        """12-month retention as the data have it."""
        return self.retention()

    def shown(self, rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """The rows of a finding: who it is, and the columns that show it."""
        wanted = [c for c in ("customer_id", "name", *columns) if c in rows]
        return rows[list(dict.fromkeys(wanted))].reset_index(drop=True)


def days(column: pd.Series) -> pd.Series:
    """A column that says days in some form (dates, or texts that begin with the year)."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.tz_localize(None).dt.normalize()
    parts = column.astype("string").str.extract(r"^\s*(\d{4})\D(\d{1,2})\D(\d{1,2})")
    parts.columns = ["year", "month", "day"]
    return pd.to_datetime(parts.astype("float"), errors="coerce")


def month_of(column: pd.Series) -> pd.Series:
    """Month index of each date."""
    return column.dt.year * 12 + column.dt.month - 1


def tail(seen: float, expected: float) -> float:
    """Probability of ``seen`` or more where ``expected`` are expected (Poisson)."""
    from scipy.special import pdtrc

    return 1.0 if seen <= 0 else float(pdtrc(seen - 1, expected)) if expected > 0 else 0.0


def _collected(frame: Any) -> pd.DataFrame:
    return frame.sort("customer_id").collect("pandas").to_native().reset_index(drop=True)
