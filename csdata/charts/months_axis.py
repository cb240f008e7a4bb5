"""A time axis of whole months, and an axis of money: what the pictures of revenue share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import altair as alt
import pandas as pd

from csdata import clock
from csdata.charts import fonts, theme
from csdata.charts.cells import cohort_label
from csdata.i18n import money as mn
from csdata.i18n import text

_STEPS: Final = (1, 2, 3, 6, 12, 24)
_YEAR: Final = 12
_FISCAL_START: Final = 4


@dataclass(frozen=True, slots=True)
class Months:
    """The months of an axis: what each is called, and which of them are labelled."""

    labels: list[str]
    ticks: list[int]

    def x(self, field: str = "place") -> alt.X:
        """An axis of numbers, 0 for the first month, labelled with the months."""
        last = max(len(self.labels) - 1, 1)
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=[0, last], nice=False),
            axis=alt.Axis(
                values=self.ticks, grid=False, labelExpr=f"{json.dumps(self.labels)}[datum.value]"
            ),
        )

    def bands(self, field: str = "label") -> alt.X:
        """An axis with a band per month, for bars."""
        shown = [self.labels[i] for i in self.ticks]
        return alt.X(
            f"{field}:O",
            title=None,
            sort=None,
            scale=alt.Scale(domain=self.labels, paddingInner=0.25, paddingOuter=0.2),
            axis=alt.Axis(values=shown, labelAngle=0, grid=False),
        )


def months(days: pd.Series | Sequence[pd.Timestamp], lang: str, *, room: float) -> Months:
    """The axis of these months (any day of each) over so many pixels.

    Labels stand on the quarters of the fiscal year where not every month has room.
    """
    stamps = [pd.Timestamp(day) for day in days]
    labels = [text("chart.cohort_month", lang, year=f"{s:%Y}", month=f"{s:%m}") for s in stamps]
    wide = fonts.width("2000/00", theme.FONT * theme.PRESENTING) + 14
    for step in _STEPS:
        ticks = [
            i
            for i, s in enumerate(stamps)
            if ((s.year * _YEAR + s.month - _FISCAL_START) % step) == 0
        ]
        if len(ticks) * wide <= room or step == _STEPS[-1]:
            return Months(labels, ticks or [0])
    raise AssertionError  # the last step has returned


def periods(table: pd.DataFrame, period: clock.Period, lang: str, *, room: float) -> Months:
    """The axis of whole months, quarters or fiscal years, with the running one called so.

    Args:
        table: ``month`` (any day of the last month), ``begins`` and ``complete`` of each period.
        period: What the rows are.
        lang: "ja" or "en".
        room: Pixels for all of them.
    """
    if period == "month":
        return months(table["month"], lang, room=room)
    names = [cohort_label(day, period, lang) for day in table["begins"]]
    labels = [
        name if complete else text("chart.revenue.running", lang, period=name)
        for name, complete in zip(names, table["complete"], strict=True)
    ]
    wide = max(fonts.width(name, theme.FONT * theme.PRESENTING) for name in labels) + 14
    number = len(labels)
    # Every one, or the first of each year, or of every second year.
    for step in (1, 4, 8):
        ticks = [
            i
            for i, day in enumerate(table["begins"])
            if clock.month_index(day.date()) // 3 % step == 1 % step
        ]
        if len(ticks) * wide <= room:
            return Months(labels, ticks)
    return Months(labels, [0, number - 1])


def money_axis(largest: float, currency: str | None, lang: str) -> tuple[float, str]:
    """What to divide the amounts of an axis by, and its title."""
    size, name = mn.unit(largest, currency, lang)
    if not name:
        return size, text("chart.revenue.amount_plain", lang)
    return size, text("chart.revenue.amount", lang, unit=name)
