"""The cohort triangle: one row per cohort, one column per month of age, pooled rows beneath."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import altair as alt
import pandas as pd

from csdata.charts import cells as cl
from csdata.charts import fonts, frame, theme
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention

_SMALLEST_TEXT: Final = 9
_ROW_HEIGHT: Final = (14, 40)
_CELL_WIDTH: Final = 78
_LEAST: Final = 420
"""Width of all cells together, for titles and legend to find room."""
_THIN: Final = 8
"""Height of rows that carry no figures."""
_HEIGHT: Final = 560
_SIZE_COLUMN: Final = 50
"""Least width of the column of sizes; more where they have many digits."""
_LABEL_LIMIT: Final = 220
"""Values of an attribute can be sentences; the tooltip has all of them."""
_WHOLE_ROW: Final = -1
"""The age that the size of a cohort carries for a click."""
_BOUNDS_ROW: Final = 30
"""Height of rows whose cells carry a share and its interval."""
_HATCHES: Final = ((0, 0.5, 0.5, 0), (0, 1, 1, 0), (0.5, 1, 1, 0.5))
"""Strokes of the hatching, x y x2 y2 within a cell. Vega-Lite has no pattern fill."""


def retention(
    result: Retention,
    *,
    lang: str = "ja",
    width: float | None = None,
    intervals: bool = False,
) -> alt.LayerChart:
    """The cohort triangle as a heat map, with the pooled and the Kaplan–Meier row beneath.

    One colour scale from 0 % to 100 % for the whole picture. Incomplete cells are lighter and
    hatched, cells of fewer than five are grey, cells of a cohort that is known only from a later
    age on carry a corner at the top left, cells that can still rise one at the bottom right. A
    click selects a cell: parameter ``pick``, fields ``cohort`` (id of the row, see :func:`picked`)
    and ``age``; on a cohort's size it selects the row, beneath the cohorts the column.

    Args:
        result: From ``csdata.retention``.
        lang: "ja" or "en".
        width: Total width in pixels; by default as wide as the cells need.
        intervals: Whether each cell carries its 95 % interval, where there is room for it.
    """
    table = cl.cells(result, lang)
    shown = Triangle(
        table=table,
        labels=cl.row_labels(result, table, lang),
        sizes=cl.sizes(result, table),
        ages=cl.ages(result),
        age=cl.age_title(result, lang),
        share=cl.share_title(result, lang),
        tooltip=cl.tooltip(result, lang),
        intervals=intervals,
    )
    return drawn(shown, result, title=cl.title(result, lang, kind="table"), lang=lang, width=width)


@dataclass(frozen=True, eq=False, slots=True)
class Triangle:
    """What a triangle shows: cells as from :func:`csdata.charts.cells.cells`, and its words.

    ``labels`` are the rows from top to bottom (id → label), ``sizes`` the figures beside them,
    ``ages`` the columns (age → what is written), ``age`` and ``share`` what columns and colours
    stand for. ``highest`` is the share of the darkest colour; more is as dark. ``intervals``: each
    cell carries its own, where there is room for it.
    """

    table: pd.DataFrame
    labels: dict[str, str]
    sizes: dict[str, int]
    ages: dict[int, str]
    age: str
    share: str
    tooltip: list[alt.Tooltip]
    highest: float = 1.0
    intervals: bool = False


def drawn(
    shown: Triangle, result: frame.Result, *, title: str, lang: str, width: float | None
) -> alt.LayerChart:
    """A triangle of shares of whatever kind, in the look of all of them."""
    grid = _grid(shown, width)
    pick = alt.selection_point(name="pick", fields=["cohort", "age"], empty=False)
    base = alt.Chart(frame.inline(shown.table)).encode(x=grid.x, y=grid.y, tooltip=shown.tooltip)
    return frame.framed(
        [
            *_surfaces(base, pick, shown),
            *_signs(base, shown.table, grid),
            *_texts(base, grid),
            *_sizes(grid, shown.sizes, lang),
        ],
        result=result,
        title=title,
        notes=_legend_of_signs(shown.table, grid, lang),
        lang=lang,
        width=width or grid.width,
        height=grid.height,
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """What was clicked: a ``cell`` has both, a ``row`` no age, a ``column`` no cohort."""

    part: Literal["cell", "row", "column"]
    cohort: Any = None
    age: int | None = None


def picked(result: Retention, selections: Mapping[str, Any]) -> Picked | None:
    """The part of the triangle that was clicked; None for anything else.

    Args:
        result: What the picture shows.
        selections: By name, as Streamlit hands them back.
    """
    rows = selections.get("pick") or [{}]
    ids = {row: cohort for cohort, row in cl.row_ids(result).items()}
    row, age = rows[0].get("cohort"), rows[0].get("age")
    if age is None:
        return None
    if row in ids and int(age) == _WHOLE_ROW:
        return Picked("row", cohort=ids[row])
    if int(age) not in cl.ages(result):
        return None
    if row in cl.BENEATH:
        return Picked("column", age=int(age))
    return Picked("cell", cohort=ids[row], age=int(age)) if row in ids else None


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rows (ids and labels), columns, and the room that each cell has in pixels."""

    labels: dict[str, str]
    ages: dict[int, str]
    cell_width: float
    row_height: float
    label_width: float
    size_width: float
    age: str
    intervals: bool = False

    @property
    def width(self) -> int:
        """Of the whole picture."""
        cells = len(self.ages) * self.cell_width
        return round(self.label_width + self.size_width + cells + 3 * frame.MARGIN)

    @property
    def height(self) -> float:
        """Of the plotting area."""
        return len(self.labels) * self.row_height

    @property
    def text_size(self) -> float:
        """Largest size at which two digits fit into a cell; 0 when nothing readable does."""
        by_width = (self.cell_width - 3) / fonts.width("00", 1)
        size = min(by_width, self.row_height * 0.72, theme.FONT * 1.15)
        return size if size >= _SMALLEST_TEXT else 0

    @property
    def bounds(self) -> bool:
        """Whether the intervals are asked for and fit into the cells."""
        return self.intervals and self.cell_width - 4 >= fonts.width("00–100", _SMALLEST_TEXT)

    @property
    def crowded(self) -> bool:
        """Whether "100" beside "100" would run together: then only changes are written."""
        return 0 < self.cell_width - 4 < fonts.width("100", self.text_size)

    @property
    def x(self) -> alt.X:
        """Columns, numbered above the cells; not every one when they are narrow."""
        last, room = max(self.ages), self.cell_width * len(self.ages)
        widest = max(fonts.width(written, theme.FONT) for written in self.ages.values())
        shown = list(self.ages)
        if widest + 4 > self.cell_width:
            shown = frame.month_ticks(last, room, smallest=max(24, round(widest) + 4))
        axis = alt.Axis(
            orient="top",
            values=[age for age in shown if age in self.ages],
            labelExpr=f"{json.dumps(self.ages)}[datum.value]",
            labelAngle=0,
            labelOverlap=False,
            domain=False,
            ticks=False,
            titleAnchor="start",
        )
        # Without a trace of outer padding rounding may push the first column's label off the axis.
        scale = alt.Scale(domain=list(self.ages), paddingInner=0, paddingOuter=0.01)
        return alt.X("age:O", title=self.age, scale=scale, axis=axis)

    @property
    def y(self) -> alt.Y:
        """Rows, with room for the column of sizes between label and cells."""
        axis = alt.Axis(
            values=self.written,
            labelExpr=f"{json.dumps(self.labels, ensure_ascii=False)}[datum.value]",
            labelPadding=self.size_width,
            labelLimit=round(self.label_width * theme.PRESENTING),
            labelFontSize=min(theme.FONT, max(_SMALLEST_TEXT, self.row_height * 0.8)),
            domain=False,
            ticks=False,
        )
        return alt.Y(
            "row:N", title=None, scale=alt.Scale(domain=list(self.labels), padding=0), axis=axis
        )

    @property
    def written(self) -> list[str]:
        """Rows whose label is written: all, or every second, third … when rows are thin."""
        step = next(s for s in (1, 2, 3, 4, 6, 12) if s * self.row_height >= _SMALLEST_TEXT + 2)
        cohorts = [row for row in self.labels if row not in cl.BENEATH]
        return [*cohorts[::step], *(r for r in cl.BENEATH if r in self.labels and r != cl.GAP)]


