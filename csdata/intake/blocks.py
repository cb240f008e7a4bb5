"""Two tables side by side: the blocks of a joined report.

A joined report puts its blocks next to each other under a row of block titles, and headings occur
once in each. Neither sign alone is enough: an ordinary table may have a blank column in its middle,
a group of columns under a common title, or a heading twice.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from csdata.intake.catalogue import is_known
from csdata.intake.headers import normal, unique_names
from csdata.intake.layout import Grid, Layout, named


def find_blocks(grid: Grid, layout: Layout) -> list[tuple[int, ...]]:
    """The blocks as columns of the grid, from the left; empty where there is one table."""
    titles = _titles(grid, layout)
    gaps = _gaps(grid, layout)
    for starts, sure in ((gaps, bool(titles)), (titles, False)):
        parts = _parts(layout.columns, starts)
        if len(parts) > 1 and (_share_a_heading(grid, layout, parts) or (sure and gaps == titles)):
            return parts
    return []


def likeliest(grid: Grid, layout: Layout, parts: list[tuple[int, ...]]) -> int:
    """The block, from 1, with the most headings that are known."""
    row = grid.row(layout.header_row)
    known = [sum(is_known(row[j]) for j in part) for part in parts]
    return known.index(max(known)) + 1


def block_names(grid: Grid, layout: Layout, parts: list[tuple[int, ...]]) -> list[str]:
    """What the blocks are called: by their title, else by their first heading."""
    above = grid.row(layout.header_row - 1) if layout.header_row else [""] * len(grid.columns)
    row = grid.row(layout.header_row)
    names: list[str] = []
    for part in parts:
        headings = [row[j] for j in part if row[j]]
        names.append(above[part[0]] or (headings[0] if headings else ""))
    return names


def only(grid: Grid, layout: Layout, part: tuple[int, ...]) -> Layout:
    """The layout of one block: its columns, and the rows that hold something in them."""
    filled = np.asarray(grid.filled[layout.rows][:, part].any(axis=1))
    titles, headers = named(grid, layout.header_row, part)
    return replace(
        layout,
        columns=part,
        titles=titles,
        headers=tuple(unique_names(headers)),
        rows=layout.rows[filled],
    )


def _titles(grid: Grid, layout: Layout) -> tuple[int, ...]:
    """Columns over which a title stands in the row above the headings, if that is a title row."""
    if not layout.header_row:
        return ()
    above = grid.filled[layout.header_row - 1]
    starts = tuple(j for j in layout.columns if above[j])
    few = 1 < len(starts) <= len(layout.columns) // 2
    return starts if few and starts[0] == layout.columns[0] else ()


def _gaps(grid: Grid, layout: Layout) -> tuple[int, ...]:
    """Columns before which a blank column stands; the first column of the table is one."""
    columns = layout.columns
    return tuple(
        j
        for before, j in zip((None, *columns), columns, strict=False)
        if before is None or grid.positions[j] - grid.positions[before] > 1
    )


def _parts(columns: tuple[int, ...], starts: tuple[int, ...]) -> list[tuple[int, ...]]:
    edges = [*map(columns.index, starts), len(columns)]
    return [columns[a:b] for a, b in itertools.pairwise(edges) if b - a > 1]


def _share_a_heading(grid: Grid, layout: Layout, parts: list[tuple[int, ...]]) -> bool:
    row = grid.row(layout.header_row)
    heads = [{normal(row[j]) for j in part if row[j]} for part in parts]
    return any(a & b for i, a in enumerate(heads) for b in heads[i + 1 :])
