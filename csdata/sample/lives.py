"""When customers start and leave: renewal dates, the odds of leaving, and the as-of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from csdata import clock as ck
from csdata.sample.people import Bools, Floats, Ints, pick
from csdata.sample.truth import CHANNELS, PLANS, Truth

MONTHS: Final = 48
"""Starts are spread over this many calendar months, the last one being that of the as-of date."""

_GROWTH: Final = 0.8
"""Below 1: later months win more customers than earlier ones."""
_FIRST_OF_MONTH, _MIDDLE = 0.70, 0.24
"""Shares that start on the 1st and on a day from 2 to 28; the rest starts on 29 to 31."""


def boundary(index: Ints, day: Ints, months: Ints | int) -> Ints:
    """Day number of start + ``months``, where starts are month indices and days of the month."""
    return np.minimum(ck.first_day(index + months) + day - 1, ck.first_day(index + months + 1))


@dataclass(frozen=True, eq=False, slots=True)
class Starts:
    """Start dates in parts: month ``index``, ``day`` of the month, and the day ``number``."""

    index: Ints
    day: Ints
    number: Ints

    def boundary(self, months: Ints | int) -> Ints:
        """Day number of start + ``months`` for every customer."""
        return boundary(self.index, self.day, months)

    def take(self, customer: Ints) -> Starts:
        """The starts of the given customers."""
        return Starts(self.index[customer], self.day[customer], self.number[customer])

    def boundaries(self) -> Ints:
        """Day numbers of the boundaries 0 to :data:`MONTHS`, customers × months."""
        months = np.arange(MONTHS + 1)
        return boundary(self.index[:, None], self.day[:, None], months[None, :])


def starts(rng: np.random.Generator, count: int, as_of: dt.date) -> Starts:
    """Start dates in order, none after ``as_of``."""
    first = ck.month_index(as_of) - (MONTHS - 1)
    index = first + np.floor(MONTHS * rng.random(count) ** _GROWTH).astype(np.int64)
    kind = pick(rng, (_FIRST_OF_MONTH, _MIDDLE, 1 - _FIRST_OF_MONTH - _MIDDLE), count)
    day = np.choose(
        kind, [np.ones(count, int), rng.integers(2, 29, count), rng.integers(29, 32, count)]
    )
    day = np.minimum(day, ck.first_day(index + 1) - ck.first_day(index))
    day = np.where(ck.first_day(index) + day - 1 > ck.day_number(as_of), 1, day)
    number = ck.first_day(index) + day - 1
    order = np.argsort(number, kind="stable")
    return Starts(index[order], day[order], number[order])


@dataclass(frozen=True, eq=False, slots=True)
class Lives:
    """Where lives end, as day numbers.

    ``exit`` is the first day without a contract (a hundred years off for those who never leave);
    ``left`` says whether that day has come by ``as_of``.
    """

    as_of: int
    exit: Ints
    left: Bools

    @property
    def until(self) -> Ints:
        """First day of which nothing is known: the exit, or the day after as-of."""
        return np.where(self.left, self.exit, self.as_of + 1)


def lives(
    rng: np.random.Generator,
    truth: Truth,
    began: Starts,
    *,
    as_of: dt.date,
    plan: Ints,
    channel: Ints,
    depth_hours: Floats,
    breadth: Ints,
    satisfaction: Ints,
) -> Lives:
    """Draw every customer's decisions from ``truth`` and find the first one to leave."""
    count = len(plan)
    pull = (
        truth.depth * truth.depth_score(depth_hours)
        + truth.breadth * breadth
        + np.array([truth.channel.get(name, 0.0) for name in CHANNELS])[channel]
        + truth.satisfaction * (satisfaction - 3)
    )
    term = np.array([p.term_months for p in PLANS])[plan]
    renewal = np.array([truth.renewal[p.term_months] for p in PLANS])[plan]
    months = np.arange(1, MONTHS + 1)
    due = months[None, :] % term[:, None] == 0
    logit = np.where(due, renewal[:, None], truth.midterm) + pull[:, None]
    leaves = rng.random((count, MONTHS)) < 1 / (1 + np.exp(-logit))
    within = rng.random(count)

    ever = leaves.any(axis=1)
    month = np.where(ever, leaves.argmax(axis=1) + 1, MONTHS)
    lower, upper = began.boundary(month - 1), began.boundary(month)
    # A mid-term exit keeps clear of the month's last days, which the clock may count as a boundary.
    inside = lower + 1 + np.floor(within * (upper - lower - 4)).astype(np.int64)
    at_renewal = due[np.arange(count), month - 1]
    never = ck.day_number(as_of) + 365 * 100
    day = np.where(ever, np.where(at_renewal, upper, inside), never)
    return Lives(ck.day_number(as_of), day, day <= ck.day_number(as_of))
