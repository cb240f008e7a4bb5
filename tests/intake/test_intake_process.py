"""The reading process: what kills it does not kill us, and it needs nothing of its caller."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

import csdata as cs
from csdata.errors import FileTooLarge
from csdata.intake import memory, process
from csdata.intake.limits import LIMITS, Limits
from csdata.intake.workbook import open_file
from tests.intake.exports import bomb, details, workbook

GOOD = workbook(("s", [["取引先 ID", "月額"], ["C1", 1]]))
SLEEPER = "import sys, time; block = bytearray({size}); time.sleep(30)"


def test_we_outlive_the_bomb_and_read_the_next_file() -> None:
    for _ in range(2):
        with pytest.raises(FileTooLarge):
            cs.read_export(bomb(), name="bomb.xlsx")
        assert len(cs.read_export(GOOD).table) == 1


def test_several_sessions_read_at_once() -> None:
    found: list[int] = []

    def read() -> None:
        found.append(len(cs.read_export(GOOD).table))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1, 1, 1]


def test_it_works_in_a_script_without_a_main_guard_from_another_folder(tmp_path: Path) -> None:
    (tmp_path / "顧客.xlsx").write_bytes(GOOD)
    # Names that would be found first if the child looked into the folder where it was started.
    for name in ("fastexcel.py", "pyarrow.py", "csv.py"):
        (tmp_path / name).write_text("raise SystemExit(name)")
    script = tmp_path / "three_lines.py"
    script.write_text(
        "import csdata as cs\nimported = cs.read_export('顧客.xlsx')\nprint(len(imported.table))\n",
        "utf-8",
    )
    run = subprocess.run(
        [sys.executable, "-P", "-X", "utf8", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "1"), run.stderr


@pytest.mark.parametrize(
    "module", ["pandas", "csdata", "narwhals", "lxml", "msoffcrypto", "fastexcel"]
)
def test_the_child_starts_lean(module: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(details(["取引先 ID", "月額"], [["C1", 1]]))
    job = {"path": str(path), "kind": "csv", "sheet": None, "survey": True, **asdict(LIMITS)}
    arguments = ["-I", "-X", "importtime", str(process.CHILD), json.dumps(job)]
    run = subprocess.run([sys.executable, *arguments], capture_output=True, input=b"", check=True)
    loaded = {line.rsplit("|", 1)[-1].strip() for line in run.stderr.decode().splitlines()}
    assert "pyarrow" in loaded
    # A refused attempt is listed, too; what was loaded has brought parts of its own.
    assert not [name for name in loaded if name.startswith(f"{module}.")]
    assert importlib.util.find_spec(module) is not None


def test_memory_is_watched_where_the_system_does_not_limit_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text(SLEEPER.format(size=150 << 20))
    monkeypatch.setattr(process, "CHILD", sleeper)
    with pytest.raises(FileTooLarge) as caught:
        open_file(GOOD, name="x", limits=Limits(memory_bytes=100 << 20))
    assert caught.value.message.values["limit"] == "100 MB"


def test_time_is_watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text(SLEEPER.format(size=1))
    monkeypatch.setattr(process, "CHILD", sleeper)
    with pytest.raises(FileTooLarge):
        open_file(GOOD, name="x", limits=Limits(seconds=1))


@pytest.mark.parametrize("code", ["import os; os._exit(3)", "raise SystemExit(9)"])
def test_a_child_that_dies_of_something_else(
    code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text(code)
    monkeypatch.setattr(process, "CHILD", dying)
    with pytest.raises(cs.CsDataError):
        open_file(GOOD, name="x")


def test_how_much_memory_a_process_holds() -> None:
    code = SLEEPER.format(size="64 << 20) + bytearray(1")
    with subprocess.Popen(
        [sys.executable, "-c", f"print(1, flush=True); {code}"], stdout=-1
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        deadline = 100
        while memory.resident_bytes(child) < 64 << 20 and deadline:
            threading.Event().wait(0.05)
            deadline -= 1
        assert memory.resident_bytes(child) >= 64 << 20
        child.kill()


def test_no_copy_of_an_upload_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    cs.read_export(GOOD)
    with pytest.raises(FileTooLarge):
        cs.read_export(bomb())
    assert not list(tmp_path.iterdir())


def test_the_limits_leave_room_for_large_reports() -> None:
    assert LIMITS.cells >= 500_000 * 50
    assert LIMITS.columns >= 500
