"""The tables of the workspace file, and the copy that leaves behind what was deleted."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from csdata.store.place import NEW, Place, replace

MIGRATIONS: tuple[tuple[str, ...], ...] = ()
"""Statements that make the tables of version 1 those of version 2, of 2 those of 3, and so on."""

TABLES: Mapping[str, Mapping[str, str]] = {
    "meta": {"key": "VARCHAR", "value": "VARCHAR"},
    "snapshots": {
        "id": "VARCHAR",
        "name": "VARCHAR",
        "saved_at": "TIMESTAMP",
        "revision": "INTEGER",
        "settings": "VARCHAR",
    },
    "files": {
        "snapshot": "VARCHAR",
        "place": "INTEGER",
        "name": "VARCHAR",
        "hash": "VARCHAR",
        "size": "BIGINT",
        "state": "VARCHAR",
    },
    "blobs": {"hash": "VARCHAR", "data": "BLOB"},
    "kept": {"kind": "VARCHAR", "key": "VARCHAR", "body": "VARCHAR"},
}
"""No keys: DuckDB checks them against rows that the same transaction has deleted."""

_STAYS: Final = {
    "snapshots": "id NOT IN ({gone})",
    "files": "snapshot NOT IN ({gone})",
    "blobs": "hash IN (SELECT hash FROM files WHERE snapshot NOT IN ({gone}))",
}
"""Which rows a copy takes along; of the other tables all."""


_CORRUPT: Final = re.compile(
    r"not a valid DuckDB|corrupt|checksum|could not read enough bytes|deserializ|replaying WAL",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r'"[^"]*"')
_BEYOND_REPAIR: Final = (duckdb.InternalException, duckdb.SerializationException)
"""What DuckDB raises only where the bytes make no sense."""


class Newer(Exception):
    """A newer version has written the file."""


class Corrupt(Exception):
    """The bytes of the file are no workspace; nothing but a new one helps."""


class Database:
    """A connection; one at a time uses it (the workspace sees to that)."""

    def __init__(self, place: Place | None) -> None:
        """Open the file of a place, or none at all: in memory.

        Raises:
            Newer: A newer version has written it.
            Corrupt: It is damaged.
            duckdb.Error: It cannot be had now: another program has it open, no memory is left …
        """
        self.place = place
        self._connection = self._opened()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        path = ":memory:" if self.place is None else self.place.file
        try:
            # What does not fit into memory would be written out beside the file, and stay there.
            connection = duckdb.connect(path, config={"temp_directory": ""})
            try:
                if self.place is not None:
                    self.place.file.chmod(0o600)
                _prepare(connection)
            except BaseException:
                connection.close()
                raise
        except duckdb.Error as error:
            said = _QUOTED.sub("", str(error))  # a folder may be called anything
            if isinstance(error, _BEYOND_REPAIR) or _CORRUPT.search(said):
                raise Corrupt(said) from error
            raise
        return connection

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        return self._connection.execute(query, list(values)).fetchall()

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Change something."""
        self._connection.execute(statement, list(values))

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Add a row: column → value; a column that is not named stays empty."""
        places = ", ".join("?" * len(row))
        self.run(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})",  # noqa: S608 (our names)
            list(row.values()),
        )

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
            for table, columns in TABLES.items():
                stays = _STAYS.get(table, "true").format(gone=gone)
                self.run(f"CREATE TABLE copied.{table} ({_defined(columns)})")
                names = ", ".join(columns)
                values = snapshots if "?" in stays else ()
                self.run(
                    f"INSERT INTO copied.{table} ({names})"  # noqa: S608 (our own names)
                    f" SELECT {names} FROM {table} WHERE {stays}",
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


def version() -> int:
    """Of the tables; a file with a higher one was written by a newer csdata."""
    return len(MIGRATIONS) + 1


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, or bring those of an older version up to date."""
    there = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
    if not there:
        with _whole(connection):
            for table, columns in TABLES.items():
                connection.execute(f"CREATE TABLE {table} ({_defined(columns)})")
            connection.execute(
                "INSERT INTO meta (key, value) VALUES ('version', ?)", [str(version())]
            )
        return
    said = _version_of(connection) if "meta" in there else None
    if said is None:
        raise Corrupt("no version")
    if said > version():
        raise Newer
    if said < version():
        with _whole(connection):
            for statements in MIGRATIONS[said - 1 :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'version'", [str(version())])
    _check(connection)


def _version_of(connection: duckdb.DuckDBPyConnection) -> int | None:
    found = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    said = "" if found is None else str(found[0])
    return int(said) if said.isdecimal() and int(said) else None


def _check(connection: duckdb.DuckDBPyConnection) -> None:
    """Whether every column is there that this version writes and reads."""
    query = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    there = set(connection.execute(query).fetchall())
    wanted = {(table, column) for table, columns in TABLES.items() for column in columns}
    if lost := wanted - there:
        raise Corrupt(str(min(lost)))


@contextmanager
def _whole(connection: duckdb.DuckDBPyConnection) -> Generator[None]:
    """All of it, or nothing."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _defined(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())
