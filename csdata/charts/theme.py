"""One look for screen, notebook and export: colours, type sizes and the styles that marks name.

A chart says what a mark *is* (``style="cut"``, ``style="muted"``); the theme says how that looks in
light and dark and when presenting. So ``apply`` can change the look of a finished chart without
building it again.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeVar

import altair as alt

C = TypeVar("C", alt.Chart, alt.LayerChart, alt.VConcatChart, alt.HConcatChart)

SCREEN_FONTS: Final = (
    '"BIZ UDPGothic", "Hiragino Sans", "Yu Gothic UI", Meiryo, "Noto Sans JP", '
    '"Noto Sans CJK JP", sans-serif'
)

CELLS: Final = MappingProxyType(
    {
        "wide_deep": "#0B4F8A",
        "narrow_deep": "#0F9D8A",
        "wide_shallow": "#E07B00",
        "narrow_shallow": "#8A8F98",
        "undecidable": "#D0D3D8",
    }
)
"""Colours of the quadrant's cells, the same everywhere, light and dark."""

CATEGORIES: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe & Ito's colours, those with the strongest contrast on white first.

Their black and yellow are left out: one is the ink, the other cannot be seen on white. Further
groups take the same colours with another dash.
"""

DASHES: Final = ((1, 0), (7, 3), (2, 3))

RATES: Final = (
    "#F9F7D5",
    "#D2ECB4",
    "#9FDEB2",
    "#6FCDB9",
    "#4CB7BB",
    "#349EB8",
    "#2486B2",
    "#1F6CA6",
    "#225395",
    "#213B7D",
    "#19285F",
)
"""0 % to 100 % in steps of equal perceived difference (OKLab). Reversed in the dark, so that a high
rate always stands out most from the page."""

BLACK_TEXT_UP_TO: Final = 0.64
"""Share on :data:`RATES` up to which black is the readable text colour (contrast AA throughout)."""

SMALL_N: Final = 5
"""Rates of fewer than this many are grey."""

FONT: Final = 13
PRESENTING: Final = 1.25
"""How much larger type is when presenting; places for text are measured at this size."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one mode."""

    background: str
    ink: str
    muted: str
    grid: str
    small_n: str
    small_n_line: str
    dot_rim: str
    on_low: str
    on_mid: str
    on_high: str
    rates: tuple[str, ...]


LIGHT: Final = Palette(
    background="#FFFFFF",
    ink="#1F2430",
    muted="#596270",
    grid="#E4E7EB",
    small_n="#DADDE2",
    small_n_line="#9AA1AB",
    dot_rim="#FFFFFF",
    on_low="#1F2430",
    on_mid="#000000",
    on_high="#FFFFFF",
    rates=RATES,
)
DARK: Final = Palette(
    background="#0E1117",
    ink="#ECEEF2",
    muted="#A9B1BD",
    grid="#2B313B",
    small_n="#3B424D",
    small_n_line="#7A838F",
    dot_rim="#B9CBE0",
    on_low="#FFFFFF",
    on_mid="#000000",
    on_high="#14171F",
    rates=RATES[::-1],
)


def category(i: int) -> str:
    """Colour of the i-th group."""
    return CATEGORIES[i % len(CATEGORIES)]


