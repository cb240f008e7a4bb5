"""CSV and its kin: every record of a text file, or of one in an archive."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyarrow as pa

from . import zips
from .answers import HEAD_ROWS, Cells, Rows, answer_table, preview
from .charsets import Opener, as_text, find_encoding
from .problems import Job, Problem, check_sheets

FIELD_LIMIT: Final = 1 << 20
"""Characters in one cell of a CSV; an unclosed quote swallows the rest of the file."""

HEAD: Final = 1 << 16
"""Characters that the delimiter is looked for in."""

DELIMITERS: Final = ",\t;|"
"""From the likeliest down: of two that do equally well the former is taken."""

QUOTED: Final = re.compile(r'(?:^|(?<=[,;\t|\r\n]))"(?:[^"]++|"")*+"(?=[,;\t|\r\n]|$)')
"""A cell in quotes; a quote inside other text is only a character."""

HINT: Final = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)
"""What Excel understands in the first line."""

COUNTED: Final = 3
"""Delimiters of a line that speak for themselves; a list inside a cell may have many more."""


def read_csv(job: Job) -> pa.Table:
    """The records of a text file."""
    path = Path(job["path"])
    return _read(lambda: path.open("rb"), job)


def read_zip(job: Job) -> pa.Table:
    """One of the text files in an archive; each of them is called a sheet.

    Without a wanted one, and where there are several, only their first rows are told.
    """
    try:
        return _read_member(job)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Problem("truncated", detail=type(error).__name__) from error


def _read_member(job: Job) -> pa.Table:
    with zipfile.ZipFile(job["path"]) as archive:
        found = zips.tables(archive.infolist(), zips.PLAIN)
        check_sheets(len(found), job)
        names = list(found)
        wanted: str | None = job["sheet"] or (names[0] if len(names) == 1 else None)
        if wanted is None:
            told = [_first_rows(archive, name, member) for name, member in found.items()]
            return answer_table([], [], sheets=names, previews=[t for t in told if t])
        if wanted not in found:
            raise Problem("sheet", sheets=names)
        return _read(_opener(archive, found[wanted]), job, sheet=wanted, sheets=names)


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Opener:
    return lambda: cast("BinaryIO", archive.open(member))


def _first_rows(
    archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo
) -> dict[str, object] | None:
    """The first rows of a member, and about how many there are; None if it is no text."""
    with archive.open(member) as file:
        raw = file.read(HEAD)
    whole = len(raw) == member.file_size
    try:
        encoding = find_encoding(lambda: io.BytesIO(raw if whole else raw.rsplit(b"\n", 1)[0]))
    except Problem:
        return None
    text = raw.decode(encoding, "ignore")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text)))
    except csv.Error:
        return None
    width = max(map(len, rows[:HEAD_ROWS]), default=0)
    # The rest is taken to be like the beginning.
    height = len(rows) if whole else len(rows) * member.file_size // len(raw)
    shown = [[*row, *[""] * (width - len(row))] for row in rows[:HEAD_ROWS]]
    cells: Cells = [pa.array(column, pa.string()) for column in zip(*shown, strict=True)]
    return preview(name, cells, range(width), height=height, width=width)


def _read(opened: Opener, job: Job, **said: object) -> pa.Table:
    encoding = find_encoding(opened)
    with as_text(opened, encoding) as text:
        delimiter = find_delimiter(text.read(HEAD))
    csv.field_size_limit(FIELD_LIMIT)
    rows = Rows(job)
    try:
        with as_text(opened, encoding) as text:
            rows.extend(csv.reader(text, delimiter=delimiter))
    except csv.Error as error:
        raise Problem("csv", detail=str(error)) from error
    cells = rows.cells()
    positions = range(rows.width)
    told = {
        "previews": [
            preview(
                str(said.get("sheet", "")), cells, positions, height=rows.height, width=rows.width
            )
        ],
        "encoding": encoding,
        "delimiter": delimiter,
    }
    return answer_table(cells, positions, **told | said)


def find_delimiter(text: str) -> str:
    """What parts the cells: of what stands outside quotes, the most regular from line to line."""
    if hint := HINT.match(text):
        return hint[1]
    lines = QUOTED.sub("", text).splitlines()
    if len(text) >= HEAD:
        lines = lines[:-1]  # cut off somewhere

    parted: dict[str, set[int]] = {}
    worth: dict[str, int] = {}
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        sums = {n: min(n, COUNTED) * k for n, k in Counter(filter(None, counts)).items()}
        usual = max(sums, key=sums.__getitem__, default=0)
        worth[delimiter] = sums.get(usual, 0)
        parted[delimiter] = {i for i, n in enumerate(counts) if n and n == usual}
    # A list inside the cells parts the rows, and not the headings above them.
    real = [d for d in DELIMITERS if not any(parted[d] < parted[other] for other in DELIMITERS)]
    return max(real, key=worth.__getitem__)
