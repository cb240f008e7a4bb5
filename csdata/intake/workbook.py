"""Bytes → cells: what kind of file it is, whether it is safe to open, and its cells as text.

The kind is taken from the bytes; an extension says nothing. A zip archive is judged by its
directory before anything in it is expanded, and parsed in a process of its own.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, runtime_checkable

import pyarrow as pa

from csdata.i18n import Message
from csdata.intake.limits import LIMITS, MEGABYTE, Limits, megabytes
from csdata.intake.process import read_cells, too_large, unreadable
from csdata.tables import SheetPreview

HEAD: Final = 64 * 1024
"""Bytes looked at to tell the kind of a file."""

UNNAMED: Final = "data"

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES: Final = (
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"%PDF-", "document"),
    (b"{\\rtf", "document"),
    (b"\xff\xfe", "utf16"),
    (b"\xfe\xff", "utf16"),
)
BEGINNINGS: Final = (
    # With these a text may begin, too: they count only in what is clearly no text.
    (b"BM", "picture"),
    (b"II*", "picture"),
    (b"MM", "picture"),
    (b"\x09\x08", "xls"),  # a worksheet without a workbook around it, as Excel once wrote them
    (b"\x09\x04", "xls"),
    (b"\x09\x02", "xls"),
)
MARKUP: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|meta|body|script|table|\?xml|!--)", re.IGNORECASE
)
LOGIN: Final = re.compile(rb"type=[\"']?password|login|log in|saml", re.IGNORECASE)
CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text has."""


@runtime_checkable
class Readable(Protocol):
    """A file-like object: an open file, ``BytesIO``, an uploaded file of the app."""

    def read(self) -> bytes: ...  # noqa: D102


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """One sheet as text: a column per column of the sheet, named by its position from 0.

    Blank cells are missing or empty text. Dates of a workbook are ISO text, numbers plain decimals,
    so the native type can be told from the text. ``errors`` has the cells that hold an error such
    as ``#N/A`` (row and column from 0, what it says). ``notes`` say what was noticed on opening:
    that name and content disagree, characters lost, a delimiter … ``previews`` are filled where
    there are several sheets. ``epoch_1904``: serial numbers count from 1904.
    """

    table: pa.Table
    kind: str
    sheet: str
    sheets: tuple[str, ...]
    encoding: str | None
    errors: tuple[tuple[int, int, str], ...]
    notes: tuple[Message, ...] = ()
    previews: tuple[SheetPreview, ...] = ()
    epoch_1904: bool = False


def open_file(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | Readable,
    *,
    name: str | None = None,
    sheet: str | None = None,
    password: str | None = None,
    limits: Limits = LIMITS,
) -> tuple[str, Cells]:
    """The name to show for a file and the cells of one of its sheets.

    Raises:
        UnreadableFile, FileTooLarge, NoTableFound, BadValues: as in
            :func:`csdata.intake.read_export`.
    """
    shown = display_name(source, name)
    with staged(source, shown, limits) as path:
        with path.open("rb") as file:
            head = file.read(HEAD)
        kind = kind_of(head, path)
        if kind not in {"xlsx", "csv"}:
            raise unreadable(shown, kind)
        if kind == "xlsx":
            check_archive(path, shown, limits)
        table, said = read_cells(path, kind=kind, name=shown, sheet=sheet, limits=limits)
    return shown, _cells(table, kind, said)


def _cells(table: pa.Table, kind: str, said: dict[str, Any]) -> Cells:
    return Cells(
        table=table,
        kind=kind,
        sheet=said.get("sheet", ""),
        sheets=tuple(said.get("sheets", ())),
        encoding=said.get("encoding"),
        errors=tuple((row, column, text) for row, column, text in said.get("errors", ())),
    )


def display_name(source: object, name: str | None) -> str:
    """What to call the file; the last part of a path, for showing only."""
    if name is None and isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
    if name is None:
        name = getattr(source, "name", None)
    last = re.split(r"[\\/]", str(name))[-1] if name is not None else ""
    return last or UNNAMED


