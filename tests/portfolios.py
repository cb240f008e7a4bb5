"""Portfolios for the tests: tiny by hand, random by hypothesis."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from csdata import Portfolio

Life = tuple[str, str | None]


def dates(texts: Iterable[str | None]) -> pd.Series:
    """A column of dates from ISO texts; None is missing."""
    return pd.to_datetime(pd.Series(list(texts), dtype=object))


def portfolio(lives: Iterable[Life], as_of: str, **more: Any) -> Portfolio:
    """Customers c0, c1, … from (start, end) pairs; end = first day without a contract."""
    rows = list(lives)
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(rows))],
            "start": dates(start for start, _ in rows),
            "end": dates(end for _, end in rows),
        }
    )
    return Portfolio(customers=customers.assign(**more), as_of=dt.date.fromisoformat(as_of))


def days(first: str, last: str) -> st.SearchStrategy[str]:
    bounds = (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    return st.dates(*bounds).map(dt.date.isoformat)


AS_OF = "2026-02-28"
STARTS = days("2025-01-01", "2026-03-15")
ENDS = st.none() | days("2025-01-01", "2026-04-30")
LIVES = st.lists(st.tuples(STARTS, ENDS), min_size=1, max_size=25)
