"""Whether a workbook counts its days from 1904, as Excel on a Mac once did."""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

MOST: Final = 1 << 20
"""Bytes of a part that are looked at; the switch stands near its beginning."""

XML: Final = re.compile(rb"""\sdate1904\s*=\s*["'](?:1|true)["']""")
BIFF8_DATEMODE: Final = 0x0022
BIFF8_END: Final = 0x000A
BIFF12_WORKBOOK: Final = 0x0099


def counts_from_1904(kind: str, source: str | bytes) -> bool:
    """Whether serial numbers of this workbook count from 1904; False where nothing says so."""
    try:
        if kind == "xls":
            return _in_biff8(_stream(source))
        if kind == "xlsb":
            return _in_biff12(_part(source, "xl/workbook.bin"))
        return kind == "xlsx" and bool(XML.search(_part(source, "xl/workbook.xml")))
    except Exception:  # noqa: BLE001 (calamine was content; this is only a hint)
        return False


def _part(source: str | bytes, name: str) -> bytes:
    file: BinaryIO | str = io.BytesIO(source) if isinstance(source, bytes) else source
    with zipfile.ZipFile(file) as archive, archive.open(name) as part:
        return part.read(MOST)


def _stream(source: str | bytes) -> bytes:
    olefile: Any = importlib.import_module("olefile")  # its stubs know bytes for names only

    with olefile.OleFileIO(source) as container:
        name = "Workbook" if container.exists("Workbook") else "Book"
        return container.openstream(name).read(MOST)


def _in_biff8(data: bytes) -> bool:
    place = 0
    while place + 4 <= len(data):
        kind = int.from_bytes(data[place : place + 2], "little")
        size = int.from_bytes(data[place + 2 : place + 4], "little")
        if kind == BIFF8_DATEMODE:
            return data[place + 4 : place + 6] == b"\x01\x00"
        if kind == BIFF8_END:
            break
        place += 4 + size
    return False


def _in_biff12(data: bytes) -> bool:
    return any(kind == BIFF12_WORKBOOK and flags & 1 for kind, flags in _records(data))


def _records(data: bytes) -> Iterator[tuple[int, int]]:
    """Kind and first byte of every record."""
    place = 0
    while place < len(data):
        kind, place = _number(data, place, 2)
        size, place = _number(data, place, 4)
        yield kind, data[place] if size else 0
        place += size


def _number(data: bytes, place: int, most: int) -> tuple[int, int]:
    """A number of seven bits per byte, low ones first, and the place behind it."""
    value = 0
    for i in range(most):
        byte = data[place + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:  # noqa: PLR2004 (the high bit says that more follows)
            return value, place + i + 1
    return value, place + most
