"""The rows of a file with what is wrong with them: to correct in Excel and to drop again."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any, Final

import pandas as pd
import xlsxwriter

from csdata.export.long_ids import long_ids
from csdata.i18n import Message, catalogue, text
from csdata.tables import Import

MOST_ROWS: Final = 20_000
"""Rows that are all written; of a longer file only those with a problem are."""

LONGEST_CELL: Final = 32_767
"""Characters that a cell of Excel can hold."""

_DAY: Final = re.compile(r"(?:19|2\d)\d\d-\d\d-\d\d 00:00:00")
"""A date of a workbook; one that was typed as text has no time behind it."""
_DAY_FORMAT: Final = "yyyy/mm/dd"
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?")
_YELLOW: Final = "#FFF2CC"
_GREY: Final = "#EDEDED"


def error_workbook(imported: Import, language: str) -> bytes:
    """The rows in the layout of the file, the cells with problems coloured, the reasons behind.

    Headings and rows stand in the lines in which the file has them, so that a line of the report is
    a line of the workbook. Dates of a workbook, and numbers in a column of numbers, are such again,
    to be sorted and added up; all else is text, as the file had it: a spreadsheet changes nothing,
    and what was corrected can be dropped again. The column of reasons is then ignored. Ids of
    Salesforce have 18 characters: a spreadsheet takes those of 15 that differ in case for one.

    Args:
        imported: What was read.
        language: Of the reasons.

    Returns:
        An .xlsx file: the rows, and a sheet that explains them.
    """
    problems = problems_of(imported)
    rows = imported.raw
    if len(rows) > MOST_ROWS:
        rows = rows.loc[rows.index.isin(problems["row"])]
    buffer = io.BytesIO()
    # A text that begins like a formula stays a text.
    options = {
        "default_date_format": _DAY_FORMAT,
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book: Any = xlsxwriter.Workbook(buffer, options)
    _write_rows(book, imported, rows, problems, language)
    _explain(book, imported, len(rows), problems, language)
    book.close()
    return buffer.getvalue()


def problems_of(imported: Import) -> pd.DataFrame:
    """The issues that a person can correct, in the form of ``Import.issues``."""
    issues = imported.issues
    open_ = issues["severity"].isin(["warning", "error"]) & issues["row"].isin(imported.raw.index)
    return issues.loc[open_].reset_index(drop=True)


def _sheet_name(imported: Import, language: str) -> str:
    plain = "".join("_" if c in "[]:*?/\\" else c for c in imported.sheet).strip("'")[:31]
    name = plain or text("error_workbook.sheet", language)
    return name if name != text("error_workbook.about", language) else f"{name} "[:31]


def _write_rows(
    book: Any, imported: Import, rows: pd.DataFrame, problems: pd.DataFrame, language: str
) -> None:
    sheet: Any = book.add_worksheet(_sheet_name(imported, language))
    bold = book.add_format({"bold": True, "bg_color": _GREY, "text_wrap": True, "valign": "top"})
    marked = book.add_format({"bg_color": _YELLOW})
    marked_day = book.add_format({"bg_color": _YELLOW, "num_format": _DAY_FORMAT})
    numeric = _numeric(imported)
    top = imported.header_row - 1
    _write_above(sheet, imported, language)
    headers = [str(header) for header in rows.columns]
    last = len(headers)
    for j, header in enumerate([*headers, text("error_workbook.reasons", language)]):
        sheet.write_string(top, j, header[:LONGEST_CELL], bold)
    bad = set(zip(problems["row"].tolist(), problems["column"].tolist(), strict=True))
    lines = [int(line) for line in rows.index.to_numpy()]
    for j, header in enumerate(headers):
        texts = long_ids(rows.iloc[:, j].astype(object).fillna("")).tolist()
        for line, cell in zip(lines, texts, strict=True):
            style = marked if (line, header) in bad else None
            if _DAY.fullmatch(str(cell)):
                day = dt.datetime.fromisoformat(str(cell))
                sheet.write_datetime(line - 1, j, day, style and marked_day)
            elif cell:
                _write_cell(sheet, (line - 1, j), str(cell), style, number=header in numeric)
            elif style is not None:
                sheet.write_blank(line - 1, j, None, style)
    for line, said in _reasons(problems, language).items():
        sheet.write_string(line - 1, last, said[:LONGEST_CELL])
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(lines, default=1)}"})
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, max(lines, default=top + 1) - 1, last)
    sheet.set_column(0, last - 1, 16)
    sheet.set_column(last, last, 60)


def _write_above(sheet: Any, imported: Import, language: str) -> None:
    """The lines above the headings as the file has them.

    Where they do not state the 基準日, the first blank one does: dropped again, the day is known.
    """
    for row, cells in enumerate(imported.above):
        for place, said in cells:
            sheet.write_string(row, place, said[:LONGEST_CELL])
    blank = next((row for row, cells in enumerate(imported.above) if not cells), None)
    if imported.as_of is None or blank is None or _states_as_of(imported):
        return
    said = text("error_workbook.as_of", language, day=f"{imported.as_of:%Y-%m-%d}")
    sheet.write_string(blank, 0, said)


def _states_as_of(imported: Import) -> bool:
    """Whether the 基準日 comes from the lines above the headings."""
    said = [note for note in imported.notes if note.key == "note.as_of"]
    where = [note.values["where"] for note in said]  # noqa: PD011 (a mapping)
    return [w.key for w in where if isinstance(w, Message)] == ["intake.where_banner"]


def _numeric(imported: Import) -> set[str]:
    """Headings over numbers: in any other column a number may be a code."""
    headings = imported.columns
    return {
        headings.get(str(column), str(column))
        for column, kind in imported.table.dtypes.items()
        if pd.api.types.is_numeric_dtype(kind)
    }


def _write_cell(sheet: Any, place: tuple[int, int], said: str, style: Any, *, number: bool) -> None:
    """A cell as it was: a number only where nothing of its text is lost by it."""
    if number and _NUMBER.fullmatch(said):
        sheet.write_number(*place, float(said), style)
    else:
        sheet.write_string(*place, said[:LONGEST_CELL], style)


def _reasons(problems: pd.DataFrame, language: str) -> dict[int, str]:
    """Line → its reasons, each with the column that it is about."""
    words = {rule: _rule(rule, language) for rule in problems["rule"].unique()}
    said = problems["column"].astype(str) + ": " + problems["rule"].map(words)
    reasons: dict[int, list[str]] = {}
    for line, reason in zip(problems["row"].tolist(), said.tolist(), strict=True):
        reasons.setdefault(line, []).append(reason)
    return {line: " / ".join(dict.fromkeys(found)) for line, found in reasons.items()}


def _rule(rule: str, language: str) -> str:
    key = f"rule.{rule}"
    return text(key, language) if key in catalogue(language) else rule


def _explain(
    book: Any, imported: Import, written: int, problems: pd.DataFrame, language: str
) -> None:
    sheet: Any = book.add_worksheet(text("error_workbook.about", language))
    n = problems["row"].nunique()
    lines = [
        text("error_workbook.file", language, file=imported.name),
        text("error_workbook.rows", language, n=n, rows=len(imported.raw)),
        text("error_workbook.how", language),
    ]
    if written < len(imported.raw):
        lines.append(text("error_workbook.only", language, most=MOST_ROWS))
    for i, line in enumerate(lines):
        sheet.write_string(i, 0, line[:LONGEST_CELL])
    sheet.set_column(0, 0, 100)
