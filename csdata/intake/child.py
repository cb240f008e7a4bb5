"""Reads one uploaded file in a process of its own and hands back its cells as text.

A workbook of 5 KB can abort the process that parses it, and no ``except`` catches that. The parent
(:mod:`csdata.intake.process`) therefore runs this file by its path, in isolated mode::

    python -I child.py '{"path": "…", "kind": "xlsx", …}' > cells

By path, because ``-m`` would import the whole package first; this module imports nothing of it.
The file comes as a path and not through a pipe, because the parser holds bytes twice. Standard
output is an Arrow stream with one text column per column of the sheet, named by its
position from 0; the schema's metadata say the rest. What cannot be read ends with status
:data:`PROBLEM` and a JSON object instead.
"""

from __future__ import annotations

import codecs
import csv
import importlib
import importlib.abc
import io
import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

pc: Any = importlib.import_module("pyarrow.compute")  # its functions come into being on import

PROBLEM: Final = 65
"""Exit status of a file that cannot be read, for a reason given as JSON."""

CHUNK: Final = 50_000
"""Rows of a CSV turned into columns at a time, so that Python lists stay short."""

FIELD_LIMIT: Final = 1 << 20
"""Characters in one cell of a CSV; an unclosed quote swallows the rest of the file."""

DECIMALS: Final = r"^-?\d+\.\d{9}$"
"""How a number looks that the reader has rounded: it writes nine decimals and no more."""

ERROR_CELLS: Final = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}

Cells = list[pa.ChunkedArray | pa.Array]


class Problem(Exception):
    """The file cannot be read: a word for the parent's sentence, and the figures it needs."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.answer: dict[str, object] = {"problem": word, **values}


class NoPandas(importlib.abc.MetaPathFinder):
    """Keeps pandas out: pyarrow would import it only to ask whether a list is a Series."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse pandas, have no opinion on anything else."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def main() -> int:
    """Read the job's file as the job says; 0, or :data:`PROBLEM` with a JSON object."""
    # Libraries may print: only the answer may reach the parent's pipe.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job: dict[str, Any] = json.loads(sys.argv[1])
    sys.meta_path.insert(0, NoPandas())
    contain(job["memory_bytes"], job["seconds"])
    try:
        table = READERS[job["kind"]](job)
        with pa.ipc.new_stream(answer, table.schema) as writer:
            writer.write_table(table)
    except Problem as problem:
        return _refuse(answer, problem)
    except MemoryError:
        return _refuse(answer, Problem("memory"))
    except BaseException as error:  # noqa: BLE001 (a panic in Rust is a BaseException)
        return _refuse(answer, Problem("broken", detail=type(error).__name__))
    answer.close()
    return 0


def _refuse(answer: io.BufferedWriter, problem: Problem) -> int:
    answer.write(json.dumps(problem.answer).encode())
    answer.close()
    return PROBLEM


