"""From lives to the counts that a measure of retention needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import pandas as pd

from csdata import clock as ck
from csdata import counts
from csdata.analyses._standing import Active, Alive, Brackets, Measure, Standing
from csdata.clock import Clock
from csdata.counts_activity import count_activity
from csdata.errors import NeedsDates
from csdata.i18n import message
from csdata.tables import Portfolio

BY: Final = "_by"
"""Name of the attribute's column on the way: a file may call a column of its own ``cohort``."""


@dataclass(frozen=True, slots=True)
class Counting:
    """How lives are counted for a measure, by cohort and one further column.

    ``width`` is the number of months in a column of the triangle, ``least`` the least quantity of a
    month that was used.
    """

    portfolio: Portfolio
    measure: Measure
    clock: Clock
    width: int
    bracket: Brackets | None
    least: float | None

    def __call__(self, members: nw.LazyFrame[Any], by: str | None) -> Standing:
        if self.measure == "alive":
            return Alive(counts.count_cohorts(members, by=by), self.clock, self.width)
        bracket = 3 if self.bracket is None else self.bracket
        return Active(
            self._activity(members, by), self.clock, self.measure, bracket, width=self.width
        )

    def _activity(self, members: nw.LazyFrame[Any], by: str | None) -> pd.DataFrame:
        """The months of use; what was recorded begins with the month of the first row of all."""
        span, as_of = self.portfolio.usage_span, self.portfolio.as_of
        if as_of is None:
            raise NeedsDates(analysis=message("retention.name"))
        return count_activity(
            members,
            self.portfolio.usage,
            by=by,
            as_of=as_of,
            recorded_from=None if span is None else ck.first_of_index(ck.month_index(span[0])),
            clock=self.clock,
            min_quantity=self.least,
        )
