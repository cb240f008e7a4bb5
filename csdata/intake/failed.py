"""Cells of a workbook that hold a value which nobody knows, and what number formats have told.

An error (#N/A) and a formula that no program has worked out yet are blank to the parser, and are no
blanks: an end that could not be worked out must not read as "still a customer".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from csdata.intake.columns import Bools
from csdata.intake.edits import Edits
from csdata.intake.layout import Grid, Layout
from csdata.intake.reading import DataRows
from csdata.intake.report import Report
from csdata.intake.workbook import Cells


def headers_at(grid: Grid, found: Layout) -> dict[int, str]:
    """The heading above each column of the sheet."""
    return {
        grid.positions[j]: header for j, header in zip(found.columns, found.headers, strict=True)
    }


def known_of_cells(
    report: Report,
    cells: Cells,
    headers: Mapping[int, str],
    rows: DataRows,
    *,
    edits: Edits | None = None,
) -> dict[str, Any]:
    """What a reading knows of single cells beside their text; failed cells and formats are told."""
    lost = failed_rows(report, cells, headers, rows, edits=edits)
    tell_formats(report, cells, headers)
    return {
        "failed": lost,
        "decimals": frozenset(headers[at] for at in cells.decimals if at in headers),
        "dotted": rows_at(cells.dotted, headers, rows, edits=edits),
        "rounded": rows_at(cells.rounded, headers, rows, edits=edits),
        "kind": cells.kind,
    }


def failed_rows(
    report: Report,
    cells: Cells,
    headers: Mapping[int, str],
    rows: DataRows,
    *,
    edits: Edits | None = None,
) -> dict[str, Bools]:
    """Heading → rows of data whose cell failed; each is listed, formulas with a word of advice.

    A cell that was corrected by hand, if only to be blank, has not failed.
    """
    found = _listed(report, "error_cell", cells.errors, headers, rows)
    unvalued = _listed(report, "formula_unread", cells.formulas, headers, rows)
    if unvalued:
        n = sum(int(which.sum()) for which in unvalued.values())
        report.note("formulas_unread", n=n, columns=list(unvalued))
    for header, which in unvalued.items():
        found[header] = found.get(header, False) | which
    for line, header in edits or ():
        if header in found:
            found[header] &= rows.lines != line
    return found


def rows_at(
    at: Sequence[tuple[int, int]],
    headers: Mapping[int, str],
    rows: DataRows,
    *,
    edits: Edits | None = None,
) -> dict[str, Bools]:
    """Heading → rows of data in which one of these cells (row and column from 0) stands.

    A cell that was corrected by hand is another one.
    """
    lines: dict[str, list[int]] = {}
    for row, column in at:
        if column in headers and (row + 1, headers[column]) not in (edits or {}):
            lines.setdefault(headers[column], []).append(row + 1)
    return {header: np.isin(rows.lines, found) for header, found in lines.items()}


def _listed(
    report: Report,
    rule: str,
    at: Sequence[tuple[int, int, str]],
    headers: Mapping[int, str],
    rows: DataRows,
) -> dict[str, Bools]:
    """List the cells that stand among the rows of data; heading → their rows."""
    if not at:
        return {}
    lines = np.array([row + 1 for row, _, _ in at], dtype=np.int64)
    columns = np.array([column for _, column, _ in at], dtype=np.int64)
    place = np.minimum(np.searchsorted(rows.lines, lines), len(rows.lines) - 1)
    there = rows.lines[place] == lines
    found: dict[str, Bools] = {}
    for position, header in headers.items():
        column = rows.columns.get(header)
        if column is None:
            continue
        mine = np.flatnonzero(there & (columns == position))
        mine = mine[column.blank[place[mine]]]
        if not len(mine):
            continue
        found[header] = np.zeros(len(rows.lines), dtype=bool)
        found[header][place[mine]] = True
        report.issues(
            rule,
            rows=lines[mine],
            column=header,
            values=[at[int(i)][2] for i in mine],
            action="missing",
            severity="warning",
        )
    return found


def tell_formats(report: Report, cells: Cells, headers: Mapping[int, str]) -> None:
    """Say in which columns the number format was read with the number."""
    for kind, positions in cells.formats.items():
        if columns := [headers[position] for position in positions if position in headers]:
            report.note(f"shown_{kind}", columns=columns)
