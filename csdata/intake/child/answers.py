"""Cells on their way to the parent: columns gathered in batches, and the table with its facts."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from .problems import Job, check_size

pc: Any = importlib.import_module("pyarrow.compute")  # its functions come into being on import

Cells = list[pa.ChunkedArray | pa.Array]

HEAD_ROWS: Final = 60
HEAD_COLUMNS: Final = 200
HEAD_TEXT: Final = 100
"""How much of a sheet is told beforehand, so that the parent can choose among several."""

CHUNK_ROWS: Final = 50_000
CHUNK_CELLS: Final = 1_000_000
"""Rows turned into columns at a time, so that Python lists stay short."""

# Characters that a target encoding lacks become question marks, one each. Those that ask a question
# stand behind a word and before nothing, or before the next sentence.
_JAPANESE = r"\p{Han}\p{Hiragana}\p{Katakana}"
LOST: Final = "|".join(
    (
        r"\x{FFFD}",
        rf"^\?+[{_JAPANESE}]",
        r"\p{Han}\?+\p{Han}",
        r"\?{2,}[\p{L}\p{N}]",
        r"\p{Han}\?{2,}$",
        r"^\?{2,}$",
    )
)
SUSPICIOUS: Final = (b"?", "\ufffd".encode())

EXAMPLE: Final = 40
"""Characters of a cell that are shown as an example."""


class Rows:
    """Rows of text gathered into columns; short rows are padded with missing cells."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.width = self.height = 0
        self._batches: list[list[pa.Array]] = []
        self._waiting: list[Sequence[str | None]] = []
        self._cells = 0

    def add(self, row: Sequence[str | None]) -> None:
        """One more row; a blank one keeps its place, so that line numbers stay true."""
        self._waiting.append(row or (None,))
        self._cells += len(row)
        if len(self._waiting) >= CHUNK_ROWS or self._cells >= CHUNK_CELLS:
            self._flush()

    def extend(self, rows: Iterator[list[str]]) -> None:
        """Many rows; the loop over them runs in C."""
        while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
            self._waiting = [row or [""] for row in chunk]
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting, self._cells = self._waiting, [], 0
        if not waiting:
            return
        self.width = max(self.width, *map(len, waiting))
        self.height += len(waiting)
        check_size(self.width, self.height, self.job)
        columns = itertools.zip_longest(*waiting)
        self._batches.append([pa.array(column, pa.string()) for column in columns])

    def cells(self) -> Cells:
        """All of it, one column per column of the widest row."""
        self._flush()
        return [
            pa.chunked_array(
                [
                    batch[i] if i < len(batch) else pa.nulls(len(batch[0]), pa.string())
                    for batch in self._batches
                ],
                pa.string(),
            )
            for i in range(self.width)
        ]


def answer_table(cells: Cells, positions: Sequence[int], **said: object) -> pa.Table:
    """The cells as a table whose columns are named by position; its metadata say the rest."""
    names = [str(position) for position in positions]
    table = pa.table(dict(zip(names, cells, strict=True)))
    lost, example = losses(cells)
    facts = {"lost": lost, "lost_example": example, **said}
    return table.replace_schema_metadata({"csdata": json.dumps(facts)})


def preview(
    name: str, cells: Cells, positions: Sequence[int], *, height: int, width: int
) -> dict[str, object]:
    """The first rows of a sheet, each cell at its place and cut to a length that can be shown."""
    last = max((p for p in positions if p < HEAD_COLUMNS), default=-1)
    blank: list[str] = [""] * min(height, HEAD_ROWS)
    columns = [blank] * (last + 1)
    for position, column in zip(positions, cells, strict=True):
        if position <= last:
            texts = column.slice(0, HEAD_ROWS).to_pylist()
            columns[position] = [(text or "")[:HEAD_TEXT] for text in texts]
    rows = list(map(list, zip(*columns, strict=False)))
    return {"name": name, "height": height, "width": width, "rows": rows}


def losses(cells: Cells) -> tuple[int, str]:
    """How many cells hold what is left of characters that an encoding lacks, and the first."""
    count, example = 0, ""
    for column in cells:
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        if not any(map(_suspicious, chunks)):
            continue
        hits = pc.fill_null(pc.match_substring_regex(column, LOST), fill_value=False)
        n = pc.sum(hits).as_py() or 0
        if n and not example:
            example = column.filter(hits)[0].as_py()[:EXAMPLE]
        count += n
    return count, example


def _suspicious(chunk: pa.Array) -> bool:
    """Whether a pattern has anything to look for; far quicker than asking the pattern."""
    data = chunk.buffers()[-1]
    if data is None:
        return False
    raw = data.to_pybytes()
    return any(sign in raw for sign in SUSPICIOUS)
