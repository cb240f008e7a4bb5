"""An archive that somebody else may have made: each member once, and nothing but a snapshot."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from csdata.intake import JoinRules
from csdata.store import Damaged, NewerSnapshot, Settings, StoredFile, Workspace, snapshot_of
from csdata.store.archive import MANIFEST

ROOM = 1 << 30
FILES = [StoredFile("a.csv", b"id,name\n1,x\n"), StoredFile("b.csv", b"id\n1\n")]
Said = dict[str, Any]


@pytest.fixture(scope="module")
def whole() -> bytes:
    space = Workspace.open(durable=False)
    return space.export(space.save(FILES, Settings(rules=JoinRules(customer="group"))).id)


def changed(archive: bytes, change: Callable[[Said], object], *, raw: str | None = None) -> bytes:
    """The archive with another manifest."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        said: Said = json.loads(old.read(MANIFEST))
        change(said)
        for member in old.namelist():
            text = json.dumps(said) if raw is None else raw
            new.writestr(member, text if member == MANIFEST else old.read(member))
    return made.getvalue()


def test_it_comes_back(whole: bytes) -> None:
    found = snapshot_of(changed(whole, lambda _: None), largest=ROOM)
    assert found == (FILES, Settings(rules=JoinRules(customer="group")))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s["files"].append(s["files"][0]), id="a member twice"),
        pytest.param(lambda s: s["files"][0].update(member="none.csv"), id="no such member"),
        pytest.param(lambda s: s["files"][1].update(name="a.csv"), id="a name twice"),
        pytest.param(lambda s: s["files"][1].update(name=""), id="no name"),
        pytest.param(lambda s: s["files"][0].update(name="\ud800.csv"), id="half a character"),
        pytest.param(lambda s: s["files"][0].update(edits=[[1, "\udfff", "x"]]), id="half a cell"),
        pytest.param(lambda s: s["settings"]["rules"].update(customer="foo"), id="no such choice"),
        pytest.param(lambda s: s["settings"]["rules"].update(bridge_days="abc"), id="no number"),
        pytest.param(lambda s: s.pop("csdata_snapshot"), id="no version"),
        pytest.param(lambda s: s.update(csdata_snapshot="x"), id="no number of a version"),
        pytest.param(lambda s: s.pop("settings"), id="no settings"),
        pytest.param(lambda s: s.update(files="a.csv"), id="no list"),
    ],
)
def test_what_no_snapshot_says_is_told(whole: bytes, change: Callable[[Said], object]) -> None:
    with pytest.raises(Damaged, match=r"六月\.zip"):
        snapshot_of(changed(whole, change), largest=ROOM, name="六月.zip")


@pytest.mark.parametrize("raw", ["", "[]", "{", "[" * 100_000, "1"], ids=lambda raw: raw[:9])
def test_a_manifest_that_is_none_is_told(whole: bytes, raw: str) -> None:
    with pytest.raises(Damaged):
        snapshot_of(changed(whole, lambda _: None, raw=raw), largest=ROOM)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s.update(csdata_snapshot=2), id="format"),
        pytest.param(lambda s: s["files"][0].update(recipe="csdata_recipe = 99\n"), id="recipe"),
        pytest.param(lambda s: s["settings"]["rules"].update(moon=1), id="rule"),
    ],
)
def test_a_newer_version_is_told(whole: bytes, change: Callable[[Said], object]) -> None:
    with pytest.raises(NewerSnapshot, match=r"六月\.zip"):
        snapshot_of(changed(whole, change), largest=ROOM, name="六月.zip")


def test_one_member_that_is_named_often_is_not_unpacked_often(whole: bytes) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        file = json.loads(zipfile.ZipFile(io.BytesIO(whole)).read(MANIFEST))["files"][0]
        said = {"csdata_snapshot": 1, "settings": {}, "files": [{**file, "member": "big"}] * 100}
        archive.writestr(MANIFEST, json.dumps(said))
        archive.writestr("big", bytes(8 << 20))
    tracemalloc.start()
    with pytest.raises(Damaged):
        snapshot_of(made.getvalue(), largest=ROOM)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 << 20


def test_bytes_that_cannot_be_unpacked_are_told(whole: bytes) -> None:
    packed = changed(whole, lambda _: None)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        place = archive.getinfo(MANIFEST)
        start = place.header_offset + 30 + len(MANIFEST)
    broken = bytearray(packed)
    broken[start : start + 8] = b"\xff" * 8
    with pytest.raises(zlib.error):
        zlib.decompress(bytes(broken[start : start + place.compress_size]), -15)
    with pytest.raises(Damaged):
        snapshot_of(bytes(broken), largest=ROOM)


def test_a_workbook_is_none_whatever_lies_in_it(whole: bytes) -> None:
    made = io.BytesIO(whole)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert snapshot_of(made.getvalue(), largest=ROOM) is None
