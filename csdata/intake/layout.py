"""Where the table lies in a sheet: banner above, headings, rows, footer below.

A formatted report has a banner of any length in front of its headings and an empty first column; a
details report ends with a footer. Both are found by their structure, in any language.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.errors import NoTableFound
from csdata.i18n import LANGUAGES, message, text
from csdata.intake._arrow import pc
from csdata.intake.catalogue import is_known
from csdata.intake.footer import find_footer
from csdata.intake.headers import clean, letters, unique_names
from csdata.intake.values import Bools

CANDIDATES: Final = 40
"""Rows looked at as headings; rows of a single cell (a banner) do not count."""

FURTHER: Final = 1000
"""Rows looked at where none of the first is sure: a banner may be long, of two cells a row."""

SURE: Final = 3.8
"""Score of a row of which nearly half are known labels, and which is otherwise as it should be."""

BELOW: Final = 100
"""Rows under a candidate that show which columns are in use."""

TOLERANCE: Final = 0.25
"""An earlier row wins unless a later one is better by more than this."""

LINES_TOLD: Final = 50
"""Lines of a banner that are kept, of so many characters each; patterns look only at these."""

LINE: Final = 500
_VALUE = re.compile(r"^[-+¥$€£(]*\d[\d,.:/\- %)円TZ]*$")


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """A sheet as trimmed text with missing blanks; ``columns[j]`` stands at ``positions[j]``."""

    columns: tuple[pa.StringArray, ...]
    positions: tuple[int, ...]
    filled: npt.NDArray[np.bool_]
    """Which cells hold something: rows × columns."""

    @classmethod
    def of(cls, table: pa.Table) -> Grid:
        """The grid of a table whose columns are named by position."""
        columns = tuple(_trimmed(column) for column in table.columns)
        filled = [np.asarray(c.is_valid().to_numpy(zero_copy_only=False)) for c in columns]
        shape = (table.num_rows, len(columns))
        matrix = np.column_stack(filled) if filled else np.zeros(shape, bool)
        return cls(columns, tuple(map(int, table.column_names)), matrix)

    def row(self, index: int) -> list[str]:
        """The texts of a row; a blank is empty."""
        return [column[index].as_py() or "" for column in self.columns]

    def texts(self, rows: npt.NDArray[np.intp]) -> tuple[str, ...]:
        """One line of text for each of the first rows."""
        lines = (" ".join(filter(None, self.row(int(row)))) for row in rows[:LINES_TOLD])
        return tuple(line[:LINE] for line in lines)


def _trimmed(cells: pa.ChunkedArray) -> pa.StringArray:
    array = pc.utf8_trim_whitespace(cells.combine_chunks())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """The parts of a sheet.

    Attributes:
        header_row: Row of the headings, from 0.
        columns: Which columns of the grid belong to the table.
        titles: Their headings as the file has them, with the arrows of a sorted report.
        headers: Their headings, cleaned and made unique.
        rows: Rows of the table that hold something.
        again: Rows between them that only repeat the headings.
        banner: Texts above the headings.
        footer: Texts below the table.
    """

    header_row: int
    columns: tuple[int, ...]
    titles: tuple[str, ...]
    headers: tuple[str, ...]
    rows: npt.NDArray[np.intp]
    again: npt.NDArray[np.intp]
    banner: tuple[str, ...]
    footer: tuple[str, ...]


def find_layout(grid: Grid, *, name: str, header_row: int | None = None) -> Layout:
    """The layout of a sheet; ``header_row`` (from 1) overrides the search.

    Raises:
        NoTableFound: There is no row of headings with rows under it.
    """
    counts = grid.filled.sum(axis=1)
    header = find_header(grid, counts) if header_row is None else header_row - 1
    if header is None or not 0 <= header < len(counts) or not counts[header]:
        raise NoTableFound(file=name, remedy=message("intake.remedy_no_header"))
    below = np.flatnonzero(counts[header + 1 :]) + header + 1
    footer = find_footer(counts, header, lambda row: " ".join(grid.row(row)))
    rows = below[~np.isin(below, footer)]
    again = repeated(grid, header, rows)
    rows = rows[~np.isin(rows, again)]
    if not len(rows):
        raise NoTableFound(file=name, remedy=message("intake.remedy_no_rows"))
    used = np.asarray(grid.filled[rows].any(axis=0))
    row = grid.row(header)
    columns = tuple(
        int(j) for j in np.flatnonzero(grid.filled[header] | used) if row[j] not in _ours()
    )
    titles, headers = named(grid, header, columns)
    banner = grid.texts(np.flatnonzero(counts[:header]))
    return Layout(
        header,
        columns,
        titles,
        tuple(unique_names(headers)),
        rows,
        again,
        banner,
        grid.texts(footer),
    )


@functools.cache
def _ours() -> frozenset[str]:
    """Headings that only our own workbook of problems has; a corrected one is read without them."""
    return frozenset(text("error_workbook.reasons", language) for language in LANGUAGES)


def named(grid: Grid, header: int, columns: Sequence[int]) -> tuple[tuple[str, ...], list[str]]:
    """The headings of some columns as they stand, and cleaned; a blank one by its letters."""
    row = grid.row(header)
    titles = tuple(row[j] for j in columns)
    letter = (f"({letters(grid.positions[j])})" for j in columns)
    return titles, [clean(title) or place for title, place in zip(titles, letter, strict=True)]


def repeated(grid: Grid, header: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Rows that say the headings again, as sheets do that were pasted under each other."""
    titles = grid.row(header)
    if sum(map(bool, titles)) < 2:  # noqa: PLR2004 (in a list of one column it may be a value)
        return rows[:0]
    same = rows
    for column, title in zip(grid.columns, titles, strict=True):
        if not len(same):
            break
        here = column.take(pa.array(same))
        equal = pc.is_in(here, pa.array([title, clean(title)])) if title else pc.is_null(here)
        same = same[np.asarray(equal.to_numpy(zero_copy_only=False), dtype=bool)]
    return same


