"""Rows of lives → counts that can be used, and the rest with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.counts_durations import count_durations
from csdata.i18n import Message, message


@dataclass(frozen=True, eq=False, slots=True)
class Lives:
    """Counted lives.

    ``counts``: ``group``, (``cause``, ``stratum``,) ``entry``, ``duration``, ``events``,
    ``censored``; only lives with a finite duration ≥ 0, observed from before its end.
    ``set_aside``: ``group``, ``entry``, ``duration``, ``n``, ``reason``.
    """

    counts: pd.DataFrame
    set_aside: pd.DataFrame

    def notes(self) -> tuple[Message, ...]:
        """One sentence for each reason for which lives were set aside."""
        totals = self.set_aside.groupby("reason", sort=True)["n"].sum()
        return tuple(message(f"survival.aside.{r}", n=int(n)) for r, n in totals.items())


def read_lives(
    table: Any,
    *,
    duration: str,
    event: str,
    entry: str | None = None,
    group: str | None = None,
    cause: str | None = None,
    strata: Sequence[str] = (),
) -> Lives:
    """Count the rows of ``table`` and set aside what no curve can use.

    An entry before 0 counts as 0: the life was under observation from its start. A life of
    duration 0 stays, although it is at risk at no time.

    Raises:
        MissingColumns, BadValues: as for :func:`csdata.counts_durations.count_durations`.
    """
    counted = count_durations(
        table,
        duration=duration,
        event=event,
        entry=entry,
        group=group,
        cause=cause,
        strata=strata,
    )
    counted["entry"] = counted["entry"].clip(lower=0)
    start, end = counted["entry"], counted["duration"]
    reason = np.select(
        [
            end.isna(),
            np.isinf(end),
            end < 0,
            start.isna(),
            (start >= end) & ~((start == 0) & (end == 0)),
        ],
        [
            "duration_missing",
            "duration_infinite",
            "duration_negative",
            "entry_missing",
            "entry_not_before_end",
        ],
        default="",
    )
    usable = reason == ""
    columns = ["group", "entry", "duration"]
    rows = counted["events"] + counted["censored"] + counted["unknown"]
    outside = [counted.loc[~usable, columns].assign(n=rows[~usable], reason=reason[~usable])]
    unknown = counted.loc[usable & (counted["unknown"] > 0)]
    outside += [unknown[columns].assign(n=unknown["unknown"], reason="event_missing")]
    known = usable & (counted["events"] + counted["censored"] > 0)
    counts = counted.loc[known].drop(columns="unknown").reset_index(drop=True)
    return Lives(counts=counts, set_aside=stacked(outside))


def stacked(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of the same columns under each other; empty ones do not decide any column's type."""
    filled = [piece for piece in pieces if len(piece)]
    return pd.concat(filled or [pieces[0]], ignore_index=True)


def by_group(counts: pd.DataFrame) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Each group with its rows, in the order of the table; a missing group is None."""
    for place in np.unique(codes := group_codes(counts)):
        part = counts[codes == place]
        label = part["group"].iloc[0]
        yield (None if pd.isna(label) else label), part


def group_codes(counts: pd.DataFrame) -> NDArray[np.int64]:
    """The place of each row's group, in the order of the table (sorted, missing last)."""
    codes, found = pd.factorize(counts["group"])
    return np.where(codes == -1, len(found), codes)


def group_column(labels: Sequence[Any], repeats: Sequence[int] | None = None) -> pd.Series:
    """Group labels as a column; of objects when one of them is None, so that None stays None."""
    some_missing = any(label is None for label in labels)
    column = pd.Series(list(labels), dtype=object if some_missing or not labels else None)
    if repeats is None:
        return column
    return column.take(np.repeat(np.arange(len(labels)), repeats)).reset_index(drop=True)
