"""The folder of the workspace: where it is, whose it is, and what may lie about in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from pathlib import Path
from typing import Final

import duckdb
import platformdirs

from csdata.i18n import Message, message

FILE: Final = "workspace.duckdb"
NEW: Final = "workspace.new.duckdb"
"""What stays is copied here before it takes the place of the file."""

ASIDE: Final = "workspace.damaged-*.duckdb*"
_OWNER: Final = "owner.duckdb"
_LOCKED: Final = re.compile(r"\block\b|used by another process|being used", re.IGNORECASE)
_PID: Final = re.compile(r"PID (\d+)")

_ours: set[Path] = set()
"""Folders that this process owns: within one process DuckDB opens a file twice without a word."""


class Unavailable(Exception):
    """The folder cannot be had; ``why`` says so to the user."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


def home() -> Path:
    """The folder that holds the workspace: ``CSDATA_HOME``, else the user's data folder."""
    chosen = os.environ.get("CSDATA_HOME")
    return Path(chosen) if chosen else platformdirs.user_data_path("csdata", appauthor=False)


class Place:
    """A folder that belongs to this process until it is given back.

    Who owns it is told by a lock on a small file of its own, which is never replaced: the lock on
    the workspace itself would be lost while a copy takes its place. The system gives it back when
    the process ends, however it ends.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            Unavailable: It cannot be written, or another process has it.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder = folder.resolve()
            self.folder.chmod(0o700)
        except OSError as error:
            raise _unwritable(folder, error) from error
        if self.folder in _ours:
            raise Unavailable(message("store.elsewhere"))
        self._owner = self._lock()
        _ours.add(self.folder)
        for left in (NEW, f"{NEW}.wal"):  # of a deletion that was cut short
            (self.folder / left).unlink(missing_ok=True)

    @property
    def file(self) -> Path:
        """The workspace."""
        return self.folder / FILE

    def _lock(self) -> duckdb.DuckDBPyConnection:
        path = self.folder / _OWNER
        for trial in range(2):
            try:
                return duckdb.connect(path)
            except duckdb.Error as error:
                if _LOCKED.search(str(error)):
                    raise Unavailable(_elsewhere(_PID.search(str(error)))) from error
                if trial or not path.is_file():
                    raise _unwritable(self.folder, error) from error
                path.unlink(missing_ok=True)  # it is damaged; there is nothing in it
        raise AssertionError  # the second trial returns or raises

    def set_aside(self) -> str:
        """Move a damaged workspace out of the way, and say under which name it is kept."""
        stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S-%f")  # noqa: DTZ005 (the user's clock)
        name = f"workspace.damaged-{stamp}.duckdb"
        for suffix in ("", ".wal"):
            with contextlib.suppress(FileNotFoundError):
                self.file.with_name(FILE + suffix).replace(self.folder / (name + suffix))
        return name

    def everything(self) -> list[Path]:
        """Every file that holds anything of the user's."""
        found = [self.folder / name for name in (FILE, NEW)]
        found += [self.folder / f"{name}.wal" for name in (FILE, NEW)]
        return [path for path in found if path.exists()] + list(self.folder.glob(ASIDE))

    def give_back(self) -> None:
        """Somebody else may have it."""
        self._owner.close()
        _ours.discard(self.folder)


def replace(new: Path, old: Path) -> None:
    """Put a file in the place of another one so that a power cut leaves either."""
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    new.replace(old)
    old.with_name(f"{old.name}.wal").unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(old.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def is_locked(error: Exception) -> bool:
    """Whether another process has a file open."""
    return isinstance(error, duckdb.Error) and bool(_LOCKED.search(str(error)))


def in_the_way(folder: Path, error: Exception) -> Message:
    """Why a workspace that is there cannot be had now."""
    if is_locked(error):
        return message("store.in_use", folder=str(folder))
    return _unwritable(folder, error).why


def _elsewhere(pid: re.Match[str] | None) -> Message:
    if pid is None:  # Windows does not say
        return message("store.elsewhere")
    return message("store.elsewhere_pid", pid=pid[1])


def _unwritable(folder: Path, error: Exception) -> Unavailable:
    detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    detail = detail.splitlines()[0][:200]
    return Unavailable(message("store.unwritable", folder=str(folder), detail=detail))
