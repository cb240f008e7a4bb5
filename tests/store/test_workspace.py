"""The workspace: what is saved comes back, what is deleted is gone, and one process owns it."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from csdata.intake import JoinRules, Recipe
from csdata.store import (
    Analysed,
    Damaged,
    NoSuchSnapshot,
    NotSaved,
    Reading,
    Settings,
    StoredFile,
    Workspace,
    home,
    snapshot_of,
)

SECRET = b"Unmistakable Customer KK"
RULES = JoinRules(
    customer="group",
    lives="contracts",
    bridge_days=45,
    returning="one",
    exclude=("internal", "test"),
    accepted={"\u682a\u5f0f\u4f1a\u793eA": "001"},
    observed_from=dt.date(2024, 4, 1),
)
FILES = (
    StoredFile("accounts.xlsx", b"PK\x03\x04" + bytes(range(256)) * 40),
    StoredFile(
        "契約 '2026'.csv",
        "取引先 ID,名前\n001,甲".encode("cp932"),
        Recipe(
            role="contracts", mapping={"start": "開始", "name": None}, as_of=dt.date(2026, 6, 30)
        ),
        {(3, '終了 "日"'): "2026-05-01", (4, "名前"): ""},
        used=False,
        plain=True,
    ),
)
SETTINGS = Settings(
    dt.date(2026, 6, 30),
    RULES,
    begun=True,
    analysed=Analysed(None, JoinRules(exclude=("test",)), {"accounts.xlsx": Reading(used=False)}),
    title="accounts.xlsx",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "workspace"


@pytest.fixture
def space(folder: Path) -> Iterator[Workspace]:
    made = Workspace.open(folder)
    yield made
    made.close()


def again(space: Workspace) -> Workspace:
    """The workspace after the process has ended and begun again."""
    assert space.path is not None
    folder = space.path.parent
    space.close()
    return Workspace.open(folder)


def bytes_of(folder: Path) -> bytes:
    """Everything that lies in a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("durable", [True, False])
def test_what_is_saved_comes_back(folder: Path, *, durable: bool) -> None:
    space = Workspace.open(folder, durable=durable)
    before = dt.datetime.now(dt.UTC)
    saved = space.save(FILES, SETTINGS)
    found = space.load(saved.id)
    assert found.files == FILES
    assert found.settings == SETTINGS
    (summary,) = space.snapshots()
    assert summary == found.summary
    assert summary.files == tuple(f.name for f in FILES)
    assert summary.size == sum(len(f.data) for f in FILES)
    assert before <= summary.saved_at <= dt.datetime.now(dt.UTC)
    assert space.current() == saved.id
    assert space.durable is durable
    assert (space.path is not None) is durable
    assert (space.why_not is None) is durable
    space.close()
    assert folder.exists() is durable


def test_it_is_there_after_a_restart(space: Workspace) -> None:
    saved = space.save(FILES, SETTINGS)
    space.rename(saved.id, "  六月の取り込み ")
    reopened = again(space)
    assert reopened.load(saved.id).files == FILES
    assert [s.name for s in reopened.snapshots()] == ["六月の取り込み"]
    assert reopened.current() == saved.id
    reopened.rename(saved.id, " ")
    assert [s.name for s in reopened.snapshots()] == [None]
    reopened.close()


def test_one_import_is_one_snapshot_until_it_is_changed_elsewhere(space: Workspace) -> None:
    first = space.save(FILES[:1], Settings())
    second = space.save(FILES, SETTINGS, last=first)
    assert (second.id, second.revision) == (first.id, 2)
    assert len(space.snapshots()) == 1
    # Another window still has the first state: what it saves does not overwrite the second.
    other = space.save(FILES[1:], Settings(), last=first)
    assert other.id != first.id
    assert space.load(second.id).files == FILES
    space.delete(second.id)
    assert space.save(FILES, SETTINGS, last=second).id not in (second.id, other.id)


def test_the_latest_stands_first(space: Workspace) -> None:
    ids = [space.save(FILES[:1], Settings()).id for _ in range(4)]
    assert [s.id for s in space.snapshots()] == ids[::-1]
    assert space.current() == ids[-1]
    space.set_current(ids[0])
    assert space.current() == ids[0]
    space.delete(ids[0])
    assert space.current() is None
    space.set_current(None)
    assert space.current() is None


