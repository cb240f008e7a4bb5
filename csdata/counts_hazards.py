"""Lives with what might go with leaving, collapsed to counts for every backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from csdata.counts_durations import check_durations, collapsed, outcomes
from csdata.errors import BadValues, MissingColumns
from csdata.i18n import message
from csdata.schema import lazy, native_like


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


def start_stop(
    lives: Any,
    changes: Any,
    *,
    id: str,  # noqa: A002 (as in R and lifelines)
    duration: str,
    event: str,
    entry: str,
    at: str,
    value: str,
) -> Any:
    """Lives cut where something about them changed: one row per stretch with the value it had.

    A departure belongs to the last stretch only. Time before the first known value is a stretch
    with a missing one, for the analysis to set aside by name.

    Args:
        lives: One row per life: ``id``, ``entry``, ``duration``, ``event`` and whatever else.
        changes: ``id``, ``at`` (on the clock of ``duration``; before 0 counts as from the start)
            and ``value``: what holds from then on.
        id: Column that both have.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended.
        entry: Time from which it was under observation.
        at: Time of a change.
        value: Column of what changed.

    Returns:
        A frame of the kind of ``lives``, its columns and ``value``; no row has ``entry`` ≥
        ``duration``. Lives that never were at risk are not in it.

    Raises:
        MissingColumns: A named column is absent.
        BadValues: Two changes of one life at one time.
    """
    whole, known = lazy(lives), lazy(changes)
    for table, frame, needed in (
        ("lives", whole, [id, duration, event, entry]),
        ("changes", known, [id, at, value]),
    ):
        present = frame.collect_schema().names()
        missing = [c for c in needed if c not in present]
        if missing:
            raise MissingColumns(table=table, missing=missing, present=list(present))
    known = known.select(id, nw.col(at).cast(nw.Float64).alias("_at"), value)
    known = known.filter(~nw.col("_at").is_null(), ~nw.col(id).is_null())
    _check_once(known, id, at)
    following = nw.col("_at").shift(-1).over(id, order_by="_at")
    stretches = whole.join(known.with_columns(_next=following), on=id, how="inner")
    first = known.group_by(id).agg(_next=nw.col("_at").min())
    dtype = known.collect_schema()[value]
    before = whole.join(first, on=id, how="left").with_columns(
        nw.lit(None).cast(dtype).alias(value), _at=nw.lit(float("-inf"))
    )
    columns = [*whole.collect_schema().names(), value, "_at", "_next"]
    both = nw.concat([before.select(*columns), stretches.select(*columns)])
    begin, end = nw.col(entry).cast(nw.Float64), nw.col(duration).cast(nw.Float64)
    both = both.with_columns(
        _from=nw.when(nw.col("_at") > begin).then(nw.col("_at")).otherwise(begin),
        _to=nw.when(nw.col("_next") < end).then(nw.col("_next")).otherwise(end),
        _end=end,
    ).filter(nw.col("_from") < nw.col("_to"))
    last, left = nw.col("_to") == nw.col("_end"), nw.col(event)
    stays = left & ~left if whole.collect_schema()[event] == nw.Boolean else left - left
    rows = both.with_columns(
        nw.col("_from").alias(entry),
        nw.col("_to").alias(duration),
        nw.when(last).then(left).otherwise(stays).alias(event),
    ).select(*columns[:-2])
    return native_like(lives, rows.sort(id, entry))


def _check_once(known: nw.LazyFrame[Any], id: str, at: str) -> None:  # noqa: A002
    twice = known.group_by(id, "_at").agg(_n=nw.len()).filter(nw.col("_n") > 1)
    found = collapsed(twice.select(id))
    if len(found):
        remedy = message("drivers.remedy.one_change")
        raise BadValues(where=at, found=", ".join(map(str, found[id][:5])), remedy=remedy)
