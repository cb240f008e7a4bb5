"""Bytes → cells: what kind of file it is, whether it is safe to open, and its cells as text.

The kind is taken from the bytes; an extension says nothing. A zip archive is judged by its
directory before anything in it is expanded; everything is parsed in a process of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import pyarrow as pa

from csdata.i18n import Message, message
from csdata.intake import archive, sheets
from csdata.intake.child import zips
from csdata.intake.child.problems import Job, Problem
from csdata.intake.limits import Limits, limits_in_force, megabytes
from csdata.intake.process import explained, read_cells, too_large, unreadable
from csdata.intake.sniff import READABLE, kind_of, promised
from csdata.tables import SheetPreview

UNNAMED: Final = "data"

ZIPPED: Final = frozenset({"xlsx", "xlsb", "ods", "zip"})
ENCODINGS: Final = {"cp932": "Shift_JIS", "utf-16": "UTF-16", "euc_jp": "EUC-JP"}
"""What people call the encodings that are worth a word; others go by their own name."""

PLAIN: Final = frozenset({"utf-8", "utf-8-sig"})

SHOWN_ROWS: Final = 8
SHOWN_COLUMNS: Final = 12
SHOWN_TEXT: Final = 40
"""How much of a sheet is kept to choose it by."""

Reader = Callable[[Job, str, Limits, str], tuple[pa.Table, dict[str, Any]]]
"""Reads a job of a name under limits with a password: the cells and what is said of them."""


@runtime_checkable
class Readable(Protocol):
    """A file-like object: an open file, ``BytesIO``, an uploaded file of the app."""

    def read(self) -> bytes: ...  # noqa: D102


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """One sheet as text: a column per column of the sheet, named by its position from 0.

    Blank cells are missing or empty text. Dates of a workbook are ISO text, numbers plain decimals,
    so the native type can be told from the text. ``kind`` is what the bytes are: xlsx, xlsb, xls,
    ods, html, csv (whatever the delimiter) or zip. ``errors`` has the cells that hold an error such
    as ``#N/A`` (row and column from 0, what it says), ``formulas`` those whose formula nobody has
    worked out; both are blank in ``table``. ``formats``: what number formats added to the text of
    numbers (money, percent, month, zeros), and in which columns. ``notes`` say what was noticed on
    opening: that name and content disagree, characters lost, a delimiter … ``previews`` has every
    sheet that can be seen. ``epoch_1904``: serial numbers count from 1904.
    ``merges`` are cells merged downwards: first and last row and column, from 0. ``decimals`` are
    columns (by position) in which every number like 1.234 is a true number of the workbook,
    ``dotted`` such numbers among texts; ``rounded`` are numbers that are too long to be whole (row
    and column, from 0).
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
    formulas: tuple[tuple[int, int, str], ...] = ()
    formats: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    merges: tuple[tuple[int, int, int], ...] = ()
    decimals: frozenset[int] = frozenset()
    dotted: tuple[tuple[int, int], ...] = ()
    rounded: tuple[tuple[int, int], ...] = ()


def open_file(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | Readable,
    *,
    name: str | None = None,
    sheet: str | None = None,
    password: str | None = None,
    limits: Limits | None = None,
    read: Reader = read_cells,
) -> tuple[str, Cells]:
    """The name to show for a file and the cells of one of its sheets.

    Args:
        source: A path, the bytes themselves, or an open binary file.
        name: What to call the file; default its own name.
        sheet: The sheet to read; default the one that looks most like a table.
        password: Opens an encrypted workbook; handed to the reading process and kept nowhere.
        limits: What the file may cost; default those in force.
        read: Reads the cells; default in a process of its own.

    Raises:
        UnreadableFile, FileTooLarge, NoTableFound, BadValues, PasswordNeeded, WrongPassword: as in
            :func:`csdata.intake.read_export`.
    """
    limits = limits or limits_in_force()
    shown = display_name(source, name)
    with staged(source, shown, limits) as path:
        kind = kind_of(path)
        if kind not in READABLE:
            raise unreadable(shown, kind)
        try:
            if kind in ZIPPED:
                with path.open("rb") as file:
                    zips.check(zips.directory(file), asdict(limits))
            packed = archive.only_workbook(path, limits) if kind == "zip" else None
        except Problem as problem:
            raise explained(problem.answer, shown, sheet, limits) from problem
        if packed is not None:
            inside, data = packed
            _, cells = open_file(
                data, name=inside, sheet=sheet, password=password, limits=limits, read=read
            )
            return shown, cells
        with called_by_kind(path, kind) as safe:
            job = {"path": str(safe), "kind": kind, "sheet": sheet, "survey": True}
            table, said = read(job | asdict(limits), shown, limits, password or "")
            previews = scored(said.get("previews", ()))
            best = _best(previews)
            if sheet is None and best is not None and best.name != said.get("sheet", ""):
                job |= {"sheet": best.name, "survey": False}
                table, said = read(job | asdict(limits), shown, limits, password or "")
    return shown, _cells(table, said, name=shown, kind=kind, previews=previews)


