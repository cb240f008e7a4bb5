"""A remembered recipe on another file: where its headings stand, and whether it fits at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from csdata.intake.headers import clean
from csdata.intake.layout import FURTHER, Grid, Layout
from csdata.intake.recipe import Recipe


def fitted(remembered: Recipe, grid: Grid, plain: Layout) -> Recipe | None:
    """The recipe with the line of its headings; None where the file does not have them.

    A recipe is remembered by the headings that are found by themselves. If the user has said that
    others are the headings, it names those; they may stand in another line this time.
    """
    wanted = {header for header in remembered.mapping.values() if header is not None}
    if wanted <= set(plain.headers) or remembered.block is not None:
        return remembered
    enough = np.flatnonzero(grid.filled.sum(axis=1) >= len(wanted))[:FURTHER]
    for row in enough:
        if wanted <= set(map(clean, grid.row(int(row)))):
            return replace(remembered, header_row=int(row) + 1)
    return None
