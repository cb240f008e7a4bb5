"""Named events as lines across a picture whose horizontal axis is time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd

from csdata import clock as ck
from csdata.charts import fonts, frame, theme

if TYPE_CHECKING:
    from csdata.analyses.eras import NamedEvent

_NAME_LIMIT: Final = 170
_LINE: Final = 18
"""Height of a line of names, in pixels."""
_GAP: Final = 5


def place(day: dt.date, first: dt.date) -> float:
    """Months from the first day of the month of ``first`` to a day, a running month as a part."""
    index = ck.month_index(day)
    begins, ends = ck.first_day(index), ck.first_day(index + 1)
    return index - ck.month_index(first) + (ck.day_number(day) - begins) / (ends - begins)


def event_lines(
    events: Sequence[NamedEvent], x: alt.X, *, first: dt.date, last: float, room: float
) -> list[alt.Chart]:
    """A line at the day of each event within the axis, named at its top.

    Names of events that lie close together stand beneath each other.

    Args:
        events: In any order.
        x: The axis, in months from the month of ``first``.
        first: Any day of the first month.
        last: Where the axis ends, in months.
        room: Its length in pixels.
    """
    rows: list[dict[str, object]] = []
    taken: list[float] = []
    for event in sorted(events):
        at = place(event.day, first)
        if not 0 <= at <= last:
            continue
        name = fonts.cut(event.name, theme.FONT * theme.PRESENTING, _NAME_LIMIT)
        width = fonts.width(name, theme.FONT * theme.PRESENTING)
        left = at / last * room + _GAP
        # At the right end there is no room but to the left of the line.
        flipped = left + width > room
        left, right = (left - width - 2 * _GAP, left) if flipped else (left, left + width + _GAP)
        level = next((i for i, edge in enumerate(taken) if edge <= left), len(taken))
        taken[level : level + 1] = [right]
        rows.append(
            {
                "event_place": at,
                "event": name,
                "align": "right" if flipped else "left",
                "dx": -_GAP if flipped else _GAP,
                "dy": 8 + level * _LINE,
            }
        )
    if not rows:
        return []
    base = alt.Chart(frame.inline(pd.DataFrame(rows))).encode(x=frame.at_field(x, "event_place"))
    words = base.encode(y=alt.value(0), text="event:N")
    return [
        base.mark_rule(style="cut"),
        words.mark_text(style="halo_strong", baseline="top", **frame.HANGING),
        words.mark_text(style="strong", baseline="top", **frame.HANGING),
    ]
