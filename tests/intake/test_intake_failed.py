"""Cells that failed or were never worked out: unknown, and never "still a customer"."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from csdata.intake.read import understand
from csdata.intake.workbook import open_file
from csdata.tables import Import
from tests.intake.exports import keys, read_here, read_rows, without_a_process

HEAD = ("取引先 ID", "契約開始日", "契約終了日")


def unworked(*ends: str | None) -> bytes:
    """A workbook as a program writes it that knows no formulas: their values are not there."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append([])
    sheet.append([None, *HEAD])
    for i, end in enumerate(ends):
        sheet.append([None, f"C{i}", "2024-04-01", end])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def worked_out(*cells: tuple[str, object]) -> bytes:
    """A workbook whose ends are formulas with the value that Excel has saved."""
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    for i, (formula, value) in enumerate(cells, start=1):
        sheet.write_row(i, 0, (f"C{i - 1}", "2024-04-01"))
        sheet.write_formula(i, 2, formula, None, value)
    book.close()
    return as_excel_writes(buffer)


def as_excel_writes(buffer: io.BytesIO) -> bytes:
    """The workbook with its empty results marked as texts."""
    written = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(written, "w") as new:
        for member in old.infolist():
            data = old.read(member)
            data = re.sub(rb'<c r="(\w+)">(<f>[^<]*</f><v></v>)', rb'<c r="\1" t="str">\2', data)
            new.writestr(member, data)
    return written.getvalue()


def kept(imported: Import) -> list[str]:
    return imported.table["customer_id"].tolist()


def test_a_formula_without_a_value_is_no_blank_end() -> None:
    imported = read_here(unworked("2025-03-31", '=EDATE("2024/4/1",12)', None, "=C3&D3"), "xlsx")
    assert kept(imported) == ["C0", "C2"]
    assert imported.set_aside["reason"].tolist() == ["unreadable_end"] * 2
    listed = imported.issues[imported.issues["rule"] == "formula_unread"]
    assert listed[["row", "column", "value"]].to_numpy().tolist() == [
        [4, "契約終了日", '=EDATE("2024/4/1",12)'],
        [6, "契約終了日", "=C3&D3"],
    ]
    (note,) = (n for n in imported.notes if n.key == "note.formulas_unread")
    assert note.values["n"] == 2
    assert "Excel で開いて" in note.say("ja")


def test_a_formula_that_gave_an_empty_text_is_a_blank() -> None:
    imported = read_here(worked_out(('=IF(1,"","")', ""), ('="2025/3/31"', "2025/3/31")), "xlsx")
    assert kept(imported) == ["C0", "C1"]
    assert imported.table["end"].isna().tolist() == [True, False]
    assert "note.formulas_unread" not in keys(imported.notes)


def test_an_error_in_a_workbook_is_no_blank_end() -> None:
    imported = read_here(worked_out(("=NA()", "#N/A"), ('=""', "")), "xlsx")
    assert kept(imported) == ["C1"]
    assert imported.issues["rule"].tolist() == ["error_cell", "unreadable_end"]


@pytest.mark.parametrize("word", ["#N/A", "#REF!", "#VALUE!"])
def test_an_error_in_a_text_is_no_blank_end(word: str) -> None:
    imported = read_rows(HEAD, ["C0", "2024-04-01", word], ["C1", "2024-04-01", "-"])
    assert kept(imported) == ["C1"]
    assert imported.set_aside["reason"].tolist() == ["unreadable_end"]


@pytest.mark.parametrize(("text", "alive"), [("", True), ("2025-03-31", False)])
def test_a_failed_end_that_was_corrected_by_hand_counts(text: str, *, alive: bool) -> None:
    shown, cells = open_file(unworked("=EDATE(C3,12)"), read=without_a_process)
    imported = understand(cells, name=shown, edits={(3, "契約終了日"): text})
    assert kept(imported) == ["C0"]
    assert imported.table["end"].isna().tolist() == [alive]
