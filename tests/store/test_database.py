"""The tables change with the versions; a good file is never taken for a broken one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from csdata.intake import Recipe
from csdata.store import Damaged, Settings, StoredFile, Workspace, database

FILES = (StoredFile("a.csv", b"id\n1\n", Recipe(role="usage"), {(2, "id"): "2"}),)
NAME = "workspace.duckdb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one snapshot."""
    space = Workspace.open(tmp_path / "workspace")
    space.save(FILES, Settings(title="a.csv"))
    space.remember("f", Recipe(role="touches"))
    space.close()
    return tmp_path / "workspace"


@pytest.fixture
def older(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, of before a version that adds a table, and a column in front of the others."""
    snapshots = {"colour": "VARCHAR", **database.TABLES["snapshots"]}
    tables = {**database.TABLES, "snapshots": snapshots, "marks": {"id": "VARCHAR"}}
    monkeypatch.setattr(database, "TABLES", tables)
    statements = (
        "CREATE TABLE marks (id VARCHAR)",
        "ALTER TABLE snapshots ADD COLUMN colour VARCHAR",
        "INSERT INTO marks SELECT id FROM snapshots",
    )
    monkeypatch.setattr(database, "MIGRATIONS", (statements,))
    return folder


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(folder / NAME) as connection:
        return connection.execute(query).fetchall()


def test_an_older_file_is_brought_up_to_date(older: Path) -> None:
    folder = older
    Workspace.open(folder).close()
    space = Workspace.open(folder)
    assert (space.notes, space.why_not) == ((), None)
    (summary,) = space.snapshots()
    assert space.load(summary.id).files == FILES
    space.close()
    assert asked(folder, "SELECT value FROM meta WHERE key = 'version'") == [("2",)]
    assert asked(folder, "SELECT id FROM marks") == [(summary.id,)]
    # Columns stand elsewhere than in a new file; what is written and copied goes by name.
    space = Workspace.open(folder)
    second = space.save(FILES, Settings())
    space.delete(summary.id)
    assert space.load(second.id).files == FILES
    assert space.recipes() == {"f": Recipe(role="touches")}
    space.close()


def test_a_migration_that_fails_changes_nothing(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = older
    broken = (*database.MIGRATIONS[0], "SELECT nothing FROM nowhere")
    monkeypatch.setattr(database, "MIGRATIONS", (broken,))
    space = Workspace.open(folder)
    assert not space.durable
    assert space.notes == ()
    space.close()
    monkeypatch.undo()
    space = Workspace.open(folder)
    assert space.load(space.snapshots()[0].id).files == FILES
    space.close()


def test_a_table_that_is_missing_is_damage(folder: Path) -> None:
    asked(folder, "DROP TABLE kept")
    space = Workspace.open(folder)
    assert space.durable
    assert len(space.notes) == 1
    space.close()


@pytest.fixture
def other_program(folder: Path) -> Iterator[None]:
    """Another program looks into the file."""
    code = (
        f"import duckdb; c = duckdb.connect({str(folder / NAME)!r}); print(1, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        program.stdout.readline()
        yield
        program.kill()


@pytest.mark.usefixtures("other_program")
def test_a_file_that_another_program_has_open_stays_where_it_is(folder: Path) -> None:
    space = Workspace.open(folder)
    assert not space.durable
    assert space.notes == ()
    assert "Another program" in str(space.why_not)
    assert (folder / NAME).exists()
    assert not list(folder.glob("workspace.damaged-*"))
    space.close()


@pytest.mark.parametrize(
    "error",
    [
        duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
        duckdb.IOException('IO Error: Cannot open file "corrupt/x": Permission denied'),
        duckdb.CatalogException("Catalog Error: Type with name HUGE does not exist"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_is_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: duckdb.Error
) -> None:
    usual = database._prepare

    def failing(connection: duckdb.DuckDBPyConnection) -> None:
        query = "SELECT path FROM duckdb_databases() WHERE NOT internal"
        if connection.execute(query).fetchall()[0][0] is not None:
            raise error
        usual(connection)

    monkeypatch.setattr(database, "_prepare", failing)
    before = (folder / NAME).read_bytes()
    space = Workspace.open(folder)
    assert not space.durable
    assert space.why_not is not None
    assert (folder / NAME).read_bytes() == before
    space.close()


def test_what_cannot_be_read_is_told_in_words(folder: Path) -> None:
    space = Workspace.open(folder)
    space._database.run("DROP TABLE kept")
    for ask in (space.recipes, space.presets):
        with pytest.raises(Damaged):
            ask()
    space.close()


def killed_while_opening(folder: Path, id_: str) -> None:
    """Another process begins to open the snapshot, and does not live to see the end of it."""
    code = (
        "import os, sys; from pathlib import Path; from csdata.store import Workspace\n"
        "with Workspace.open(Path(sys.argv[1])).opening(sys.argv[2]): os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder), id_], check=False)
    assert done.returncode == 9


def before(space: Workspace, id_: str) -> int:
    """How often opening it has ended a process."""
    found: list[int] = []
    with suppress(KeyboardInterrupt), space.opening(id_) as marks:
        found.append(marks)
        raise KeyboardInterrupt
    return found[0]


def test_openings_that_ended_a_process_are_counted_for_each_snapshot(folder: Path) -> None:
    space = Workspace.open(folder)
    first = space.snapshots()[0].id
    second = space.save(FILES, Settings()).id
    space.close()
    for _ in range(2):
        killed_while_opening(folder, first)
    space = Workspace.open(folder)
    assert [before(space, id_) for id_ in (first, second)] == [2, 0]
    # One that is broken off while the process lives is no failure, and is none at the next start.
    assert [before(space, id_) for id_ in (first, first, second)] == [2, 2, 0]
    with space.opening(first) as marks:
        assert marks == 2
    assert before(space, first) == 0
    space.close()


def test_windows_that_open_it_at_once_are_one_opening(folder: Path) -> None:
    space = Workspace.open(folder)
    id_ = space.snapshots()[0].id
    with space.opening(id_) as one, space.opening(id_) as two, space.opening(id_) as three:
        assert (one, two, three) == (0, 0, 0)
    assert before(space, id_) == 0
    space.close()


def test_what_is_worked_on_can_be_opened(folder: Path) -> None:
    space = Workspace.open(folder)
    saved = space.save(FILES, Settings())
    space.close()
    killed_while_opening(folder, saved.id)
    space = Workspace.open(folder)
    assert before(space, saved.id) == 1
    space.save(FILES, Settings(title="a.csv"), last=saved)
    assert before(space, saved.id) == 0
    space.close()


def test_what_is_there_is_known_by_its_id(folder: Path) -> None:
    space = Workspace.open(folder)
    id_ = space.snapshots()[0].id
    assert space.has(id_)
    space.delete(id_)
    assert not space.has(id_)
    space.close()
