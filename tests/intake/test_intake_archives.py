"""Archives: the weekly Data Export as one file of several tables, and unpacked for the screen."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

import csdata as cs
from csdata.errors import BadValues, CsDataError, FileTooLarge, UnreadableFile
from csdata.i18n import Message
from csdata.intake.archive import unpack
from csdata.intake.limits import Limits
from csdata.intake.workbook import Cells, open_file
from tests.intake.exports import details, without_a_process, workbook
from tests.intake.kinds import write, zipped

HEAD = ("取引先 ID", "取引先名", "契約開始日")
ROWS = (("0012", "㈱見本①", "2026-01-31"), ("0013", "髙橋商店", "2026-02-28"))
ACCOUNT = details(HEAD, ROWS, encoding="utf-8-sig", footer=())
USERS = details(("Id", "Username"), [(i, f"u{i}") for i in range(900)], encoding="utf-8", footer=())
EMPTY = b'"Id","Name"\n'


def opened(data: bytes, name: str = "WE_00D.zip", **options: object) -> Cells:
    return open_file(data, name=name, read=without_a_process, **options)[1]  # pyright: ignore[reportArgumentType]


def first(cells: Cells) -> list[str | None]:
    return [column[0].as_py() for column in cells.table.columns]


def test_the_members_of_an_archive_are_its_sheets() -> None:
    data = zipped({"User.csv": USERS, "Account.csv": ACCOUNT, "Case.csv": EMPTY, "a.txt": b"x"})
    cells = opened(data)
    assert (cells.kind, cells.sheet) == ("zip", "Account.csv")
    assert cells.sheets == ("User.csv", "Account.csv", "Case.csv")
    assert first(cells) == list(HEAD)
    sizes = {preview.name: (preview.height, preview.width) for preview in cells.previews}
    assert sizes == {"User.csv": (901, 2), "Account.csv": (3, 3), "Case.csv": (1, 2)}
    assert opened(data, sheet="User.csv").table.num_rows == 901
    with pytest.raises(BadValues):
        opened(data, sheet="Contact.csv")
    imported = cs.read_export(data, name="WE_00D.zip")  # through the process
    assert imported.table["customer_id"].tolist() == ["0012", "0013"]
    assert imported.sheet == "Account.csv"


def test_a_long_member_is_told_from_its_beginning() -> None:
    rows = [(f"{i:05}", "x" * 90) for i in range(4000)]
    data = zipped({"a.csv": details(("Id", "b"), rows, footer=()), "b.csv": EMPTY})
    height = opened(data).previews[0].height
    assert height == pytest.approx(4001, rel=0.01)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods", "html", "csv"])
def test_a_single_table_in_an_archive(kind: str) -> None:
    ending = {"html": "xls"}.get(kind, kind)
    data = zipped({"readme.txt": b"x", f"報告/a.{ending}": write(kind, HEAD, ROWS)})
    name, cells = open_file(data, name="a.zip", read=without_a_process)
    assert name == "a.zip"
    assert first(cells) == list(HEAD)


def test_a_locked_workbook_in_an_archive() -> None:
    key = "合言葉"
    data = zipped({"a.xlsx": write("encrypted", HEAD, ROWS, password=key)})
    with pytest.raises(cs.CsDataError) as caught:
        opened(data)
    assert caught.value.key == "error.password_needed"
    assert first(opened(data, password=key)) == list(HEAD)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods", "html", "csv"])
def test_what_is_no_archive_comes_back_as_it_is(kind: str) -> None:
    data = write(kind, HEAD, ROWS)
    assert unpack(data, f"a.{kind}") == [(f"a.{kind}", data)]
    for broken in (b"", data[: len(data) // 2], zipped({"a.jpg": b"x"})):
        assert unpack(broken, "a") == [("a", broken)]


def test_the_tables_of_an_archive_each_as_a_file() -> None:
    book = workbook(("s", [HEAD, *ROWS]))
    parts = {
        "Account.csv": ACCOUNT,
        "古い/Account.csv": USERS,
        "顧客.xlsx": book,
        "写真.jpg": b"x",
        "__MACOSX/._Account.csv": b"x",
        ".DS_Store.csv": b"x",
        "空/": b"",
    }
    expected = [("Account.csv", ACCOUNT), ("古い/Account.csv", USERS), ("顧客.xlsx", book)]
    assert unpack(zipped(parts), "a.zip") == expected


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_names_that_nobody_marked_as_japanese(encoding: str) -> None:
    # Windows writes the bytes of Shift_JIS without a word; Python would take them for cp437.
    data = zipped({"顧客.csv": ACCOUNT}).replace("顧客.csv".encode(), "顧客.csv".encode(encoding))
    if encoding == "cp932":
        raw = "顧客.csv".encode("cp932")
        data = zipped({"x" * len(raw): ACCOUNT}).replace(b"x" * len(raw), raw)
    assert [name for name, _ in unpack(data, "a.zip")] == ["顧客.csv"]


def marked_as_encrypted() -> bytes:
    data = bytearray(zipped({"a.csv": ACCOUNT}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def spoilt() -> bytes:
    """Bytes of a member changed: its checksum no longer holds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored as it is
        archive.writestr("a.csv", ACCOUNT)
    return buffer.getvalue().replace("見本".encode(), "見見".encode())


