"""Which cells of a workbook are true numbers, where their text alone could mislead.

To the rest a cell is text. ``1.200`` typed as text may be a thousand and two hundred; the number
1.234 is nothing but that. A key of more than 15 digits is whole as text; as a number its last
digits are lost. Only columns with such cells are looked at again, and only for the type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .answers import Cells, pc

THREE: Final = r"^[^\d.,]*\d{1,3}\.\d{3}[^\d.,]*$"
"""A number with one dot and three digits behind it, whatever stands around it."""

LONG: Final = r"^\d{16,}$"
"""More digits than a number of a spreadsheet keeps."""


def true_numbers(
    reader: Any, sheet: str, cells: Cells, positions: Sequence[int]
) -> dict[str, list[Any]]:
    """What of the misleading cells is a number.

    Args:
        reader: The workbook.
        sheet: Name of the sheet.
        cells: Its columns, before number formats were read with them.
        positions: Where each column stands in the sheet.

    Returns:
        ``decimals``: columns in which every cell of the shape of :data:`THREE` is a number, so that
        its dot is known to be that of decimals; ``dotted``: row and column of such numbers that
        stand among texts; ``rounded``: row and column of numbers too long to be whole.
    """
    found: dict[str, list[Any]] = {"decimals": [], "dotted": [], "rounded": []}
    suspects = {
        j: (three, long)
        for j, column in enumerate(cells)
        if any((three := _rows(column, THREE), long := _rows(column, LONG)))
    }
    if not suspects:
        return found
    texts = _texts(reader, sheet, list(suspects))
    for j, (three, long) in suspects.items():
        mine = texts.get(j, set())
        if three and not mine.intersection(three):
            found["decimals"].append(positions[j])
        else:
            found["dotted"] += [(row, positions[j]) for row in three if row not in mine]
        found["rounded"] += [(row, positions[j]) for row in long if row not in mine]
    return found


def _rows(column: Any, pattern: str) -> list[int]:
    hits = pc.fill_null(pc.match_substring_regex(column, pattern), fill_value=False)
    return pc.indices_nonzero(hits).to_pylist()


def _texts(reader: Any, sheet: str, columns: Sequence[int]) -> dict[int, set[int]]:
    """Column → rows of its cells that hold text: those that refuse to be yes or no, and say why."""
    kinds = dict.fromkeys(columns, "boolean")
    again = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=kinds)
    _, failed = again.to_arrow_with_errors()
    found: dict[int, set[int]] = {}
    for error in failed.errors if failed else ():
        if "String(" in error.detail:
            found.setdefault(error.position[1], set()).add(error.position[0])
    return found
