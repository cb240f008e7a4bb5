"""What every picture has around it: title, definition, as-of date, n, and its alternative text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar, cast

import altair as alt
import pandas as pd

from csdata.charts import fonts, theme
from csdata.i18n import Message, text

WIDTH: Final = 980
"""Total width in pixels: the content of a page on a screen of 1440. A page may stretch it."""

MARGIN: Final = 8
_NARROW: Final = 0.03


Channel = TypeVar("Channel", alt.X, alt.Y)


HANGING: Final[Mapping[str, Any]] = MappingProxyType(
    {name: alt.ExprRef(f"datum.{name}") for name in ("align", "dx", "dy")}
)
"""Text placed by :func:`csdata.charts.labels.offset`."""


class Result(Protocol):
    """What every analysis hands over besides its table."""

    @property
    def definition(self) -> Message:
        """Name and rule of the figure."""
        ...

    @property
    def as_of(self) -> dt.date | None:
        """Last day that the data knows about."""
        ...

    @property
    def n(self) -> int:
        """Customers behind the figure."""
        ...

    @property
    def notes(self) -> tuple[Message, ...]:
        """What was left out and why, and caveats."""
        ...

    @property
    def finding(self) -> Message:
        """The figure in one sentence."""
        ...


def framed(
    layers: Sequence[alt.Chart | alt.LayerChart],
    *,
    result: Result,
    title: str,
    notes: Sequence[str] = (),
    lang: str,
    width: float,
    height: float,
) -> alt.LayerChart:
    """One picture of several layers in the light theme, with its caption.

    The width includes axes, so that a page can stretch the picture to its container; the height is
    that of the plotting area.

    Args:
        layers: Drawn in this order.
        result: Gives definition, as-of date, n and the finding (alternative text).
        title: Heading.
        notes: Further lines of the caption.
        lang: Language of the caption.
        width: Total, in pixels.
        height: Of the plotting area, in pixels.
    """
    lines = [text("chart.definition", lang, definition=result.definition), evidence(result, lang)]
    room = width - 2 * MARGIN
    wrapped = [
        line
        for part in (*lines, *notes)
        for line in fonts.wrap(part, theme.FONT * theme.PRESENTING, room)
    ]
    chart = alt.LayerChart(layer=list(layers)).properties(
        width=width,
        height=height,
        title=alt.Title(text=title, subtitle=wrapped),
        description=result.finding.say(lang),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": MARGIN, "right": MARGIN, "top": MARGIN, "bottom": MARGIN},
    )
    return theme.apply(chart)


def evidence(result: Result, lang: str) -> str:
    """The line with the as-of date, where there is one, and n."""
    if result.as_of is None:
        return text("chart.evidence_undated", lang, n=result.n)
    return text("chart.evidence", lang, as_of=result.as_of, n=result.n)


class Rows(alt.InlineData):
    """Rows inside a chart, shared by all its copies.

    Altair copies a chart at every step, with every row, and checks each; rows that are drawn do not
    change any more, so neither is needed.
    """

    _class_is_valid_at_instantiation = False

    def __deepcopy__(self, memo: Any) -> Rows:
        return self


def rows(table: pd.DataFrame) -> list[Any]:
    """The rows as named tuples."""
    return list(table.itertuples())


def inline(table: pd.DataFrame) -> Rows:
    """A table as data inside the chart: dates as ISO texts, missing values as null.

    Inline, because a reference to a frame meets altair's limit of 5,000 rows in scripts.
    """
    plain = table.copy()
    for column in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[column]):
            plain[column] = plain[column].dt.strftime("%Y-%m-%d")
    values = plain.astype(object).mask(plain.isna(), other=cast("Any", None))
    return records(values.to_dict("records"))


def records(values: Sequence[Mapping[Any, Any]]) -> Rows:
    """Rows as data inside the chart."""
    return Rows(values=[dict(row) for row in values])


def at_field(channel: Channel, field: str) -> Channel:
    """The same axis and scale for another field of numbers."""
    other = channel.copy()
    other.shorthand = f"{field}:Q"
    return other


def interval(lower: float, upper: float, lang: str) -> str:
    """``56–66%``, finer if it is narrow; an en dash where the interval is undefined."""
    if math.isnan(lower) or math.isnan(upper):
        return "–"
    digits = 0 if upper - lower >= _NARROW else 1
    return text(
        "chart.interval", lang, lower=f"{100 * lower:.{digits}f}", upper=f"{100 * upper:.{digits}f}"
    )


def month_ticks(last: float, room: float, *, smallest: float = 34) -> list[int]:
    """Months to label on an axis from 0 to ``last`` that is ``room`` pixels long."""
    for step in (1, 3, 6, 12, 24, 36, 60, 120):
        ticks = list(range(0, math.floor(last) + 1, step))
        if len(ticks) * smallest <= room:
            return ticks
    return [0]


def nearest(*fields: str) -> alt.Parameter:
    """The mark nearest to the pointer, told by these fields."""
    return alt.selection_point(
        name="hover",
        fields=list(fields),
        nearest=True,
        on="pointerover",
        clear="pointerout",
        empty=False,
    )
