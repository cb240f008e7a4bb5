"""Which sheet of a workbook holds the table: every sheet is scored by its first rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from csdata.intake.catalogue import is_known
from csdata.intake.layout import Grid, find_header, header_score

FIRST_ROWS: Final = 60
"""Rows of a sheet that a score looks at; more do not change it."""

_ENOUGH_LABELS: Final = 6
_ENOUGH_ROWS: Final = 5.0
"""Powers of ten."""


def score(rows: Sequence[Sequence[str | None]], *, height: int) -> float:
    """How much a sheet looks like the table to read: 0 for a cover page, about 3 for an export.

    Args:
        rows: The first rows of the sheet as text; blank or None is an empty cell.
        height: Rows of the whole sheet.
    """
    width = max(map(len, rows[:FIRST_ROWS]), default=0)
    if not width:
        return 0.0
    lines = [[*row, *[None] * (width - len(row))] for row in rows[:FIRST_ROWS]]
    cells = {str(j): pa.array([line[j] for line in lines], pa.string()) for j in range(width)}
    grid = Grid.of(pa.table(cells))
    header = find_header(grid, grid.filled.sum(axis=1))
    if header is None or height - header <= 1:
        return 0.0
    titles = [title for title in grid.row(header) if title]
    if len(titles) < 2:  # noqa: PLR2004 (a list of one column is a note, not a table)
        return 0.0
    known = min(sum(map(is_known, titles)), _ENOUGH_LABELS) / _ENOUGH_LABELS
    long = min(math.log10(height - header), _ENOUGH_ROWS) / _ENOUGH_ROWS
    return round(header_score(grid, header) / 5 + known + long, 3)