def _grid(shown: Triangle, width: float | None) -> _Grid:
    labels, ages = shown.labels, shown.ages
    widest = max(fonts.width(label, theme.FONT) for label in labels.values())
    label_width = min(widest, _LABEL_LIMIT)
    largest = max(shown.sizes.values(), default=0)
    size_width = max(_SIZE_COLUMN, fonts.width(f"{largest:,}", theme.FONT * theme.PRESENTING) + 24)
    room = (width or frame.WIDTH) - label_width - size_width - 3 * frame.MARGIN
    cell_width = room / len(ages)
    if width is None:
        cell_width = min(cell_width, max(_CELL_WIDTH, _LEAST / len(ages)))
    lowest = _ROW_HEIGHT[0] if fonts.width("00", _SMALLEST_TEXT) + 3 <= cell_width else _THIN
    if shown.intervals and cell_width - 4 >= fonts.width("00–100", _SMALLEST_TEXT):
        lowest = _BOUNDS_ROW
    return _Grid(
        labels=labels,
        ages=ages,
        cell_width=cell_width,
        row_height=min(max(_HEIGHT / len(labels), lowest), _ROW_HEIGHT[1]),
        label_width=label_width,
        size_width=size_width,
        age=shown.age,
        intervals=shown.intervals,
    )


