"""Files made to do harm, or damaged on the way: one clear error in little time, and we live on."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.errors import CsDataError
from csdata.intake import process
from csdata.intake.limits import Limits
from csdata.intake.memory import resident_bytes
from csdata.intake.workbook import open_file
from tests.intake.exports import bomb, details, read_here, without_a_process, workbook
from tests.intake.kinds import KINDS, write, xls_sheets, zipped

HEAD = ("取引先 ID", "取引先名", "契約開始日", "月額")
ROWS = [(f"C{i}", f"見本{i}", "2026-01-31", 100 * i) for i in range(30)]
KEY = "合言葉"
FILES = {kind: write(kind, HEAD, ROWS, password=KEY) for kind in KINDS}
SLOWEST = 20.0
"""Seconds; nobody waits longer for a refusal."""

MOST = 1024 << 20
"""Bytes that reading may take."""


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reading inside takes neither long nor much memory, and leaves no process behind."""
    started: list[Any] = []
    largest = [0]

    def looking(child: Any) -> int:
        started.append(child)
        size = resident_bytes(child)
        largest[0] = max(largest[0], size)
        return size

    monkeypatch.setattr(process, "resident_bytes", looking)
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SLOWEST
    assert largest[0] <= MOST
    assert all(child.poll() is not None for child in started)


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}


def with_part(kind: str, name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(FILES[kind])
    return zipped({**parts, name: change(parts.get(name, b""))})


def entities(head: bytes) -> bytes:
    """A document type whose entities unfold to a billion letters."""
    lines = [b'<!ENTITY a0 "haha">']
    lines += [b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)]
    return b"<!DOCTYPE " + head + b" [" + b"".join(lines) + b"]>"


def entity_workbook() -> bytes:
    def bombed(xml: bytes) -> bytes:
        return xml.replace(b"<sst", entities(b"sst") + b"<sst", 1).replace(b">C1<", b">&a9;<")

    return with_part("xlsx", "xl/sharedStrings.xml", bombed)


def entity_ods() -> bytes:
    def bombed(xml: bytes) -> bytes:
        start = b"<office:document-content"
        return xml.replace(start, entities(b"x") + start, 1).replace(b">C1<", b">&a9;<")

    return with_part("ods", "content.xml", bombed)


def external_entity() -> bytes:
    page = (
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><table>'
        "<tr><th>Account ID<th>MRR<tr><td>&x;<td>1</table></html>"
    )
    return page.encode()


def far_cell_xls() -> bytes:
    """A .xls whose last row is the last there is."""
    return xls_sheets(("s", [HEAD, *ROWS, *[[]] * 65_000, ["x"] * 250]))


def far_cell_xlsb() -> bytes:
    """A sheet in binary that says it is as large as sheets can be, and has a cell in the corner."""

    def far(sheet: bytes) -> bytes:
        corner = b"\x00\x19" + struct.pack("<I", 1_048_575) + bytes(21)
        corner += b"\x05\x10" + struct.pack("<IId", 16_383, 0, 1.0)
        return sheet.replace(b"\x92\x01\x00", corner + b"\x92\x01\x00")

    return with_part("xlsb", "xl/worksheets/sheet1.bin", far)


def far_cell_ods() -> bytes:
    """A cell repeated over all columns of a sheet, in a row repeated over all its rows."""

    def far(xml: bytes) -> bytes:
        row = (
            b'<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            b'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
            b"</table:table-cell></table:table-row>"
        )
        return xml.replace(b"</table:table>", row + b"</table:table>")

    return with_part("ods", "content.xml", far)


def wrong_directory() -> bytes:
    """The directory points elsewhere."""
    data = bytearray(FILES["xlsx"])
    place = data.rindex(b"PK\x05\x06")
    data[place + 16 : place + 20] = (3).to_bytes(4, "little")
    return bytes(data)