@contextmanager
def staged(source: Any, name: str, limits: Limits) -> Generator[Path]:
    """The bytes as a file that another process can open; a copy is gone when the block ends."""
    if isinstance(source, (str, os.PathLike)):
        path = Path(os.fspath(source))
        _check_length(path.stat().st_size, name, limits)
        yield path
        return
    data = _all_of(source) if isinstance(source, Readable) else source
    _check_length(len(data), name, limits)
    with tempfile.TemporaryDirectory(prefix="csdata-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        yield path


def _all_of(source: Readable) -> bytes:
    """The whole of a file-like object, wherever an earlier reader has left it."""
    seek = getattr(source, "seek", None)
    if seek is not None:
        seek(0)
    return source.read()


def _check_length(size: int, name: str, limits: Limits) -> None:
    if size == 0:
        raise unreadable(name, "no_bytes")
    if size > limits.file_bytes:
        raise too_large(name, "file", megabytes(size), megabytes(limits.file_bytes))


def kind_of(head: bytes, path: Path) -> str:
    """The kind of a file by its bytes: ``xlsx`` and ``csv`` can be read, others have a remedy."""
    if head.startswith(ZIP):
        return kind_of_archive(path)
    if head.startswith(OLE):
        return "encrypted" if _contains(path, "EncryptedPackage".encode("utf-16-le")) else "xls"
    if sure := _begins(head, SIGNATURES):
        return sure
    if MARKUP.match(head):
        return kind_of_markup(head)
    # A stray control character may sit in a note that somebody typed; a picture has many.
    if len(CONTROL.findall(head)) > 3 + len(head) // 200:
        return _begins(head, BEGINNINGS) or "binary"
    return "csv" if head.strip() else "no_bytes"


def _begins(head: bytes, beginnings: Sequence[tuple[bytes, str]]) -> str | None:
    return next((kind for beginning, kind in beginnings if head.startswith(beginning)), None)


def kind_of_markup(head: bytes) -> str:
    """A page instead of a file: a table that Salesforce calls .xls, or what it shows on logout."""
    if re.search(rb"<table", head, re.IGNORECASE) and not re.search(
        rb"type=[\"']?password", head, re.IGNORECASE
    ):
        return "html"
    return "login" if LOGIN.search(head) else "web_page"


def kind_of_archive(path: Path) -> str:
    """What a zip archive is, by the names in its directory."""
    names = {info.filename for info in _directory(path)}
    if not names:
        return "truncated"
    families = (
        ("xlsx", "xl/workbook.xml"),
        ("xlsb", "xl/workbook.bin"),
        ("document", "word/document.xml"),
        ("document", "ppt/presentation.xml"),
        ("ods", "content.xml"),
    )
    for kind, part in families:
        if part in names:
            return kind
    if any(name.lower().endswith(".iwa") for name in names):
        return "numbers"
    if any(name.lower().endswith((".csv", ".xlsx")) for name in names):
        return "zip"
    return "xlsx" if any(re.match(r"xl/worksheets/", name) for name in names) else "archive"


def check_archive(path: Path, name: str, limits: Limits) -> None:
    """Refuse an archive whose directory promises more than the limits allow."""
    parts = _directory(path)
    if len(parts) > limits.entries:
        raise too_large(name, "entries", f"{len(parts):,}", f"{limits.entries:,}")
    expanded = sum(part.file_size for part in parts)
    if expanded > limits.expanded_bytes:
        raise too_large(name, "expanded", megabytes(expanded), megabytes(limits.expanded_bytes))
    for part in parts:
        ratio = part.file_size // max(1, part.compress_size)
        if part.file_size > 10 * MEGABYTE and ratio > limits.ratio:
            raise too_large(name, "ratio", f"{ratio:,}", f"{limits.ratio:,}")
        if part.flag_bits & 1:
            raise unreadable(name, "encrypted")


def _directory(path: Path) -> list[zipfile.ZipInfo]:
    """The directory of an archive; empty if there is none that can be read."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(_with_short_directory(file)) as archive:
            return archive.infolist()
    except Exception:  # noqa: BLE001 (hostile directories raise whatever they like)
        return []


def _with_short_directory(file: BinaryIO) -> BinaryIO:
    """The same file, unless its directory alone is so long that listing it takes minutes."""
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - 66_000))
    tail = file.read()
    record = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[record + 12 : record + 16], "little") if record >= 0 else 0
    if size > 8 * MEGABYTE:
        raise zipfile.BadZipFile
    file.seek(0)
    return file


def _contains(path: Path, wanted: bytes) -> bool:
    """Whether the bytes occur in a file, read piece by piece."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(MEGABYTE):
            if wanted in rest + piece:
                return True
            rest = piece[-len(wanted) :]
    return False