def test_the_same_bytes_are_kept_once(space: Workspace) -> None:
    large = StoredFile("large.csv", bytes(1000) + SECRET * 40_000)
    for _ in range(5):
        space.save([large], Settings())
    again(space).close()
    assert space.path is not None
    assert space.path.stat().st_size < 2.5 * len(large.data)


@pytest.mark.parametrize("where", ["data", "name", "edits", "recipe", "rules", "title"])
def test_what_is_deleted_is_gone_from_the_bytes(space: Workspace, folder: Path, where: str) -> None:
    text = SECRET.decode()
    file = {
        "data": StoredFile("a.csv", SECRET * 30),
        "name": StoredFile(f"{text}.csv", b"x"),
        "edits": StoredFile("a.csv", b"x", edits={(2, "name"): text}),
        "recipe": StoredFile("a.csv", b"x", Recipe(mapping={"name": text})),
    }.get(where, StoredFile("a.csv", b"x"))
    rules = JoinRules(accepted={text: "1"}) if where == "rules" else JoinRules()
    stays = space.save(FILES, SETTINGS)
    goes = space.save([file], Settings(rules=rules))
    if where == "title":
        space.rename(goes.id, text)
    reopened = again(space)
    assert SECRET in bytes_of(folder)
    reopened.delete(goes.id)
    assert SECRET not in bytes_of(folder)
    reopened.close()
    assert SECRET not in bytes_of(folder)
    last = Workspace.open(folder)
    assert [s.id for s in last.snapshots()] == [stays.id]
    assert last.load(stays.id).files == FILES
    with pytest.raises(NoSuchSnapshot):
        last.load(goes.id)
    last.close()


def test_a_file_taken_out_of_its_import_is_gone_too(space: Workspace, folder: Path) -> None:
    saved = space.save([*FILES, StoredFile("x.csv", SECRET * 9)], Settings())
    space.save(FILES, Settings(), last=saved)
    space.close()
    assert SECRET not in bytes_of(folder)


def test_forgetting_everything_leaves_nothing(space: Workspace, folder: Path) -> None:
    saved = space.save([StoredFile("x.csv", SECRET * 9)], Settings())
    space.remember("0123", Recipe(mapping={"name": SECRET.decode()}))
    space.keep_preset("p", SECRET.decode())
    (folder / "workspace.damaged-20260101-000000-0.duckdb").write_bytes(SECRET)
    space.forget_everything()
    assert SECRET not in bytes_of(folder)
    assert (space.snapshots(), space.recipes(), dict(space.presets())) == ([], {}, {})
    # It goes on working.
    assert space.load(space.save(FILES, SETTINGS).id).files == FILES
    with pytest.raises(NoSuchSnapshot):
        space.load(saved.id)


def test_recipes_and_presets_are_remembered(space: Workspace) -> None:
    recipe = Recipe(role="usage", mapping={"date": "日", "level": None}, day_first=True)
    space.remember("a", Recipe(role="touches"))
    space.remember("a", recipe)
    space.remember("b", Recipe())
    space.keep_preset("counting", "one")
    space.keep_preset("counting", "two")
    reopened = again(space)
    assert reopened.recipes() == {"a": recipe, "b": Recipe()}
    assert dict(reopened.presets()) == {"counting": "two"}
    reopened.forget_recipe("a")
    assert reopened.recipes() == {"b": Recipe()}
    reopened.close()


def test_an_exported_snapshot_is_read_again(space: Workspace) -> None:
    twins = (*FILES, StoredFile("../" + FILES[0].name, b"other"))
    archive = space.export(space.save(twins, SETTINGS).id)
    found = snapshot_of(archive, largest=1 << 20)
    assert found == (list(twins), SETTINGS)
    assert snapshot_of(archive, largest=100) is None


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04 nothing", b"a,b\n1,2"])
def test_anything_else_is_no_snapshot(data: bytes) -> None:
    assert snapshot_of(data, largest=1 << 20) is None


def test_a_second_process_says_so_and_goes_on_in_memory(space: Workspace, folder: Path) -> None:
    space.save(FILES, SETTINGS)
    code = (
        "import sys; from pathlib import Path; from csdata.store import *\n"
        "space = Workspace.open(Path(sys.argv[1]))\n"
        "saved = space.save([StoredFile('a', b'1')], Settings())\n"
        "print(space.durable, len(space.snapshots()), space.why_not)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    durable, n, why = done.stdout.strip().split(" ", 2)
    assert (durable, n) == ("False", "1")
    assert "Another csdata" in why
    assert len(space.snapshots()) == 1
    # Within one process as well.
    twin = Workspace.open(folder)
    assert not twin.durable
    assert twin.why_not is not None
    twin.close()


def test_the_folder_is_given_back(space: Workspace, folder: Path) -> None:
    space.close()
    reopened = Workspace.open(folder)
    assert reopened.durable
    reopened.close()


def test_nobody_else_may_look_inside(space: Workspace, folder: Path) -> None:
    space.save(FILES, SETTINGS)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "workspace.duckdb").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["text", "empty", "head", "body", "truncated", "foreign"])
