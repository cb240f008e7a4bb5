"""From Salesforce exports to retention, survival and loyalty quadrants.

    >>> import csdata as cs

Every analysis is a function from a :class:`Portfolio` to a frozen result; charts and exports draw
results and compute nothing. Names are loaded on first use, so that importing the package costs
little more than importing pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from csdata.errors import CsDataError
from csdata.tables import Import, Portfolio

if TYPE_CHECKING:
    from csdata import charts, export, sample
    from csdata.analyses.axes import Categories, Column, QuantityPerCategory, Ticks
    from csdata.analyses.churn_reasons import ChurnReasons, churn_reasons
    from csdata.analyses.customer import Customer, customer
    from csdata.analyses.drivers import Drivers, drivers
    from csdata.analyses.eras import NamedEvent, with_eras
    from csdata.analyses.hazard import Hazard, churn_hazard
    from csdata.analyses.mrr_movements import MrrMovements, mrr_movements
    from csdata.analyses.overview import Overview, overview
    from csdata.analyses.planning import ComparisonPlan, plan_comparison
    from csdata.analyses.portfolio_survival import Survival, survival
    from csdata.analyses.quadrant import Quadrant, quadrant
    from csdata.analyses.quality import DataQuality, data_quality
    from csdata.analyses.renewal_clock import RenewalClock, renewal_clock
    from csdata.analyses.retention import Retention, retention
    from csdata.analyses.retention_compare import RetentionComparison, compare_retention
    from csdata.analyses.retention_over_time import RetentionOverTime, retention_over_time
    from csdata.analyses.revenue_cohorts import RevenueCohorts, revenue_cohorts
    from csdata.analyses.revenue_mix import RevenueMix, revenue_mix
    from csdata.analyses.revenue_retention import RevenueRetention, revenue_retention
    from csdata.analyses.small_groups import SmallGroups, small_groups
    from csdata.analyses.survival_differences import SurvivalDifferences, survival_differences
    from csdata.analyses.tenures import Tenures, tenures
    from csdata.intake import ImportSet, Recipe, combine, read_export

__version__ = "0.1.0"

_HOMES = {
    "Categories": "analyses.axes",
    "ChurnReasons": "analyses.churn_reasons",
    "Column": "analyses.axes",
    "Customer": "analyses.customer",
    "ComparisonPlan": "analyses.planning",
    "DataQuality": "analyses.quality",
    "Drivers": "analyses.drivers",
    "Hazard": "analyses.hazard",
    "ImportSet": "intake",
    "MrrMovements": "analyses.mrr_movements",
    "Overview": "analyses.overview",
    "NamedEvent": "analyses.eras",
    "Quadrant": "analyses.quadrant",
    "QuantityPerCategory": "analyses.axes",
    "Recipe": "intake",
    "RenewalClock": "analyses.renewal_clock",
    "Retention": "analyses.retention",
    "RetentionComparison": "analyses.retention_compare",
    "RetentionOverTime": "analyses.retention_over_time",
    "RevenueCohorts": "analyses.revenue_cohorts",
    "RevenueMix": "analyses.revenue_mix",
    "RevenueRetention": "analyses.revenue_retention",
    "SmallGroups": "analyses.small_groups",
    "Survival": "analyses.portfolio_survival",
    "SurvivalDifferences": "analyses.survival_differences",
    "Tenures": "analyses.tenures",
    "Ticks": "analyses.axes",
    "charts": "",
    "churn_hazard": "analyses.hazard",
    "churn_reasons": "analyses.churn_reasons",
    "combine": "intake",
    "compare_retention": "analyses.retention_compare",
    "customer": "analyses.customer",
    "data_quality": "analyses.quality",
    "drivers": "analyses.drivers",
    "export": "",
    "mrr_movements": "analyses.mrr_movements",
    "overview": "analyses.overview",
    "plan_comparison": "analyses.planning",
    "quadrant": "analyses.quadrant",
    "read_export": "intake",
    "renewal_clock": "analyses.renewal_clock",
    "retention": "analyses.retention",
    "retention_over_time": "analyses.retention_over_time",
    "revenue_cohorts": "analyses.revenue_cohorts",
    "revenue_mix": "analyses.revenue_mix",
    "revenue_retention": "analyses.revenue_retention",
    "sample": "",
    "small_groups": "analyses.small_groups",
    "survival": "analyses.portfolio_survival",
    "survival_differences": "analyses.survival_differences",
    "tenures": "analyses.tenures",
    "with_eras": "analyses.eras",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    home = _HOMES[name]
    if not home:
        return importlib.import_module(f"{__name__}.{name}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


__all__ = [
    "Categories",
    "ChurnReasons",
    "Column",
    "ComparisonPlan",
    "CsDataError",
    "Customer",
    "DataQuality",
    "Drivers",
    "Hazard",
    "Import",
    "ImportSet",
    "MrrMovements",
    "NamedEvent",
    "Overview",
    "Portfolio",
    "Quadrant",
    "QuantityPerCategory",
    "Recipe",
    "RenewalClock",
    "Retention",
    "RetentionComparison",
    "RetentionOverTime",
    "RevenueCohorts",
    "RevenueMix",
    "RevenueRetention",
    "SmallGroups",
    "Survival",
    "SurvivalDifferences",
    "Tenures",
    "Ticks",
    "charts",
    "churn_hazard",
    "churn_reasons",
    "combine",
    "compare_retention",
    "customer",
    "data_quality",
    "drivers",
    "export",
    "mrr_movements",
    "overview",
    "plan_comparison",
    "quadrant",
    "read_export",
    "renewal_clock",
    "retention",
    "retention_over_time",
    "revenue_cohorts",
    "revenue_mix",
    "revenue_retention",
    "sample",
    "small_groups",
    "survival",
    "survival_differences",
    "tenures",
    "with_eras",
]