def understated() -> bytes:
    """A part says it is small and unfolds to two gigabytes."""
    data = bytearray(
        with_part("xlsx", "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * (300 << 20))
    )
    name = data.rindex(b"xl/worksheets/sheet1.xml")  # in the directory, which comes last
    data[name - 46 + 24 : name - 46 + 28] = (5000).to_bytes(4, "little")
    return bytes(data)


def page(body: bytes) -> bytes:
    head = b"<tr><th>Account ID</th><th>Start Date</th></tr>"
    return b"<html><body><table>" + head + body + b"</table></body></html>"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a sheet of 5 KB with 17 billion cells": bomb,
    "the same in binary": far_cell_xlsb,
    "the same in OpenDocument": far_cell_ods,
    "a corner of an old workbook": far_cell_xls,
    "entities in a workbook": entity_workbook,
    "entities in OpenDocument": entity_ods,
    "entities in a page": lambda: entities(b"html") + page(b"<tr><td>&a9;</td></tr>"),
    "a page that asks for another file": external_entity,
    "a zip bomb": lambda: with_part(
        "xlsx", "xl/worksheets/sheet1.xml", lambda _: b"0" * (200 << 20)
    ),
    "a part that unfolds further than it says": understated,
    "a text of 8 MB in a cell": lambda: with_part(
        "xlsx",
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b">C1<", b">" + os.urandom(1 << 20).hex().encode() * 4 + b"<"),
    ),
    "a directory that points elsewhere": wrong_directory,
    "a million columns": lambda: b"," * 1_000_000,
    "a million empty columns in a page": lambda: page(b"<tr>" + b"<td></td>" * 1_000_000),
    "wide cells": lambda: page(b"<tr><td colspan=99999>x</td></tr>" * 100_000),
    "tall cells": lambda: page(b"<tr>" + b"<td rowspan=65000>x</td>" * 1900 + b"<tr>" * 60_000),
    "deep nesting": lambda: page(b"<tr><td>" + b"<div>" * 200_000),
    "tables in tables": lambda: page(b"<tr><td><table>" * 50_000),
    "a page of a million cells": lambda: page(b"<tr><td>1</td><td>2</td></tr>" * 500_000),
    "many little tables": lambda: b"<html>" + b"<table><tr><td>1</table>" * 300_000,
    "a tag without an end": lambda: b"<html><table><tr><td " + b"a" * 20_000_000,
    "an attribute without an end": lambda: b'<html><table><tr><td x="' + b"a" * 20_000_000,
    "a text without an end": lambda: page(b"<tr><td>" + b"a" * 30_000_000),
    "an endless comment": lambda: b"<html><table><!--" + b"-" * 20_000_000,
    "a quote without an end": lambda: b'Account ID,x\n"C1,' + b"y" * 3_000_000,
    "nothing but quotes": lambda: b'"' * 3_000_000,
    "nothing but line ends": lambda: b"x" + b"\n" * 30_000_000,
    "a line of 30 MB": lambda: b"Account ID" + b"x" * 30_000_000,
    "nothing but zeros": lambda: bytes(5_000_000),
    "noise": lambda: os.urandom(2_000_000),
    "noise called a zip": lambda: b"PK\x03\x04" + os.urandom(2_000_000),
    "noise called an old workbook": lambda: (
        FILES["xls"][:600] + os.urandom(200_000) + "Workbook\0".encode("utf-16-le")
    ),
    "records of an old workbook gone wrong": lambda: FILES["xls"].replace(
        b"\x09\x08\x10\x00", b"\x09\x08\xff\xff"
    ),
    "a locked workbook with endless work to do": lambda: FILES["encrypted"].replace(
        b'spinCount="100000"', b'spinCount="999999"'
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_harm_is_refused_in_little_time(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = HOSTILE[case]()
    with watched(monkeypatch), suppress(CsDataError):
        imported = cs.read_export(data, name="x.xls", password=KEY)
        kept = len(imported.table) + len(imported.set_aside) + sum(imported.dropped.values())
        assert imported.rows_read == kept
        said = imported.raw.iloc[:100].to_csv()
        assert "root:" not in said
        assert "hahahaha" not in said
    assert cs.read_export(FILES["csv"]).table["customer_id"].tolist() == [
        f"C{i}" for i in range(30)
    ]


def test_a_million_cells_of_a_page_are_read() -> None:
    cells = open_file(HOSTILE["a page of a million cells"](), name="x.xls")[1]
    assert cells.table.shape == (500_001, 2)


def test_what_never_ends_is_stopped() -> None:
    data = FILES["encrypted"].replace(b'spinCount="100000"', b'spinCount="10000000000"')
    began = time.monotonic()
    with pytest.raises(CsDataError):
        open_file(data, name="x", password=KEY, limits=Limits(seconds=2))
    assert time.monotonic() - began < SLOWEST


# --- damage ---------------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file of any kind with bytes flipped, a piece lost or doubled, or its end cut off."""
    kind = draw(st.sampled_from(sorted(FILES)))
    data = bytearray(FILES[kind])
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, len(data) - 1))] ^= draw(st.integers(1, 255))
    if draw(st.booleans()):
        start = draw(st.integers(0, len(data) - 1))
        piece = data[start : start + draw(st.integers(1, 300))]
        data[start : start + len(piece)] = piece * draw(st.sampled_from([0, 2]))
    if draw(st.booleans()):
        del data[draw(st.integers(1, len(data))) :]
    return kind, bytes(data)


