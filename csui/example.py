"""What an empty page will look like: its picture, drawn from the made-up company."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from csui import compute, screen, sources
from csui.text import language, t

_WIDE_DEEP: Final = {"breadth": ("usage", 0.0), "depth": ("usage", 0.0), "window": (0, 3)}
_RESULTS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "overview": ("survival", compute.survival),
    "retention": ("retention", lambda data: compute.retention(data, cohort="quarter")),
    "revenue": ("mrr_bridge", compute.mrr_movements),
    "survival": ("survival", lambda data: compute.survival(data, group="plan")),
    "quadrant": (
        "quadrant",
        lambda data: compute.quadrant(data, landmark="window", **_WIDE_DEEP),
    ),
}


def draw(name: str) -> None:
    """The picture of a page that has one."""
    if name not in _RESULTS:
        return
    from csdata import charts

    picture, find = _RESULTS[name]
    with st.spinner(t("ui.drawing_example")):
        result = find(sources.company())
        chart = getattr(charts, picture)(result, lang=language())
        on_screen, _ = screen.of(chart, result)
    st.caption(t("ui.example"))
    st.altair_chart(on_screen, theme=None, key=f"{name}.example", alt=t(f"page.{name}.shows"))
