"""The report layouts of Salesforce as bytes: Formatted ``.xlsx``, Details Only ``.csv``, ``.xls``.

As in a Japanese org: banner and labels are Japanese, the last lines stay English. A Details Only
``.xls`` is a page with a table.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

HEADER_ROW: Final = 15
"""Row of the header in a Formatted report, from 1; data begin in column B."""

_FIRST_COLUMN: Final = 1
_CONFIDENTIAL: Final = "Confidential Information - Do Not Distribute"
_RIGHTS: Final = "salesforce.com, inc. All rights reserved."
_NARROW, _WIDE, _LONG_TEXT = 14, 30, 10
"""Column widths in characters, and the length of text from which a column is wide."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says about itself: its name, who made it when, and what was asked for."""

    name: str
    made: dt.datetime
    """With time zone; shown as local time."""
    user: str
    company: str
    sorted_by: str = ""
    filters: tuple[str, ...] = ()


def formatted(table: pd.DataFrame, report: Report, *, totals: Collection[str] = ()) -> bytes:
    """A Formatted report: banner, header in row 15, rows, a total, two lines of footer.

    Args:
        table: Columns under their labels; dates become Excel dates, missing values empty cells.
        report: Its name becomes the title; ``sorted_by`` is the label that carries the arrow.
        totals: Labels of money columns, added up in the total row.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    workbook: Any = xlsxwriter.Workbook(buffer, options)
    with workbook as book:
        # Left alone, the workbook would carry the time of writing and differ on every run.
        book.set_properties({"title": report.name, "created": report.made.replace(tzinfo=None)})
        sheet = book.add_worksheet(report.name)
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bg_color": "#DDDDDD", "border": 1})
        day = book.add_format({"num_format": "yyyy/mm/dd"})
        money = book.add_format({"num_format": "#,##0"})
        bottom = HEADER_ROW + len(table)
        for row, text in _around(report, bottom):
            sheet.write_string(row, _FIRST_COLUMN, text)
        sheet.write_string(bottom, _FIRST_COLUMN, "合計", bold)
        sheet.set_column(0, 0, 2)
        for place, label in enumerate(table, start=_FIRST_COLUMN):
            values = table[label]
            arrow = "  ↑" if label == report.sorted_by else ""
            sheet.write_string(HEADER_ROW - 1, place, f"{label}{arrow}", head)
            sheet.set_column(place, place, _width(values))
            style = money if label in totals else None
            _write_cells(sheet, place, values, day if _dated(values) else style)
            if label in totals and place > _FIRST_COLUMN:
                sheet.write_number(bottom, place, values.sum(), money)
    return buffer.getvalue()


def _around(report: Report, bottom: int) -> Iterator[tuple[int, str]]:
    """Rows (from 0) and texts of banner and footer; ``bottom`` is the row of the total."""
    yield 1, report.name
    asked = f" • 並び替え基準: {report.sorted_by}、昇順" if report.sorted_by else ""
    yield 2, f"{report.made:%Y-%m-%d %H:%M:%S} 日本標準時/JSTの時点 • 生成者: {report.user}{asked}"
    yield 5, "検索条件"
    yield from enumerate(report.filters, start=6)
    yield bottom + 2, _CONFIDENTIAL
    yield bottom + 3, f"Copyright © 2000-{report.made:%Y} {_RIGHTS}"


def _write_cells(sheet: Any, place: int, values: pd.Series[Any], style: Any) -> None:
    """The cells of one column below the header; ``style`` is the format of dates and numbers."""
    for row, value in enumerate(values, start=HEADER_ROW):
        if pd.isna(value):
            continue
        if isinstance(value, pd.Timestamp):
            sheet.write_datetime(row, place, value.to_pydatetime(), style)
        elif isinstance(value, str):
            sheet.write_string(row, place, value)
        else:
            sheet.write_number(row, place, value, style)


def _dated(values: pd.Series[Any]) -> bool:
    return pd.api.types.is_datetime64_any_dtype(values)


def _width(values: pd.Series[Any]) -> int:
    longest = max((len(v) for v in values if isinstance(v, str)), default=0)
    return _WIDE if longest >= _LONG_TEXT else _NARROW


def details(table: pd.DataFrame, report: Report) -> bytes:
    """A Details Only report: every value quoted, LF, cp932, two blank lines, five of footer.

    Raises:
        UnicodeEncodeError: A text has characters that cp932 lacks; Salesforce would write ``?``.
    """
    made = report.made
    # strftime's %p follows the machine's language.
    clock = f"{made.hour % 12 or 12}:{made:%M} {'AM' if made.hour < 12 else 'PM'}"  # noqa: PLR2004
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_cells(table[label]) for label in table), strict=True))
    buffer.write("\n\n")
    for line in (
        report.name,
        f"Copyright (c) 2000-{made:%Y} {_RIGHTS}",
        _CONFIDENTIAL,
        f"Generated By:  {report.user}  {made.month}/{made.day}/{made.year} {clock}",
        report.company,
    ):
        writer.writerow([line])
    return buffer.getvalue().encode("cp932")


def page(table: pd.DataFrame) -> bytes:
    """A Details Only report saved as ``.xls``: a page with a table, in UTF-8, without a footer."""
    rows = zip(*(_cells(table[label]) for label in table), strict=True)
    lines = [_line("th", table.columns), *(_line("td", row) for row in rows)]
    head = '<head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head>'
    body = "\n".join(lines)
    return f'<html>{head}<body><table border="1">\n{body}\n</table></body></html>'.encode()


def _line(tag: str, cells: Iterable[str]) -> str:
    inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inner}</tr>"


def _cells(values: pd.Series[Any]) -> Iterable[str]:
    """The texts of one column: 2026/10/31, whole numbers without decimals, blank where missing."""
    if _dated(values):
        return values.dt.strftime("%Y/%m/%d").fillna("").tolist()
    if pd.api.types.is_numeric_dtype(values):
        return ["" if pd.isna(v) else str(v).removesuffix(".0") for v in values.tolist()]
    return values.fillna("").astype(str).tolist()
