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
from typing import Any, Final

import pyarrow as pa

from csdata.errors import (
    BadValues,
    CsDataError,
    FileTooLarge,
    NoTableFound,
    PasswordNeeded,
    UnreadableFile,
    WrongPassword,
)
from csdata.i18n import message
from csdata.intake.child.problems import Job
from csdata.intake.limits import Limits, megabytes, setting
from csdata.intake.memory import resident_bytes

CHILD: Final = Path(__file__).with_name("child") / "__main__.py"
PROBLEM: Final = 65
"""Exit status of the child for a file that it understood to be unreadable."""

LOCKED: Final = {"password": PasswordNeeded, "wrong_password": WrongPassword}

LIMIT_OF: Final = {
    "file": "file_bytes",
    "expanded": "expanded_bytes",
    "memory": "memory_bytes",
    "time": "seconds",
}
"""The limit that a size is measured by, where it has another name."""

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
    job: Job, name: str, limits: Limits, password: str = ""
) -> tuple[pa.Table, dict[str, Any]]:
    """All cells of one sheet as text, and what the reader says about them.

    Args:
        job: Path (never a name that was uploaded), kind, sheet or None, survey, and the limits.
        name: What the user calls the file, for messages.
        limits: What the reading may cost.
        password: Goes to the reading process through its standard input, and nowhere else.

    Raises:
        UnreadableFile, FileTooLarge, NoTableFound: The child could not read it, or died of it.
        PasswordNeeded, WrongPassword: It is locked.
        BadValues: There is no sheet of that name.
    """
    status, answer = _run(job, name, limits, password.encode())
    if status == PROBLEM:
        raise explained(json.loads(answer), name, job["sheet"], limits)
    if status in TOO_LONG:
        raise _too_slow(name, limits)
    if status in TOO_MUCH:
        raise _too_much_memory(name, limits)
    if status:
        raise unreadable(name, "broken")
    table = pa.ipc.open_stream(pa.py_buffer(answer)).read_all()
    return table, json.loads(table.schema.metadata[b"csdata"])


def _run(job: Job, name: str, limits: Limits, password: bytes) -> tuple[int, bytes]:
    with subprocess.Popen(
        [sys.executable, "-I", str(CHILD), json.dumps(dict(job))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | FRUGAL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        try:
            return _watch(process, name, limits, password)
        finally:
            process.kill()


def _watch(
    process: subprocess.Popen[bytes], name: str, limits: Limits, password: bytes
) -> tuple[int, bytes]:
    """Wait for the answer, looking at time and memory: not every system limits them for us."""
    deadline = time.monotonic() + limits.seconds
    said: bytes | None = password
    while True:
        try:
            answer, _ = process.communicate(said, timeout=POLL)
        except subprocess.TimeoutExpired:
            said = None  # it may be said once only
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
    """The error of a file beyond a limit, with the variable that moves the limit."""
    return FileTooLarge(
        file=name,
        what=message(f"intake.size_{what}"),
        found=found,
        limit=limit,
        setting=setting(LIMIT_OF.get(what, what)),
    )


def _too_slow(name: str, limits: Limits) -> FileTooLarge:
    limit = message("intake.seconds", n=limits.seconds)
    return too_large(name, "time", message("intake.over_limit"), limit)


def _too_much_memory(name: str, limits: Limits) -> FileTooLarge:
    limit = megabytes(limits.memory_bytes)
    return too_large(name, "memory", message("intake.over_limit"), limit)


def explained(
    answer: Mapping[str, Any], name: str, sheet: str | None, limits: Limits
) -> CsDataError:
    """The reader's word as an error."""
    problem: str = answer["problem"]
    if problem in LOCKED:
        return LOCKED[problem](file=name)
    if problem == "memory":
        return _too_much_memory(name, limits)
    if problem == "sheet":
        remedy = message("intake.remedy_sheet", sheets=answer["sheets"])
        return BadValues(where=name, found=sheet, remedy=remedy)
    if problem == "empty":
        return NoTableFound(file=name, remedy=message("intake.remedy_no_cells"))
    if "limit" in answer:
        shown = megabytes if problem == "expanded" else "{:,}".format
        return too_large(name, problem, shown(answer["found"]), shown(answer["limit"]))
    return unreadable(name, problem)
