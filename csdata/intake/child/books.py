"""Workbooks: .xlsx, .xlsb, .xls and .ods, parsed by calamine."""

from __future__ import annotations

import re
import zipfile
from typing import Any, Final

import pyarrow as pa

from . import parts, shown
from .answers import HEAD_ROWS, Cells, answer_table, pc, preview
from .epochs import counts_from_1904
from .merges import merged_downwards
from .natives import true_numbers
from .problems import Job, Problem, check_sheets, check_size

DECIMALS: Final = r"^-?\d+\.\d{9}$"
"""How a number looks that the reader has rounded: it writes nine decimals and no more."""

ERROR_CELLS: Final = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


class Sheet:
    """One sheet as text, with the places of its columns and the cells that hold an error."""

    def __init__(self, parsed: Any) -> None:
        self.name: str = parsed.name
        self.height: int = parsed.height
        self.width: int = parsed.width
        self.positions: list[int] = [c.absolute_index for c in parsed.available_columns()]
        batch, failed = parsed.to_arrow_with_errors()
        self.cells: Cells = list(pa.Table.from_batches([pa.record_batch(batch)]).columns)
        self.errors = [
            (error.position[0], self.positions[error.position[1]], _error_text(error.detail))
            for error in (failed.errors if failed else [])
        ]

    def preview(self) -> dict[str, object]:
        """Its first rows."""
        return preview(self.name, self.cells, self.positions, height=self.height, width=self.width)


def read_book(job: Job, source: bytes | None = None) -> pa.Table:
    """One sheet of a workbook: the wanted one, else the largest of the visible ones.

    The others are told by their first rows, so that the parent can ask for a better one.

    Args:
        job: What to read; its path has the ending of its kind, which calamine goes by.
        source: The bytes instead, if they exist in memory only.
    """
    reader = _opened(job["path"] if source is None else source)
    names: list[str] = reader.sheet_names
    check_sheets(len(names), job)
    wanted: str | None = job["sheet"]
    if wanted is not None and wanted not in names:
        raise Problem("sheet", sheets=names)
    looked_at = [wanted] if wanted is not None and not job["survey"] else names
    chosen, previews = _survey(reader, job, looked_at)
    if chosen is None:
        raise Problem("empty", sheets=names)
    cells = exact(reader, chosen.name, chosen.cells)
    numbers = true_numbers(reader, chosen.name, cells, chosen.positions)
    place = job["path"] if source is None else source
    cells, more = _beyond_values(job["kind"], place, chosen, cells)
    return answer_table(
        cells,
        chosen.positions,
        kind=job["kind"],
        sheet=chosen.name,
        sheets=names,
        errors=chosen.errors,
        previews=previews,
        epoch_1904=counts_from_1904(job["kind"], place),
        merges=merged_downwards(job["kind"], place, chosen.name),
        numbers=numbers,
        **more,
    )


def _beyond_values(
    kind: str, source: str | bytes, sheet: Sheet, cells: Cells
) -> tuple[Cells, dict[str, object]]:
    """The cells as their number formats show them, and the formulas that have no value."""
    if kind != "xlsx":
        return cells, {}
    try:
        with parts.opened(source) as archive:
            name = parts.sheet_part(archive, sheet.name)
            styles = shown.telling(parts.part(archive, "xl/styles.xml"))
            gaps = any(column.null_count for column in cells)
            if name is None or not (styles or gaps):
                return cells, {}
            looked = parts.look(archive, name, styles)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return cells, {}  # the parser was content with what it needed
    cells, formats = shown.as_shown(cells, sheet.positions, looked, styles)
    return cells, {"formulas": looked.formulas, "formats": formats}


def _opened(source: str | bytes) -> Any:
    import fastexcel

    try:
        return fastexcel.read_excel(source)
    except fastexcel.FastExcelError as error:
        locked = "password" in str(error).lower()
        raise Problem("encrypted" if locked else "broken", detail=str(error)[:200]) from error


def _survey(
    reader: Any, job: Job, names: list[str]
) -> tuple[Sheet | None, list[dict[str, object]]]:
    """The sheet to hand over, and the first rows of all that can be seen.

    Only one sheet is kept as columns, and what was parsed is let go before the next one: a
    workbook may fill the memory with every single sheet.
    """
    wanted: str | None = job["sheet"]
    chosen: Sheet | None = None
    refused: Problem | None = None
    previews: list[dict[str, object]] = []
    for name in names:
        try:
            parsed = _parsed(reader, name, job)
        except Problem as problem:
            if name == wanted:
                raise
            refused = refused or problem
            continue
        if parsed is None:
            continue
        if name == wanted or (wanted is None and _is_larger(parsed, chosen)):
            chosen = None
            chosen = Sheet(parsed)
            previews.append(chosen.preview())
        else:
            previews.append(_head(reader, name))
        parsed = None
    if chosen is None and refused is not None:
        raise refused
    return chosen, previews


def _is_larger(parsed: Any, chosen: Sheet | None) -> bool:
    return chosen is None or parsed.width * parsed.height > chosen.width * chosen.height


def _parsed(reader: Any, name: str, job: Job) -> Any:
    """A sheet with cells; None if it is empty, or neither wanted nor to be seen."""
    import fastexcel

    try:
        parsed = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as error:
        # A sheet that is only a chart cannot be parsed; it is missed only by who wants it.
        raise Problem("broken", detail=str(error)[:200]) from error
    hidden = parsed.visible != "visible" and name != job["sheet"]
    if hidden or not (parsed.width and parsed.height):
        return None
    check_size(parsed.width, parsed.height, job)
    return parsed


def _head(reader: Any, name: str) -> dict[str, object]:
    first = reader.load_sheet(name, header_row=None, skip_rows=0, n_rows=HEAD_ROWS, dtypes="string")
    height = first.total_height
    head = Sheet(first)
    return {**head.preview(), "height": height}


def _error_text(detail: str) -> str:
    found = re.search(r"Error\((\w+)\)", detail)
    return ERROR_CELLS.get(found[1], "#ERROR") if found else "#ERROR"


def exact(reader: Any, name: str, cells: Cells) -> Cells:
    """The cells with full precision where the reader has cut a number to nine decimals.

    The text form is what the rest works on; only columns with such numbers are read again.
    """
    rounded = {
        i: mask
        for i, column in enumerate(cells)
        if pc.any(mask := pc.match_substring_regex(column, DECIMALS)).as_py()
    }
    if not rounded:
        return cells
    kinds = dict.fromkeys(rounded, "float")
    again = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes=kinds).to_arrow()
    numbers = pa.Table.from_batches([pa.record_batch(again)]).columns
    result = list(cells)
    for i, mask in rounded.items():
        text = pc.cast(numbers[i], pa.string())
        usable = pc.and_kleene(pc.fill_null(mask, fill_value=False), pc.is_valid(text))
        result[i] = pc.if_else(usable, text, cells[i])
    return result
