"""The same table written as every kind of file that an export comes in."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from tests.intake.exports import workbook

Row = Sequence[object]

KINDS = ("xlsx", "xls", "xlsb", "ods", "html", "csv", "tsv", "semicolon", "encrypted")
DELIMITERS = {"csv": ",", "tsv": "\t", "semicolon": ";", "pipe": "|"}
ERRORS = {"#DIV/0!": 0x07, "#N/A": 0x2A}
FIRST_DAY = dt.date(1899, 12, 30)


def write(
    kind: str,
    header: Row,
    rows: Sequence[Row],
    *,
    encoding: str = "utf-8-sig",
    password: str = "",
) -> bytes:
    """One table as a file of that kind.

    Text stays text, numbers are numbers, dates are dates of the format where it has any (ISO text
    elsewhere); None and "" are empty cells. ``encoding`` is that of text files and HTML,
    ``password`` opens an encrypted workbook.
    """
    lines = [header, *rows]
    if kind in DELIMITERS:
        return _delimited(lines, DELIMITERS[kind], encoding)
    if kind == "html":
        return _html(lines, encoding)
    if kind == "encrypted":
        return encrypted(_xlsx(lines), password)
    return WRITERS[kind](lines)


def _xlsx(lines: Sequence[Row]) -> bytes:
    return workbook(("s", [[_or_none(value) for value in line] for line in lines]))


def _or_none(value: object) -> object:
    return None if value == "" else value


def encrypted(data: bytes, password: str) -> bytes:
    """The workbook as Excel saves it with a password."""
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, buffer)
    return buffer.getvalue()


def _delimited(lines: Sequence[Row], delimiter: str, encoding: str) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for line in lines:
        if line:
            writer.writerow([_text(value) for value in line])
        else:
            buffer.write("\n")
    # What the encoding lacks becomes a question mark, as in the export.
    return buffer.getvalue().encode(encoding, "replace")


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _html(lines: Sequence[Row], encoding: str) -> bytes:
    """As the export "Details Only" writes it and calls it .xls."""
    charset = encoding.removesuffix("-sig")
    tags = ["th", *["td"] * (len(lines) - 1)]
    body = "\n".join(
        "<tr>" + "".join(f"<{tag}>{html.escape(_text(v))}</{tag}>" for v in line) + "</tr>"
        for tag, line in zip(tags, lines, strict=True)
    )
    page = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        f"</head><body><table>{body}</table></body></html>"
    )
    return page.encode(encoding)


# --- BIFF8, the .xls of Excel 97 ------------------------------------------------------------------


def xls_sheets(*sheets: tuple[str, Sequence[Row]], epoch_1904: bool = False) -> bytes:
    """Several sheets as one .xls; ``epoch_1904`` as a Mac once counted days."""
    book: Any = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = epoch_1904
    day = xlwt.easyxf(num_format_str="yyyy/mm/dd")
    for name, lines in sheets:
        sheet = book.add_sheet(name)
        for r, line in enumerate(lines):
            for c, value in enumerate(line):
                if value is None or value == "":
                    continue
                if isinstance(value, dt.date):
                    sheet.write(r, c, value, day)
                elif isinstance(value, str) and value.startswith("=ERROR "):
                    sheet.row(r).set_cell_error(c, ERRORS[value.removeprefix("=ERROR ")])
                else:
                    sheet.write(r, c, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xls(lines: Sequence[Row]) -> bytes:
    return xls_sheets(("s", lines))


# --- BIFF12, the binary parts of .xlsb ------------------------------------------------------------


def _xlsb(lines: Sequence[Row]) -> bytes:
    width = max(map(len, lines), default=0)
    sheet = [
        _record(0x0081),  # BrtBeginSheet
        _record(0x0094, struct.pack("<IIII", 0, len(lines), 0, width)),  # BrtWsDim
        _record(0x0091),  # BrtBeginSheetData
    ]
    for r, line in enumerate(lines):
        sheet.append(_record(0x0000, struct.pack("<I", r) + bytes(21)))  # BrtRowHdr
        sheet += [_binary_cell(c, value) for c, value in enumerate(line)]
    sheet += [_record(0x0092), _record(0x0082)]
    name = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("s")
    book = [
        _record(0x0083),
        _record(0x0099, bytes(8) + _wide("")),  # BrtWbProp: days count from 1900
        _record(0x008F),
        _record(0x009C, name),  # BrtBundleSh
        _record(0x0090),
        _record(0x0084),
    ]
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.bin" Type="http://schemas.openxmlformats'
        '.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    return zipped(
        {
            "xl/workbook.bin": b"".join(book),
            "xl/_rels/workbook.bin.rels": relations.encode(),
            "xl/styles.bin": _binary_styles(),
            "xl/worksheets/sheet1.bin": b"".join(sheet),
        }
    )


def _binary_styles() -> bytes:
    """Two formats of cells: general, and number format 14, which is a date."""
    formats = (struct.pack("<HH", 0, number) + bytes(12) for number in (0, 14))
    return b"".join(
        [
            _record(0x0116),
            _record(0x0269, struct.pack("<I", 2)),  # BrtBeginCellXFs
            *(_record(0x002F, packed) for packed in formats),
            _record(0x026A),
            _record(0x0117),
        ]
    )


def _binary_cell(column: int, value: object) -> bytes:
    if value is None or value == "":
        return b""
    if isinstance(value, dt.date):
        days = value.toordinal() - FIRST_DAY.toordinal()
        return _record(0x0005, struct.pack("<IId", column, 1, float(days)))
    if isinstance(value, bool):
        return _record(0x0004, struct.pack("<IIB", column, 0, value))
    if isinstance(value, (int, float)):
        return _record(0x0005, struct.pack("<IId", column, 0, value))
    return _record(0x0006, struct.pack("<II", column, 0) + _wide(str(value)))


def _wide(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(data), bytearray()
    while True:
        length.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return head + bytes(length) + data


# --- OpenDocument ---------------------------------------------------------------------------------


def _ods(lines: Sequence[Row]) -> bytes:
    rows = "".join(
        f"<table:table-row>{''.join(map(_open_cell, line)) or '<table:table-cell/>'}"
        "</table:table-row>"
        for line in lines
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="s">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        "</manifest:manifest>"
    )
    parts = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}
    return zipped({name: part.encode() for name, part in parts.items()})


def _open_cell(value: object) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    shown = "".join(f"<text:p>{html.escape(line)}</text:p>" for line in str(value).split("\n"))
    kind = 'office:value-type="string"'
    if isinstance(value, dt.date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, (int, float)):
        kind = f'office:value-type="float" office:value="{value!r}"'
    return f"<table:table-cell {kind}>{shown}</table:table-cell>"


def zipped(parts: dict[str, bytes]) -> bytes:
    """The parts as a zip archive, in that order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


WRITERS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "xlsx": _xlsx,
    "xls": _xls,
    "xlsb": _xlsb,
    "ods": _ods,
}
