"""Runs the reading process, watches over it and turns its end into a table or one clear error.

Neither a pool nor ``multiprocessing``: those start the caller's script again and break scripts
without a ``__main__`` guard.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import pyarrow as pa

from csdata.errors import BadValues, CsDataError, FileTooLarge, NoTableFound, UnreadableFile
from csdata.i18n import message
from csdata.intake.limits import Limits, megabytes
from csdata.intake.memory import resident_bytes

CHILD: Final = Path(__file__).with_name("child.py")
PROBLEM: Final = 65
"""Exit status of the child for a file that it understood to be unreadable."""

POLL: Final = 0.1
"""Seconds between two looks at the child."""

FRUGAL: Final = {
    # Pools and arenas reserve address space per core, which the memory limit counts.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "2",
    "RUST_BACKTRACE": "0",
}


def _ends_by(*names: str) -> frozenset[int]:
    """Exit statuses of a process that a signal ended; Windows knows few signals."""
    return frozenset(-int(getattr(signal, name)) for name in names if hasattr(signal, name))


TOO_LONG: Final = _ends_by("SIGXCPU")
TOO_MUCH: Final = _ends_by("SIGABRT", "SIGKILL")
"""How a child ends that asked for more memory than it may have (Rust aborts, Linux kills)."""


def read_cells(
    path: Path, *, kind: str, name: str, sheet: str | None, limits: Limits
) -> tuple[pa.Table, dict[str, Any]]:
    """All cells of one sheet as text, and what the reader says about them.

    Args:
        path: The bytes on disk; never a name that was uploaded.
        kind: ``"xlsx"`` or ``"csv"``.
        name: What the user calls the file, for messages.
        sheet: The sheet to read, or None for the first visible one with cells.
        limits: What the reading may cost.

    Raises:
        UnreadableFile, FileTooLarge, NoTableFound: The child could not read it, or died of it.
        BadValues: There is no sheet of that name.
    """
    job = {
        "path": str(path),
        "kind": kind,
        "sheet": sheet,
        "memory_bytes": limits.memory_bytes,
        "seconds": limits.seconds,
        "columns": limits.columns,
        "cells": limits.cells,
    }
    status, answer = _run(job, name, limits)
    if status == PROBLEM:
        _explain(json.loads(answer), name, sheet, limits)
    if status in TOO_LONG:
        raise _too_slow(name, limits)
    if status in TOO_MUCH:
        raise _too_much_memory(name, limits)
    if status:
        raise unreadable(name, "broken")
    table = pa.ipc.open_stream(pa.py_buffer(answer)).read_all()
    return table, json.loads(table.schema.metadata[b"csdata"])


def _run(job: Mapping[str, object], name: str, limits: Limits) -> tuple[int, bytes]:
    with subprocess.Popen(
        [sys.executable, "-I", str(CHILD), json.dumps(job)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | FRUGAL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        try:
            return _watch(process, name, limits)
        finally:
            process.kill()


def _watch(process: subprocess.Popen[bytes], name: str, limits: Limits) -> tuple[int, bytes]:
    """Wait for the answer, looking at time and memory: not every system limits them for us."""
    deadline = time.monotonic() + limits.seconds
    while True:
        try:
            answer, _ = process.communicate(timeout=POLL)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise _too_slow(name, limits) from None
            if resident_bytes(process) > limits.memory_bytes:
                raise _too_much_memory(name, limits) from None
        else:
            return process.returncode, answer


# ---------------------------------------------------------------------------------------- errors


def unreadable(name: str, problem: str) -> UnreadableFile:
    """The error of bytes that are no table; the catalogue has a sentence and a remedy for each."""
    return UnreadableFile(
        file=name,
        why=message(f"intake.why_{problem}"),
        remedy=message(f"intake.remedy_{problem}"),
    )


def too_large(name: str, what: str, found: object, limit: object) -> FileTooLarge:
    """The error of a file beyond a limit."""
    return FileTooLarge(file=name, what=message(f"intake.size_{what}"), found=found, limit=limit)


def _too_slow(name: str, limits: Limits) -> FileTooLarge:
    limit = message("intake.seconds", n=limits.seconds)
    return too_large(name, "time", message("intake.over_limit"), limit)


def _too_much_memory(name: str, limits: Limits) -> FileTooLarge:
    limit = megabytes(limits.memory_bytes)
    return too_large(name, "memory", message("intake.over_limit"), limit)


def _explain(answer: dict[str, Any], name: str, sheet: str | None, limits: Limits) -> NoReturn:
    """The child's word as an error."""
    problem: str = answer["problem"]
    error: CsDataError
    if problem == "memory":
        error = _too_much_memory(name, limits)
    elif problem in {"columns", "cells"}:
        error = too_large(name, problem, f"{answer['found']:,}", f"{answer['limit']:,}")
    elif problem == "sheet":
        error = BadValues(
            where=name,
            found=sheet,
            remedy=message("intake.remedy_sheet", sheets=answer["sheets"]),
        )
    elif problem == "empty":
        error = NoTableFound(file=name, remedy=message("intake.remedy_no_cells"))
    else:
        error = unreadable(name, problem)
    raise error
