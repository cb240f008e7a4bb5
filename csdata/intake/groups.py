"""Group columns of a grouped report: filled down, and only they.

A grouped report puts the columns it is grouped by first, each with the arrow of its order, and
writes a group's value on the group's first row only. A column that is merely sorted has an arrow
as well, and its blanks are real: they must stay. The two differ in their shape. The blanks of a
sorted column lie together at one end and equal values follow each other; a group column begins with
a value, never repeats one, and has its blanks between values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csdata.intake.headers import ARROWS, DOWN
from csdata.intake.values import Bools, Column

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False, slots=True)
class Grouped:
    """Columns with their groups filled down.

    Attributes:
        columns: All columns; the group columns have a value on every row of a group.
        filled: Heading and number of cells filled, for each group column.
        labels: Rows that hold nothing but the name of a group.
        said: What those rows say.
    """

    columns: list[Column]
    filled: dict[str, int]
    labels: Bools
    said: list[str]


def grouped(titles: Sequence[str], columns: Sequence[Column], *, totals: bool) -> Grouped | None:
    """The columns with groups filled down; None where the report is not grouped.

    Args:
        titles: The headings as the file has them, with arrows.
        columns: The columns of the table, without totals.
        totals: Whether subtotals or totals were found, as a grouped report has them.
    """
    if not titles[0].rstrip().endswith(ARROWS):
        return None
    filled: list[Column] = []
    begins = np.zeros(len(columns[0].codes), dtype=bool)
    begins[:1] = True
    blank_after = _blank_after(columns)
    for j, (title, column) in enumerate(zip(titles, columns, strict=True)):
        downwards = title.rstrip().endswith(DOWN)
        if not title.rstrip().endswith(ARROWS) or j + 1 == len(columns):
            break
        down = _fill(column.codes, begins)
        lone = blank_after[j]
        if not _is_group(column.codes, down, begins, lone, sure=totals or not downwards):
            break
        filled.append(Column(column.header, down, column.distinct))
        begins = begins | (column.codes >= 0)
    if all(column.codes is before.codes for column, before in zip(filled, columns, strict=False)):
        return None
    n = len(filled)
    some = np.any([column.codes >= 0 for column in columns[:n]], axis=0)
    labels = blank_after[n - 1] & some
    counts = {
        after.header: int(((before.codes < 0) & (after.codes >= 0) & ~labels).sum())
        for before, after in zip(columns, filled, strict=False)
    }
    said = [
        " ".join(filter(None, words))
        for words in zip(*(c.at(np.flatnonzero(labels)) for c in columns[:n]), strict=True)
    ]
    if not any(counts.values()):
        return None
    return Grouped([*filled, *columns[n:]], counts, labels, said)


def _blank_after(columns: Sequence[Column]) -> list[Bools]:
    """For every column the rows in which all columns behind it are blank."""
    blank = np.ones(len(columns[0].codes), dtype=bool)
    result: list[Bools] = []
    for column in reversed(columns):
        result.append(blank)
        blank = blank & column.blank
    return result[::-1]


def _fill(codes: Codes, begins: Bools) -> Codes:
    """The last value above, within the group of the column before; ``begins`` starts those."""
    place = np.where((codes >= 0) | begins, np.arange(len(codes)), 0)
    return codes[np.maximum.accumulate(place)] if len(codes) else codes


def _is_group(codes: Codes, down: Codes, begins: Bools, lone: Bools, *, sure: bool) -> bool:
    """Whether a column has the shape of a group column; ``down`` is the column filled down."""
    if not len(codes) or (down[~lone] < 0).any():
        return False
    rows = np.flatnonzero(codes >= 0)
    again = (codes[rows[1:]] == codes[rows[:-1]]) & ~begins[rows[1:]]
    if again.any():
        return False
    blanks = np.flatnonzero((codes < 0) & ~lone)
    if not len(blanks):
        return True
    # One run of blanks at the very end may be the end of a column sorted downwards.
    return sure or bool(blanks[0] < rows[-1])
