"""Pictures: a frozen result in, an ``altair.Chart`` out. Nothing is computed here but positions.

The functions are imported on first use, because altair takes a second to load. The modules have
names of their own, so that ``charts.retention`` is always the function.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from csdata.charts.cohort_curves import retention_curves
    from csdata.charts.heatmap import picked_cell, retention
    from csdata.charts.scatter import quadrant, selected
    from csdata.charts.steps import quadrant_curves, survival

__all__ = [
    "picked_cell",
    "quadrant",
    "quadrant_curves",
    "retention",
    "retention_curves",
    "selected",
    "survival",
]

_HOME: Final = {
    "picked_cell": "heatmap",
    "quadrant": "scatter",
    "quadrant_curves": "steps",
    "retention": "heatmap",
    "retention_curves": "cohort_curves",
    "selected": "scatter",
    "survival": "steps",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
