"""Dated snapshots of imports, remembered recipes and presets, in one file that one process owns."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import duckdb

from csdata.errors import CsDataError
from csdata.i18n import Message, message
from csdata.intake.recipe import Recipe
from csdata.intake.recipe_file import dump, load
from csdata.store.archive import archive_of
from csdata.store.contents import (
    Damaged,
    NoSuchSnapshot,
    NotSaved,
    Settings,
    Snapshot,
    StoredFile,
    Summary,
    digest,
    file_of,
    file_state,
    settings_of,
    settings_state,
)
from csdata.store.database import Corrupt, Database, Newer
from csdata.store.openings import Openings
from csdata.store.place import Place, Unavailable, home, in_the_way

_RECIPE: Final = "recipe"
_PRESET: Final = "preset"
_CURRENT: Final = "current"


@dataclass(frozen=True, slots=True)
class Saved:
    """Which snapshot it was saved as, and which state of it this is."""

    id: str
    revision: int


class Workspace:
    """One file in one folder, or memory where that cannot be had.

    Every method is safe to call from several threads. Every change is one transaction: a process
    that is killed leaves the last state that was complete.

    Attributes:
        why_not: Why nothing is kept beyond this process; None where it is.
        notes: What was found while opening (a damaged file moved aside).
    """

    def __init__(
        self, database: Database, *, why_not: Message | None = None, notes: tuple[Message, ...] = ()
    ) -> None:
        """Use :meth:`open`."""
        self._database = database
        self._lock = threading.RLock()
        self._openings = Openings()
        self.why_not = why_not
        self.notes = notes

    @classmethod
    def open(cls, folder: Path | None = None, *, durable: bool = True) -> Self:
        """Open the workspace of a folder.

        Args:
            folder: Where it is; default ``workspace`` in :func:`home`.
            durable: Whether anything is to be kept at all.

        Returns:
            The workspace; in memory, with the reason in ``why_not``, where another process has it,
            the folder cannot be written, another program has the file open, or a newer version
            has written it. A damaged file is moved aside, and ``notes`` say so.
        """
        if not durable:
            return cls(Database(None), why_not=message("store.not_durable"))
        try:
            place = Place(folder or home() / "workspace")
        except Unavailable as lack:
            return cls(Database(None), why_not=lack.why)
        try:
            return cls(Database(place))
        except Newer:
            place.give_back()
            return cls(Database(None), why_not=message("store.newer"))
        except Corrupt:
            name = place.set_aside()
        except (duckdb.Error, OSError) as error:
            # The file may be whole: whatever is in the way, it stays where it is.
            place.give_back()
            return cls(Database(None), why_not=in_the_way(place.folder, error))
        moved = message("store.damaged", file=name, folder=str(place.folder))
        return cls(Database(place), notes=(moved,))

    @property
    def durable(self) -> bool:
        """Whether it outlives this process."""
        return self._database.place is not None

    @property
    def path(self) -> Path | None:
        """The file, where there is one."""
        return None if self._database.place is None else self._database.place.file

    def close(self) -> None:
        """Let the file go; nothing can be done with the workspace any more."""
        with self._lock:
            self._database.close()
            if self._database.place is not None:
                self._database.place.give_back()

    @contextmanager
    def _writing(self) -> Generator[Database]:
        """Exclusive use; what cannot be written is told as such.

        Raises:
            NotSaved: The disk is full, the folder is gone …
        """
        with self._lock:
            try:
                yield self._database
            except (duckdb.Error, OSError, Corrupt, Newer) as error:
                raise NotSaved(detail=str(error).splitlines()[0][:200]) from error

    def _rows(
        self, query: str, values: Sequence[object] = (), called: str | None = None
    ) -> list[tuple[Any, ...]]:
        """What a query finds; ``called`` is what the user knows it by, else the file.

        Raises:
            Damaged: The file cannot be read any more.
        """
        with self._lock:
            try:
                return self._database.rows(query, values)
            except duckdb.Error as error:
                with suppress(duckdb.Error, Corrupt, Newer):  # a fatal error has closed it
                    self._database.again()
                raise Damaged(name=called or str(self.path)) from error

    # ------------------------------------------------------------------------------- snapshots

    def save(
        self, files: Sequence[StoredFile], settings: Settings, *, last: Saved | None = None
    ) -> Saved:
        """Save an import, in one transaction.

        Args:
            files: Its files, in order.
            settings: What belongs to them together.
            last: What it was saved as before. A state that has meanwhile been changed elsewhere, or
                deleted, is left alone: this becomes a snapshot of its own.

        Raises:
            NotSaved: It cannot be written; the state before stands.
        """
        with self._writing() as database:
            known = database.rows("SELECT id, revision FROM snapshots")
            again = last is not None and (last.id, last.revision) in known
            saved = Saved(last.id, last.revision + 1) if last and again else Saved(_new_id(), 1)
            with database.transaction():
                if again:
                    database.run("DELETE FROM files WHERE snapshot = ?", [saved.id])
                    database.run(
                        "UPDATE snapshots SET saved_at = ?, revision = ?, settings = ?"
                        " WHERE id = ?",
                        [_now(), saved.revision, settings_state(settings), saved.id],
                    )
                else:
                    row = {"id": saved.id, "saved_at": _now(), "revision": saved.revision}
                    database.insert("snapshots", {**row, "settings": settings_state(settings)})
                _put_files(database, saved.id, files)
                _set_current(database, saved.id)
                self._openings.forget(database, saved.id)
            _drop_orphans(database)
        return saved

    def snapshots(self) -> list[Summary]:
        """What is there, the latest first."""
        rows = self._rows(
            "SELECT id, s.name, saved_at, revision, settings,"
            " list(f.name ORDER BY place) FILTER (WHERE place IS NOT NULL),"
            " coalesce(sum(size), 0)"
            " FROM snapshots s LEFT JOIN files f ON f.snapshot = id"
            " GROUP BY ALL ORDER BY saved_at DESC, id"
        )
        return [
            Summary(id_, name, _utc(at), revision, tuple(files or ()), int(size), *_told(state))
            for id_, name, at, revision, state, files, size in rows
        ]

    def has(self, id_: str) -> bool:
        """Whether a snapshot is there, and has not been deleted elsewhere.

        Raises:
            Damaged: The file cannot be read any more.
        """
        return bool(self._rows("SELECT 1 FROM snapshots WHERE id = ?", [id_]))

    def load(self, id_: str) -> Snapshot:
        """A snapshot with its files.

        Raises:
            NoSuchSnapshot: It was deleted.
            NewerSnapshot: A newer version has saved it.
            Damaged: Its bytes are not those that were saved.
        """
        summary = next((s for s in self.snapshots() if s.id == id_), None)
        if summary is None:
            raise NoSuchSnapshot
        called = summary.name or ", ".join(summary.files)
        state = self._rows("SELECT settings FROM snapshots WHERE id = ?", [id_], called)
        rows = self._rows(
            "SELECT name, data, hash, state FROM files JOIN blobs USING (hash)"
            " WHERE snapshot = ? ORDER BY place",
            [id_],
            called,
        )
        whole = len(rows) == len(summary.files)
        if not whole or any(digest(data) != hash_ for _, data, hash_, _ in rows):
            raise Damaged(name=called)
        files = tuple(file_of(name, data, said) for name, data, _, said in rows)
        return Snapshot(summary, files, settings_of(state[0][0], name=called))

    def current(self) -> str | None:
        """Id of the snapshot that was saved or opened last; None if there is none."""
        query = "SELECT value FROM meta JOIN snapshots ON id = value WHERE key = ?"
        rows = self._rows(query, [_CURRENT])
        return rows[0][0] if rows else None

    def set_current(self, id_: str | None) -> None:
        """Open this one at the next start, or none."""
        with self._writing() as database, database.transaction():
            _set_current(database, id_)

    @contextmanager
    def opening(self, id_: str) -> Generator[int]:
        """While a snapshot is opened: what ends the process must not do so at every start.

        Yields:
            How often that was begun before by a process that did not live to see the end of it.
        """
        with self._writing() as database, database.transaction():
            before = self._openings.begin(database, id_)
        done = False
        try:
            yield before
            done = True
        finally:
            with self._writing() as database, database.transaction():
                self._openings.end(database, id_, done=done)

    def rename(self, id_: str, name: str) -> None:
        """Give a snapshot a name; an empty one takes it back.

        Raises:
            NotSaved: It cannot be written.
        """
        with self._writing() as database:
            database.run(
                "UPDATE snapshots SET name = ? WHERE id = ?", [name.strip()[:200] or None, id_]
            )

    def delete(self, id_: str) -> None:
        """Delete a snapshot, out of the bytes of the file as well.

        Raises:
            NotSaved: It cannot be written; the snapshot is still there.
        """
        with self._writing() as database:
            self._openings.forget(database, id_)
            database.without(id_)

    def export(self, id_: str) -> bytes:
        """The files as they came and how they were read, as a zip that can be imported again.

        Raises:
            NoSuchSnapshot, Damaged: As in :meth:`load`.
        """
        return archive_of(self.load(id_))

    def forget_everything(self) -> None:
        """Delete all that was ever kept, with every file that held it.

        Raises:
            NotSaved: A file cannot be deleted.
        """
        with self._writing() as database:
            database.close()
            try:
                for path in database.place.everything() if database.place else ():
                    path.unlink(missing_ok=True)
            finally:
                database.again()
            self._openings.forget_all()
            self.notes = ()

    # ------------------------------------------------------------------- recipes and presets

    def recipes(self) -> dict[str, Recipe]:
        """Fingerprint of headings → what was remembered for them; unreadable ones are left out."""
        found: dict[str, Recipe] = {}
        for key, body in self._kept(_RECIPE).items():
            try:
                found[key] = load(body, name=key)
            except CsDataError:
                continue
        return found

    def remember(self, fingerprint: str, recipe: Recipe) -> None:
        """Use a recipe for every later file with these headings."""
        self._keep(_RECIPE, fingerprint, dump(recipe))

    def forget_recipe(self, fingerprint: str) -> None:
        """Do not use it any more."""
        self._drop(_RECIPE, fingerprint)

    def presets(self) -> Mapping[str, str]:
        """Name → what was kept under it, as text."""
        return self._kept(_PRESET)

    def keep_preset(self, name: str, body: str) -> None:
        """Keep a choice under a name."""
        self._keep(_PRESET, name, body)

    def _kept(self, kind: str) -> dict[str, str]:
        return dict(self._rows("SELECT key, body FROM kept WHERE kind = ? ORDER BY key", [kind]))

    def _keep(self, kind: str, key: str, body: str) -> None:
        with self._writing() as database, database.transaction():
            database.run("DELETE FROM kept WHERE kind = ? AND key = ?", [kind, key])
            database.insert("kept", {"kind": kind, "key": key, "body": body})

    def _drop(self, kind: str, key: str) -> None:
        with self._writing() as database:
            database.run("DELETE FROM kept WHERE kind = ? AND key = ?", [kind, key])


def _put_files(database: Database, id_: str, files: Sequence[StoredFile]) -> None:
    known = {row[0] for row in database.rows("SELECT hash FROM blobs")}
    for number, file in enumerate(files):
        hash_ = digest(file.data)
        if hash_ not in known:
            database.insert("blobs", {"hash": hash_, "data": file.data})
            known.add(hash_)
        row = {"snapshot": id_, "place": number, "name": file.name, "hash": hash_}
        database.insert("files", {**row, "size": len(file.data), "state": file_state(file)})


def _drop_orphans(database: Database) -> None:
    """A file that was taken out of its import is gone for good, too."""
    if database.rows("SELECT 1 FROM blobs WHERE hash NOT IN (SELECT hash FROM files) LIMIT 1"):
        # The import is saved already; what cannot be dropped now is dropped next time.
        with suppress(duckdb.Error, OSError):
            database.without()


def _set_current(database: Database, id_: str | None) -> None:
    database.run("DELETE FROM meta WHERE key = ?", [_CURRENT])
    if id_ is not None:
        database.insert("meta", {"key": _CURRENT, "value": id_})


def _told(state: str) -> tuple[bool, str | None]:
    """Whether the analysis had begun, and the file that the import is called after."""
    try:
        settings = settings_of(state)
    except CsDataError:
        return False, None
    return settings.begun, settings.title


def _new_id() -> str:
    return uuid.uuid4().hex


def _now() -> dt.datetime:
    # DuckDB's timestamps have no zone; a driver for those that have one is another dependency.
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _utc(at: dt.datetime) -> dt.datetime:
    return at.replace(tzinfo=dt.UTC)
