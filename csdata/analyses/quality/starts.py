"""Starts that are the day of a system's change rather than of a contract."""

from __future__ import annotations

from typing import Final

import pandas as pd

from csdata.analyses.quality.facts import Facts, month_of
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Finding
from csdata.clock import month_index

FEWEST: Final = 10
"""Customers on the one day."""
SHARE: Final = 0.1
"""Of all customers."""
TIMES: Final = 5
"""Times as many as begin in a usual month afterwards: a good first month has not so many."""
STRAYS: Final = 0.02
"""Share that may begin before: what somebody has mended by hand."""
_YEAR: Final = 12


def piled(facts: Facts) -> Finding | None:
    """Nobody begins before some day, and on it five times as many as in a usual month.

    So it looks when customers are moved into a new CRM and all get the day of the move. The usual
    month is the median of the twelve that follow. The size is how much the 12-month retention
    changes without them: they are older than they seem, and whoever would have left early is gone.
    """
    starts = facts.counted["start"]
    if starts.empty:
        return None
    day = pd.Timestamp(starts.mode().iloc[0])
    on = starts == day
    if on.sum() < max(FEWEST, SHARE * len(starts)) or (starts < day).mean() > STRAYS:
        return None
    month = month_of(starts) - month_index(day.date())
    followed = min(_YEAR, month_index(facts.as_of.date()) - month_index(day.date()))
    if followed < 1:
        return None
    usual = month.value_counts().reindex(range(1, followed + 1), fill_value=0).median()
    if on.sum() < TIMES * max(float(usual), 1.0):
        return None
    rows = facts.counted[on]
    rest = facts.rows[~facts.rows["customer_id"].isin(rows["customer_id"])]
    return made(
        "starts_piled",
        "blur",
        facts,
        rows,
        "start",
        "end",
        of=len(starts),
        effect="younger",
        after=facts.retention(rest),
        day=day.date(),
        usual=float(usual),
    )