def _surfaces(base: alt.Chart, pick: alt.Parameter, shown: Triangle) -> list[alt.Chart]:
    """The coloured cells, which can be picked, and the grey ones."""
    lighter = alt.condition("datum.incomplete", alt.value(0.45), alt.value(1))
    step = 0.25 if shown.highest == 1 else 0.5
    legend = alt.Legend(
        orient="bottom",
        direction="horizontal",
        format=".0%",
        gradientLength=280,
        gradientThickness=12,
        titleOrient="left",
        values=[i * step for i in range(math.floor(shown.highest / step) + 1)],
    )
    rate = alt.Color(
        "share:Q",
        title=shown.share,
        scale=alt.Scale(domain=[0, 1])
        if shown.highest == 1
        else alt.Scale(domain=[0, shown.highest], clamp=True),
        legend=legend,
    )
    coloured = base.transform_filter("datum.look !== 'small'").mark_rect(style="cell")
    small = base.transform_filter("datum.look === 'small'").mark_rect(style="small_cell")
    return [
        coloured.encode(color=rate, opacity=lighter).add_params(pick),
        small.encode(opacity=lighter),
    ]


def _signs(base: alt.Chart, table: pd.DataFrame, grid: _Grid) -> list[alt.Chart]:
    """Hatching of incomplete cells and corners of those that need a word, where there are any."""
    layers: list[alt.Chart] = []
    if table["incomplete"].any():
        hatched = base.transform_filter("datum.incomplete").mark_rule(style="hatch")
        layers += [
            hatched.encode(
                x=grid.x.bandPosition(x),
                x2=alt.X2("age", bandPosition=x2),
                y=grid.y.bandPosition(y),
                y2=alt.Y2("row", bandPosition=y2),
            )
            for x, y, x2, y2 in _HATCHES
        ]
    side = min(grid.cell_width, grid.row_height) * 0.35
    right, down = side / 2 / grid.cell_width, side / 2 / grid.row_height
    for name, shape, x, y in (
        ("conditional", "M-1,-1L1,-1L-1,1Z", right, down),
        ("may_rise", "M1,1L-1,1L1,-1Z", 1 - right, 1 - down),
    ):
        if table[name].any():
            layers.append(
                base.transform_filter(f"datum.{name}")
                .mark_point(style="corner", filled=True, shape=shape, size=side**2)
                .encode(x=grid.x.bandPosition(x), y=grid.y.bandPosition(y))
            )
    return layers


def _texts(base: alt.Chart, grid: _Grid) -> list[alt.Chart]:
    """The share in each cell, in the ink that can be read on it; nothing in cells too small."""
    if not grid.text_size:
        return []
    written = " && datum.changed && length(datum.text) < 3" if grid.crowded else ""
    lift, layers = -6 if grid.bounds else 0, list[alt.Chart]()
    for ink in cl.INKS:
        own = base.transform_filter(f"datum.ink === '{ink}'{written}")
        layers.append(
            own.mark_text(style=ink, fontSize=grid.text_size, dy=lift).encode(text="text:N")
        )
        if grid.bounds:
            small = own.mark_text(style=ink, fontSize=_SMALLEST_TEXT, dy=9)
            layers.append(small.encode(text="bounds:N"))
    return layers


def _sizes(grid: _Grid, sizes: dict[str, int], lang: str) -> list[alt.Chart]:
    """The column of sizes left of the cells with its heading."""
    click = text("chart.click_row", lang)
    rows = [
        {"row": r, "size": f"{sizes[r]:,}", "cohort": r, "age": _WHOLE_ROW, "click": click}
        for r in grid.written
        if r in sizes
    ]
    column: dict[str, Any] = {"align": "right", "fontSize": min(theme.FONT, grid.row_height * 0.8)}
    base = alt.Chart(frame.records(rows))
    return [
        # A wider target than the figures are. Without a tooltip a mark takes no click.
        base.mark_rect(opacity=0, cursor="pointer").encode(
            y=grid.y,
            x=alt.value(4 - grid.size_width),
            x2=alt.value(-2),
            tooltip=alt.Tooltip("click", type="nominal", title=text("chart.size", lang)),
        ),
        base.mark_text(style="muted", **column).encode(y=grid.y, x=alt.value(-12), text="size:N"),
        alt.Chart(frame.records([{"heading": text("chart.size", lang)}]))
        .mark_text(style="muted", align="right", baseline="bottom")
        .encode(x=alt.value(-12), y=alt.value(-6), text="heading:N"),
    ]


def _legend_of_signs(table: pd.DataFrame, grid: _Grid, lang: str) -> list[str]:
    """Words for the signs that occur in the picture, as one line of the caption."""
    there = {
        "changes": grid.crowded and grid.text_size > 0,
        "bounds": grid.bounds,
        "no_bounds": grid.intervals and not grid.bounds,
        "incomplete": table["incomplete"].any(),
        "small": (table["look"] == "small").any(),
        "conditional": table["conditional"].any(),
        "may_rise": table["may_rise"].any(),
    }
    said = [text(f"chart.sign_{k}", lang, n=theme.SMALL_N) for k, shown in there.items() if shown]
    return [text("chart.signs", lang, signs=said)] if said else []
