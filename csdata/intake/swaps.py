"""Day and month swapped in half of a column, as a spreadsheet of another country does it.

``2/9/2026`` (the second of September) opened where the month comes first becomes the date 9
February 2026; ``14/9/2026`` can be no date there and stays text. Such a column has true dates whose
days are 12 or less, and texts whose days are all above 12: no other column has both. A few true
dates beyond the twelfth are cells that somebody has typed in since; they are sound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from csdata.intake.columns import Bools
from csdata.intake.dates import Dates, Days

ENOUGH: Final = 2
"""Different dates of each kind from which this is no coincidence."""

NEARLY_ALL: Final = 0.9
"""Share of the true dates whose day has to be 12 or less; of sound dates it is two in five."""

_MONTHS: Final = 12


def swapped(found: Dates) -> Bools:
    """Which of the texts are dates whose day and month are exchanged; none in a sound column."""
    none = np.zeros(len(found.ok), dtype=bool)
    true, texts = found.year_first & found.ok, found.year_last & found.ok
    if true.sum() < ENOUGH or texts.sum() < ENOUGH or found.order == "undecided":
        return none
    small = true.copy()
    small[true] = _day(found.values[true]) <= _MONTHS
    large = _day(found.values[texts]) > _MONTHS
    suspect = small.sum() >= max(ENOUGH, NEARLY_ALL * true.sum()) and large.all()
    return small if suspect else none


def undone(found: Dates, which: Bools) -> Dates:
    """The dates with day and month exchanged back where ``which`` says."""
    values = found.values.copy()
    moments = values[which]
    days = moments.astype("datetime64[D]")
    year, month = moments.astype("datetime64[Y]"), moments.astype("datetime64[M]")
    back = (year.astype("datetime64[M]") + (_day(moments) - 1)).astype("datetime64[D]") + (
        month - year.astype("datetime64[M]")
    ).astype(np.int64).astype("timedelta64[D]")
    values[which] = back.astype("datetime64[us]") + (moments - days.astype("datetime64[us]"))
    return replace(found, values=values)


def _day(moments: Days) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    days = moments.astype("datetime64[D]")
    return (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
