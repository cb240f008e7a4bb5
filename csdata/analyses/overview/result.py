"""What the overview consists of: figures with their changes, and sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from csdata.analyses.intervals import Interval
from csdata.i18n import Message, message
from csdata.i18n.money import Money

Key = Literal["retention", "departures", "nrr", "grr", "mrr", "renewals"]
KEYS: Final[tuple[Key, ...]] = ("retention", "departures", "nrr", "grr", "mrr", "renewals")
"""The figures in their order."""

Unit = Literal["share", "rate", "customers", "contracts", "money"]

YEAR: Final = 12
"""Months of a period."""
AHEAD: Final = 90
"""Days that the coming renewals are counted for."""
UNKNOWN: Final = Interval(np.nan, np.nan, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure against the period before, both measured in the same way.

    ``now`` and ``then`` are of ``unit``: of the retention the share that follows from the
    departures of one period alone, of the departures the rate per customer and month. ``lower``
    and ``upper`` bound the difference; NaN of totals, which have no interval. ``since`` and
    ``until`` are the first and last day of the period before, ``n`` is what was counted in it.
    ``clear``: it is more than chance even where everything that was looked at is considered.
    """

    now: float
    then: float
    difference: float
    lower: float = np.nan
    upper: float = np.nan
    unit: Unit
    n: int
    since: dt.date
    until: dt.date
    clear: bool = False

    @property
    def interval(self) -> Interval:
        """The difference with its bounds."""
        return Interval(self.difference, self.lower, self.upper)

    @property
    def total(self) -> bool:
        """Whether it is a difference of totals, or one whose interval nobody knows."""
        return bool(np.isnan(self.lower))

    @property
    def sure(self) -> bool:
        """Whether, looked at alone, it is more than chance: its interval leaves out 0."""
        return bool(self.interval.excludes_zero)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, or why there is none.

    Attributes:
        key: Which of :data:`KEYS`.
        value: NaN where it is missing.
        lower: Lower bound of the 95 % interval; NaN of totals.
        upper: Upper bound.
        unit: What it is counted in.
        n: Customers or contracts behind it.
        base: What it is counted over, in words.
        definition: Name and rule.
        since: First day of its period; None where it has none.
        until: Last day of its period, or the day that it is of.
        details: What belongs to the figure, one sentence each.
        change: Against the period before.
        no_change: Why it cannot be compared; None where it is.
        missing: Why there is no figure; None where there is one.
        remedy: How to get it.
        page: The page of the app that shows it; "" where the overview does.
        setting: The setting of that page, as its link says it.
        currency: Of amounts; None where it is not known.
    """

    key: Key
    value: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    unit: Unit
    n: int = 0
    base: Message | None = None
    definition: Message
    since: dt.date | None = None
    until: dt.date | None = None
    details: tuple[Message, ...] = ()
    change: Change | None = None
    no_change: Message | None = None
    missing: Message | None = None
    remedy: Message | None = None
    page: str = ""
    setting: Mapping[str, str] = field(default_factory=dict[str, str])
    currency: str | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Overview:
    """The figures in the order of :data:`KEYS`, and what the data say.

    ``sentences`` are at most three, the most important first; none is stronger than its interval.
    ``tests`` are the differences that were looked at for them: ``kind`` ("group", "change",
    "renewal"), ``name``, ``p_value``, ``adjusted`` (Holm, over all of them) and ``claimed``.
    ``due`` are the contracts behind the coming renewals: ``customer_id``, ``start``, ``end``,
    ``mrr``, ``followed``.
    """

    figures: tuple[Figure, ...]
    sentences: tuple[Message, ...]
    tests: pd.DataFrame
    due: pd.DataFrame
    currency: str | None
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message

    def __getitem__(self, key: Key) -> Figure:
        """The figure of a name."""
        return next(f for f in self.figures if f.key == key)

    @property
    def table(self) -> pd.DataFrame:
        """One row per figure: what it is and how it changed; missing ones are NaN."""
        own = ("key", "value", "lower", "upper", "unit", "n", "since", "until")
        rows = [{name: getattr(f, name) for name in own} | _changed(f.change) for f in self.figures]
        return pd.DataFrame(rows)


def _changed(change: Change | None) -> dict[str, object]:
    names = ("now", "then", "difference", "lower", "upper", "sure")
    known = [np.nan] * len(names) if change is None else [getattr(change, n) for n in names]
    titles = ("now", "then", "difference", "difference_lower", "difference_upper", "sure")
    return dict(zip(titles, known, strict=True))


def money(amount: float, currency: str | None) -> Money | Message:
    """An amount that is never said without its currency: an unknown one is said to be."""
    if currency is not None:
        return Money(amount, currency)
    return message("overview.unknown_currency", amount=Money(amount, None))
