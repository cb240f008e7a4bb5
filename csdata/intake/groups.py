"""Group columns of a grouped report: filled down, and only they.

A grouped report puts the columns it is grouped by first, each with the arrow of its order, and
writes a group's value on the group's first row only. A column that is merely sorted has an arrow
as well, and its blanks are real: they must stay. The two differ in their shape. A group column
begins with a value, says each once, and has its blanks between values; a sorted one has its blanks
together at one end, or at the end of every group of the column before. What shape does not settle
the subtotals do, which stand above every group but the first. A blank that would say something by
itself (no date of leaving, no fee, no reason) is filled only on such evidence; the rest stays
blank, which is said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from csdata.intake._arrow import pc
from csdata.intake.columns import floats, matches
from csdata.intake.headers import ARROWS, DOWN
from csdata.intake.values import Bools, Column
from csdata.schema import MONEY

Codes = npt.NDArray[np.int32]

TELLING: Final = frozenset({"start", "end", "observed_from", "notice", "churn_reason", *MONEY})
"""Fields whose blanks say something: still a customer, no fee, no reason."""

ENOUGH: Final = 5
"""Values whose order is no accident."""

_DAY: Final = r"^(?P<y>\d{4})\D(?P<m>\d{1,2})(?:\D(?P<d>\d{1,2}))?(?:\D.*)?$"
_NUMBER: Final = r"^\d[\d,]*(?:\.\d+)?$"


@dataclass(frozen=True, eq=False, slots=True)
class Grouped:
    """Columns with their groups filled down.

    Attributes:
        columns: All columns; the group columns have a value on every row of a group.
        filled: Heading and number of cells filled, for each group column.
        left: Heading and number of blanks of a column that might be one of the groups and was not
            filled.
        labels: Rows that hold nothing but the name of a group.
        said: What those rows say.
    """

    columns: list[Column]
    filled: dict[str, int]
    left: dict[str, int]
    labels: Bools
    said: list[str]


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """What else is known of the rows of a table.

    Attributes:
        subtotal: Rows that stood right under a total.
        fresh: Rows that stood right under headings said again: another table begins.
        telling: Headings of columns whose blanks say something: dates, amounts, reasons.
    """

    subtotal: Bools
    fresh: Bools
    telling: Collection[str] = ()


def grouped(titles: Sequence[str], columns: Sequence[Column], evidence: Evidence) -> Grouped | None:
    """The columns with groups filled down; None where there is nothing to say.

    Args:
        titles: The headings as the file has them, with arrows.
        columns: The columns of the table, without totals.
        evidence: What else is known of the rows.
    """
    filled: list[Column] = []
    left: dict[str, int] = {}
    begins = evidence.fresh.copy()
    begins[:1] = True
    blank_after = _blank_after(columns)
    for j, (title, column) in enumerate(zip(titles, columns, strict=True)):
        if not title.rstrip().endswith(ARROWS) or j + 1 == len(columns):
            break
        down = _fill(column.codes, begins)
        lone = blank_after[j]
        if not _may_be_group(column.codes, down, begins, lone):
            break
        blanks = (column.codes < 0) & ~lone
        named = bool(lone[column.codes >= 0].all())  # by rows of their own
        if blanks.any() and not named and not _is_group(title, column, begins, blanks, evidence):
            left[column.header] = int(blanks.sum())
            break
        filled.append(Column(column.header, down, column.distinct))
        begins = begins | (column.codes >= 0)
    return _made(columns, filled, left, blank_after)


def _made(
    columns: Sequence[Column], filled: list[Column], left: dict[str, int], blank_after: list[Bools]
) -> Grouped | None:
    n = len(filled)
    some = np.any([column.codes >= 0 for column in columns[:n]], axis=0) if n else np.False_
    labels = blank_after[n - 1] & some
    counts = {
        after.header: int(((before.codes < 0) & (after.codes >= 0) & ~labels).sum())
        for before, after in zip(columns, filled, strict=False)
    }
    if not any(counts.values()):
        none = np.zeros(len(columns[0].codes), dtype=bool)
        return Grouped(list(columns), {}, left, none, []) if left else None
    said = [
        " ".join(filter(None, words))
        for words in zip(*(c.at(np.flatnonzero(labels)) for c in columns[:n]), strict=True)
    ]
    return Grouped([*filled, *columns[n:]], counts, left, labels, said)


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


def _may_be_group(codes: Codes, down: Codes, begins: Bools, lone: Bools) -> bool:
    """Whether a column begins with a value and says each once within the group before it.

    ``down`` is the column filled down, ``lone`` are rows in which nothing else stands.
    """
    if not len(codes) or (down[~lone] < 0).any():
        return False
    rows = np.flatnonzero(codes >= 0)
    within = np.cumsum(begins)[rows] * (int(codes.max()) + 1) + codes[rows]
    return len(np.unique(within)) == len(rows)


def _is_group(title: str, column: Column, begins: Bools, blanks: Bools, evidence: Evidence) -> bool:
    """Whether blanks of a column that may be a group column are left out values."""
    values = column.codes >= 0
    own = values & ~begins
    if own.any() and evidence.subtotal[own].all():
        return True
    # A sorted column has its blanks behind its values, in each of the parts it is sorted in.
    part = np.cumsum(begins | evidence.subtotal)
    last = np.zeros(part[-1] + 1, dtype=np.intp)
    rows = np.flatnonzero(values)
    last[part[rows]] = rows
    at = np.flatnonzero(blanks)
    between = bool((at < last[part[at]]).any())
    if column.header in evidence.telling:
        return between and _in_order(column, begins, downwards=title.rstrip().endswith(DOWN))
    sizes = np.bincount(part[rows], minlength=len(last))
    return between or bool((sizes[part[at]] <= 1).all())


def _in_order(column: Column, begins: Bools, *, downwards: bool) -> bool:
    """Whether the values, days or numbers, stand in the order that the arrow promises."""
    rows = np.flatnonzero(column.codes >= 0)
    if len(rows) < ENOUGH:
        return False
    values = _sizes(column)[column.codes[rows]]
    steps = np.diff(values)[~begins[rows[1:]]]
    return bool(len(steps) and ((steps < 0) if downwards else (steps > 0)).all())


def _sizes(column: Column) -> npt.NDArray[np.float64]:
    """The distinct texts of a column as numbers to be sorted by; NaN for other texts."""
    if matches(column.distinct, _NUMBER).all():
        return floats(pc.replace_substring(column.distinct, ",", ""))
    picked = pc.extract_regex(column.distinct, _DAY)
    year, month, day = (floats(pc.struct_field(picked, part)) for part in "ymd")
    return year * 10_000 + month * 100 + np.nan_to_num(day)
