"""Reads one uploaded file in a process of its own and hands back its cells as text.

A workbook of 5 KB can abort the process that parses it, and no ``except`` catches that. The parent
(:mod:`csdata.intake.process`) therefore runs this folder by its path, in isolated mode::

    python -I child/__main__.py '{"path": "…", "kind": "xlsx", …}' < password > cells

By path, because ``-m`` would import the whole package first; nothing here imports anything of it.
The file comes as a path and not through a pipe, because the parser holds bytes twice; a password
comes through standard input, where no list of processes shows it. Standard output is an Arrow
stream with one text column per column of the sheet, named by its position from 0; the schema's
metadata say the rest. What cannot be read ends with status :data:`PROBLEM` and a JSON object
instead.
"""

from __future__ import annotations

import importlib.abc
import io
import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from .books import read_book
from .delimited import read_csv, read_zip
from .locked import read_locked
from .markup import read_html
from .problems import Job, Problem

PROBLEM: Final = 65
"""Exit status of a file that cannot be read, for a reason given as JSON."""


NO_ROOM: Final = re.compile("failed to map|allocate memory|paging file", re.IGNORECASE)
"""What the system says of a library for which there is no memory left."""


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
        table = read(job, sys.stdin.buffer.read().decode())
        with pa.ipc.new_stream(answer, table.schema) as writer:
            writer.write_table(table)
    except Problem as problem:
        return _refuse(answer, problem)
    except MemoryError:
        return _refuse(answer, Problem("memory"))
    except BaseException as error:  # noqa: BLE001 (a panic in Rust is a BaseException)
        if isinstance(error, ImportError) and NO_ROOM.search(str(error)):
            return _refuse(answer, Problem("memory"))
        return _refuse(answer, Problem("broken", detail=type(error).__name__))
    answer.close()
    return 0


def read(job: Job, password: str = "") -> pa.Table:
    """The table of a job's answer."""
    return read_locked(job, password) if job["kind"] == "encrypted" else READERS[job["kind"]](job)


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


READERS: Final[dict[str, Callable[[Job], pa.Table]]] = {
    **dict.fromkeys(("xlsx", "xlsb", "xls", "ods"), read_book),
    "html": read_html,
    "csv": read_csv,
    "zip": read_zip,
}
