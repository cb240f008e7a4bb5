"""Cells that hold several values, ``A;B``: one column of yes and no for each value, when asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from csdata.intake._arrow import pc
from csdata.intake.columns import Bools, Column, matches
from csdata.intake.headers import unique_names
from csdata.intake.reading import Reading

BETWEEN: Final = r"[;\x{FF1B}]"
"""The semicolon, or the full-width one that a Japanese keyboard gives."""

MOST: Final = 60
"""Values that become columns; a text with more of them is prose."""

LIKELY: Final = 2
"""Different cells with several values from which a column looks like one of such cells."""


def looks_multiple(column: Column, rows: Bools) -> bool:
    """Whether a column looks as if its cells held several values each: few values, often together.

    Nothing is split for that; it is only said.
    """
    used = column.used(rows)
    several = matches(column.distinct, rf"\S\s*{BETWEEN}\s*\S") & used
    if several.sum() < LIKELY or len(column.distinct) > MOST**2:
        return False
    values = {value for parts in _parts(column).values() for value in parts}
    together = sum(map(len, _parts(column).values()))
    return len(values) <= MOST and len(values) < together


def split(column: Column, rows: Bools) -> tuple[dict[str, npt.NDArray[Any]], int]:
    """``heading: value`` → whether the cell has the value, None where it is blank.

    The most frequent values come first; how many had no place is returned, too.
    """
    parts = _parts(column)
    counts = np.bincount(column.codes[rows & ~column.blank], minlength=len(column.distinct))
    frequency: dict[str, int] = {}
    for place, values in parts.items():
        for value in values:
            frequency[value] = frequency.get(value, 0) + int(counts[place])
    chosen = sorted((v for v in frequency if frequency[v]), key=lambda v: -frequency[v])
    made: dict[str, npt.NDArray[Any]] = {}
    for value in chosen[:MOST]:
        has = np.array([value in parts[i] for i in range(len(column.distinct))], dtype=object)
        made[f"{column.header}: {value}"] = column.spread(has, None)[rows]
    return made, max(0, len(chosen) - MOST)


def split_columns(
    reading: Reading, column: Column, rows: Bools, taken: Collection[str]
) -> dict[str, npt.NDArray[Any]]:
    """The columns made of one whose cells hold several values, if the recipe asks for it."""
    note = reading.report.note
    if column.header not in reading.recipe.multiple:
        if looks_multiple(column, rows):
            note("several_values", column=column.header)
        return {}
    made, left = split(column, rows)
    note("several_split", column=column.header, n=len(made))
    if left:
        note("several_left", column=column.header, n=left)
    return dict(zip(unique_names(list(made), taken), made.values(), strict=True))


def _parts(column: Column) -> Mapping[int, tuple[str, ...]]:
    cells = pc.split_pattern_regex(column.distinct, BETWEEN).to_pylist()
    return {
        i: tuple(dict.fromkeys(part.strip() for part in cell if part.strip()))
        for i, cell in enumerate(cells)
    }
