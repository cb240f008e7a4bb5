"""Movements of the monthly revenue: what came, what grew, what shrank, what went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata.analyses import _mrr
from csdata.analyses._mrr import MOVES, Ints, MrrHistory, month_ends
from csdata.clock import Period
from csdata.counts_money import UNITS
from csdata.errors import NotBuilt, NotEnoughData
from csdata.i18n import Message, message
from csdata.i18n.money import Money
from csdata.tables import Portfolio

PERIODS: Final = ("month", "quarter", "year")
GAINS: Final = MOVES[:3]
LOSSES: Final = MOVES[3:]
YEAR: Final = 12


@dataclass(frozen=True, eq=False, slots=True)
class MrrMovements:
    """Monthly revenue and why it changed.

    ``table`` has one row per month that is over by the as-of date: ``month`` (its last day),
    ``opening``, the movements ``new``, ``reactivation``, ``expansion``, ``contraction``, ``churn``
    (all ≥ 0, in the currency) and ``closing``, so that closing = opening + new + reactivation +
    expansion − contraction − churn in every row; ``customers`` (paying at the month's end) and
    ``customers_new`` … ``customers_churn``; ``quick`` = gains ÷ losses, NaN where nothing was lost.

    New: the first month ever with revenue. Reactivation: revenue again after a month without.
    """

    table: pd.DataFrame
    currency: str | None
    definition: Message
    as_of: dt.date
    n: int
    notes: tuple[Message, ...]
    finding: Message

    @property
    def fiscal_years(self) -> list[int]:
        """The fiscal years that the table touches, ascending."""
        return sorted({ck.fiscal_year(pd.Timestamp(m).date()) for m in self.table["month"]})

    def bridge(self, year: int | None = None) -> pd.DataFrame:
        """From the revenue before a fiscal year to that at its end, step by step.

        The movements of the months are added up: a customer who grew and then shrank is in both.

        Args:
            year: The calendar year in which the fiscal year begins; None: the trailing 12 months.
                Months that are not over are not there yet.

        Returns:
            ``step`` ("opening", the movements, "closing"), ``amount`` (signed), ``lower`` and
            ``upper`` (where the bar of a waterfall lies), ``customers``, ``since`` and ``until``
            (the days of opening and closing).

        Raises:
            NotEnoughData: No month of the table lies in that year.
        """
        part = self._months(year)
        sums = [float(part[move].sum()) for move in MOVES]
        signed = [s if move in GAINS else -s for move, s in zip(MOVES, sums, strict=True)]
        opening, closing = float(part["opening"].iloc[0]), float(part["closing"].iloc[-1])
        levels = np.cumsum([opening, *signed])
        steps = pd.DataFrame({"step": ["opening", *MOVES, "closing"]})
        steps["amount"] = [opening, *signed, closing]
        before = np.array([0.0, *levels[:-1], 0.0])
        after = np.array([opening, *levels[1:], closing])
        steps["lower"], steps["upper"] = np.minimum(before, after), np.maximum(before, after)
        moved = [int(part[f"customers_{move}"].sum()) for move in MOVES]
        first = part.iloc[0]
        began = int(first["customers"] - _net(first))
        steps["customers"] = [began, *moved, int(part["customers"].iloc[-1])]
        since = first["month"].replace(day=1) - pd.Timedelta(days=1)
        return steps.assign(since=since, until=part["month"].iloc[-1])

    def by(self, period: Period) -> pd.DataFrame:
        """The movements of the months added up over quarters or years of the fiscal year.

        A customer who grew in one month and shrank in another is in both, as in :meth:`bridge`.

        Returns:
            The columns of ``table`` for each period, ascending: ``month`` is the last month end in
            it, ``quick`` that of the sums; ``begins`` is its first day, ``complete`` says whether
            all its months are there.

        Raises:
            NotBuilt: Another ``period``.
        """
        if period not in PERIODS:
            raise NotBuilt(option="period", value=period, choices=list(PERIODS))
        table = self.table
        index = table["month"].dt.year * YEAR + table["month"].dt.month - 1
        groups = table.groupby(ck.cohort_index(index, period))
        whole = groups[[*MOVES, *(f"customers_{move}" for move in MOVES)]].sum()
        # Amounts are whole cents: what floats leave behind when they are added up is rounded off.
        whole[list(MOVES)] = whole[list(MOVES)].round(2)
        ends = groups[["month", "closing", "customers"]].last()
        found = pd.concat([ends, groups[["opening"]].first(), whole], axis="columns")
        gains, losses = (found[list(part)].sum(axis="columns") for part in (GAINS, LOSSES))
        found["quick"] = gains / losses.where(losses > 0)
        found["begins"] = pd.to_datetime([ck.first_of_index(int(i)) for i in found.index])
        found["complete"] = groups.size() == ck.cohort_months(period)
        return found[[*table.columns, "begins", "complete"]].reset_index(drop=True)

    def in_year(self, year: int | None = None) -> MrrMovements:
        """The same with the finding and the number of customers of what :meth:`bridge` shows.

        Raises:
            NotEnoughData: No month of the table lies in that year.
        """
        part = self._months(year)
        n = int(part["customers"].iloc[-1])
        return replace(self, finding=_finding(part, self.currency), n=n)

    def _months(self, year: int | None) -> pd.DataFrame:
        if year is None:
            return self.table.tail(YEAR)
        years = [ck.fiscal_year(pd.Timestamp(m).date()) for m in self.table["month"]]
        if year not in years:
            raise NotEnoughData(what=message("revenue.needs_year"), found=0, needed=1)
        return self.table[np.array(years) == year]


def _net(row: pd.Series) -> int:
    """By how many customers a month changed."""
    came = row["customers_new"] + row["customers_reactivation"]
    return int(came - row["customers_churn"])


def mrr_movements(portfolio: Portfolio, *, proration: str = "month_end") -> MrrMovements:
    """Why the monthly revenue changed, month by month, to the yen.

    Args:
        portfolio: With ``contracts`` that have ``start``, ``end`` (first day without) and ``mrr``;
            without any, the customers' own ``mrr`` is taken as constant over their life.
        proration: ``"month_end"``: a contract counts in full in the months on whose last day it is
            in force.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: There is no amount per month.
        NotBuilt: Another ``proration``.

    Source: docs/definitions.md, section Revenue.
    """
    return movements_of(portfolio, _mrr.history(portfolio, proration=proration))


def movements_of(portfolio: Portfolio, known: MrrHistory) -> MrrMovements:
    """The same from a history that was read already."""
    months = range(known.first, known.last + 1)
    table = _table(known, months)
    return MrrMovements(
        table=table,
        currency=portfolio.currency,
        definition=message("definition.revenue.movements"),
        as_of=known.as_of,
        n=int(table["customers"].iloc[-1]),
        notes=known.notes,
        finding=_finding(table.tail(YEAR), portfolio.currency),
    )


def _table(known: MrrHistory, months: Sequence[int]) -> pd.DataFrame:
    totals = known.states([months[0] - 1, *months]).astype(np.int64)
    levels, paying = totals.sum(axis=1), (totals > 0).sum(axis=1)
    moved = _moved(known, months)
    _check(levels, moved)
    table = pd.DataFrame({"month": month_ends(months), "opening": levels[:-1] / UNITS})
    for move in MOVES:
        table[move] = moved[move] / UNITS
    table["closing"] = levels[1:] / UNITS
    table["customers"] = paying[1:]
    for move in MOVES:
        table[f"customers_{move}"] = moved[f"customers_{move}"]
    gains, losses = (sum(moved[m] for m in part) for part in (GAINS, LOSSES))
    table["quick"] = np.where(losses > 0, gains / np.maximum(losses, 1), np.nan)
    return table


def _moved(known: MrrHistory, months: Sequence[int]) -> dict[str, Ints]:
    """Sums and customers of each kind of movement in each month."""
    moves = known.moves[known.moves["month"] >= months[0]]
    place = moves["month"].to_numpy() - months[0]
    size = (moves["after"] - moves["before"]).abs().to_numpy()
    found: dict[str, Ints] = {}
    for number, move in enumerate(MOVES):
        own = (moves["kind"] == number).to_numpy()
        sums = np.zeros(len(months), dtype=np.int64)
        np.add.at(sums, place[own], size[own])
        found[move] = sums
        found[f"customers_{move}"] = np.bincount(place[own], minlength=len(months))
    return found


def _check(levels: Ints, moved: dict[str, Ints]) -> None:
    """MRR₁ = MRR₀ + new + reactivation + expansion − contraction − churn, in every month."""
    gains = sum(moved[move] for move in GAINS)
    losses = sum(moved[move] for move in LOSSES)
    if not np.array_equal(levels[1:], levels[:-1] + gains - losses):
        raise AssertionError("the movements do not add up to the change of the revenue")


def _finding(year: pd.DataFrame, currency: str | None) -> Message:
    """From where to where in the months of a year, what was gained and what was lost."""
    opening, closing = float(year["opening"].iloc[0]), float(year["closing"].iloc[-1])
    gains = float(year[list(GAINS)].to_numpy().sum())
    losses = float(year[list(LOSSES)].to_numpy().sum())
    return message(
        "revenue.finding_movements",
        months=len(year),
        day=pd.Timestamp(year["month"].iloc[-1]).date(),
        opening=Money(opening, currency),
        closing=Money(closing, currency),
        gains=Money(gains, currency),
        losses=Money(losses, currency),
    )
