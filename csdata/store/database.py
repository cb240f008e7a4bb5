"""The tables of the workspace file, and the copy that leaves behind what was deleted."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from csdata.store.place import NEW, Place, replace

VERSION: Final = 1
"""Of the tables; a file with a higher one was written by a newer csdata."""

_TABLES: Final = {
    "meta": "key VARCHAR, value VARCHAR",
    "snapshots": (
        "id VARCHAR, name VARCHAR, saved_at TIMESTAMP, revision INTEGER, settings VARCHAR"
    ),
    "files": (
        "snapshot VARCHAR, place INTEGER, name VARCHAR, hash VARCHAR, size BIGINT, state VARCHAR"
    ),
    "blobs": "hash VARCHAR, data BLOB",
    "kept": "kind VARCHAR, key VARCHAR, body VARCHAR",
}
"""No keys: DuckDB checks them against rows that the same transaction has deleted."""

_STAYS: Final = {
    "snapshots": "id NOT IN ({gone})",
    "files": "snapshot NOT IN ({gone})",
    "blobs": "hash IN (SELECT hash FROM files WHERE snapshot NOT IN ({gone}))",
}
"""Which rows a copy takes along; of the other tables all."""


class Newer(Exception):
    """A newer version has written the file."""


class Database:
    """A connection; one at a time uses it (the workspace sees to that)."""

    def __init__(self, place: Place | None) -> None:
        """Open the file of a place, or none at all: in memory.

        Raises:
            Newer: A newer version has written it.
            duckdb.Error: It is damaged.
        """
        self.place = place
        self._connection = self._opened()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        path = ":memory:" if self.place is None else self.place.file
        # What does not fit into memory would be written out beside the file, and stay there.
        connection = duckdb.connect(path, config={"temp_directory": ""})
        try:
            if self.place is not None:
                self.place.file.chmod(0o600)
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        return self._connection.execute(query, list(values)).fetchall()

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Change something."""
        self._connection.execute(statement, list(values))

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of it, or nothing."""
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException:
            # After a fatal error nothing is open any more, and the first error is the one to tell.
            try:
                self._connection.rollback()
            except duckdb.Error:
                self.again()
            raise

    def without(self, *snapshots: str) -> None:
        """Leave out some snapshots, and every blob that nothing refers to, for good.

        Deleted rows stay readable in the bytes of a DuckDB file, so what stays is copied into a new
        one that takes its place. Until then the old one is whole.
        """
        places = ", ".join("?" * len(snapshots))
        gone = f"SELECT unnest([{places}])" if snapshots else "SELECT ''"
        if self.place is None:
            with self.transaction():
                for table in ("blobs", "files", "snapshots"):  # blobs are told by the files
                    stays = _STAYS[table].format(gone=gone)
                    self.run(f"DELETE FROM {table} WHERE NOT ({stays})", snapshots)  # noqa: S608
            return
        new = self.place.folder / NEW
        self._copy(new, gone, snapshots)
        self.close()
        try:
            replace(new, self.place.file)
        finally:
            self._connection = self._opened()

    def _copy(self, new: Path, gone: str, snapshots: Sequence[str]) -> None:
        new.unlink(missing_ok=True)
        quoted = str(new).replace("'", "''")
        self.run(f"ATTACH '{quoted}' AS copied")
        try:
            for table, columns in _TABLES.items():
                stays = _STAYS.get(table, "true").format(gone=gone)
                self.run(f"CREATE TABLE copied.{table} ({columns})")
                values = snapshots if "?" in stays else ()
                self.run(
                    f"INSERT INTO copied.{table} SELECT * FROM {table} WHERE {stays}",  # noqa: S608
                    values,
                )
        finally:
            self.run("DETACH copied")
        new.chmod(0o600)

    def again(self) -> None:
        """Open the file anew, after an error that has left the connection useless."""
        self.close()
        self._connection = self._opened()

    def close(self) -> None:
        """Write everything into the file, and let it go."""
        self._connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, or see that they are ours."""
    there = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
    if not there:
        connection.begin()
        for table, columns in _TABLES.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.execute("INSERT INTO meta VALUES ('version', ?)", [str(VERSION)])
        connection.commit()
        return
    said = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    if said is None or not str(said[0]).isdigit():
        raise duckdb.DataError("no version")
    if int(said[0]) > VERSION:
        raise Newer
    for table in _TABLES:
        connection.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608 (our own names)
