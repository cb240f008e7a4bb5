"""The XML of one sheet of an .xlsx: formulas that nobody has worked out, and how cells are shown.

The parser of workbooks tells neither. Only what a quick look finds worth it is taken apart: a sheet
without formulas and without telling formats costs no more than being unpacked.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

PIECE: Final = 1 << 20
MOST: Final = 16 << 20
"""Bytes of a part that names sheets or formats; they are far smaller."""

LONGEST: Final = 8 << 20
"""Bytes of a row; a longer one is no row."""

SHOWN: Final = 40
"""Characters of a formula that are shown as an example."""

_SHEET: Final = re.compile(rb"<(?:\w{1,9}:)?sheet\s([^>]{0,2000})>")
_RELATION: Final = re.compile(rb"<(?:\w{1,9}:)?Relationship\s([^>]{0,2000})>")
_NAME: Final = re.compile(rb"""(?:^|\s)([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FORMULA: Final = re.compile(
    rb"<(?:\w{1,9}:)?c\s([^>]{0,300})>\s{0,9}"
    rb"<(?:\w{1,9}:)?f\b(?:[^>]{0,300}/>|[^>]{0,300}>([^<]{0,9000})</(?:\w{1,9}:)?f>)\s{0,9}"
    rb"(<(?:\w{1,9}:)?v\s{0,9}/>|<(?:\w{1,9}:)?v[^>/]{0,99}>\s{0,9}</(?:\w{1,9}:)?v>)?\s{0,9}"
    rb"</(?:\w{1,9}:)?c>"
)
"""A cell whose formula stands without a value. Every repetition is bounded: the text is hostile."""

_PLACE: Final = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_TEXT: Final = re.compile(rb"""(?:^|\s)t\s*=\s*["']str["']""")


@dataclass(slots=True)
class Looked:
    """What the XML of a sheet says.

    Attributes:
        formulas: Row and column (from 0) and formula of cells without a value.
        styles: Style → rows and columns of the cells that have it, of the styles asked for.
    """

    formulas: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    styles: dict[int, list[tuple[int, int]]] = field(
        default_factory=dict[int, list[tuple[int, int]]]
    )


def attributes(tag: bytes) -> dict[str, str]:
    """The attributes of a tag, without their prefixes."""
    return {
        name.decode().rsplit(":", 1)[-1]: html.unescape((a or b).decode("utf-8", "replace"))
        for name, a, b in _NAME.findall(tag)
    }


def opened(source: str | bytes) -> zipfile.ZipFile:
    """The archive that a workbook is."""
    return zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part, which is all of it in any workbook; empty if it is not there."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as file:
        return file.read(MOST)


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the part that holds a sheet; None if the workbook does not say."""
    targets = {
        told.get("Id"): told.get("Target", "")
        for told in map(attributes, _RELATION.findall(part(archive, "xl/_rels/workbook.xml.rels")))
    }
    for told in map(attributes, _SHEET.findall(part(archive, "xl/workbook.xml"))):
        target = targets.get(told.get("id"))
        if told.get("name") == sheet and target:
            return posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
    return None


def look(archive: zipfile.ZipFile, name: str, styles: Mapping[int, object]) -> Looked:
    """Formulas without a value in a sheet, and the cells that have one of the styles."""
    found = Looked()
    wanted = "|".join(map(str, styles))
    styled = re.compile(
        rb"<(?:\w{1,9}:)?c\s(?=[^>]{0,300}?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'])"
        rb"(?=[^>]{0,300}?\bs=[\"'](" + wanted.encode() + rb")[\"'])"
    )
    for piece in _pieces(archive, name):
        if b"<f" in piece or b":f" in piece:
            found.formulas.extend(_unvalued(piece))
        if styles:
            for letters, row, style in styled.findall(piece):
                at = (int(row) - 1, column_number(letters))
                found.styles.setdefault(int(style), []).append(at)
    return found


def _unvalued(piece: bytes) -> Iterator[tuple[int, int, str]]:
    for told, formula, value in _FORMULA.findall(piece):
        place = _PLACE.search(told)
        # An empty text is a value, too: =IF(A1="","",…) has been worked out.
        if place is None or (value and _TEXT.search(told)):
            continue
        text = html.unescape(formula.decode("utf-8", "replace"))
        yield int(place[2]) - 1, column_number(place[1]), f"={text}"[:SHOWN]


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in pieces that begin and end between two cells."""
    rest = b""
    with archive.open(name) as file:
        while chunk := file.read(PIECE):
            data = rest + chunk
            cut = data.rfind(b"</row>") if b"</row>" in chunk else data.rfind(b":row>")
            if cut < 0 and len(data) < LONGEST:
                rest = data
                continue
            cut = cut if cut >= 0 else len(data)
            yield data[:cut]
            rest = data[cut:]
    yield rest


def column_number(letters: bytes) -> int:
    """The place of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1
