"""Pictures: a frozen result in, an ``altair.Chart`` out. Nothing is computed here but positions.

The functions are imported on first use, because altair takes a second to load. The modules have
names of their own, so that ``charts.retention`` is always the function.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from csdata.charts.age_over_time import retention_over_time
    from csdata.charts.cohort_curves import retention_curves
    from csdata.charts.heatmap import picked, retention
    from csdata.charts.life_line import customer
    from csdata.charts.marks import with_note, with_target
    from csdata.charts.money_triangle import revenue_triangle
    from csdata.charts.mrr_bars import mrr_movements
    from csdata.charts.reason_areas import churn_reasons
    from csdata.charts.renewal_points import renewal_clock
    from csdata.charts.revenue_layers import revenue_cohorts
    from csdata.charts.revenue_lines import revenue_retention
    from csdata.charts.scatter import quadrant, selected
    from csdata.charts.steps import quadrant_curves, survival
    from csdata.charts.waterfall import mrr_bridge

__all__ = [
    "churn_reasons",
    "customer",
    "mrr_bridge",
    "mrr_movements",
    "picked",
    "quadrant",
    "quadrant_curves",
    "renewal_clock",
    "retention",
    "retention_curves",
    "retention_over_time",
    "revenue_cohorts",
    "revenue_retention",
    "revenue_triangle",
    "selected",
    "survival",
    "with_note",
    "with_target",
]

_HOME: Final = {
    "churn_reasons": "reason_areas",
    "customer": "life_line",
    "mrr_bridge": "waterfall",
    "mrr_movements": "mrr_bars",
    "picked": "heatmap",
    "quadrant": "scatter",
    "quadrant_curves": "steps",
    "renewal_clock": "renewal_points",
    "retention": "heatmap",
    "retention_curves": "cohort_curves",
    "retention_over_time": "age_over_time",
    "revenue_cohorts": "revenue_layers",
    "revenue_retention": "revenue_lines",
    "revenue_triangle": "money_triangle",
    "selected": "scatter",
    "survival": "steps",
    "with_note": "marks",
    "with_target": "marks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
