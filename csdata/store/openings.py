"""Snapshots that are being opened: by this process, and by those that did not survive it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from csdata.store.database import Database

_KEY: Final = "opening "
"""With the id of the snapshot: how often opening it was begun and not ended."""


@dataclass(slots=True)
class _UnderWay:
    before: int
    windows: int = 0
    done: bool = False


@dataclass(slots=True)
class Openings:
    """Which snapshots this process is opening; the workspace sees to it that one asks at a time.

    A process that ends meanwhile leaves its mark in the file. Several windows that open the same
    snapshot are one opening, and one that is broken off while the process lives is none.
    """

    _now: dict[str, _UnderWay] = field(default_factory=dict[str, _UnderWay])

    def begin(self, database: Database, id_: str) -> int:
        """Leave a mark, and say how many there were before those of this process."""
        if id_ not in self._now:
            self._now[id_] = _UnderWay(_marks(database, id_))
            _mark(database, id_, self._now[id_].before + 1)
        self._now[id_].windows += 1
        return self._now[id_].before

    def end(self, database: Database, id_: str, *, done: bool) -> None:
        """Take the mark back; what has been opened once leaves none."""
        now = self._now.get(id_)
        if now is None:
            return
        now.windows -= 1
        now.done = now.done or done
        if now.windows <= 0:
            del self._now[id_]
            _mark(database, id_, 0 if now.done else now.before)

    def forget(self, database: Database, id_: str) -> None:
        """It has been worked on, so that it can be opened."""
        if id_ in self._now:
            self._now[id_].done = True
        else:
            _mark(database, id_, 0)

    def forget_all(self) -> None:
        """Nothing is there any more."""
        self._now.clear()


def _marks(database: Database, id_: str) -> int:
    rows = database.rows("SELECT value FROM meta WHERE key = ?", [_KEY + id_])
    return int(rows[0][0]) if rows and str(rows[0][0]).isdecimal() else 0


def _mark(database: Database, id_: str, marks: int) -> None:
    database.run("DELETE FROM meta WHERE key = ?", [_KEY + id_])
    if marks:
        database.insert("meta", {"key": _KEY + id_, "value": str(marks)})
