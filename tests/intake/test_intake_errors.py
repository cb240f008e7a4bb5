"""A file that is none of this: one clear sentence with its remedy, in both languages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.errors import CsDataError, FileTooLarge, NoTableFound, UnreadableFile
from csdata.i18n import Message
from csdata.intake import NoCustomerColumn
from csdata.intake.limits import LIMITS, Limits
from csdata.intake.workbook import open_file
from tests.intake.exports import bomb, details, formatted, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOGIN = b"<!DOCTYPE html><html><head><title>Login | Salesforce</title></head><body><form>"
TABLE = [["取引先 ID", "月額"], ["C1", 1]]
GOOD = workbook(("s", TABLE))


def archive(**parts: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return buffer.getvalue()


def encrypted_parts() -> bytes:
    data = bytearray(archive(**{"xl/workbook.xml": "<x/>"}))
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


HOPELESS: dict[str, tuple[bytes, type[CsDataError], str]] = {
    "nothing at all": (b"", UnreadableFile, "no_bytes"),
    "blanks only": (b" \n\n ", UnreadableFile, "no_bytes"),
    "a photo": (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 9,
        UnreadableFile,
        "picture",
    ),
    "a screenshot": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, UnreadableFile, "picture"),
    "a few bytes of a screenshot": (b"\x89PNG\r\n\x1a\n", UnreadableFile, "picture"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", UnreadableFile, "document"),
    "a program": (b"\x7fELF" + bytes(200), UnreadableFile, "binary"),
    "a truncated workbook": (GOOD[: len(GOOD) // 2], UnreadableFile, "truncated"),
    "the first bytes of a zip": (b"PK\x03\x04", UnreadableFile, "truncated"),
    "an archive of photos": (archive(**{"a.jpg": b"x"}), UnreadableFile, "archive"),
    "an archive of exports": (archive(**{"Account.csv": b"Id\n1"}), UnreadableFile, "zip"),
    "a text document": (archive(**{"word/document.xml": "<w/>"}), UnreadableFile, "document"),
    "a binary workbook": (archive(**{"xl/workbook.bin": b"x"}), UnreadableFile, "xlsb"),
    "an OpenDocument table": (archive(**{"content.xml": "<o/>"}), UnreadableFile, "ods"),
    "a Numbers table": (archive(**{"Index/Tables.iwa": b"x"}), UnreadableFile, "numbers"),
    "a workbook that is none": (archive(**{"xl/workbook.xml": "no"}), UnreadableFile, "broken"),
    "encrypted parts": (encrypted_parts(), UnreadableFile, "encrypted"),
    "a password": (
        OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(100),
        UnreadableFile,
        "encrypted",
    ),
    "a workbook of 1997": (OLE + bytes(600), UnreadableFile, "xls"),
    "a worksheet of 1992": (b"\x09\x08\x10\x00\x00\x06\x05\x00" * 20, UnreadableFile, "xls"),
    "a table in HTML": (b"<html><table><tr><td>1</td></tr></table>", UnreadableFile, "html"),
    "a login page": (LOGIN + b"<input type='password'>", UnreadableFile, "login"),
    "a login page with a table": (
        b"\xef\xbb\xbf\n<html><table><tr><td><input type=password></table>",
        UnreadableFile,
        "login",
    ),
    "a web page": (
        b"<html><body>503 Service Unavailable</body></html>",
        UnreadableFile,
        "web_page",
    ),
    "UTF-16": ("取引先 ID\t月額\nC1\t1\n".encode("utf-16"), UnreadableFile, "utf16"),
    "an unknown encoding": (
        "取引先,é\n".encode() + b"\xff\xfe\xff",
        UnreadableFile,
        "encoding",
    ),
    "an unclosed quote": (b'Customer ID,x\n"C1,' + b"y" * 2_000_000, UnreadableFile, "csv"),
    "an empty sheet": (workbook(("s", [])), NoTableFound, "no_cells"),
    "a sheet of blanks": (workbook(("s", [[" ", "　"]])), NoTableFound, "no_header"),
    "headings only": (workbook(("s", TABLE[:1])), NoTableFound, "no_rows"),
    "headings and a footer": (formatted(TABLE[0], []), NoTableFound, "no_rows"),
    "headings and a footer, CSV": (details(TABLE[0], []), NoTableFound, "no_rows"),
    "a total and nothing else": (workbook(("s", [TABLE[0], ["合計", 0]])), NoTableFound, "no_rows"),
}


@pytest.mark.parametrize("case", HOPELESS)
def test_hopeless_files(case: str) -> None:
    data, kind, word = HOPELESS[case]
    with pytest.raises(kind) as caught:
        cs.read_export(data, name="顧客<b>.xlsx")
    remedy = caught.value.message.values["remedy"]
    assert isinstance(remedy, Message)
    assert remedy.key == f"intake.remedy_{word}"
    for lang in ("ja", "en"):
        said = caught.value.message.say(lang)
        assert "顧客<b>.xlsx" in said
        assert remedy.say(lang) in said
        assert "{" not in said


@pytest.mark.parametrize("case", ["a workbook of 1997", "a table in HTML", "a binary workbook"])
def test_the_remedy_of_other_spreadsheets_is_to_save_them_anew(case: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        cs.read_export(HOPELESS[case][0])
    assert ".xlsx で保存し、もう一度置いてください" in caught.value.message.say("ja")
    assert "save as .xlsx and drop it again" in caught.value.message.say("en")


@pytest.mark.parametrize("data", [workbook(("s", [["色", "形"], ["青", "丸"]])), b"a,b\n1,2\n"])
def test_a_sheet_without_customers(data: bytes) -> None:
    with pytest.raises(NoCustomerColumn):
        cs.read_export(data)


def test_a_message_lists_few_headings_and_short_ones() -> None:
    header = ",".join("長" * 500 + str(i) for i in range(100))
    with pytest.raises(NoCustomerColumn) as caught:
        cs.read_export(f"{header}\n{','.join('x' * 100)}\n".encode())
    assert len(caught.value.message.say("ja")) < 800
    assert len(caught.value.columns) == 100


@pytest.mark.parametrize("name", ["x.xlsx", "x.csv", "x.pdf", "x"])
@pytest.mark.parametrize(
    "data",
    [GOOD, "取引先 ID,月額\nC1,1\n".encode("cp932"), "BMI ID,取引先 ID,月額\n1,C1,1\n".encode()],
)
def test_the_extension_says_nothing(name: str, data: bytes) -> None:
    assert cs.read_export(data, name=name).table["customer_id"].tolist() == ["C1"]


def test_a_stray_control_character_is_no_reason_to_refuse() -> None:
    data = "取引先 ID,コメント\nC1,a\x0bb\x02c\n".encode() + b"C2,x\n" * 50
    assert len(cs.read_export(data).raw) == 51


# --- limits ---------------------------------------------------------------------------------------


def bloated() -> bytes:
    return archive(**{"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": bytes(20 << 20)})


@pytest.mark.parametrize(
    ("data", "limits", "what"),
    [
        pytest.param(GOOD, Limits(file_bytes=1000), "file", id="bytes"),
        pytest.param(GOOD, Limits(entries=2), "entries", id="parts"),
        pytest.param(GOOD, Limits(expanded_bytes=1000), "expanded", id="unpacked"),
        pytest.param(bloated(), LIMITS, "ratio", id="a zip bomb"),
        pytest.param(GOOD, Limits(columns=1), "columns", id="columns of a workbook"),
        pytest.param(GOOD, Limits(cells=3), "cells", id="cells of a workbook"),
        pytest.param(b"a,b,c\n", Limits(columns=2), "columns", id="columns of a CSV"),
        pytest.param(b"," * 1_000_000, LIMITS, "columns", id="a million empty columns"),
        pytest.param(b"a,b\n" * 9, Limits(cells=10), "cells", id="cells of a CSV"),
        pytest.param(bomb(), LIMITS, "memory", id="a sheet of 5 KB with 17 billion cells"),
        pytest.param(GOOD, Limits(seconds=0), "time", id="time"),
    ],
)
def test_limits(data: bytes, limits: Limits, what: str) -> None:
    with pytest.raises(FileTooLarge) as caught:
        open_file(data, name="x", limits=limits)
    said = caught.value.message.values["what"]
    assert isinstance(said, Message)
    assert said.key == f"intake.size_{what}"
    assert all("{" not in caught.value.message.say(lang) for lang in ("ja", "en"))


def test_an_endless_directory_is_not_listed() -> None:
    data = bytearray(GOOD)
    place = data.rindex(b"PK\x05\x06")
    data[place + 12 : place + 16] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(UnreadableFile):
        open_file(bytes(data), name="x")


# --- hostile bytes --------------------------------------------------------------------------------


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_flipped_and_cut_bytes_raise_nothing_else(data: st.DataObject) -> None:
    original = bytearray(data.draw(st.sampled_from([GOOD, details(*_table())])))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(original) - 1))
        original[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(1, len(original)))
    with suppress(CsDataError):
        imported = cs.read_export(bytes(original[:cut]))
        kept = len(imported.table) + len(imported.set_aside) + sum(imported.dropped.values())
        assert imported.rows_read == kept


def _table() -> tuple[list[str], list[list[object]]]:
    header = ["取引先 ID", "契約開始日", "契約終了日", "月額"]
    return header, [[f"C{i}", "2026-01-01", "2026-06-30", 100 * i] for i in range(20)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with pytest.raises(CsDataError):
        cs.read_export(data)


def test_xml_entities_are_not_expanded() -> None:
    parts = _parts(GOOD)
    declared = b'<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "' + b"&a;" * 1000 + b'">]><sst'
    strings = parts["xl/sharedStrings.xml"].replace(b"<sst", declared, 1)
    parts["xl/sharedStrings.xml"] = strings.replace(b">C1<", b">C1&b;<")
    with suppress(CsDataError):
        imported = cs.read_export(archive(**parts))
        assert "haha" not in imported.raw.to_csv()


@pytest.mark.parametrize("piece", ["1:11 ", "↑ ", "((", "Generated By: 1/1/", "\ufdfa", "A_"])
def test_long_cells_cost_no_more_than_their_length(piece: str) -> None:
    # Patterns that look back at every step would take hours over these.
    long = piece * (600_000 // len(piece.encode()))
    lines = [f"{long}\n", "取引先 ID,取引先名\n", "C1,x\n", f"C2,{long}\n", f"\n{long}\n"]
    imported = cs.read_export("".join(lines).encode())
    assert imported.table["customer_id"].tolist() == ["C1", "C2"]
    assert all(len(note.say("ja")) < 5000 for note in imported.notes)


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\顧客.xlsx", "/", "", "=cmd()"])
def test_a_name_is_for_showing_only(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    imported = cs.read_export(GOOD, name=name)
    assert not set("/\\") & set(imported.name)
    assert imported.name
    assert not list(tmp_path.iterdir())


def test_text_is_never_evaluated() -> None:
    cells = [
        "=1+1",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "{0.__class__}",
        "%s",
        "file:///etc/x",
    ]
    data = details(["取引先 ID", "取引先名"], [[f"C{i}", c] for i, c in enumerate(cells)])
    assert cs.read_export(data).table["name"].tolist() == cells


def test_a_path_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        cs.read_export("no such file.xlsx")


@pytest.mark.parametrize("read", [bytes, bytearray, memoryview, io.BytesIO])
def test_sources(read: Callable[[bytes], object]) -> None:
    source = read(GOOD)
    first = cs.read_export(source)  # pyright: ignore[reportArgumentType]
    # An uploaded file that somebody has already read stands at its end.
    assert len(cs.read_export(source).table) == len(first.table) == 1  # pyright: ignore[reportArgumentType]
    assert first.name == "data"


def test_files_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "顧客 一覧-2026-08-13-09-05-00.xlsx"
    path.write_bytes(GOOD)
    for source in (path, str(path)):
        assert cs.read_export(source).name == path.name
    with path.open("rb") as file:
        imported = cs.read_export(file)
    assert (imported.name, str(imported.as_of)) == (path.name, "2026-08-13")
