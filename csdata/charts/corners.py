"""What stands in the corners of the quadrant: each cell's name, n and retention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import altair as alt

from csdata.charts import frame, theme
from csdata.charts.plane import Plane
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.quadrant import Quadrant

CELLS: Final = ("wide_deep", "narrow_deep", "wide_shallow", "narrow_shallow")

_PATCH: Final = 12
_TEXT: Final = 26
"""From the edge to the middle of the colour patch, and to the text."""
_LINES: Final = {"deep": (14, 35), "shallow": (-36, -15)}
"""From the edge at the top or the bottom to the two lines of text."""


def color() -> alt.Color:
    """The fixed colours of the cells."""
    scale = alt.Scale(domain=list(CELLS), range=[theme.CELLS[cell] for cell in CELLS])
    return alt.Color("cell:N", legend=None, scale=scale)


def captions(picture: Plane, result: Quadrant, x: alt.X, y: alt.Y, lang: str) -> list[alt.Chart]:
    """The captions of all cells that hold somebody, each with a patch of its colour."""
    cells = result.cells.to_dict("records")
    shown = [cell for cell in cells if cell["cell"] in CELLS and cell["n"]]
    return [
        layer
        for cell in shown
        for layer in _caption(cell, picture, x, y, _words(cell, result, lang))
    ]


def _words(cell: Mapping[Any, Any], result: Quadrant, lang: str) -> dict[str, str]:
    name = text(f"quadrant.cell.{cell['cell']}", lang)
    key = "chart.cell_retention_landmark" if result.landmark else "chart.cell_retention"
    interval = frame.interval(cell["retention_12_lower"], cell["retention_12_upper"], lang)
    return {
        "head": text("chart.cell_head", lang, cell=name, n=cell["n"], share=cell["share"]),
        "line": text(key, lang, share=cell["retention_12"], interval=interval),
    }


def _caption(
    cell: Mapping[Any, Any], picture: Plane, x: alt.X, y: alt.Y, words: Mapping[str, str]
) -> list[alt.Chart]:
    breadth, depth = cell["cell"].split("_")
    place = {
        "breadth": picture.x.high if breadth == "wide" else picture.x.low,
        "depth": picture.y.high if depth == "deep" else picture.y.low,
    }
    base = alt.Chart(frame.records([{"cell": cell["cell"], **place, **words}])).encode(x=x, y=y)
    side, inward = ("right", -1) if breadth == "wide" else ("left", 1)
    first, second = _LINES[depth]
    small = cell["n"] < theme.SMALL_N
    patch = base.mark_point(
        shape="square", filled=True, size=130, opacity=1, xOffset=inward * _PATCH, yOffset=first
    )
    written = (
        ("halo_strong", "head", first),
        ("strong", "head", first),
        ("halo_ink", "line", second),
        ("muted" if small else "ink", "line", second),
    )
    return [
        patch.encode(color=color()),
        *(
            base.mark_text(style=style, align=side, dx=inward * _TEXT, dy=line).encode(
                text=f"{field}:N"
            )
            for style, field, line in written
        ),
    ]