def dash(i: int) -> list[int]:
    """Dash of the i-th group: solid until the colours are used up."""
    return list(DASHES[i // len(CATEGORIES) % len(DASHES)])


def apply(chart: C, *, dark: bool = False, presenting: bool = False) -> C:
    """The same chart in the look asked for. The charts of this package come in the light one.

    Args:
        chart: Any Altair chart; its own configuration is replaced.
        dark: For a dark page.
        presenting: Larger type and heavier lines, to be read from the back of a room.
    """
    themed = chart.copy(deep=False)
    themed.config = _checked(dark=dark, presenting=presenting)
    return themed


@functools.cache
def _checked(*, dark: bool, presenting: bool) -> alt.Config:
    return alt.Config.from_dict(config(dark=dark, presenting=presenting))


def config(*, dark: bool = False, presenting: bool = False) -> dict[str, Any]:
    """The Vega-Lite configuration of one look."""
    palette = DARK if dark else LIGHT
    zoom = PRESENTING if presenting else 1.0
    size = FONT * zoom
    axis = {
        "labelColor": palette.muted,
        "titleColor": palette.ink,
        "labelFontSize": size,
        "titleFontSize": size,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "gridColor": palette.grid,
        "domainColor": palette.muted,
        "tickColor": palette.muted,
        "labelFlush": False,
    }
    return {
        "font": SCREEN_FONTS,
        "background": palette.background,
        "view": {"stroke": None},
        "axis": axis,
        "legend": {
            "labelColor": palette.ink,
            "titleColor": palette.ink,
            "labelFontSize": size,
            "titleFontSize": size,
            "titleFontWeight": "normal",
            "symbolFillColor": palette.muted,
            "symbolStrokeWidth": 0,
        },
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": palette.ink,
            "fontSize": 18 * zoom,
            "fontWeight": "bold",
            "offset": 14,
            "subtitleColor": palette.muted,
            "subtitleFontSize": size,
            "subtitleLineHeight": round(size * 1.4),
            "subtitlePadding": 6,
        },
        "range": {"heatmap": list(palette.rates), "ramp": list(palette.rates)},
        "style": _styles(palette, size=size, zoom=zoom),
    }


def _styles(palette: Palette, *, size: float, zoom: float) -> dict[str, Any]:
    """What the marks of the charts name: texts first, then lines, then surfaces."""
    # Drawn beneath a text in the colour of the page, so that it can be read over points.
    halo = {
        "color": palette.background,
        "stroke": palette.background,
        "strokeWidth": 4,
        "strokeJoin": "round",
        "opacity": 0.8,
    }
    return {
        "ink": {"color": palette.ink, "fontSize": size},
        "muted": {"color": palette.muted, "fontSize": size},
        "strong": {"color": palette.ink, "fontSize": size + 1, "fontWeight": "bold"},
        "label": {"color": palette.ink, "fontSize": 12 * zoom},
        "halo": {**halo, "fontSize": 12 * zoom},
        "halo_ink": {**halo, "fontSize": size},
        "halo_strong": {**halo, "fontSize": size + 1, "fontWeight": "bold"},
        "on_low": {"color": palette.on_low},
        "on_mid": {"color": palette.on_mid},
        "on_high": {"color": palette.on_high},
        "on_page": {"color": palette.ink},
        "on_small": {"color": palette.muted},
        "line": {"strokeWidth": 2.5 * zoom},
        "ink_line": {"color": palette.ink, "strokeWidth": 3 * zoom},
        "km_line": {"color": CATEGORIES[0], "strokeWidth": 3 * zoom},
        "small_line": {"color": palette.small_n_line, "strokeWidth": 1.5 * zoom},
        "thin": {"color": palette.small_n_line},
        "leader": {"color": palette.small_n_line, "strokeWidth": 1, "strokeDash": [2, 2]},
        "cut": {"color": palette.ink, "strokeWidth": 1.5 * zoom, "strokeDash": [6, 4]},
        "target": {"color": CATEGORIES[1], "strokeWidth": 1.5 * zoom, "strokeDash": [10, 4]},
        "hatch": {"color": palette.ink, "strokeWidth": 1, "opacity": 0.3},
        "corner": {"color": palette.ink, "opacity": 0.85},
        "cell": {"stroke": palette.background, "strokeWidth": 1},
        "small_cell": {
            "color": palette.small_n,
            "stroke": palette.background,
            "strokeWidth": 1,
        },
        "ink_band": {"color": palette.ink, "opacity": 0.12},
        "km_band": {"color": CATEGORIES[0], "opacity": 0.14},
        "small_band": {"color": palette.small_n_line, "opacity": 0.15},
        "hover_dot": {"color": palette.ink},
        "small_dot": {"color": palette.small_n_line},
        "ring": {"color": palette.ink, "strokeWidth": 2.5},
        "dot": {"stroke": palette.dot_rim, "strokeWidth": 0.6},
        "border_dot": {"stroke": palette.ink, "strokeWidth": 1.3},
    }
