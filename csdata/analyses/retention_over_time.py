"""One age followed over time: the same month of a life, start cohort by start cohort."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import pandas as pd

from csdata import clock as ck
from csdata.analyses import intervals
from csdata.analyses._retention_words import instead_of_later, share_at
from csdata.analyses._standing import Measure
from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.retention import Retention
from csdata.analyses.retention_rows import cohort_name
from csdata.clock import Period
from csdata.errors import BadValues, NotBuilt
from csdata.i18n import Message, message

_YEAR: Final = 12


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RetentionOverTime:
    """Share still there at one age, by start cohort in the order of time.

    ``table`` has one row per start cohort of which somebody has reached the age: ``cohort`` (first
    day of the period), ``size``, ``eligible``, ``active``, ``share``, ``lower``, ``upper``,
    ``complete``, ``completes_on``, ``conditional``, as in :class:`csdata.Retention`, and ``small``
    (fewer than five eligible). ``share``, ``lower`` and ``upper`` of the result itself are those of
    all complete cohorts together (NaN where there is none).
    """

    table: pd.DataFrame
    age: int
    first: int
    last: int
    share: float
    lower: float
    upper: float
    cohort: Period
    measure: Measure
    fiscal_start: int
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message


def retention_over_time(result: Retention, *, age: int) -> RetentionOverTime:
    """One column of the cohort triangle, read from the oldest start cohort to the newest.

    Args:
        result: From :func:`csdata.retention`, by start cohorts.
        age: A column, as in ``result.table["age"]``.

    Raises:
        NotBuilt: The rows are values of an attribute, which have no order in time.
        BadValues: Nobody has reached the age.
    """
    if result.by is not None:
        raise NotBuilt(option="by", value=result.by, choices=["None"])
    table = result.table[(result.table["age"] == age) & (result.table["eligible"] > 0)]
    if table.empty:
        remedy = message("retention.compare.remedy_age")
        raise BadValues(where="age", found=age, remedy=remedy)
    first, last = int(table["first"].iloc[0]), int(table["last"].iloc[0])
    columns = ["cohort", "size", "eligible", "active", "share", "lower", "upper"]
    columns += ["complete", "completes_on", "conditional"]
    table = table[columns].reset_index(drop=True)
    table["small"] = table["eligible"] < FEW
    whole = result.pooled[result.pooled["age"] == age]
    known = [float("nan")] * 3
    if len(whole):
        known = [float(whole[c].iloc[0]) for c in ("share", "lower", "upper")]
    return RetentionOverTime(
        table=table,
        age=age,
        first=first,
        last=last,
        share=known[0],
        lower=known[1],
        upper=known[2],
        cohort=result.cohort,
        measure=result.measure,
        fiscal_start=result.fiscal_start,
        definition=result.definition,
        as_of=result.as_of,
        n=int(table["size"].sum()),
        notes=result.notes,
        finding=_finding(result, table, (first, last)),
    )


def _finding(result: Retention, table: pd.DataFrame, span: tuple[int, int]) -> Message:
    """The latest year of complete start cohorts against the year before; or why there is none.

    Of *on or after* there is none: the newer the start, the fewer months there were to come back.
    """
    what = share_at(result.measure, *span)
    if result.measure == "on_or_after":
        return message("retention.over_time.later", what=what, **instead_of_later())
    whole = table[table["complete"] & ~table["conditional"]]
    if whole.empty:
        return message("retention.over_time.none", what=what)
    index = whole["cohort"].dt.year * _YEAR + whole["cohort"].dt.month - 1
    width = ck.cohort_months(result.cohort)
    newest = int(index.max()) + width
    recent = whole[index >= newest - _YEAR]
    before = whole[(index < newest - _YEAR) & (index >= newest - 2 * _YEAR)]
    active, n = (int(recent[c].sum()) for c in ("active", "eligible"))
    if n < FEW:
        return message("retention.over_time.few", what=what, few=FEW)
    values: dict[str, object] = {"what": what, "n": n}
    days = (recent["cohort"].iloc[0], recent["cohort"].iloc[-1])
    ends = [cohort_name(d, result.cohort, fiscal_start=result.fiscal_start) for d in days]
    several = message("retention.over_time.span", first=ends[0], last=ends[1])
    values["starts"] = several if len(recent) > 1 else ends[0]
    share, lower, upper = (float(v) for v in intervals.wilson(active, n))
    values |= {"share": share, "lower": lower, "upper": upper}
    old_active, old_n = (int(before[c].sum()) for c in ("active", "eligible"))
    if old_n < FEW:
        return message("retention.over_time.latest", **values)
    gap = intervals.newcombe(active, n, old_active, old_n)
    told = "differ" if bool(gap.excludes_zero) else "same"
    values |= {"before": old_active / old_n, "difference": float(gap.estimate)}
    values |= {"gap_lower": float(gap.lower), "gap_upper": float(gap.upper), "before_n": old_n}
    return message(f"retention.over_time.{told}", **values)
