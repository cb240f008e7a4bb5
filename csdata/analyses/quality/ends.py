"""Dates of leaving that are the day of something else: of tidying up, of the month's end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from csdata.analyses.quality.facts import Facts, days, span, tail
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Finding

FEWEST: Final = 10
"""Departures that a pattern is seen in."""
PILE: Final = 0.05
"""Share of all departures on one day; fewer change no curve to speak of."""
TIMES: Final = 3
"""Times as many as on that day of the neighbouring months, and as on the month's other days."""
RARE: Final = 1e-6
"""There are some thousand days on which this could happen by chance."""
NEIGHBOURS: Final = 6
"""Months on either side that a day is compared with."""
SAME_DAY: Final = 0.95
"""Share of the departures that fall on one day of the month."""
MODIFIED: Final = 0.5
"""Share whose last change is the day of leaving: a record rests once its customer is gone, but half
of them hardly leave on the very day on which somebody notes it."""
WEEKEND: Final = 2 / 7
"""Share of days on weekends: contracts end on them as on others."""
FEW_WEEKENDS: Final = 0.05
RARE_WEEKENDS: Final = 1e-5

LEAST: Final = 0.1
"""Departures a day that are taken for usual where hardly any are known."""
_MOST_NAMED: Final = 5


def _last_of_month(day: pd.Series) -> pd.Series:
    return day.dt.is_month_end


def _off(left: pd.DataFrame) -> pd.DataFrame:
    """Departures that no whole number of contract months explains, nor the turn of a month."""
    end, start, last = left["end"], left["start"], left["_last"]
    renewal = (end.dt.day == start.dt.day) | (end.dt.is_month_start & (start.dt.day > 28))  # noqa: PLR2004 (such a day may not exist)
    turn = _last_of_month(last) | last.dt.is_month_start | end.dt.is_month_end
    return left[~renewal & ~turn]


def piled(facts: Facts) -> Finding | None:
    """Many departures on one and the same day, which neither contract nor month explains.

    Compared are the same day of the six months before and after (their median) and the other days
    of its month; three times as many, with a probability below a millionth, are a pile. All piles
    together are one finding. Somebody tidied up on that day, so the customers had left before: the
    size is measured by moving each of them half-way back to their start.
    """
    last = _off(facts.left)["_last"]
    counted = {pd.Timestamp(str(day)): int(n) for day, n in last.value_counts().items()}
    least = max(FEWEST, PILE * len(facts.left))
    piles = sorted(day for day, n in counted.items() if n >= least and _is_pile(counted, day))
    if not piles:
        return None
    rows = facts.left.loc[last.index[last.isin(piles)]]
    return made(
        "ends_piled",
        "higher",
        facts,
        rows,
        "start",
        "end",
        of=len(facts.left),
        effect="later",
        after=facts.retention(_sooner(facts, rows)),
        days=[d.date().isoformat().replace("-", "/") for d in piles[:_MOST_NAMED]],
        piles=len(piles),
    )


def _is_pile(counted: Mapping[pd.Timestamp, int], day: pd.Timestamp) -> bool:
    near = [day + pd.DateOffset(months=m) for m in range(-NEIGHBOURS, NEIGHBOURS + 1) if m]
    inside = [d for d in near if min(counted) <= d <= max(counted)]
    same = float(np.median([counted.get(d, 0) for d in inside])) if inside else 0.0
    month = (day.year, day.month)
    others = sum(n for d, n in counted.items() if (d.year, d.month) == month and d != day)
    usual = max(same, others / (day.days_in_month - 1), LEAST)
    return counted[day] >= TIMES * usual and tail(counted[day], usual) < RARE


def _sooner(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """All customers, these with their end half-way back to their start."""
    moved = rows["start"] + ((rows["end"] - rows["start"]) / 2).dt.floor("D")
    return facts.rows.assign(end=moved.reindex(facts.rows.index).fillna(facts.rows["end"]))


def modified(facts: Facts) -> Finding | None:
    """The date of leaving is the day on which the record was last changed.

    At half of the departures or more, and at least ten: the dates say when somebody noted it. How
    long before the customers had left is not known, so that no size can be given.
    """
    left = facts.left
    changed = days(left["last_modified"])
    same = (changed == left["end"]) | (changed == left["_last"])
    if same.sum() < FEWEST or same.sum() < MODIFIED * len(left):
        return None
    rows = left[same]
    return made(
        "ends_modified",
        "higher",
        facts,
        rows,
        "end",
        "last_modified",
        of=len(left),
        effect="later",
    )


def weekdays(facts: Facts) -> Finding | None:
    """Departures on working days only, which dates of entry are and ends of contracts are not.

    Looked at are the days, each once, of departures that no contract term explains; two in seven
    should be on a weekend, and at most one in twenty is, with a probability below 1 in 100,000
    (35 days and more).
    """
    from scipy.special import bdtr

    off = _off(facts.left).drop_duplicates("_last")
    weekend = int((off["_last"].dt.dayofweek >= 5).sum())  # noqa: PLR2004 (Saturday, Sunday)
    if not len(off) or weekend > FEW_WEEKENDS * len(off):
        return None
    if float(bdtr(weekend, len(off), WEEKEND)) >= RARE_WEEKENDS:
        return None
    return made(
        "ends_weekdays",
        "higher",
        facts,
        off,
        "start",
        "end",
        of=len(facts.left),
        effect="later",
        weekend=weekend,
    )


def one_day(facts: Facts) -> Finding | None:
    """Departures on one day of the month only, mostly its last, whatever day contracts began.

    Looked at are customers whose contract did not begin on the day after it, since whole months
    explain these. Monthly figures hardly change; the size is measured by ending them all half a
    month earlier.
    """
    left = facts.left
    day: npt.NDArray[np.int64] = np.where(_last_of_month(left["_last"]), 31, left["_last"].dt.day)
    if len(day) < FEWEST:
        return None
    most = int(pd.Series(day).mode().iloc[0])
    explained = left["end"].dt.day == left["start"].dt.day
    on, others = pd.Series(day == most, left.index), left[~explained]
    if len(others) < FEWEST or on[others.index].mean() < SAME_DAY:
        return None
    rows = others[on[others.index]]
    earlier = rows["end"] - span(15)
    earlier = earlier.where(earlier > rows["start"], rows["start"])
    moved = facts.rows.assign(end=earlier.reindex(facts.rows.index).fillna(facts.rows["end"]))
    return made(
        "ends_one_day",
        "blur",
        facts,
        rows,
        "start",
        "end",
        of=len(left),
        effect="rounded",
        after=facts.retention(moved),
        day=_words(most),
    )


def _words(day: int) -> object:
    from csdata.i18n import message

    last = 31
    return message("quality.month_end") if day == last else message("quality.month_day", day=day)
