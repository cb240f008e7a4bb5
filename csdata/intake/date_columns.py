"""The columns of dates of a file, read together, and what was decided about each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from csdata.intake.columns import SAMPLE, Bools, Column
from csdata.intake.dates import Dates, checked_zone, dates, midnights
from csdata.intake.missing import failed_cells, missing
from csdata.intake.reading import Reading
from csdata.intake.swaps import swapped, undone

MOSTLY: Final = 0.5
"""Share of the texts that have to be dates for a column of unknown meaning to be looked into."""

FIRST_YEAR: Final = 1901
"""What lies before is an empty cell shown as a date: 1899-12-30, 1900-01-00, 0001-01-01."""

ENDLESS: Final = np.datetime64("2099-01-01", "us")
"""Ends from here on mean that there is none: 2099-12-31, 9999-12-31."""

FUTURE: Final = frozenset({"end", "notice", "close_date"})
"""Fields whose dates may lie ahead, and say nothing about when a file was made."""


UNKNOWN: Final = frozenset({"end", "notice"})
"""Fields in which a blank means that nothing has happened; a cell that failed means nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class DateColumn:
    """A field of dates, row by row.

    ``impossible``: rows whose text is written as a date that does not exist, among ``unread``;
    ``months``: rows that state a month only, whose value is its first day.
    """

    values: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    unread: Bools
    impossible: Bools
    months: Bools
    undecided: bool


def read_dates(reading: Reading, fields: Collection[str], *, epoch_1904: bool) -> dict[str, Dates]:
    """Every column of dates, by heading; ``fields``: which fields are dates.

    Each column decides for itself how day and month stand. What the others do is a reason to
    propose it (:func:`deciding`), and no more: a file may have been put together from two.

    Raises:
        BadValues: The recipe's time zone does not exist.
    """
    recipe = reading.recipe
    zone = checked_zone(recipe.timezone)
    wanted = {reading.guess.mapping[f] for f in fields if f in reading.guess.mapping}
    columns = reading.data.columns

    found = {
        header: dates(
            column.distinct,
            day_first=recipe.day_first,
            wanted=header in wanted,
            zone=zone,
            epoch_1904=epoch_1904,
        )
        for header, column in columns.items()
        if header in wanted or _mostly_dates(column)
    }
    _tell_zones(reading, found, zone)
    return _undo_swaps(reading, found)


def _mostly_dates(column: Column) -> bool:
    few = column.distinct[:SAMPLE]
    return bool(len(few)) and bool(dates(few, day_first=True).ok.mean() >= MOSTLY)


def day_order(read: Mapping[str, Dates]) -> bool | None:
    """Whether the file writes the day before the month; None if it does not show."""
    orders = {found.order for found in read.values()} & {"day", "month"}
    return orders == {"day"} if len(orders) == 1 else None


def deciding(read: Mapping[str, Dates]) -> str:
    """The first column that shows how day and month stand; empty if none does, or they differ."""
    if day_order(read) is None:
        return ""
    return next(header for header, found in read.items() if found.order in {"day", "month"})


def latest(reading: Reading, read: Mapping[str, Dates]) -> dt.date | None:
    """The latest date of a file that is no end and no plan: what a user may take for 基準日."""
    ahead = {reading.guess.mapping[f] for f in FUTURE if f in reading.guess.mapping}
    days = [one.values[one.ok] for header, one in read.items() if header not in ahead]
    all_days = np.concatenate(days) if days else np.array([], dtype="datetime64[us]")
    all_days = all_days[all_days < ENDLESS]
    return all_days.max().astype("datetime64[D]").item() if len(all_days) else None


def _tell_zones(reading: Reading, read: Mapping[str, Dates], zone: str) -> None:
    for header, found in read.items():
        column = reading.data.columns[header]
        if n := column.count(found.zoned & found.ok):
            moved = column.count(found.moved & found.ok)
            reading.report.note("timezone", column=header, n=n, zone=zone, moved=moved)


def _undo_swaps(reading: Reading, read: dict[str, Dates]) -> dict[str, Dates]:
    """Columns with day and month exchanged, mended if the user said so, else asked about."""
    report, said = reading.report, reading.recipe.undo_swap
    suspects = {h: which for h, one in read.items() if (which := swapped(one)).any()}
    for header, which in suspects.items():
        column = reading.data.columns[header]
        n = column.count(which)
        if said:
            read[header] = undone(read[header], which)
            report.note("swap_undone", column=header, n=n)
            continue
        report.note("swap_kept" if said is False else "swap_found", column=header, n=n)
        if said is None:
            rows = np.flatnonzero(column.rows(which))
            report.issues(
                "swapped_date",
                rows=reading.data.lines[rows],
                column=header,
                values=column.at(rows),
                action="kept",
                severity="warning",
            )
    if suspects and said is None:
        header, which = next(iter(suspects.items()))
        column = reading.data.columns[header]
        shown = [*_first(column, which), *_first(column, read[header].year_last)]
        report.ask("undo_swap", columns=list(suspects), examples=shown)
    return read


def _first(column: Column, which: Bools, n: int = 2) -> list[str]:
    texts = [str(column.distinct[int(i)].as_py()) for i in np.flatnonzero(which)[:n]]
    return [text.removesuffix(" 00:00:00") for text in texts]


def typed_dates(reading: Reading, field: str, found: Dates) -> DateColumn:
    """The days of one field, and what was noticed: serial numbers, months, ends that are none."""
    column = reading.column(field)
    days = midnights(found.values)
    early = found.ok & (days < np.datetime64(f"{FIRST_YEAR}-01-01"))
    ok = found.ok & ~early
    gone = missing(column.distinct) & ~ok
    lost = np.zeros(len(column.codes), dtype=bool)
    if field in UNKNOWN:
        gone &= ~failed_cells(column.distinct)
        lost = reading.failed.get(column.header, lost)
    endless = ok & (days >= ENDLESS) if field == "end" else np.zeros(len(ok), dtype=bool)
    for key, which in (
        ("serial_dates", found.serials & ok),
        ("era_dates", found.eras & ok),
        ("short_years", found.short & ok),
        ("bare_months_end" if field == "end" else "bare_months", found.months & ok),
        ("no_end", endless),
        ("missing_words", gone),
    ):
        if n := column.count(which):
            reading.report.note(key, column=column.header, n=n)
    days[~ok | endless] = np.datetime64("NaT")
    unread = ~ok & ~gone
    return DateColumn(
        values=column.spread(days, "NaT"),
        unread=column.rows(unread) | lost,
        impossible=column.rows(unread & (found.shaped | early)),
        months=column.rows(found.months & ok),
        undecided=found.order == "undecided",
    )
