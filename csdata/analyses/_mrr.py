"""The monthly revenue of each customer: read once, and everything about money computed from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata import clock as ck
from csdata import counts_money as cm
from csdata.errors import NeedsDates, NotBuilt, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOVES: Final = ("new", "reactivation", "expansion", "contraction", "churn")
"""Why a customer's revenue differs from the month before."""

PRORATIONS: Final = ("month_end",)


@dataclass(frozen=True, eq=False, slots=True)
class MrrHistory:
    """What every customer pays per month, at the ends of the months up to the as-of date.

    Amounts are whole numbers of 1/100 of the currency. ``first`` is the month index of the first
    month whose movements are known, ``last`` that of the last month that is over by the as-of date.
    ``moves`` has one row per customer and month with a change: ``customer`` (place in ``ids``),
    ``month``, ``before``, ``after``, ``kind`` (place in :data:`MOVES`); sorted. ``begun`` is each
    customer's first month with revenue (−1: never). ``rows`` are the contracts, still lazy.
    """

    ids: NDArray[Any]
    first: int
    last: int
    moves: pd.DataFrame
    begun: Ints
    rows: nw.LazyFrame[Any]
    from_contracts: bool
    notes: tuple[Message, ...]
    as_of: dt.date

    def states(self, months: Sequence[int]) -> Ints:
        """The revenue of each customer at the ends of months (ascending): months × customers."""
        order = np.argsort(self.moves["month"].to_numpy(), kind="stable")
        month, customer, after = (
            self.moves[c].to_numpy()[order] for c in ("month", "customer", "after")
        )
        state = np.zeros(len(self.ids), dtype=np.int64)
        found = np.empty((len(months), len(self.ids)), dtype=np.int64)
        done = 0
        for row, until in enumerate(np.searchsorted(month, months, side="right")):
            # Within one month a customer has one row, so the order of assignment is no matter
            # inside a month, and later months overwrite earlier ones.
            state[customer[done:until]] = after[done:until]
            found[row], done = state, int(until)
        return found


def history(portfolio: Portfolio, *, proration: str = "month_end") -> MrrHistory:
    """The monthly revenue of a portfolio's customers, from its contracts or the customers' own.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: No amount per month, or no month is over.
        NotBuilt: An unknown rule for months that a contract covers in part.
    """
    if proration not in PRORATIONS:
        raise NotBuilt(option="proration", value=proration, choices=list(PRORATIONS))
    if not portfolio.has_dates or portfolio.as_of is None:
        raise NeedsDates(analysis=message("revenue.name"))
    contracts = portfolio.contracts if "mrr" in portfolio.columns("contracts") else None
    if contracts is None and "mrr" not in portfolio.columns("customers"):
        raise NotEnoughData(what=message("revenue.needs_amounts"), found=0, needed=1)
    last = ck.month_index(portfolio.as_of + dt.timedelta(days=1)) - 1
    rows = cm.terms(portfolio.customers, contracts)
    changes = cm.mrr_changes(rows, last=last)
    ids, moves, negative = _moves(changes)
    first = _first(moves, portfolio.observed_from) if len(moves) else last + 1
    if first > last:
        raise NotEnoughData(what=message("revenue.needs_amounts"), found=0, needed=1)
    found = MrrHistory(
        ids=ids,
        first=first,
        last=last,
        moves=moves,
        begun=_begun(moves, len(ids)),
        rows=rows,
        from_contracts=contracts is not None,
        notes=_notes(cm.count_statuses(rows, last=last), negative=negative),
        as_of=portfolio.as_of,
    )
    if contracts is None:
        return replace(found, notes=(message("revenue.constant"), *found.notes))
    return replace(found, notes=(*_disagreements(portfolio, found), *found.notes))


def _moves(changes: pd.DataFrame) -> tuple[NDArray[Any], pd.DataFrame, int]:
    """The changes with before, after and kind; and how many customers were ever below nothing."""
    codes, ids = pd.factorize(changes["customer_id"])
    customer: Ints = codes.astype(np.int64)
    begins = np.ones(len(changes), dtype=bool)
    begins[1:] = customer[1:] != customer[:-1]
    head = np.flatnonzero(begins)
    raw = _running(changes["change"].to_numpy(dtype=np.int64), head, customer)
    after = np.maximum(raw, 0)
    before = np.where(begins, 0, np.roll(after, 1))
    paid = (after > 0).astype(np.int64)
    earlier = _running(paid, head, customer) - paid > 0
    gained = np.where(earlier, MOVES.index("reactivation"), MOVES.index("new"))
    kind = np.select(
        [(before == 0), (after == 0), (after > before)],
        [gained, np.int64(MOVES.index("churn")), np.int64(MOVES.index("expansion"))],
        default=np.int64(MOVES.index("contraction")),
    )
    table = pd.DataFrame(
        {
            "customer": customer,
            "month": changes["month"].to_numpy(),
            "before": before,
            "after": after,
            "kind": kind,
        }
    )
    moved = table[before != after].reset_index(drop=True)
    return np.asarray(ids), moved, len(np.unique(customer[raw < 0]))


def _running(values: Ints, head: Ints, customer: Ints) -> Ints:
    """Running sums that begin anew with every customer; ``head``: each one's first row."""
    if not len(values):
        return values
    total = np.cumsum(values)
    return total - (total - values)[head][customer]


def _begun(moves: pd.DataFrame, n: int) -> Ints:
    begun = np.full(n, -1, dtype=np.int64)
    new = moves[moves["kind"] == MOVES.index("new")]
    begun[new["customer"].to_numpy()] = new["month"].to_numpy()
    return begun


def _first(moves: pd.DataFrame, observed: dt.date | None) -> int:
    """The first month whose movements are known: before ``observed_from`` nobody is seen to go."""
    earliest = int(moves["month"].min())
    if observed is None:
        return earliest
    return max(earliest, ck.month_index(observed - dt.timedelta(days=1)) + 1)


def _notes(statuses: dict[str, int], *, negative: int) -> tuple[Message, ...]:
    notes = [message(f"revenue.aside.{s}", n=n) for s, n in statuses.items() if s != cm.OK]
    if negative:
        notes.append(message("revenue.negative", n=negative))
    return tuple(notes)


def _disagreements(portfolio: Portfolio, found: MrrHistory) -> tuple[Message, ...]:
    """Where the customers' own dates and their contracts say different things of the last month."""
    day = month_end(found.last)
    alive = cm.alive_at(portfolio.customers, day)["customer_id"]
    paying = pd.Series(found.ids[found.states([found.last])[0] > 0])
    unpaid, gone = int((~alive.isin(paying)).sum()), int((~paying.isin(alive)).sum())
    notes: list[Message] = []
    if unpaid:
        notes.append(message("revenue.customer_without_contract", n=unpaid, day=day))
    if gone:
        notes.append(message("revenue.contract_without_customer", n=gone, day=day))
    return tuple(notes)


def month_end(index: int) -> dt.date:
    """Last day of a month index."""
    return ck.month_end(ck.first_of_index(index))


def month_ends(indices: Sequence[int]) -> pd.Series:
    """Last days of month indices, as a column."""
    return pd.Series(pd.to_datetime([month_end(i) for i in indices]).astype("datetime64[us]"))
