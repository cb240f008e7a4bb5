"""The landmark rule: who is still here at a given age, on a clock that starts there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from csdata.counts_durations import count_durations
from csdata.errors import BadValues
from csdata.i18n import Message, message
from csdata.schema import lazy, native_like


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Landmark:
    """The lives that go on beyond a landmark.

    ``table`` is a frame of the kind that came in: the rows kept, their duration (and entry)
    counted from the landmark, every other column as it was. ``excluded`` counts the others by
    reason: ``ended`` (by the landmark), ``not_yet`` (not seen for longer than that), ``unobserved``
    (under observation only after it) and ``unusable`` (a time or the event is missing or
    impossible).
    """

    table: Any
    at: float
    excluded: Mapping[str, int]
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None


def landmark(
    table: Any, *, duration: str, event: str, at: float, entry: str | None = None
) -> Landmark:
    """Keep the lives with a duration beyond ``at`` and count their time from there.

    Groups that are formed from what happened up to ``at`` can then be compared without favouring
    those who lived long enough to be counted in one.

    Args:
        table: A frame of any backend, one row per life.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended: true/false or 1/0.
        at: The landmark, ≥ 0.
        entry: Time from which a life was under observation; it must not lie after ``at``.

    Raises:
        MissingColumns: A named column is absent.
        BadValues: ``at`` is negative or no number, a time is not a number, the event is not true
            or false.

    Source: Anderson, Cain & Gelber (1983), J. Clin. Oncol. 1.
    """
    if not 0 <= at < np.inf:
        raise BadValues(where="at", found=at, remedy=message("survival.remedy.landmark"))
    excluded, n = _count(table, duration=duration, event=event, at=at, entry=entry)
    age = nw.col(duration).cast(nw.Float64)
    lives = lazy(table)
    # Not `is_null`: a float NaN is a value in Polars and DuckDB.
    known = [0, 1] if lives.collect_schema()[event].is_numeric() else [False, True]
    kept = lives.filter(age > at, age.is_finite(), nw.col(event).is_in(known))
    if entry:
        seen = nw.col(entry).cast(nw.Float64)
        kept = kept.filter(seen <= at).with_columns(nw.lit(0.0).alias(entry))
    kept = kept.with_columns((age - at).alias(duration))
    return Landmark(
        table=native_like(table, kept),
        at=at,
        excluded=excluded,
        definition=message("definition.landmark", at=at),
        n=n,
        notes=tuple(
            message(f"survival.excluded.{reason}", n=count, at=at)
            for reason, count in excluded.items()
            if count
        ),
        finding=message("survival.landmark", at=at, n=n, excluded=sum(excluded.values())),
    )


def _count(
    table: Any, *, duration: str, event: str, at: float, entry: str | None
) -> tuple[dict[str, int], int]:
    """How many are left out for which reason, and how many stay."""
    cells = count_durations(table, duration=duration, event=event, entry=entry)
    end, begin = cells["duration"], cells["entry"]
    usable = np.isfinite(end) & (end >= 0) & begin.notna() & ((begin < end) | (end == 0))
    late = usable & (begin > at)
    short = usable & ~late & (end <= at)
    total = cells[["events", "censored", "unknown"]]
    excluded = {
        "ended": total["events"][short].sum(),
        "not_yet": total["censored"][short].sum(),
        "unobserved": total["events"][late].sum() + total["censored"][late].sum(),
        "unusable": total[~usable].to_numpy().sum() + total["unknown"][usable].sum(),
    }
    kept = total.loc[usable & ~late & ~short, ["events", "censored"]].to_numpy().sum()
    return {reason: int(n) for reason, n in excluded.items()}, int(kept)
