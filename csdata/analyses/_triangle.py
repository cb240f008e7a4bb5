"""The cohort triangle: sizes, eligible and there, by row and age, with intervals and step rates."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata import clock as ck
from csdata.analyses import intervals
from csdata.analyses._standing import NESTED, Active, Measure, Span, Standing
from csdata.labels import ranked

COLUMNS: Final = (
    *("cohort", "age", "first", "last", "size", "eligible", "active", "share", "lower", "upper"),
    *("step", "step_lower", "step_upper", "complete", "completes_on", "conditional", "may_rise"),
)


def triangle(standing: Standing, *, by: str | None = None) -> pd.DataFrame:
    """One row per cohort (or value of the column ``by``) and age of which somebody's end is seen.

    ``step`` is the share of those there at the age before who still are: both over the members
    eligible for this age, so that nobody new comes in between. It has an interval where the measure
    is nested; for the others it is a ratio of two shares and may lie above 1.
    """
    cells = standing.cells
    if by is None:
        codes, rows = np.unique(cells["cohort"].to_numpy(dtype=np.int64), return_inverse=True)[::-1]
        labels: list[Any] = [pd.Timestamp(ck.first_of_index(int(i))) for i in rows]
    else:
        codes, named = ranked(cells[by])
        labels = list(named)
    parts = [
        _column(standing, codes, len(labels), span, standing.spans[i - 1] if i else None)
        for i, span in enumerate(standing.spans)
    ]
    table = pd.concat(parts, ignore_index=True).sort_values(["row", "age"], kind="stable")
    table = table[(table["reached"]) | (table["age"] == standing.spans[0].age)]
    cohort = pd.Series(labels, dtype=None if by is None else object)
    table["cohort"] = cohort.take(table["row"].to_numpy()).array
    if by is None:
        table["cohort"] = table["cohort"].astype("datetime64[us]")
    share = intervals.wilson(table["active"], table["eligible"])
    table["share"], table["lower"], table["upper"] = share
    step = intervals.wilson(table["active"], table["before"])
    measure: Measure = standing.measure if isinstance(standing, Active) else "alive"
    bounds = (step.lower, step.upper) if measure in NESTED else (np.nan, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(table["before"] > 0, table["active"] / table["before"], np.nan)
    table["step"], table["step_lower"], table["step_upper"] = ratio, *bounds
    return table[list(COLUMNS)].reset_index(drop=True)


def _column(
    standing: Standing, codes: NDArray[Any], rows: int, span: Span, before: Span | None
) -> pd.DataFrame:
    """All rows at one age, with ``before`` (there at the age before, among those eligible now)."""
    cells = standing.cells
    n = cells["n"].to_numpy()

    def total(which: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        weights = n if which is None else n * which
        return np.bincount(codes, weights=weights, minlength=rows).astype(np.int64)

    eligible, there = standing.eligible(span), standing.there(span)
    size, known = total(), total(eligible)
    newest = cells["newest"].groupby(codes).max()
    # A member of whose months nothing was recorded never becomes eligible.
    never = pd.Series(_unrecorded(standing, span)).groupby(codes).any()
    days = [
        pd.NaT if never[i] else pd.Timestamp(standing.known_on(_date(newest[i]), span))
        for i in range(rows)
    ]
    return pd.DataFrame(
        {
            "row": np.arange(rows),
            "age": span.age,
            "first": span.first,
            "last": span.last,
            "size": size,
            "eligible": known,
            "active": total(eligible & there),
            "before": total(eligible & standing.there(before)) if before else 0,
            "complete": known == size,
            "completes_on": pd.Series(days, dtype="datetime64[us]"),
            "conditional": pd.Series(cells["late"].to_numpy()).groupby(codes).sum().to_numpy() > 0,
            "may_rise": total(eligible & ~standing.settled(span)) > 0,
            "reached": known > 0,
        }
    )


def _unrecorded(standing: Standing, span: Span) -> NDArray[np.bool_]:
    if "first" not in standing.cells:
        return np.zeros(len(standing.cells), dtype=bool)
    asked = 0 if isinstance(standing, Active) and standing.measure == "streak" else span.first
    return standing.cells["first"].to_numpy() > asked


def _date(moment: Any) -> dt.date:
    return pd.Timestamp(moment).date()


def pooled(table: pd.DataFrame) -> pd.DataFrame:
    """Σ active / Σ eligible over the complete cells, cohorts at 0 % included."""
    complete = table[table["complete"] & ~table["conditional"]]
    sums = (
        complete.groupby(["age", "first", "last"])
        .agg(cohorts=("cohort", "size"), eligible=("eligible", "sum"), active=("active", "sum"))
        .reset_index()
    )
    found = intervals.wilson(sums["active"], sums["eligible"])
    return sums.assign(share=found.estimate, lower=found.lower, upper=found.upper)
