"""Where one customer stands among those who began in the same fiscal year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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


@dataclass(frozen=True, eq=False, slots=True)
class Mates:
    """What the places of all customers are read from, counted once for a portfolio.

    ``starts`` by customer, up to the as-of date, with the ``year`` of each; ``lives`` as from
    :func:`csdata.tenures` (None: nobody knows who left); ``values`` by measure, by customer.
    """

    starts: pd.Series
    year: pd.Series
    lives: pd.DataFrame | None
    values: Mapping[str, pd.Series]
    fiscal_start: int = ck.FISCAL_START


def mates(portfolio: Portfolio, *, recent: int, fiscal_start: int = ck.FISCAL_START) -> Mates:
    """Everybody's start, life, amounts and use in the last ``recent`` months."""
    starts = cc.starts(portfolio.customers).set_index("customer_id")["start"]
    starts = starts[starts <= pd.Timestamp(str(portfolio.as_of))]
    index = starts.dt.year * 12 + starts.dt.month - 1
    year = ck.cohort_index(index, "year", fiscal_start)
    values = _amounts(portfolio)
    if portfolio.provenance.first_use:
        return Mates(starts, year, None, values, fiscal_start)
    lives = tenures(portfolio).table.set_index("customer_id")
    used = _use(portfolio, lives, starts, recent=recent)
    return Mates(
        starts, year, lives, values if used is None else {**values, "use": used}, fiscal_start
    )


def place(portfolio: Portfolio, customer_id: str, everybody: Mates) -> Place:
    """The place of a customer; :data:`NOWHERE` for one who has no usable life yet."""
    as_of, starts = portfolio.as_of, everybody.starts
    if customer_id not in starts.index or as_of is None:
        return NOWHERE
    began = starts[customer_id].date()
    own_year = ck.fiscal_year(began, everybody.fiscal_start)
    ids = starts.index[everybody.year == everybody.year[customer_id]]
    ranked = (
        _rank(measure, values.reindex(ids).dropna(), customer_id)
        for measure, values in everybody.values.items()  # noqa: PD011 (a mapping)
    )
    ranks = pd.DataFrame([row for row in ranked if row], columns=_COLUMNS)
    if everybody.lives is None:
        return Place(own_year, ranks, len(ids), 0, 0, 0, _NOBODY)
    lives = everybody.lives.loc[everybody.lives.index.intersection(ids)]
    left = int(lives["event"].astype(bool).sum())
    if customer_id not in lives.index:
        return Place(own_year, ranks, len(ids), left, 0, 0, _NOBODY)
    own = lives[lives.index == customer_id].iloc[0]
    age = int(own["duration"]) if bool(own["event"]) else ck.age(began, as_of)
    eligible, stayed = _stayed(lives, starts, age, as_of)
    return Place(own_year, ranks, len(ids), left, age, eligible, stayed)


def _stayed(
    lives: pd.DataFrame, starts: pd.Series, age: int, as_of: dt.date
) -> tuple[int, Interval]:
    """Of those old enough by their start alone: how many were still there at that age."""
    old = [ck.boundary(s.date(), age) <= as_of for s in starts.reindex(lives.index)]
    could = lives[np.array(old, dtype=bool)]
    # Where history begins late a cohort shows its survivors only: no share of its size.
    if age < 1 or could.empty or (lives["entry"] > 0).any():
        return len(could), _NOBODY
    there = int((~could["event"].astype(bool) | (could["duration"] > age)).sum())
    return len(could), Interval(*(float(v) for v in intervals.wilson(there, len(could))))


def _amounts(portfolio: Portfolio) -> dict[str, pd.Series]:
    """First and last monthly amount of each customer who has one."""
    try:
        known = _mrr.history(portfolio)
    except NotEnoughData:
        return {}
    began = known.moves[known.moves["kind"] == _mrr.MOVES.index("new")]
    ids = pd.Index(known.ids)
    first = pd.Series(began["after"].to_numpy() / UNITS, index=ids[began["customer"].to_numpy()])
    now = pd.Series(known.states([known.last])[0] / UNITS, index=ids)
    return {"mrr_first": first, "mrr_now": now[now > 0]}


def _use(
    portfolio: Portfolio, lives: pd.DataFrame, starts: pd.Series, *, recent: int
) -> pd.Series | None:
    """Use per month in the last whole months, of those under contract throughout."""
    span, as_of = portfolio.usage_span, portfolio.as_of
    if span is None or as_of is None:
        return None
    last = ck.month_index(as_of + dt.timedelta(days=1)) - 1
    since, until = ck.first_of_index(last - recent + 1), _mrr.month_end(last)
    if span[0] > since or ck.month_index(span[1]) < last:
        return None  # not recorded in all of these months
    staying = starts.reindex(lives.index[~lives["event"].astype(bool)])
    there = staying.index[staying <= pd.Timestamp(since)]
    used = cc.used_between(portfolio.usage, since, until).set_index("customer_id")
    column = "quantity" if used["quantity"].any() else "rows"
    return used[column].reindex(there).fillna(0.0).astype(float) / recent


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