def _best(previews: tuple[SheetPreview, ...]) -> SheetPreview | None:
    """The sheet that looks most like a table; of equals, the first."""
    return max(previews, key=lambda preview: preview.score, default=None)


def scored(told: Any) -> tuple[SheetPreview, ...]:
    """What the reader tells of each sheet, with a score, cut to what is shown."""
    return tuple(
        SheetPreview(
            name=one["name"],
            score=sheets.score(one["rows"], height=one["height"]),
            height=one["height"],
            width=one["width"],
            rows=tuple(
                tuple(text[:SHOWN_TEXT] for text in row[:SHOWN_COLUMNS])
                for row in one["rows"][:SHOWN_ROWS]
            ),
        )
        for one in told
    )


def _cells(
    table: pa.Table,
    said: dict[str, Any],
    *,
    name: str,
    kind: str,
    previews: tuple[SheetPreview, ...],
) -> Cells:
    kind = said.get("kind", kind)
    numbers = said.get("numbers", {})
    return Cells(
        table=table,
        kind=kind,
        sheet=said.get("sheet", ""),
        sheets=tuple(said.get("sheets", ())),
        encoding=said.get("encoding"),
        errors=tuple((row, column, text) for row, column, text in said.get("errors", ())),
        notes=tuple(_notes(said, name=name, kind=kind)),
        previews=previews,
        epoch_1904=said.get("epoch_1904", False),
        formulas=tuple((row, column, text) for row, column, text in said.get("formulas", ())),
        formats={kind: tuple(columns) for kind, columns in said.get("formats", {}).items()},
        merges=tuple((first, last, column) for first, last, column in said.get("merges", ())),
        decimals=frozenset(numbers.get("decimals", ())),
        dotted=tuple((row, column) for row, column in numbers.get("dotted", ())),
        rounded=tuple((row, column) for row, column in numbers.get("rounded", ())),
    )


def _notes(said: dict[str, Any], *, name: str, kind: str) -> Generator[Message]:
    if promised(name) not in {None, kind}:
        ending = "." + name.rsplit(".", 1)[-1]
        yield message("note.kind_differs", ending=ending, kind=message(f"intake.kind_{kind}"))
    encoding = said.get("encoding")
    if encoding and encoding not in PLAIN:
        yield message("note.encoding", encoding=ENCODINGS.get(encoding, encoding))
    if (delimiter := said.get("delimiter", ",")) != ",":
        tab = delimiter == "\t"
        said_so = message("intake.delimiter_tab") if tab else delimiter
        yield message("note.delimiter", delimiter=said_so)
    if lost := said.get("lost", 0):
        yield message("note.lost_characters", n=lost, example=said["lost_example"])


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


@contextmanager
def called_by_kind(path: Path, kind: str) -> Generator[Path]:
    """The file under a name whose ending is its kind: the parser of workbooks goes by that."""
    if path.suffix.lower() == f".{kind}" or kind not in {"xlsx", "xlsb", "xls", "ods"}:
        yield path.absolute()
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="csdata-"))
        called = Path(folder) / f"upload.{kind}"
        try:
            called.symlink_to(path.absolute())
        except OSError:  # Windows asks for a privilege
            shutil.copyfile(path, called)
        yield called


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
