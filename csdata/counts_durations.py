"""Lives collapsed to counts: what every survival statistic and hazard model is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from csdata.counts import ALL
from csdata.errors import BadValues, MissingColumns
from csdata.i18n import message
from csdata.labels import ranked
from csdata.schema import lazy


def count_durations(
    frame: Any,
    *,
    duration: str,
    event: str,
    entry: str | None = None,
    group: str | None = None,
    cause: str | None = None,
    strata: Sequence[str] = (),
) -> pd.DataFrame:
    """Lives collapsed to counts: every survival statistic is computed from this table.

    Nothing is left out and nothing is judged: negative, infinite or missing times come back as
    rows of their own, for the analysis to set aside by name.

    Args:
        frame: One row per life.
        duration: Time at which the life ended or was last seen.
        event: Whether it ended: true or false, or 1 and 0.
        entry: Time from which it was observed (late entry); default 0 for everyone.
        group: Column to count by; default one group, :data:`ALL`.
        cause: Column of what ended a life; of one that has not ended it says nothing.
        strata: Further columns to count by; each combination is numbered in ``stratum``.

    Returns:
        ``group`` (the value itself, None where it is missing; sorted, ordered categories in their
        own order, missing last), ``cause`` (only with ``cause``; likewise, None for lives that have
        not ended), ``stratum`` (only with ``strata``), ``entry``, ``duration``,
        ``events``, ``censored``, ``unknown`` (lives whose event is missing); sorted.

    Raises:
        MissingColumns: A named column is absent.
        BadValues: A time is not a number, an event is neither true nor false.
    """
    keys = {
        "entry": (nw.col(entry) if entry else nw.lit(0)).cast(nw.Float64),
        "duration": nw.col(duration).cast(nw.Float64),
        "event": nw.col(event),
        **({"group": nw.col(group)} if group else {}),
        **({"cause": nw.col(cause)} if cause else {}),
        **{f"stratum{i}": nw.col(column) for i, column in enumerate(strata)},
    }
    lives = lazy(frame)
    times = [duration, *([entry] if entry else [])]
    check_durations(lives, times, [event, *(c for c in (group, cause) if c), *strata])
    # The event is a key, not a sum: so a missing one is neither lost nor taken for a false.
    cells = collapsed(lives.select(**keys).group_by(*keys).agg(rows=nw.len()))
    place, labels = ranked(cells["group"] if group else pd.Series([ALL] * len(cells), dtype=object))
    outcome = outcomes(cells["event"], column=event)
    table = pd.DataFrame({"group": place})
    ended = pd.Series(outcome == "events", cells.index)
    reason, causes = ranked(cells["cause"].where(ended) if cause else pd.Series(dtype=object))
    if cause:
        table["cause"] = reason
    if strata:
        columns = [f"stratum{i}" for i in range(len(strata))]
        combinations = cells.groupby(columns, dropna=False, observed=True)
        table["stratum"] = combinations.ngroup().to_numpy()
    table["entry"], table["duration"] = cells["entry"], cells["duration"]
    by = list(table.columns)
    for name in ("events", "censored", "unknown"):
        table[name] = cells["rows"].where(outcome == name, 0).astype("int64")
    table = table.groupby(by, dropna=False, as_index=False).sum()
    table["group"] = labels.take(table["group"].to_numpy()).array
    if cause:
        table["cause"] = causes.take(table["cause"].to_numpy()).array
    return table


def check_durations(lives: nw.LazyFrame[Any], times: Sequence[str], others: Sequence[str]) -> None:
    """Refuse absent columns, and times that are not numbers."""
    schema = lives.collect_schema()
    missing = [c for c in dict.fromkeys([*times, *others]) if c not in schema]
    if missing:
        raise MissingColumns(table="durations", missing=missing, present=list(schema.names()))
    for column in times:
        if not schema[column].is_numeric():
            found = str(schema[column])
            raise BadValues(where=column, found=found, remedy=message("remedy.numbers"))


def collapsed(cells: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Collected as pandas with whole numbers left whole where some are missing."""
    if cells.implementation.is_pandas_like():
        return cells.collect().to_pandas()
    return cells.collect("pyarrow").to_native().to_pandas(integer_object_nulls=True)


def outcomes(events: pd.Series, *, column: str) -> Any:
    """The column that each event value counts for, as an array of names."""
    codes, values = pd.factorize(events)  # a missing one has the code -1, so it meets the last name
    names = [{0: "censored", 1: "events"}.get(v) for v in values]
    odd = [str(v) for v, name in zip(values, names, strict=True) if name is None]
    if odd:
        remedy = message("remedy.true_or_false")
        raise BadValues(where=column, found=", ".join(sorted(odd)[:5]), remedy=remedy)
    return pd.Series([*names, "unknown"], dtype=object).to_numpy()[codes]
