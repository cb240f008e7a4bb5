"""Customers without a row of usage in a time for which usage was recorded."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from csdata.analyses.intervals import newcombe
from csdata.analyses.quality.facts import Facts
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Direction, Finding

OVERLAP: Final = 62
"""Days under contract within the recorded time: two months, so that no pause explains it."""
FEWEST: Final = 5
SHARE: Final = 0.05
"""Of those who should have rows; below, neither average nor quadrant moves to speak of."""


def possible(facts: Facts) -> bool:
    """Whether there are usage and dates."""
    return facts.dated and facts.portfolio.usage_span is not None


def no_usage(facts: Facts) -> Finding | None:
    """Customers under contract for two months of recorded usage, without any row of it.

    They count as having used nothing. Whether they are more often among those who left (then the
    users' retention looks too high) or among those who stayed is decided by Newcombe's interval of
    the difference. The size is the difference between the users' retention and everybody's.
    """
    span = facts.portfolio.usage_span
    if span is None:
        return None
    rows = facts.counted
    until = rows["_last"].fillna(facts.as_of)
    first, last = (pd.Series(pd.Timestamp(day), rows.index) for day in span)
    days = (
        until.where(until < last, last) - rows["start"].where(rows["start"] > first, first)
    ).dt.days
    rows = rows[days + 1 >= OVERLAP]
    none = ~rows["customer_id"].isin(facts.usage.index)
    if none.sum() < max(FEWEST, SHARE * len(rows)):
        return None
    left = rows["_left"]
    found = newcombe(
        int((none & left).sum()), int(left.sum()), int((none & ~left).sum()), int((~left).sum())
    )
    direction: Direction = "blur"
    if bool(found.excludes_zero):
        direction = "higher" if found.estimate > 0 else "lower"
    users, everybody = facts.retention(rows[~none]), facts.retention(rows)
    return made(
        "no_usage",
        direction,
        facts,
        rows[none],
        "start",
        "end",
        of=len(rows),
        effect=f"unused_{direction}",
        size=abs(users - everybody) if len(rows) > none.sum() else np.nan,
        left=int((none & left).sum()),
        staying=int((none & ~left).sum()),
        first=span[0],
        last=span[1],
    )
