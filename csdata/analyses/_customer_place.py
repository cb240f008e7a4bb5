"""Where one customer stands among those who began in the same fiscal year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata import counts_customer as cc
from csdata.analyses import _mrr, intervals
from csdata.analyses.intervals import Interval
from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.tenures import tenures
from csdata.counts_money import UNITS
from csdata.errors import NotEnoughData
from csdata.tables import Portfolio

MEASURES: Final = ("mrr_first", "mrr_now", "use")


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A customer among their mates, those who began in the same fiscal year (themselves included).

    ``ranks``: one row per measure that is known of this customer: ``measure`` ("mrr_first": amount
    at the end of the first month with revenue; "mrr_now": at the last month end, among those who
    pay; "use": the last three whole months per month, among those under contract throughout),
    ``value``, ``n`` (mates who have it), ``rank`` (1: the largest), ``ties`` (others with the
    same), ``below`` (share of the mates that lies lower, ties half; NaN below five mates), and
    ``median`` of the mates.

    ``mates``: how many; ``left``: how many of them have left by the as-of date. ``age`` is this
    customer's whole months, ``stayed`` the share of those mates who could have got so far that were
    still there then (of ``eligible``), NaN where history begins late or nobody could.
    """

    year: int | None
    ranks: pd.DataFrame
    mates: int
    left: int
    age: int
    eligible: int
    stayed: Interval


_COLUMNS = ["measure", "value", "n", "rank", "ties", "below", "median"]
_NOBODY = Interval(np.nan, np.nan, np.nan)
NOWHERE: Final = Place(None, pd.DataFrame(columns=_COLUMNS), 0, 0, 0, 0, _NOBODY)


def place(portfolio: Portfolio, customer_id: str, *, recent: int) -> Place:
    """The place of a customer; :data:`NOWHERE` for one who has no usable life yet."""
    as_of = portfolio.as_of
    starts = cc.starts(portfolio.customers).set_index("customer_id")["start"]
    if customer_id not in starts.index or as_of is None or starts[customer_id].date() > as_of:
        return NOWHERE
    starts = starts[starts <= pd.Timestamp(as_of)]
    index = starts.dt.year * 12 + starts.dt.month - 1
    first = ck.cohort_index(index, "year")
    mates = starts[first == first[customer_id]]
    year = ck.fiscal_year(starts[customer_id].date())
    ranks = [*_money_ranks(portfolio, customer_id, mates.index)]
    if portfolio.provenance.first_use:
        return Place(year, _table(ranks), len(mates), 0, 0, 0, _NOBODY)
    lives = tenures(portfolio).table.set_index("customer_id").reindex(mates.index)
    lives = lives[lives["duration"].notna()]
    ranks += _use_ranks(portfolio, customer_id, lives, mates, recent=recent)
    left = int(lives["event"].astype(bool).sum())
    if customer_id not in lives.index:
        return Place(year, _table(ranks), len(mates), left, 0, 0, _NOBODY)
    own = lives.loc[customer_id]
    age = int(own["duration"]) if own["event"] else ck.age(starts[customer_id].date(), as_of)
    eligible, stayed = _stayed(lives, mates, age, as_of)
    return Place(year, _table(ranks), len(mates), left, age, eligible, stayed)


def _table(ranks: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(ranks, columns=_COLUMNS)


def _stayed(
    lives: pd.DataFrame, mates: pd.Series, age: int, as_of: dt.date
) -> tuple[int, Interval]:
    """Of those old enough by their start alone: how many were still there at that age."""
    old = [ck.boundary(s.date(), age) <= as_of for s in mates.reindex(lives.index)]
    could = lives[np.array(old, dtype=bool)]
    # Where history begins late a cohort shows its survivors only: no share of its size.
    if age < 1 or could.empty or (lives["entry"] > 0).any():
        return len(could), _NOBODY
    there = int((~could["event"].astype(bool) | (could["duration"] > age)).sum())
    return len(could), Interval(*(float(v) for v in intervals.wilson(there, len(could))))


def _money_ranks(portfolio: Portfolio, customer_id: str, mates: pd.Index) -> list[dict[str, Any]]:
    try:
        known = _mrr.history(portfolio)
    except NotEnoughData:
        return []
    began = known.moves[known.moves["kind"] == _mrr.MOVES.index("new")]
    ids = pd.Index(known.ids)
    amounts = {
        "mrr_first": pd.Series(
            began["after"].to_numpy() / UNITS, index=ids[began["customer"].to_numpy()]
        ),
        "mrr_now": pd.Series(known.states([known.last])[0] / UNITS, index=ids),
    }
    amounts["mrr_now"] = amounts["mrr_now"][amounts["mrr_now"] > 0]
    ranked = (
        _rank(measure, values[values.index.isin(mates)], customer_id)
        for measure, values in amounts.items()
    )
    return [row for row in ranked if row]


def _use_ranks(
    portfolio: Portfolio,
    customer_id: str,
    lives: pd.DataFrame,
    mates: pd.Series,
    *,
    recent: int,
) -> list[dict[str, Any]]:
    """Use per month in the last whole months, of those under contract throughout."""
    span, as_of = portfolio.usage_span, portfolio.as_of
    if span is None or as_of is None:
        return []
    last = ck.month_index(as_of + dt.timedelta(days=1)) - 1
    since, until = ck.first_of_index(last - recent + 1), _mrr.month_end(last)
    if span[0] > since or ck.month_index(span[1]) < last:
        return []  # not recorded in all of these months
    staying = lives.index[~lives["event"].astype(bool)]
    there = mates.reindex(staying)
    there = there[there <= pd.Timestamp(since)]
    used = cc.used_between(portfolio.usage, since, until).set_index("customer_id")
    column = "quantity" if used["quantity"].any() else "rows"
    values = used[column].reindex(there.index).fillna(0.0).astype(float) / recent
    row = _rank("use", values, customer_id)
    return [row] if row else []


def _rank(measure: str, values: pd.Series, customer_id: str) -> dict[str, Any] | None:
    """Where the customer stands in the values of their mates; None if they have none."""
    if customer_id not in values.index:
        return None
    own, n = float(values[customer_id]), len(values)
    above, equal = int((values > own).sum()), int((values == own).sum())
    below = (n - above - equal / 2) / n
    return {
        "measure": measure,
        "value": own,
        "n": n,
        "rank": above + 1,
        "ties": equal - 1,
        "below": below if n >= FEW else np.nan,
        "median": float(values.median()),
    }