def contain(memory: int, seconds: int) -> None:
    """Limit this process where the system can; elsewhere the parent's polling has to do."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,  # a core dump would leave the customers' names on the disk
    }
    for limit, value in wanted.items():
        _, most = resource.getrlimit(limit)
        if most != resource.RLIM_INFINITY:
            value = min(value, most)  # noqa: PLW2901
        try:
            resource.setrlimit(limit, (value, most))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS
            continue


# ------------------------------------------------------------------------------------- workbooks


def read_workbook(job: dict[str, Any]) -> pa.Table:
    """One sheet of a workbook: the wanted one, else the first visible one with a cell."""
    import fastexcel

    reader = fastexcel.read_excel(job["path"])
    names = reader.sheet_names
    wanted: str | None = job["sheet"]
    if wanted is not None and wanted not in names:
        raise Problem("sheet", sheets=names)
    for name in names if wanted is None else [wanted]:
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if sheet.width and sheet.height and (wanted is not None or sheet.visible == "visible"):
            break
    else:
        raise Problem("empty", sheets=names)
    check_size(sheet.width, sheet.height, job)
    positions = [column.absolute_index for column in sheet.available_columns()]
    batch, failed = sheet.to_arrow_with_errors()
    errors = [
        (error.position[0], positions[error.position[1]], _error_text(error.detail))
        for error in (failed.errors if failed else [])
    ]
    name = sheet.name
    del sheet  # frees the parsed cells before a second look
    cells = exact(reader, name, pa.Table.from_batches([pa.record_batch(batch)]).columns)
    return answer_table(cells, positions, sheet=name, sheets=names, errors=errors)


def _error_text(detail: str) -> str:
    found = re.search(r"Error\((\w+)\)", detail)
    return ERROR_CELLS.get(found[1], "#ERROR") if found else "#ERROR"


def exact(reader: Any, name: str, cells: Cells) -> Cells:
    """The cells with full precision where the reader has cut a number to nine decimals.

    The text form is what the rest works on; only columns with such numbers are read again.
    """
    rounded = {
        i: mask
        for i, column in enumerate(cells)
        if pc.any(mask := pc.match_substring_regex(column, DECIMALS)).as_py()
    }
    if not rounded:
        return cells
    kinds = dict.fromkeys(rounded, "float")
    again = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes=kinds).to_arrow()
    numbers = pa.Table.from_batches([pa.record_batch(again)]).columns
    result = list(cells)
    for i, mask in rounded.items():
        text = pc.cast(numbers[i], pa.string())
        usable = pc.and_kleene(pc.fill_null(mask, fill_value=False), pc.is_valid(text))
        result[i] = pc.if_else(usable, text, cells[i])
    return result


# ------------------------------------------------------------------------------------------- CSV


def read_csv(job: dict[str, Any]) -> pa.Table:
    """Every record of a CSV, short ones padded with missing cells."""
    path = Path(job["path"])
    encoding = find_encoding(path)
    csv.field_size_limit(FIELD_LIMIT)
    batches: list[list[pa.Array]] = []
    width = height = 0
    try:
        with path.open(encoding=encoding, newline="") as text:
            for chunk in _chunks(csv.reader(text)):
                width = max(width, *map(len, chunk))
                height += len(chunk)
                check_size(width, height, job)
                columns = itertools.zip_longest(*chunk)
                batches.append([pa.array(column, pa.string()) for column in columns])
    except csv.Error as error:
        raise Problem("csv", detail=str(error)) from error
    cells: Cells = [
        pa.chunked_array(
            [
                batch[i] if i < len(batch) else pa.nulls(len(batch[0]), pa.string())
                for batch in batches
                if batch
            ],
            pa.string(),
        )
        for i in range(width)
    ]
    return answer_table(cells, list(range(width)), encoding=encoding)


def _chunks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        # A blank line is an empty list; it keeps its place, so that row numbers stay true.
        yield [row or [""] for row in chunk]


def find_encoding(path: Path) -> str:
    """utf-8 (with or without a byte-order mark), else cp932.

    Others are never tried: latin-1 accepts anything, and euc_jp can take cp932 silently wrong.
    """
    with path.open("rb") as file:
        marked = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    for encoding in ("utf-8-sig",) if marked else ("utf-8", "cp932"):
        if decodes(path, encoding):
            return encoding
    raise Problem("encoding")


def decodes(path: Path, encoding: str) -> bool:
    """Whether all of it is text in that encoding; piecewise, so that no copy is kept."""
    try:
        with path.open(encoding=encoding, newline="") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


# ---------------------------------------------------------------------------------------- shared


def check_size(width: int, height: int, job: dict[str, Any]) -> None:
    """Refuse a sheet that is wider or larger than the limits."""
    if width > job["columns"]:
        raise Problem("columns", found=width, limit=job["columns"])
    if width * height > job["cells"]:
        raise Problem("cells", found=width * height, limit=job["cells"])


def answer_table(cells: Cells, positions: list[int], **said: object) -> pa.Table:
    """The cells as a table whose columns are named by position."""
    names = [str(position) for position in positions]
    table = pa.table(dict(zip(names, cells, strict=True)))
    return table.replace_schema_metadata({"csdata": json.dumps(said)})


READERS: Final[dict[str, Callable[[dict[str, Any]], pa.Table]]] = {
    "xlsx": read_workbook,
    "csv": read_csv,
}

if __name__ == "__main__":
    os._exit(main())  # the answer is out; tearing large tables down only takes time
