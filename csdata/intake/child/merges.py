"""Cells of a workbook that are merged downwards: the parser gives the first of them only."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import Final

CHUNK: Final = 1 << 20
OVERLAP: Final = 200
"""Bytes of a chunk that are looked at again: more than one range takes."""

MARK: Final = b"mergeCell"
RANGE: Final = re.compile(
    rb"""mergeCell\s[^<>]{0,100}?ref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"""
)
SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")

Merge = tuple[int, int, int]
"""First and last row and the column of merged cells, from 0."""


def merged_downwards(kind: str, source: str | bytes, sheet: str) -> list[Merge]:
    """The merged cells of a sheet that span several rows; none where nothing tells of them."""
    if kind != "xlsx":
        return []
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with zipfile.ZipFile(file) as archive:
            return _merges(archive, _part_of(archive, sheet))
    except Exception:  # noqa: BLE001 (calamine was content; this only adds to it)
        return []


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet."""
    book = archive.read("xl/workbook.xml").decode()
    told = next(tag for tag in SHEET.findall(book) if _said(tag, "name") == sheet)
    relations = archive.read("xl/_rels/workbook.xml.rels").decode()
    wanted = _said(told, r"\w+:id")
    target = next(
        _said(t, "Target") for t in RELATION.findall(relations) if _said(t, "Id") == wanted
    )
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _said(tag: str, attribute: str) -> str:
    found = re.search(rf"""\s{attribute}\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return unescape(found[1] or found[2] or "") if found else ""


def _merges(archive: zipfile.ZipFile, part: str) -> list[Merge]:
    found: dict[Merge, None] = {}
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(CHUNK):
            text = rest + piece
            if MARK in text:
                for letters, first, last in RANGE.findall(text):
                    if first != last:
                        found[int(first) - 1, int(last) - 1, _column(letters)] = None
            rest = text[-OVERLAP:]
    return list(found)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
