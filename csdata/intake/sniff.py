"""What kind of file the bytes are; the name says nothing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from csdata.intake.child import zips

HEAD: Final = 64 * 1024
"""Bytes looked at to tell the kind of a file."""

READABLE: Final = frozenset({"xlsx", "xlsb", "xls", "ods", "html", "csv", "zip", "encrypted"})
"""Kinds that can be read; each of the others has a sentence and a remedy in the catalogue."""

ENDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm"), "xlsx"),
        **{kind: kind for kind in ("xlsb", "xls", "ods", "zip")},
        **dict.fromkeys(("html", "htm"), "html"),
        **dict.fromkeys(("csv", "tsv", "tab", "txt"), "csv"),
    }
)
"""Kind that a name promises, by its ending."""

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES: Final = (
    (b"PK\x05\x06", "archive"),  # an archive without a member
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"%PDF-", "document"),
    (b"{\\rtf", "document"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x1f\x8b\x08", "archive"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "pointer"),  # a shortcut of Windows
    (b"bplist00", "pointer"),
)
BEGINNINGS: Final = (
    # With these a text may begin, too: they count only in what is clearly no text.
    (b"BM", "picture"),
    (b"II*", "picture"),
    (b"MM", "picture"),
    (b"\x09\x08", "bare_sheet"),  # a worksheet without a workbook around it: Excel before 1995
    (b"\x09\x04", "bare_sheet"),
    (b"\x09\x02", "bare_sheet"),
    (b"\x09\x00", "bare_sheet"),
)
STREAMS: Final = (
    ("EncryptedPackage", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "document"),
)
"""Parts of an old compound file, by which it is told what wrote it."""

MARKUP: Final = re.compile(
    rb"\s*<(?:!doctype|html|head|meta|body|script|style|table|title|\?xml|!--)", re.IGNORECASE
)
TABLE: Final = re.compile(rb"<table", re.IGNORECASE)
PASSWORD: Final = re.compile(rb"type\s*=\s*[\"']?password", re.IGNORECASE)
LOGIN: Final = re.compile(
    rb"login|log in|saml|frontdoor\.jsp|[?&;]ec=30\d|starturl=", re.IGNORECASE
)
XML_BOOK: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
LINK: Final = re.compile(
    rb"^\s*\{\s*\"(?:url|doc_id|resource_id)?\"|<plist[^>]*>\s*<dict>\s*<key>URL<"
    rb"|^\[InternetShortcut\]|^\[Desktop Entry\]|^version https://git-lfs",
    re.MULTILINE,
)
"""What stands in place of a document that is somewhere else: .gsheet, .url, .webloc …"""

CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text has."""

PIECE: Final = 1 << 20


def kind_of(path: Path) -> str:
    """The kind of a file by its bytes: one of :data:`READABLE`, or a word for what it is."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith(ZIP):
            return zips.kind_of(zips.directory(file))
    if head.startswith(OLE):
        return _kind_of_compound(path)
    if sure := _begins(head, SIGNATURES):
        return sure
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    plain = _plain(head)
    if LINK.search(plain[:2000]):
        return "pointer"
    if MARKUP.match(plain):
        return _kind_of_markup(plain)
    # A stray control character may sit in a note that somebody typed; a picture has many.
    if len(CONTROL.findall(plain)) > 3 + len(plain) // 200:
        return _begins(head, BEGINNINGS) or "binary"
    return "csv" if plain.strip() else "no_bytes"


def promised(name: str) -> str | None:
    """The kind that the ending of a name promises; None if it promises none that is known."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return ENDINGS.get(ending)


def _begins(head: bytes, beginnings: Sequence[tuple[bytes, str]]) -> str | None:
    return next((kind for beginning, kind in beginnings if head.startswith(beginning)), None)


def _plain(head: bytes) -> bytes:
    """The beginning as UTF-8, if a byte-order mark says how it is written."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    return head.removeprefix(codecs.BOM_UTF8)


def _kind_of_markup(head: bytes) -> str:
    """A page instead of a file: a table that Salesforce calls .xls, or what it shows on logout."""
    if XML_BOOK in head:
        return "xml_book"
    if TABLE.search(head) and not PASSWORD.search(head):
        return "html"
    return "login" if PASSWORD.search(head) or LOGIN.search(head) else "web_page"


def _kind_of_compound(path: Path) -> str:
    """What an old compound file is, by the names of its streams, which stand in it as UTF-16."""
    names = [(f"{name}\0".encode("utf-16-le"), kind) for name, kind in STREAMS]
    found: set[str] = set()
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found |= {kind for name, kind in names if name in rest + piece}
            rest = piece[-64:]
    return next((kind for _, kind in STREAMS if kind in found), "binary")
