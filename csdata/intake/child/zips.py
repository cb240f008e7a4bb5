"""Zip archives by their directory alone: what they are, and whether they may be unpacked.

Used by both sides: the parent judges an upload before anything in it is expanded, the child does
the same with what it has decrypted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import BinaryIO, Final

from .problems import Job, Problem, beyond

MEGABYTE: Final = 1 << 20

TAIL: Final = 66_000
"""Bytes at the end of an archive among which the record of its directory stands."""

LONG_DIRECTORY: Final = 8 * MEGABYTE
"""A directory of this length takes a minute to list, and no workbook has one."""

ELSEWHERE: Final = 0xFFFFFFFF
"""In place of a number that needs more bits, and stands in the record of a large archive."""

SMALL: Final = 10 * MEGABYTE
"""Up to this size a part may be packed as tightly as it likes: repeated rows shrink well."""

FAMILIES: Final = (
    ("xlsx", "xl/workbook.xml"),
    ("xlsb", "xl/workbook.bin"),
    ("document", "word/document.xml"),
    ("document", "ppt/presentation.xml"),
    ("ods", "content.xml"),
)
PLAIN: Final = (".csv", ".tsv")
TABLES: Final = (*PLAIN, ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".html", ".htm")
"""Endings of members that may hold a table; the bytes decide later."""


def directory(file: BinaryIO) -> list[zipfile.ZipInfo]:
    """The members of an archive in their order; empty if there is no directory to be read."""
    try:
        if _directory_length(file) > LONG_DIRECTORY:
            return []
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except Exception:  # noqa: BLE001 (hostile directories raise whatever they like)
        return []


def _directory_length(file: BinaryIO) -> int:
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - TAIL))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    if size == ELSEWHERE:
        place = tail.rfind(b"PK\x06\x06")
        size = int.from_bytes(tail[place + 40 : place + 48], "little") if place >= 0 else size
    return size


def kind_of(members: Sequence[zipfile.ZipInfo]) -> str:
    """What an archive is, by the names in its directory."""
    names = {member.filename for member in members}
    if not names:
        return "truncated"
    for kind, part in FAMILIES:
        if part in names:
            return kind
    if any(name.lower().endswith(".iwa") for name in names):
        return "numbers"
    if any(re.match(r"xl/worksheets/", name) for name in names):
        return "xlsx"
    return "zip" if tables(members) else "archive"


def check(members: Sequence[zipfile.ZipInfo], job: Job) -> None:
    """Refuse an archive whose directory promises more than the limits allow."""
    if len(members) > job["entries"]:
        raise beyond("entries", len(members), job["entries"])
    expanded = sum(member.file_size for member in members)
    if expanded > job["expanded_bytes"]:
        raise beyond("expanded", expanded, job["expanded_bytes"])
    for member in members:
        ratio = member.file_size // max(1, member.compress_size)
        if member.file_size > SMALL and ratio > job["ratio"]:
            raise beyond("ratio", ratio, job["ratio"])
        if member.flag_bits & 1:
            raise Problem("encrypted")


def tables(
    members: Sequence[zipfile.ZipInfo], endings: tuple[str, ...] = TABLES
) -> dict[str, zipfile.ZipInfo]:
    """The members that may hold a table, by the name to show; those that a Mac adds are not."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = shown_name(member)
        last = re.split(r"[/\\]", name)[-1]
        if name.startswith("__MACOSX/") or last.startswith("."):
            continue
        if last.lower().endswith(endings) and not member.is_dir():
            found[name if last in found else last] = member
    return found


def shown_name(member: zipfile.ZipInfo) -> str:
    """The name of a member as whoever packed it wrote it; Windows writes Shift_JIS unmarked."""
    name = member.filename
    if member.flag_bits & 0x800:
        return name
    for encoding in ("utf-8", "cp932"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name
