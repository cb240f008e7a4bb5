"""Contract histories for the tests: by hand, random by hypothesis, and read one day at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd
from hypothesis import strategies as st

from csdata import Portfolio
from csdata import clock as ck
from tests.portfolios import dates, days


class Term(NamedTuple):
    """A contract: customer, start, end (first day without; None: running), amount per month."""

    who: str
    start: str
    end: str | None
    mrr: float | None = 100.0


def contracts(terms: Iterable[Term]) -> pd.DataFrame:
    rows = list(terms)
    return pd.DataFrame(
        {
            "customer_id": pd.Series([r.who for r in rows], dtype=object),
            "start": dates(r.start for r in rows),
            "end": dates(r.end for r in rows),
            "mrr": pd.Series([r.mrr for r in rows], dtype=float),
        }
    )


def company(terms: Iterable[Term], as_of: str, **more: Any) -> Portfolio:
    """The portfolio of these contracts; customers live from their first start to their last end."""
    rows = list(terms)
    names = sorted({r.who for r in rows})
    ends = {who: [r.end for r in rows if r.who == who] for who in names}
    customers = pd.DataFrame(
        {
            "customer_id": names,
            "start": dates(min(r.start for r in rows if r.who == who) for who in names),
            "end": dates(None if None in e else max(filter(None, e)) for e in ends.values()),
        }
    )
    return Portfolio(
        customers=customers, contracts=contracts(rows), as_of=dt.date.fromisoformat(as_of), **more
    )


def mrr_on(terms: Iterable[Term], who: str, day: dt.date) -> float:
    """What a customer pays per month under the contracts in force on a day, one at a time."""
    total = 0.0
    for term in terms:
        begun = dt.date.fromisoformat(term.start) <= day
        running = term.end is None or dt.date.fromisoformat(term.end) > day
        if term.who == who and begun and running and term.mrr is not None:
            total += term.mrr
    return total


def month_ends(first: str, last: str) -> list[dt.date]:
    """The last days of the months from one ``YYYY-MM`` to another."""
    indices = [ck.month_index(dt.date.fromisoformat(f"{m}-01")) for m in (first, last)]
    return [ck.month_end(ck.first_of_index(i)) for i in range(indices[0], indices[1] + 1)]


AS_OF = "2025-12-31"
_STARTS = days("2024-01-01", "2026-01-31")
_AMOUNTS = st.sampled_from([0.0, 100.0, 250.5, 1000.0, 0.01, 98765.43])
_TERM = st.tuples(
    st.sampled_from(["a", "b", "c", "d"]),
    _STARTS,
    st.none() | st.integers(0, 500),
    _AMOUNTS | st.none(),
)


def _term(drawn: tuple[str, str, int | None, float | None]) -> Term:
    who, start, length, mrr = drawn
    end = None
    if length is not None:
        end = (dt.date.fromisoformat(start) + dt.timedelta(days=length)).isoformat()
    return Term(who, start, end, mrr)


TERMS = st.lists(_TERM.map(_term), min_size=1, max_size=14)
"""Overlaps, gaps, changes of amount, returns, terms without an amount, terms yet to come."""
