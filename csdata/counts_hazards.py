"""Lives with what might go with leaving, collapsed to counts for every backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from csdata.counts import check_durations, collapsed, outcomes
from csdata.schema import lazy


def count_exposures(
    frame: Any,
    *,
    duration: str,
    event: str,
    entry: str | None = None,
    covariates: Sequence[str],
    strata: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows of lives that agree in everything a hazard model looks at, counted together.

    Works for whole lives and for start–stop rows alike: a row is under observation after ``entry``
    and up to ``duration``. Nothing is left out and nothing is judged.

    Args:
        frame: One row per life, or per stretch of one.
        duration: Time at which the row ended.
        event: Whether it ended with a departure: true or false, or 1 and 0.
        entry: Time from which it was observed; default 0.
        covariates: Columns to compare by.
        strata: Columns within whose values to compare.

    Returns:
        ``x0``, ``x1`` … (the covariates), ``s0`` … (the strata), ``entry``, ``duration``,
        ``events``, ``censored``, ``unknown`` (rows whose event is missing).

    Raises:
        MissingColumns: A named column is absent.
        BadValues: A time is not a number, an event is neither true nor false.
    """
    rows = lazy(frame)
    times = [duration, *([entry] if entry else [])]
    check_durations(rows, times, [event, *covariates, *strata])
    keys = {
        **{f"x{i}": nw.col(column) for i, column in enumerate(covariates)},
        **{f"s{i}": nw.col(column) for i, column in enumerate(strata)},
        "entry": (nw.col(entry) if entry else nw.lit(0)).cast(nw.Float64),
        "duration": nw.col(duration).cast(nw.Float64),
        "event": nw.col(event),
    }
    cells = collapsed(rows.select(**keys).group_by(*keys).agg(rows=nw.len()))
    outcome = outcomes(cells["event"], column=event)
    table = cells.drop(columns=["event", "rows"])
    for name in ("events", "censored", "unknown"):
        table[name] = cells["rows"].where(outcome == name, 0).astype("int64")
    return table
