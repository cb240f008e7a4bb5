"""Workbooks with a password: asked for, used once, kept nowhere."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

import csdata as cs
from csdata.errors import FileTooLarge, UnreadableFile
from csdata.intake import PasswordNeeded, WrongPassword
from csdata.intake.limits import Limits
from csdata.intake.workbook import open_file
from tests.intake.exports import workbook
from tests.intake.kinds import encrypted, write, zipped

HEAD = ("取引先 ID", "月額")
ROWS = (("C1", 1), ("C2", 2))
KEY = "合言葉 p@ss"
LOCKED = write("encrypted", HEAD, ROWS, password=KEY)


@pytest.mark.parametrize("given", [None, ""])
def test_without_a_password_it_is_asked_for(given: str | None) -> None:
    with pytest.raises(PasswordNeeded) as caught:
        cs.read_export(LOCKED, name="顧客.xlsx", password=given)
    for lang in ("ja", "en"):
        assert "顧客.xlsx" in caught.value.message.say(lang)


@pytest.mark.parametrize("given", ["another", KEY + " ", KEY.upper(), "a" * 300, "\0", "鍵" * 99])
def test_a_wrong_one_says_so_and_not_which(given: str) -> None:
    with pytest.raises(WrongPassword) as caught:
        cs.read_export(LOCKED, name="顧客.xlsx", password=given)
    assert given not in repr(caught.value.message)


def test_the_right_one_opens_it() -> None:
    imported = cs.read_export(LOCKED, name="顧客.xlsx", password=KEY)
    assert imported.table["customer_id"].tolist() == ["C1", "C2"]
    assert imported.kind == "xlsx"
    assert KEY not in repr(imported)


def test_a_password_for_a_file_that_needs_none_is_ignored() -> None:
    data = workbook(("s", [HEAD, *ROWS]))
    assert len(cs.read_export(data, password=KEY).table) == 2


def test_a_workbook_that_is_only_write_protected_opens_by_itself() -> None:
    data = encrypted(workbook(("s", [HEAD, *ROWS])), "VelvetSweatshop")
    assert len(cs.read_export(data).table) == 2
    assert len(cs.read_export(data, password="x").table) == 2  # noqa: S106 (one that is not needed)


def test_the_password_is_in_no_argument_variable_or_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[str] = []
    start = subprocess.Popen.__init__

    def spying(self: Any, *args: Any, **named: Any) -> None:
        seen.append(repr((args, named)))
        start(self, *args, **named)

    communicate = subprocess.Popen.communicate

    def looking(self: Any, *args: Any, **named: Any) -> Any:
        for path in tmp_path.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert KEY.encode() not in data
                assert KEY.encode("utf-16-le") not in data
                assert not data.startswith(b"PK")  # not the decrypted workbook either
        return communicate(self, *args, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", spying)
    monkeypatch.setattr(subprocess.Popen, "communicate", looking)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert len(cs.read_export(LOCKED, password=KEY).table) == 2
    assert len(seen) == 1
    assert KEY not in seen[0]
    assert not list(tmp_path.iterdir())


def test_what_was_locked_is_judged_like_anything_else() -> None:
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    document = {"[Content_Types].xml": types, "word/document.xml": b"<w/>"}
    bloated = {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(20 << 20)}
    bloated["[Content_Types].xml"] = types
    with pytest.raises(FileTooLarge):
        open_file(encrypted(zipped(bloated), KEY), name="x", password=KEY)
    with pytest.raises(FileTooLarge):
        open_file(LOCKED, name="x", password=KEY, limits=Limits(columns=1))
    with pytest.raises(UnreadableFile):
        open_file(encrypted(zipped(document), KEY), name="x", password=KEY)


@pytest.mark.parametrize("cut", [600, 2000, len(LOCKED) // 2, len(LOCKED) - 600])
def test_a_locked_workbook_that_is_cut_off(cut: int) -> None:
    with pytest.raises(cs.CsDataError):
        open_file(LOCKED[:cut], name="x", password=KEY)
