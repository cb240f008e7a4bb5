"""Hours worked per customer, contract month and category of work (業務)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from csdata.sample.lives import MONTHS, Lives, Starts
from csdata.sample.people import Bools, Floats, Ints, pick
from csdata.sample.truth import Truth

CATEGORIES: Final = (
    "経理",
    "秘書",
    "営業事務",
    "人事労務",
    "採用",
    "Web運用",
    "SNS運用",
    "資料作成",
)
EARLY: Final = 3
"""Contract months in which breadth and depth are formed."""

_POPULARITY: Final = (2.2, 1.8, 1.5, 1.1, 1.0, 0.9, 0.7, 0.8)
_BREADTH: Final = (0.11, 0.16, 0.18, 0.21, 0.15, 0.11, 0.05, 0.03)
"""Shares of customers who begin with 1, 2 … 8 categories."""
_HOURS: Final = 5.0
"""Typical hours per category and month."""
_SPREAD_CUSTOMER, _SPREAD_CATEGORY, _SPREAD_MONTH = 0.45, 0.25, 0.20
"""Standard deviations of log hours. No category takes more hours than another: if it did, using
many categories would change the median, and depth would be tied to breadth."""
_RAMP: Final = (0.7, 0.9, 1.0)
"""Share of the usual hours in the first three months, while work is being handed over."""
_PAUSE: Final = 0.08
"""Share of months in which a category rests."""
_STEP: Final = 0.25
"""Hours are booked in quarters."""


@dataclass(frozen=True, eq=False, slots=True)
class Habits:
    """How customers use the service, one row per pair of customer and category ever taken up.

    ``hours`` are the hours of contract months 0 to 2 (0 where the category rests or comes later).
    """

    customer: Ints
    category: Ints
    first: Ints
    level: Floats
    hours: Floats
    breadth: Ints
    depth_hours: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Usage:
    """Rows of the usage table: indices of customer, category and month, day number and hours."""

    customer: Ints
    category: Ints
    month: Ints
    day: Ints
    hours: Floats


def habits(rng: np.random.Generator, truth: Truth, count: int) -> Habits:
    """Categories, levels and the hours of the first three months, before anybody has decided."""
    breadth = pick(rng, _BREADTH, count) + 1
    width = len(CATEGORIES)
    # Order in which a customer takes up categories: popular ones tend to come first.
    appeal = np.log(_POPULARITY) + rng.gumbel(size=(count, width))
    rank = np.argsort(np.argsort(-appeal, axis=1), axis=1)
    gaps = rng.exponential(truth.adoption_months, (count, width))
    waits = np.where(np.arange(width)[None, :] >= breadth[:, None], gaps, 0.0).cumsum(axis=1)
    later = EARLY + np.floor(np.take_along_axis(waits, rank, axis=1)).astype(np.int64)
    first = np.where(rank < breadth[:, None], 0, later)

    customer, category = np.nonzero(first < MONTHS)
    first = first[customer, category]
    latent = np.log(_HOURS) + _SPREAD_CUSTOMER * rng.standard_normal(count)
    level = np.exp(latent[customer] + _SPREAD_CATEGORY * rng.standard_normal(len(customer)))
    noise = np.exp(_SPREAD_MONTH * rng.standard_normal((len(customer), EARLY)))
    rests = rng.random((len(customer), EARLY)) < _PAUSE
    rests[:, -1] = False  # what was begun is in use by the third month, so breadth is as drawn
    hours = _booked(level[:, None] * noise * np.array(_RAMP))
    hours = np.where(rests | (first > 0)[:, None], 0.0, hours)
    depth_hours = _median_per_customer(customer, hours.sum(axis=1), first == 0, count)
    return Habits(customer, category, first, level, hours, breadth, depth_hours)


def usage(rng: np.random.Generator, habit: Habits, began: Starts, life: Lives) -> Usage:
    """The hours that were really worked: up to the exit and up to the as-of date."""
    known = (began.boundaries()[:, :-1] < life.until[:, None]).sum(axis=1)
    pair, month = _expand(habit.first, known[habit.customer])
    hours = np.where(
        month < EARLY,
        habit.hours[pair, np.minimum(month, EARLY - 1)],
        _booked(habit.level[pair] * np.exp(_SPREAD_MONTH * rng.standard_normal(len(pair))))
        * (rng.random(len(pair)) >= _PAUSE),
    )
    customer = habit.customer[pair]
    began_of = began.take(customer)
    lower, full = began_of.boundary(month), began_of.boundary(month + 1)
    upper = np.minimum(full, life.until[customer])
    # A month that was cut short has the hours of the days that it had.
    hours = np.where(upper < full, _booked(hours * (upper - lower) / (full - lower)), hours)
    day = lower + np.floor(rng.random(len(pair)) * (upper - lower)).astype(np.int64)
    category = habit.category[pair]
    order = np.lexsort((category, day, customer))
    order = order[hours[order] > 0]
    return Usage(customer[order], category[order], month[order], day[order], hours[order])


def _booked(hours: Floats) -> Floats:
    """Hours in quarters; work that was done is at least one quarter."""
    return np.where(hours > 0, np.maximum(np.round(hours / _STEP), 1) * _STEP, 0.0)


def _expand(first: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """Indices and months of the ranges first[i] … stop[i] − 1, one after the other."""
    lengths = np.maximum(stop - first, 0)
    pair = np.repeat(np.arange(len(first)), lengths)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return pair, first[pair] + offset


def _median_per_customer(customer: Ints, values: Floats, used: Bools, count: int) -> Floats:
    """Median of the used values of each customer; everybody has at least one."""
    customer, values = customer[used], values[used]
    order = np.lexsort((values, customer))
    values = values[order]
    sizes = np.bincount(customer, minlength=count)
    begin = np.cumsum(sizes) - sizes
    return (values[begin + (sizes - 1) // 2] + values[begin + sizes // 2]) / 2
