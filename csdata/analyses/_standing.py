"""Who is eligible for a cell of the cohort triangle, and who counts as there: one class a measure.

Eligibility is decided from the start and the as-of date (and from when records begin), never from
the outcome: somebody known to have left is not eligible before their time either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata import clock as ck
from csdata.clock import Clock
from csdata.counts_activity import WORD
from csdata.errors import BadValues
from csdata.i18n import message

Measure = Literal["alive", "on", "on_or_after", "bracket", "streak"]
MEASURES: Final[tuple[Measure, ...]] = ("alive", "on", "on_or_after", "bracket", "streak")
NESTED: Final = frozenset({"alive", "on_or_after", "streak"})
"""Measures for which who is there at an age was there at the one before, too."""

SETTLED: Final = 3
"""Months after which few come back who have not: before, *on or after* can still rise."""

Brackets = int | tuple[int, int] | Sequence[tuple[int, int]]

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """A column of the triangle: its ``age``, and the months of a life that it asks about."""

    age: int
    first: int
    last: int


class Standing(Protocol):
    """What the triangle asks of a measure; arrays go with the rows of ``cells``."""

    @property
    def cells(self) -> pd.DataFrame:
        """Counts of customers who are alike: ``cohort``, ``n``, ``late``, ``newest``."""
        ...

    @property
    def spans(self) -> tuple[Span, ...]:
        """The columns, from the first."""
        ...

    def eligible(self, span: Span) -> Bools:
        """Whose outcome at this age is known."""
        ...

    def there(self, span: Span) -> Bools:
        """Who was there, whether eligible or not."""
        ...

    def settled(self, span: Span) -> Bools:
        """Whose outcome cannot change any more."""
        ...

    def known_on(self, newest: dt.date, span: Span) -> dt.date:
        """The day at whose end the outcome of somebody who started on ``newest`` is known."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Alive:
    """Under contract beyond the month: from :func:`csdata.counts.count_cohorts`."""

    cells: pd.DataFrame
    clock: Clock
    width: int = 1

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every age that somebody has reached."""
        ages = range(_most(self.cells["follow"]) // self.width + 1)
        return tuple(Span(k, k * self.width, k * self.width) for k in ages)

    def eligible(self, span: Span) -> Bools:
        """The boundary lies on or before the as-of date."""
        return self.cells["follow"].to_numpy() >= span.first

    def there(self, span: Span) -> Bools:
        """P(T > k)."""
        return self.cells["last"].to_numpy() >= span.first

    def settled(self, span: Span) -> Bools:
        """A boundary that is past does not come again."""
        return self.eligible(span)

    def known_on(self, newest: dt.date, span: Span) -> dt.date:
        """The boundary itself; on the calendar clock the end of the month."""
        if self.clock == "contract":
            return ck.boundary(newest, span.first)
        return _month_end(newest, span.first)


@dataclass(frozen=True, eq=False, slots=True)
class Active:
    """Use of the service: from :func:`csdata.counts_activity.count_activity`."""

    cells: pd.DataFrame
    clock: Clock
    measure: Measure
    bracket: Brackets = 3
    width: int = 1
    """Months in one column, but for brackets, which have their own."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every age of which somebody has seen the end; the first one always."""
        over = _most(self.cells["full"])
        if self.measure == "bracket":
            if not isinstance(self.bracket, int):
                return tuple(Span(a, a, b) for a, b in brackets(self.bracket))
            long = self.bracket
            starts = range(0, max(over // long, 1) * long, long)
            return tuple(Span(a, a, a + long - 1) for a in starts)
        long = self.width
        return tuple(Span(k, k * long, k * long + long - 1) for k in range(max(over // long, 1)))

    def eligible(self, span: Span) -> Bools:
        """All months asked about are over, and the records had begun before the first of them."""
        first = 0 if self.measure == "streak" else span.first
        over = self.cells["full"].to_numpy() > span.last
        return over & (self.cells["first"].to_numpy() <= first)

    def there(self, span: Span) -> Bools:
        """Used in the months that the measure asks about."""
        if self.measure == "on_or_after":
            return self._used(span.first, WORD * len(self._words) - 1)
        if self.measure != "streak":
            return self._used(span.first, span.last)
        if self.width == 1:
            return self._used(0, span.last, every=True)
        periods = range(0, span.last + 1, self.width)
        return np.all([self._used(p, p + self.width - 1) for p in periods], axis=0)

    def settled(self, span: Span) -> Bools:
        """*On or after* can still rise as long as few months have been seen since."""
        if self.measure != "on_or_after":
            return self.eligible(span)
        return self.cells["full"].to_numpy() > span.last + SETTLED

    def known_on(self, newest: dt.date, span: Span) -> dt.date:
        """The last day of the last month."""
        if self.clock == "contract":
            return ck.boundary(newest, span.last + 1) - dt.timedelta(days=1)
        return _month_end(newest, span.last)

    @property
    def _words(self) -> list[str]:
        return [str(c) for c in self.cells if str(c).startswith("word")]

    def _used(self, first: int, last: int, *, every: bool = False) -> Bools:
        """Any month of ``first`` … ``last``, or every one; months beyond the last bit are empty."""
        words = self._words
        found = np.full(len(self.cells), every and last < WORD * len(words))
        for i, word in enumerate(words):
            low, high = max(first - WORD * i, 0), min(last - WORD * i, WORD - 1)
            if low > high:
                continue
            mask = (1 << high + 1) - (1 << low)
            bits = self.cells[word].to_numpy() & mask
            found = found & (bits == mask) if every else found | (bits != 0)
        return found


def brackets(given: Any) -> tuple[tuple[int, int], ...]:
    """Pairs of first and last month, in order.

    Raises:
        BadValues: A month is negative or no whole number, or a bracket ends before it begins.
    """
    pairs = [given] if _is_pair(given) else list(given)
    good = [p for p in pairs if _is_pair(p) and 0 <= p[0] <= p[1]]
    if not pairs or len(good) != len(pairs):
        raise BadValues(where="bracket", found=given, remedy=message("retention.remedy_bracket"))
    return tuple(sorted({(int(a), int(b)) for a, b in good}))


def _is_pair(given: Any) -> bool:
    return (
        isinstance(given, Sequence)
        and len(given) == 2  # noqa: PLR2004 (a pair)
        and all(isinstance(v, int) and not isinstance(v, bool) for v in given)
    )


def _most(column: pd.Series) -> int:
    return max(int(column.max()), 0) if len(column) else 0


def _month_end(start: dt.date, months: int) -> dt.date:
    return ck.month_end(ck.first_of_index(ck.month_index(start) + months))