def find_header(grid: Grid, counts: npt.NDArray[np.intp]) -> int | None:
    """The row that looks most like headings: known labels, words, no repeats, columns covered."""
    least = min(2, int(counts.max(initial=0)))
    if not least:
        return None
    possible = np.flatnonzero(counts >= least)[:FURTHER]
    candidates = possible[:CANDIDATES]
    scores = [header_score(grid, int(row)) for row in candidates]
    best = max(scores)
    if best < SURE and len(possible) > CANDIDATES:
        candidates = possible
        scores += [header_score(grid, int(row)) for row in possible[CANDIDATES:]]
        # Among so many rows of data some look like headings by accident.
        best = max(scores) if max(scores) >= SURE else best
    return next(
        int(row) for row, score in zip(candidates, scores, strict=True) if score >= best - TOLERANCE
    )


def header_score(grid: Grid, row: int) -> float:
    """How much a row looks like headings of what stands below it: 0 to 5."""
    titles = [title for title in grid.row(row) if title]
    used = grid.filled[row + 1 : row + 1 + BELOW].any(axis=0)
    covered = (grid.filled[row] & used).sum() / used.sum() if used.any() else 0.0
    words = sum(not _VALUE.match(title) for title in titles) / len(titles)
    distinct = len(set(titles)) / len(titles)
    known = sum(map(is_known, titles)) / len(titles)
    return float(covered + words + distinct + 2 * known)


def columns_of(grid: Grid, layout: Layout) -> list[tuple[str, pa.StringArray]]:
    """Heading and cells of every column of the table, rows of the layout only."""
    rows = pa.array(layout.rows)
    return [
        (header, grid.columns[j].take(rows))
        for header, j in zip(layout.headers, layout.columns, strict=True)
    ]


def above(grid: Grid, layout: Layout) -> tuple[tuple[tuple[int, str], ...], ...]:
    """What stands in each row above the headings: place from the table's first column, and text.

    Of a very long banner the last rows; of a very long cell its beginning. What stands beside the
    table is left out, unless the row has nothing else.
    """
    first, last = min(layout.columns), max(layout.columns)
    rows: list[tuple[tuple[int, str], ...]] = []
    for row in range(layout.header_row):
        if row < layout.header_row - FURTHER or not grid.filled[row].any():
            rows.append(())
            continue
        cells = [(j, text[:LINE]) for j, text in enumerate(grid.row(row)) if text]
        inside = [(j - first, text) for j, text in cells if first <= j <= last]
        rows.append(tuple(inside or [(0, cells[0][1])]))
    return tuple(rows)


def whole(layout: Layout) -> Bools:
    """A mask that keeps every row of the table."""
    return np.ones(len(layout.rows), dtype=bool)
