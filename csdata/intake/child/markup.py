"""Tables in HTML, which the export "Details Only" calls .xls."""

from __future__ import annotations

import codecs
import importlib
import io
import re
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from .answers import Cells, Rows, answer_table, preview
from .charsets import MARKS, Opener, as_text, decodes, find_encoding
from .problems import Job, Problem, check_sheets

HEAD: Final = 1 << 16
CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
JAPANESE: Final = {"shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "ms_kanji"}
"""Names of what is really cp932."""

BLANKS: Final = " \t\r\n\f\xa0"
"""What stands around a text in HTML without being part of it."""

PIECE: Final = 1 << 16


class Recoded(io.RawIOBase):
    """The page as UTF-8, so that Python's knowledge of Japanese encodings counts."""

    def __init__(self, text: io.TextIOBase) -> None:
        super().__init__()
        self._text = text

    def read(self, size: int = -1, /) -> bytes:
        """The next piece; a NUL would end the page for libxml2."""
        del size
        return self._text.read(PIECE).replace("\0", "").encode("utf-8", "replace")


def read_html(job: Job) -> pa.Table:
    """One table of a page: the wanted one, else the largest. Each table is called a sheet."""
    path = Path(job["path"])

    def opened() -> Any:
        return path.open("rb")

    encoding = page_encoding(opened)
    with as_text(opened, encoding) as text:
        tables = [t for t in _tables(Recoded(text), job) if t[0]]
    if not tables:
        raise Problem("empty", sheets=[])
    # A page with one table is like a CSV: there is nothing to choose.
    names = [str(i) for i in range(1, len(tables) + 1)] if len(tables) > 1 else []
    wanted: str | None = job["sheet"]
    if wanted is not None and wanted not in names:
        raise Problem("sheet", sheets=names)
    sizes = [len(cells) * height for cells, height in tables]
    chosen = names.index(wanted) if wanted is not None else sizes.index(max(sizes))
    previews = [
        preview(name, cells, range(len(cells)), height=height, width=len(cells))
        for name, (cells, height) in zip(names or [""], tables, strict=True)
    ]
    cells = tables[chosen][0]
    return answer_table(
        cells,
        range(len(cells)),
        sheet=names[chosen] if names else "",
        sheets=names,
        previews=previews,
        encoding=encoding,
    )


def page_encoding(opened: Opener) -> str:
    """By the byte-order mark, else what the page says if it holds true, else as for any text."""
    with opened() as file:
        head = file.read(HEAD)
    said = CHARSET.search(head)
    if said and not any(head.startswith(mark) for mark, _ in MARKS):
        name = said[1].decode("ascii").lower()
        name = "cp932" if name in JAPANESE else name
        try:
            known = codecs.lookup(name).name
        except LookupError:
            known = ""
        # A page that says UTF-16 in ASCII is wrong about itself.
        if known in {"utf-8", "cp932", "euc_jp", "iso2022_jp", "iso8859-1", "cp1252"} and decodes(
            opened, known
        ):
            return known
    return find_encoding(opened)


def _tables(page: Recoded, job: Job) -> list[tuple[Cells, int]]:
    """Columns and height of every table, in the order in which they begin."""
    etree: Any = importlib.import_module("lxml.etree")  # compiled, without stubs

    found: list[Table] = []
    inside: list[Table] = []
    # The text and depth that libxml2 allows by itself are limits on what a page may cost.
    events = etree.iterparse(
        page,
        html=True,
        events=("start", "end"),
        tag=("table", "tr"),
        encoding="utf-8",
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in events:
            if element.tag == "table":
                if event == "start":
                    inside.append(Table(job))
                    found.append(inside[-1])
                    check_sheets(len(found), job)
                elif inside:
                    inside.pop()
                    _forget(element)
            elif event == "end" and inside:
                inside[-1].add(element)
                _forget(element)
    except etree.XMLSyntaxError as error:
        # An empty page, or one beyond what libxml2 allows.
        raise Problem("broken", detail=str(error)[:200]) from error
    return [(table.rows.cells(), table.rows.height) for table in found]


def _forget(element: Any) -> None:
    """Free what has been read: the element's content and whatever stands before it."""
    element.clear(keep_tail=True)
    while (before := element.getprevious()) is not None:
        before.getparent().remove(before)


class Table:
    """The rows of one table, with cells that span several columns or rows at their place."""

    def __init__(self, job: Job) -> None:
        self.rows = Rows(job)
        self._most: int = job["columns"] + 1
        self._line = 0
        self._covered: dict[int, int] = {}  # column → last line that a cell further up covers

    def add(self, line: Any) -> None:
        """The cells of one ``<tr>``."""
        row: list[str | None] = []
        self._line += 1
        for cell in line:
            if cell.tag in {"td", "th"}:
                if self._covered:
                    self._skip(row)
                row.append(_text(cell))
                if cell.attrib:
                    self._span(row, cell)
        self._skip(row)
        self.rows.add(row)

    def _skip(self, row: list[str | None]) -> None:
        """Leave the places blank that cells further up cover."""
        while self._covered.get(len(row), 0) >= self._line:
            row.append(None)

    def _span(self, row: list[str | None], cell: Any) -> None:
        first = len(row) - 1
        row.extend([None] * (min(_count(cell.get("colspan")), self._most) - 1))
        lines = _count(cell.get("rowspan"))
        if lines > 1:
            self._covered |= dict.fromkeys(range(first, len(row)), self._line + lines - 1)


def _count(said: str | None) -> int:
    """What a span says; anything else than a small number is none."""
    return max(1, int(said)) if said and re.fullmatch("[0-9]{1,5}", said) else 1


def _text(cell: Any) -> str:
    if len(cell) == 0:
        return (cell.text or "").strip(BLANKS)
    for line_end in cell.iter("br"):
        line_end.tail = "\n" + (line_end.tail or "")
    return "".join(cell.itertext()).strip(BLANKS)