REFUSED: Mapping[str, tuple[bytes, Limits, type[CsDataError], str]] = {
    "too many": (
        zipped({f"{i}.csv": EMPTY for i in range(9)}),
        Limits(entries=8),
        FileTooLarge,
        "size_entries",
    ),
    "too large": (zipped({"a.csv": USERS}), Limits(file_bytes=5000), FileTooLarge, "size_expanded"),
    "packed too tightly": (
        zipped({"a.csv": b"0" * (11 << 20)}),
        Limits(),
        FileTooLarge,
        "size_ratio",
    ),
    "an archive inside": (
        zipped({"a.csv": ACCOUNT, "b.zip": zipped({"a.csv": ACCOUNT})}),
        Limits(),
        UnreadableFile,
        "why_nested",
    ),
    "upwards": (zipped({"../a.csv": ACCOUNT}), Limits(), UnreadableFile, "why_unsafe_names"),
    "upwards in the middle": (
        zipped({"a/../../a.csv": ACCOUNT}),
        Limits(),
        UnreadableFile,
        "why_unsafe_names",
    ),
    "upwards on Windows": (
        zipped({"..\\a.csv": ACCOUNT}),
        Limits(),
        UnreadableFile,
        "why_unsafe_names",
    ),
    "from the root": (
        zipped({"/etc/a.csv": ACCOUNT}),
        Limits(),
        UnreadableFile,
        "why_unsafe_names",
    ),
    "a drive": (zipped({"C:a.csv": ACCOUNT}), Limits(), UnreadableFile, "why_unsafe_names"),
    "encrypted": (marked_as_encrypted(), Limits(), UnreadableFile, "why_encrypted"),
    "spoilt": (spoilt(), Limits(), UnreadableFile, "why_truncated"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_archives_that_are_not_unpacked(case: str) -> None:
    data, limits, kind, word = REFUSED[case]
    with pytest.raises(kind) as caught:
        unpack(data, "週次.zip", limits=limits)
    said = caught.value.message.values.get("why") or caught.value.message.values["what"]
    assert isinstance(said, Message)
    assert said.key == f"intake.{word}"
    for lang in ("ja", "en"):
        assert "週次.zip" in caught.value.message.say(lang)
    if case != "too large":  # one of its tables alone may still be read
        with pytest.raises(CsDataError):
            opened(data, limits=limits)


def test_no_more_is_unpacked_than_the_directory_says() -> None:
    # The directory understates the size of the member by far.
    data = bytearray(zipped({"a.csv": b"0" * (5 << 20)}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(UnreadableFile):
        unpack(bytes(data), "a.zip")
