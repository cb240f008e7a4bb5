"""Cells merged downwards: each of the rows that they span has their value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from csdata.intake.values import Column

Spans = npt.NDArray[np.int64]
"""First and last row (from 0) of merged cells of one column: n × 2, in order."""


def spans_by_heading(
    merges: Sequence[tuple[int, int, int]], headings: Mapping[int, str]
) -> dict[str, Spans]:
    """Heading → its merged cells.

    Args:
        merges: First row, last row and position of the column, from 0.
        headings: Position of a column → its heading.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for first, last, position in merges:
        if position in headings:
            found.setdefault(headings[position], []).append((first, last))
    return {header: np.array(sorted(spans), dtype=np.int64) for header, spans in found.items()}


def fill(column: Column, spans: Spans, rows: npt.NDArray[np.int64]) -> Column:
    """The column with the value of merged cells on every blank row of theirs.

    Args:
        column: One column of the table.
        spans: Its merged cells.
        rows: Row in the sheet (from 0) of every row of the column, in order. Where the first row of
            merged cells is not among them, nothing is known of their value.
    """
    place = np.searchsorted(spans[:, 0], rows, side="right") - 1
    first, last = spans[place].T
    inside = (place >= 0) & (rows <= last) & column.blank
    above = np.minimum(np.searchsorted(rows, first), len(rows) - 1)
    inside &= rows[above] == first
    return Column(
        column.header, np.where(inside, column.codes[above], column.codes), column.distinct
    )
