"""Hazards 1–11, 24 and 39: what kind of file it is, and how its text is read."""

from __future__ import annotations

import io
import zipfile

import pytest

import csdata as cs
from csdata.errors import CsDataError
from csdata.i18n import message
from csdata.tables import Import
from tests.intake.exports import details, keys, workbook
from tests.intake.hazards import hazard
from tests.intake.kinds import write

KEY, OTHER = "合言葉", "違う"
HEAD = ("取引先 ID", "取引先名", "契約開始日")
ROWS = (("0012", "㈱見本①", "2026-01-31"), ("0013", "髙橋商店", "2026-02-28"))


def check(imported: Import) -> None:
    assert imported.table["customer_id"].tolist() == ["0012", "0013"]
    assert imported.table["name"].tolist() == ["㈱見本①", "髙橋商店"]
    assert imported.table["start"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-31", "2026-02-28"]


def refused(data: bytes, name: str) -> CsDataError:
    with pytest.raises(CsDataError) as caught:
        cs.read_export(data, name=name)
    for language in ("ja", "en"):
        said = caught.value.message.say(language)
        assert name in said
        assert len(said) > len(name) + 20  # what was found and what to do
    return caught.value


@hazard(1)
def a_table_in_html_called_xls() -> None:
    check(cs.read_export(write("html", HEAD, ROWS), name="report1798675200000.xls"))


@hazard(2)
def old_and_other_workbooks() -> None:
    for kind in ("xls", "xlsb", "ods"):
        imported = cs.read_export(write(kind, HEAD, ROWS), name=f"a.{kind}")
        assert imported.kind == kind
        check(imported)


@hazard(3)
def the_content_counts_and_the_name_does_not() -> None:
    book = workbook(("s", [HEAD, *ROWS]))
    imported = cs.read_export(book, name="a.csv")
    check(imported)
    assert "note.kind_differs" in keys(imported.notes)
    imported = cs.read_export(details(HEAD, ROWS), name="a.xlsx")
    check(imported)
    assert "note.kind_differs" in keys(imported.notes)
    assert "note.kind_differs" not in keys(cs.read_export(book, name="a.xlsx").notes)


@hazard(4)
def a_broken_or_locked_workbook_gets_a_sentence() -> None:
    book = workbook(("s", [HEAD, *ROWS]))
    refused(book[: len(book) // 2], "a.xlsx")
    locked = write("encrypted", HEAD, ROWS, password=KEY)
    from csdata.intake import PasswordNeeded, WrongPassword

    assert isinstance(refused(locked, "a.xlsx"), PasswordNeeded)
    with pytest.raises(WrongPassword):
        cs.read_export(locked, name="a.xlsx", password=OTHER)
    opened = cs.read_export(locked, name="a.xlsx", password=KEY)
    check(opened)
    assert KEY not in repr(opened.recipe)


@hazard(5)
def a_login_page_says_that_the_session_had_expired() -> None:
    page = (
        b"<!DOCTYPE html><html><head><title>Login | Salesforce</title></head><body>"
        b'<form action="https://login.example.com/"><input type="password" name="pw"></form>'
    )
    redirect = (
        b"<script>window.location.replace"
        b"('https://x.my.salesforce.com/?ec=302&startURL=%2F00O%3Fexport%3D1')</script>"
    )
    for data, name in ((page, "a.csv"), (page, "a.xls"), (redirect, "a.csv")):
        error = refused(data, name)
        assert error.message.values["remedy"] == message("intake.remedy_login")
        assert "Salesforce" in error.message.say("ja")


@hazard(6)
def nothing_in_the_file() -> None:
    refused(b"", "a.csv")
    refused("取引先 ID,契約開始日\n".encode(), "a.csv")
    refused(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n", "a.csv")


@hazard(7)
def cp932_after_strict_utf8() -> None:
    rows = (("0012", "㈱見本①", "2026-01-31"), ("0013", "髙橋商店", "2026-02-28"))
    check(cs.read_export(details(HEAD, rows, encoding="cp932"), name="a.csv"))
    dashes = (("0012", "①髙㈱∥～－", "2026-01-31"),)
    imported = cs.read_export(details(HEAD, dashes, encoding="cp932"), name="a.csv")
    assert imported.table["name"].tolist() == ["①髙㈱∥～－"]
    assert "note.encoding" in keys(imported.notes)


@hazard(8)
def a_byte_order_mark_does_not_stick_to_the_first_heading() -> None:
    imported = cs.read_export(details(HEAD, ROWS, encoding="utf-8-sig"), name="a.csv")
    check(imported)
    assert imported.mapping["customer_id"] == "取引先 ID"


@hazard(9)
def unicode_text_of_excel() -> None:
    text = "\r\n".join("\t".join(row) for row in (HEAD, *ROWS))
    check(cs.read_export(text.encode("utf-16"), name="a.txt"))
    check(cs.read_export(b"\xfe\xff" + text.encode("utf-16-be"), name="a.txt"))


@hazard(10)
def lost_characters_are_warned_of() -> None:
    for lost in ("??商店", "\ufffd\ufffd商店"):
        rows = [("0012", lost, "2026-01-31"), ("0013", "髙橋商店", "2026-02-28")]
        imported = cs.read_export(details(HEAD, rows, encoding="utf-8"), name="a.csv")
        assert "note.lost_characters" in keys(imported.notes)
    clean = cs.read_export(details(HEAD, ROWS, encoding="utf-8"), name="a.csv")
    assert "note.lost_characters" not in keys(clean.notes)


@hazard(11)
def other_delimiters_outside_quotes() -> None:
    for mark in (";", "\t"):
        lines = [mark.join(f'"{cell}"' for cell in row) for row in (HEAD, *ROWS)]
        check(cs.read_export("\n".join(lines).encode(), name="a.csv"))
    header = ("取引先 ID", "契約開始日", "製品")
    rows = [["C1", "2026-01-01", "A;B;C;D;E"], ["C2", "2026-01-01", "F;G;H;I;J"]]
    imported = cs.read_export(details(header, rows, encoding="utf-8"), name="a.csv")
    assert imported.table["製品"].tolist() == ["A;B;C;D;E", "F;G;H;I;J"]


@hazard(24)
def line_ends_and_doubled_quotes_inside_a_cell() -> None:
    note = '1 行目\n"引用", 2 行目\r\n\n3 行目'
    rows = [("0012", note, "2026-01-31"), ("0013", "髙橋商店", "2026-02-28")]
    imported = cs.read_export(details(HEAD, rows), name="a.csv")
    assert imported.table["name"].tolist() == [note, "髙橋商店"]


@hazard(39)
def entities_are_unescaped_once() -> None:
    page = (
        "<html><body><table><tr><th>Account ID</th><th>Account Name</th><th>Start Date</th></tr>"
        "<tr><td>0012</td><td>Solar&#39;s &amp; &amp;amp; Sons</td><td>2026-01-31</td></tr>"
        "</table></body></html>"
    )
    imported = cs.read_export(page.encode(), name="a.xls")
    assert imported.table["name"].tolist() == ["Solar's & &amp; Sons"]
    assert imported.table["customer_id"].tolist() == ["0012"]


@hazard(4)
def a_data_export_is_a_zip_of_tables() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Account.csv", details(HEAD, ROWS, encoding="utf-8-sig", footer=()))
        archive.writestr("readme.txt", "x")
    check(cs.read_export(buffer.getvalue(), name="WE_00D.zip"))