@given(damaged())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_damage_raises_nothing_else(file: tuple[str, bytes]) -> None:
    kind, data = file
    with suppress(CsDataError):
        imported = cs.read_export(data, name=f"a.{kind}", password=KEY, limits=Limits(seconds=20))
        kept = len(imported.table) + len(imported.set_aside) + sum(imported.dropped.values())
        assert imported.rows_read == kept


TEXTS = ("csv", "tsv", "semicolon", "html")
MARKS = (
    b'"',
    b"\n",
    b"\r",
    b",",
    b";",
    b"\t",
    b"\xef\xbb\xbf",
    b"\x00",
    b"\x81",
    b"\xe3\x81",
    b"C1",
)
TAGS = (b"<td>", b"</tr>", b"<table>", b"<tr colspan=9>", b"&#0;", b"&nbsp;", b"<!--", b"]]>")
pieces = st.sampled_from([*MARKS, *TAGS])


@given(st.sampled_from(TEXTS), st.lists(st.tuples(st.integers(0, 4000), pieces), max_size=12))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_text_with_anything_put_in_raises_nothing_else(
    kind: str, changes: list[tuple[int, bytes]]
) -> None:
    """In this process: what reads text is memory-safe."""
    data = FILES[kind]
    for place, piece in changes:
        data = data[:place] + piece + data[place:]
    with suppress(CsDataError):
        open_file(data, name="x", read=without_a_process, limits=Limits(sheets=20))


@given(st.lists(pieces | st.binary(max_size=4), max_size=60))
@settings(deadline=None, max_examples=150)
def test_text_of_anything_raises_nothing_else(made: list[bytes]) -> None:
    with suppress(CsDataError):
        open_file(b"".join(made), name="x", read=without_a_process)
    with suppress(CsDataError):
        open_file(b"<html><table>" + b"".join(made), name="x", read=without_a_process)


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "ods"])
def test_a_workbook_that_lacks_a_part(kind: str) -> None:
    parts = parts_of(FILES[kind])
    for lacking in parts:
        rest = {name: part for name, part in parts.items() if name != lacking}
        with suppress(CsDataError):
            assert open_file(zipped(rest), name="x")[1].table.num_columns <= len(HEAD)


def test_good_files_are_not_refused() -> None:
    """The files that were damaged above are sound."""
    for kind, data in FILES.items():
        inside = {"encrypted": "xlsx", "tsv": "csv", "semicolon": "csv"}.get(kind, kind)
        assert len(read_here(data, inside, password=KEY).table) == 30
    assert len(read_here(workbook(("s", [HEAD, *ROWS])), "xlsx").table) == 30
    assert len(read_here(details(HEAD, ROWS), "csv").table) == 30
