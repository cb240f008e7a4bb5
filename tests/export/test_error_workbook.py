"""The workbook of problems: corrected in a spreadsheet and dropped again, it reads back."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

import csdata as cs
from csdata.export import error_workbook
from csdata.export.corrections import MOST_ROWS
from csdata.i18n import LANGUAGES, text
from csdata.intake import Recipe
from tests.intake.exports import JAPANESE, details, formatted, keys, read_rows, workbook

HEAD = ("取引先 ID", "取引先名", "契約開始日", "解約日", "月額")
ROWS = (
    ("0012", "=1+1", "2026-01-01", "", "100"),
    ("C2", "乙", "いつか", "", "200"),
    ("C3", "丙", "2026-03-01", "2026-01-01", "300"),
    ("C4", "丁", "2026-03-01", "", "-5"),
)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_layout_is_that_of_the_file_with_reasons_behind(language: Any) -> None:
    imported = cs.read_export(formatted(HEAD, ROWS), name="a.xlsx")
    book = opened(error_workbook(imported, language))
    sheet = book.worksheets[0]
    top = imported.header_row
    reasons = text("error_workbook.reasons", language)
    assert [cell.value for cell in sheet[top]] == [*HEAD, reasons]
    for at, row in enumerate(ROWS, top + 1):
        assert [str(cell.value or "") for cell in sheet[at]][:5] == list(row)
        assert sheet.cell(at, 5).data_type == "n", "amounts can be added up"
        assert all(cell.data_type != "f" for cell in sheet[at])
    flagged = {
        (cell.row, sheet.cell(top, cell.column).value)
        for line in sheet.iter_rows(min_row=top + 1)
        for cell in line
        if cell.fill.fill_type == "solid"
    }
    assert flagged == {(top + 2, "契約開始日"), (top + 3, "解約日"), (top + 4, "月額")}
    said = {row: sheet.cell(row, 6).value for row in range(top + 1, top + 5)}
    assert said[top + 1] is None
    assert text("rule.end_before_start", language) in said[top + 3]
    assert len(book.worksheets) == 2


def test_ids_have_18_characters_and_read_back_as_the_same_customers() -> None:
    rows = [("001D000000IRFma", "甲", "2026-01-01", "", "100"), ("", "乙", "いつか", "", "200")]
    imported = cs.read_export(details(HEAD, rows, footer=()), name="a.csv")
    data = error_workbook(imported, "ja")
    column = [cell.value for cell in opened(data).worksheets[0]["A"]]
    assert column == [HEAD[0], "001D000000IRFmaIAH", None]
    used = read_rows(
        ("取引先 ID", "利用日", "業務", "利用回数"),
        ("001D000000IRFma", "2026-02-01", "請求", "3"),
        name="usage.csv",
    )
    again = cs.read_export(data, name="a.xlsx")
    joined = cs.combine([again, used], as_of=dt.date(2026, 8, 1))
    assert joined.tables["usage"]["customer_id"].tolist() == ["001D000000IRFmaIAH"]
    assert joined.leftovers.empty


@pytest.mark.parametrize("kind", ["formatted", "details"])
def test_corrected_it_reads_back(kind: str) -> None:
    if kind == "formatted":
        imported = cs.read_export(formatted(HEAD, ROWS, banner=JAPANESE), name="a.xlsx")
        assert imported.as_of == dt.date(2026, 8, 13)
    else:
        imported = cs.read_export(details(HEAD, ROWS, footer=()), name="a.csv")
    assert len(imported.table) == 1
    book = opened(error_workbook(imported, "ja"))
    sheet, top = book.worksheets[0], imported.header_row
    sheet.cell(top + 2, 3).value = "2026-02-01"
    sheet.cell(top + 3, 4).value = None
    sheet.cell(top + 4, 5).value = "5"
    saved = io.BytesIO()
    book.save(saved)
    again = cs.read_export(saved.getvalue(), name="a.xlsx")
    assert again.table["customer_id"].tolist() == ["0012", "C2", "C3", "C4"]
    assert again.table["name"].tolist()[0] == "=1+1"
    assert again.set_aside.empty
    assert again.fingerprint == imported.fingerprint
    assert list(again.raw.columns) == list(HEAD)
    assert again.as_of == imported.as_of
    assert "note.recipe_used" not in keys(again.notes)


def test_of_a_long_file_only_the_rows_that_need_a_look() -> None:
    rows = [[f"C{i}", "社", "2026-01-01", "", "1"] for i in range(MOST_ROWS)]
    rows.append(["C", "社", "いつか", "", "1"])
    imported = cs.read_export(details(HEAD, rows, footer=()), name="a.csv")
    book = opened(error_workbook(imported, "ja"))
    sheet = book.worksheets[0]
    filled = [row[0].row for row in sheet.iter_rows() if row[0].value]
    assert filled == [1, MOST_ROWS + 2]
    about = [row[0].value for row in book.worksheets[1].iter_rows()]
    assert text("error_workbook.only", "ja", most=MOST_ROWS) in about


def test_days_of_a_workbook_are_days_again_and_read_back() -> None:
    days = [dt.date(2026, 1, n + 1) for n in range(12)]
    rows = [[f"{n:04}", f"会社{n}", day, None, "いつか" if n else 5] for n, day in enumerate(days)]
    imported = cs.read_export(formatted(HEAD, rows), name="a.xlsx")
    data = error_workbook(imported, "ja")
    sheet, top = opened(data).worksheets[0], imported.header_row
    assert [sheet.cell(top + 1 + n, 3).value.date() for n in range(12)] == days
    assert sheet.cell(top + 1, 3).number_format == "yyyy/mm/dd"
    assert sheet.cell(top + 1, 1).value == "0000"
    assert sheet.auto_filter.ref
    again = cs.read_export(data, name="a.xlsx")
    assert again.table["start"].equals(imported.table["start"])
    assert again.table["customer_id"].equals(imported.table["customer_id"])


def test_the_lines_above_the_headings_stand_where_they_stood() -> None:
    imported = cs.read_export(formatted(HEAD, ROWS, banner=JAPANESE), name="a.xlsx")
    sheet = opened(error_workbook(imported, "ja")).worksheets[0]
    said = [sheet.cell(line, 1).value for line in range(1, imported.header_row)]
    assert said == [None, *JAPANESE]
    assert [sheet.cell(line, 2).value for line in range(1, imported.header_row)] == [None] * 6


def test_a_day_that_the_person_chose_is_stated_beside_the_banner() -> None:
    own = ("取引先の一覧", "営業部")
    data = formatted(HEAD, ROWS, banner=own, skipped=2)
    imported = cs.read_export(data, name="a.xlsx", recipe=Recipe(as_of=dt.date(2026, 8, 1)))
    book = error_workbook(imported, "ja")
    sheet = opened(book).worksheets[0]
    assert [sheet.cell(line, 1).value for line in (3, 4)] == list(own)
    again = cs.read_export(book, name="a.xlsx")
    assert again.as_of == dt.date(2026, 8, 1)
    assert again.header_row == imported.header_row


def test_of_one_block_of_a_joined_report_its_own_title_is_kept() -> None:
    rows = [
        ("契約の一覧", None, None, None, "活動の一覧", None, None),
        (*HEAD[:4], "取引先 ID", "活動日", "件名"),
        *(("C1", "甲", "2026-01-01", "いつか", "C1", "2026-02-01", "電話") for _ in range(3)),
    ]
    imported = cs.read_export(workbook(("s", rows)), name="a.xlsx", recipe=Recipe(block=1))
    sheet = opened(error_workbook(imported, "ja")).worksheets[0]
    assert [cell.value for cell in sheet[1]][:5] == ["契約の一覧", None, None, None, None]
    assert [cell.value for cell in sheet[2]][:4] == list(HEAD[:4])


def test_a_file_without_lines_above_gets_none() -> None:
    imported = cs.read_export(details(HEAD, ROWS, footer=()), name="a.csv")
    sheet = opened(error_workbook(imported, "ja")).worksheets[0]
    assert [cell.value for cell in sheet[1]][:5] == list(HEAD)


def test_what_stands_above_is_no_formula() -> None:
    banner = ("=1+1", "https://example.com", *JAPANESE[1:])
    imported = cs.read_export(formatted(HEAD, ROWS, banner=banner), name="a.xlsx")
    sheet = opened(error_workbook(imported, "ja")).worksheets[0]
    assert sheet.cell(2, 1).value == "=1+1"
    assert sheet.cell(2, 1).data_type == "s"
    assert sheet.cell(3, 1).hyperlink is None
