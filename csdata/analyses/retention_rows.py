"""What the rows of the cohort triangle are called, sayable in either language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from csdata import clock as ck
from csdata.clock import Period
from csdata.i18n import Message, message

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention


def row_name(result: Retention, cohort: Any) -> Message | str:
    """What a row of the triangle is called: a start cohort, or an attribute's value."""
    if result.by is None:
        return cohort_name(cohort, result.cohort, fiscal_start=result.fiscal_start)
    if cohort is None:
        return message("survival.group_missing")
    if isinstance(cohort, bool):
        return message("chart.yes" if cohort else "chart.no")
    return f"{cohort:g}" if isinstance(cohort, float) else str(cohort)


def cohort_name(cohort: Any, period: Period, *, fiscal_start: int = ck.FISCAL_START) -> Message:
    """``2025/04``, ``2025年度 Q1`` or ``2025年度``; ``2025-04``, ``FY2025 Q1``, ``FY2025``."""
    day = pd.Timestamp(cohort).date()
    return message(
        f"chart.cohort_{period}",
        year=day.year if period == "month" else ck.fiscal_year(day, fiscal_start),
        month=f"{day.month:02d}",
        quarter=ck.fiscal_quarter(day, fiscal_start),
    )