def test_a_damaged_file_is_moved_aside(space: Workspace, folder: Path, damage: str) -> None:
    saved = space.save(FILES, SETTINGS)
    space.close()
    path = folder / "workspace.duckdb"
    data = bytearray(path.read_bytes())
    if damage == "foreign":
        path.unlink()
        with duckdb.connect(path) as other:
            other.execute("CREATE TABLE strangers (a INTEGER)")
    else:
        flipped = {"head": range(64), "body": range(4096, len(data))}.get(damage, range(0))
        for place in flipped:
            data[place] ^= 0xFF
        given = {"text": b"hello" * 100, "empty": b"", "truncated": data[: len(data) // 3]}
        path.write_bytes(given.get(damage, bytes(data)))
    before = path.read_bytes()
    reopened = Workspace.open(folder)
    assert reopened.durable
    assert len(reopened.notes) == 1
    note = reopened.notes[0]
    assert before in [p.read_bytes() for p in folder.glob("workspace.damaged-*")]
    assert str(note.values["file"]) in {p.name for p in folder.iterdir()}
    assert reopened.snapshots() == []
    assert reopened.load(reopened.save(FILES, SETTINGS).id).files == FILES
    with pytest.raises(NoSuchSnapshot):
        reopened.load(saved.id)
    reopened.close()


def test_damaged_bytes_are_told_and_the_workspace_goes_on(space: Workspace, folder: Path) -> None:
    # Bytes that cannot be compressed stand in the file as they are.
    marked = StoredFile("a.csv", random.Random(1).randbytes(1_000_000))
    bad = space.save([marked], Settings())
    space.close()
    path = folder / "workspace.duckdb"
    data = bytearray(path.read_bytes())
    data[data.index(marked.data[500_000:500_100])] ^= 0xFF
    path.write_bytes(data)
    reopened = Workspace.open(folder)
    assert reopened.durable
    for _ in range(2):
        with pytest.raises(Damaged, match=r"a\.csv"):
            reopened.load(bad.id)
    assert [s.id for s in reopened.snapshots()] == [bad.id]
    reopened.forget_everything()
    assert reopened.load(reopened.save(FILES, SETTINGS).id).files == FILES
    reopened.close()


def test_a_file_of_a_newer_version_is_left_alone(space: Workspace, folder: Path) -> None:
    space.save(FILES, SETTINGS)
    space.close()
    path = folder / "workspace.duckdb"
    with duckdb.connect(path) as newer:
        newer.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    before = path.read_bytes()
    reopened = Workspace.open(folder)
    assert not reopened.durable
    assert reopened.why_not is not None
    assert "newer" in str(reopened.why_not)
    reopened.save(FILES, SETTINGS)
    reopened.close()
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    space = Workspace.open(tmp_path / "file" / "workspace")
    assert not space.durable
    assert space.why_not is not None
    assert str(tmp_path) in str(space.why_not)
    assert space.load(space.save(FILES, SETTINGS).id).files == FILES


def test_what_cannot_be_written_is_said(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = space.save(FILES, SETTINGS)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("csdata.store.database.replace", full)
    with pytest.raises(NotSaved, match="No space left"):
        space.delete(saved.id)
    monkeypatch.undo()
    assert space.load(saved.id).files == FILES
    space.delete(saved.id)
    assert space.snapshots() == []


def test_several_threads_save_at_once(space: Workspace) -> None:
    def work(number: int) -> None:
        last = None
        for step in range(10):
            last = space.save([StoredFile(f"{number}-{step}", bytes([number, step]))], Settings())
        assert last is not None

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [space.load(s.id).files[0] for s in space.snapshots()]
    assert {(f.name, f.data) for f in found} == {
        (f"{n}-{s}", bytes([n, s])) for n in range(4) for s in range(10)
    }


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CSDATA_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("CSDATA_HOME")
    assert home().name == "csdata"
