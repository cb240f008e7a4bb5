"""The chores: what is installed when, what is said when something lacks, where the app goes."""

from __future__ import annotations

import ast
import json
import runpy
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import tasks

SOURCE = Path(tasks.__file__)
REQUIREMENTS = ("requirements-build.txt", "requirements.txt", "requirements-dev.txt")


# --- prerequisites --------------------------------------------------------------------------------


def test_an_old_python_can_still_parse_it() -> None:
    ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 9, 0), (3, 10, 14)])
def test_an_old_python_gets_one_sentence(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, "final", 0))
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(SOURCE))
    said = str(stopped.value.code)
    assert "Python 3.11" in said
    assert f"this is {version[0]}.{version[1]}:" in said
    assert "\n" not in said


def test_nothing_precedes_the_check_of_the_python() -> None:
    docstring, first, check, *_ = ast.parse(SOURCE.read_text("utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(first, ast.Import)
    assert isinstance(check, ast.If)


def test_it_needs_the_standard_library_only() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("lacking", ["venv", "ensurepip"])
def test_a_python_without_venv_gets_one_sentence(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.importlib.util, "find_spec", lambda name: name != lacking)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv"):
        tasks.check_prerequisites()


# --- set-up ---------------------------------------------------------------------------------------


class Checkout:
    """A checkout on disk, and a record of what set-up would have done to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.done: list[str] = []
        self.failing: str | None = None
        self.interrupted: str | None = None

    def run_quietly(self, command: Sequence[str], _japanese: str, _english: str) -> None:
        step = self.name(command)
        self.done.append(step)
        if step == self.interrupted:
            raise KeyboardInterrupt
        if step == self.failing:
            raise SystemExit
        if step == "venv":
            shutil.rmtree(self.root / ".venv", ignore_errors=True)
            (self.root / ".venv").mkdir()

    @staticmethod
    def name(command: Sequence[str]) -> str:
        if "venv" in command:
            return "venv"
        return "editable" if "--editable" in command else command[command.index("-r") + 1]

    def setup(self, *, dev: bool = False) -> list[str]:
        self.done.clear()
        tasks.setup(dev=dev)
        return self.done


LIBRARIES = ["requirements-build.txt", "requirements.txt", "editable"]
EVERYTHING = ["venv", *LIBRARIES]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    for name in (*REQUIREMENTS, "pyproject.toml"):
        shutil.copy(SOURCE.parent / name, tmp_path)
    made = Checkout(tmp_path)
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(tasks, "run_quietly", made.run_quietly)
    monkeypatch.setattr(tasks, "venv_python", lambda: sys.executable)
    return made


def test_set_up_once(checkout: Checkout) -> None:
    assert checkout.setup() == EVERYTHING
    assert checkout.setup() == []


def test_the_app_gets_no_developer_tools(checkout: Checkout) -> None:
    assert "requirements-dev.txt" not in checkout.setup()
    assert checkout.setup(dev=True) == ["requirements-dev.txt"]
    assert checkout.setup(dev=True) == []
    assert checkout.setup() == []


@pytest.mark.parametrize(
    ("file", "app", "dev"),
    [
        pytest.param(
            "requirements.txt",
            LIBRARIES,
            ["requirements-dev.txt"],
            id="a library of the app",
        ),
        pytest.param("requirements-dev.txt", [], ["requirements-dev.txt"], id="a tool"),
    ],
)
def test_a_changed_file_is_installed_again(
    checkout: Checkout, file: str, app: list[str], dev: list[str]
) -> None:
    checkout.setup(dev=True)
    with (checkout.root / file).open("a") as requirements:
        requirements.write("# changed\n")
    assert checkout.setup() == app
    assert checkout.setup(dev=True) == dev


def test_a_new_command_in_pyproject_is_installed(checkout: Checkout) -> None:
    checkout.setup()
    project = checkout.root / "pyproject.toml"
    text = project.read_text("utf-8")
    project.write_text(text.replace('version = "', 'version = "9'), "utf-8")
    assert "editable" in checkout.setup()


def test_settings_of_the_tools_are_no_reason_to_install(checkout: Checkout) -> None:
    checkout.setup(dev=True)
    with (checkout.root / "pyproject.toml").open("a") as project:
        project.write('\n[tool.other]\nsetting = "new"\n')
    assert checkout.setup(dev=True) == []


def test_a_moved_checkout_is_installed_from_its_new_place(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.setup()
    moved = checkout.root / "moved"
    moved.mkdir()
    for name in (".venv", *REQUIREMENTS, "pyproject.toml"):
        (checkout.root / name).rename(moved / name)
    monkeypatch.setattr(tasks, "ROOT", moved)
    monkeypatch.setattr(tasks, "VENV", moved / ".venv")
    assert "editable" in checkout.setup()


@pytest.mark.parametrize("step", EVERYTHING)
def test_an_interrupted_set_up_starts_again(checkout: Checkout, step: str) -> None:
    checkout.interrupted = step
    with pytest.raises(KeyboardInterrupt):
        checkout.setup()
    checkout.interrupted = None
    assert checkout.setup() == EVERYTHING


def test_tools_half_installed_are_not_built_upon(checkout: Checkout) -> None:
    checkout.setup()
    checkout.interrupted = "requirements-dev.txt"
    with pytest.raises(KeyboardInterrupt):
        checkout.setup(dev=True)
    checkout.interrupted = None
    assert checkout.setup(dev=True) == [*EVERYTHING, "requirements-dev.txt"]


def test_without_network_a_working_app_goes_on_working(checkout: Checkout) -> None:
    checkout.setup()
    checkout.failing = "requirements-dev.txt"
    with pytest.raises(SystemExit):
        checkout.setup(dev=True)
    assert checkout.setup() == []


def test_another_python_means_another_environment(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.setup()
    monkeypatch.setattr(tasks, "python_line", lambda: "3.99")
    assert checkout.setup() == EVERYTHING


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"app": "of an older layout"}'])
def test_an_unreadable_stamp_means_a_new_environment(checkout: Checkout, stamp: str) -> None:
    checkout.setup()
    tasks.stamp_path().write_text(stamp, "utf-8")
    assert checkout.setup() == EVERYTHING


def test_a_broken_interpreter_means_a_new_environment(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.setup()
    monkeypatch.setattr(tasks, "venv_python", lambda: str(checkout.root / "gone" / "python"))
    assert checkout.setup() == EVERYTHING


def test_a_failed_command_shows_its_last_words(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import sys; print('first'); print('no space left'); sys.exit(3)"
    with pytest.raises(SystemExit, match="Set-up failed"):
        tasks.run_quietly([sys.executable, "-c", code], "準備中 …", "Working …")
    assert "no space left" in capfd.readouterr().out


def test_a_command_that_works_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    tasks.run_quietly([sys.executable, "-c", "print('noise')"], "準備中 …", "Working …")
    shown = capfd.readouterr().out
    assert "noise" not in shown
    assert "準備中 … / Working …" in shown


def test_children_are_not_led_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    assert "PYTHONPATH" not in tasks.environment()
    assert tasks.environment()["PIP_USER"] == "0"


# --- ports ----------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((tasks.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_next_free_port_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "FIRST_PORT", taken)
    assert taken < tasks.choose_port(None) < taken + tasks.PORTS_TRIED


def test_a_port_that_was_asked_for_is_not_replaced(taken: int) -> None:
    with pytest.raises(SystemExit, match=f"Port {taken} is in use"):
        tasks.choose_port(taken)


def test_a_free_port_that_was_asked_for_is_used(taken: int) -> None:
    free = next(port for port in range(taken + 1, taken + 50) if tasks.is_free(port))
    assert tasks.choose_port(free) == free


@pytest.mark.parametrize("port", ["0", "-1", "70000", "eight"])
def test_an_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tasks.main(["app", "--port", port])
    assert "--port" in capsys.readouterr().err


def test_an_app_that_ends_is_not_waited_for() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    assert not tasks.wait_for(ended, "http://127.0.0.1:9", seconds=60)
    assert ended.poll() == 0


# --- commands -------------------------------------------------------------------------------------


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands run by a chore, each as one line; set-up is only noted."""
    lines: list[str] = []

    def run(command: Sequence[str]) -> int:
        lines.append(" ".join(command[1:]))
        return int("ruff check" in lines[-1])

    def setup(*, dev: bool = False) -> int:
        lines.append(f"setup dev={dev}")
        return 0

    monkeypatch.setattr(tasks, "run", run)
    monkeypatch.setattr(tasks, "setup", setup)
    return lines


def test_one_failing_stage_fails_the_test_but_all_run(
    record: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert tasks.main(["test"]) == 1
    assert record == [
        "setup dev=True",
        "-m ruff format --check .",
        "-m ruff check .",
        "-m basedpyright",
        "-m pytest",
    ]
    shown = capsys.readouterr().out
    assert shown.count("FAILED") == 1
    assert "Something failed." in shown


def test_arguments_go_to_pytest(record: list[str]) -> None:
    tasks.main(["test", "--full", "-k", "retention", "tests/house", "-x"])
    assert record[-1].startswith("-m pytest --cov")
    assert record[-1].endswith("-k retention tests/house -x")


def test_check_runs_no_tests(record: list[str]) -> None:
    tasks.main(["check"])
    assert not [line for line in record if "pytest" in line]
    assert "-m basedpyright" in record


def test_other_commands_refuse_what_they_do_not_know(record: list[str]) -> None:
    with pytest.raises(SystemExit):
        tasks.main(["check", "--quickly"])
    assert record == []


def test_lock_writes_the_requirement_files(record: list[str]) -> None:
    assert tasks.main(["lock"]) == 0
    assert "-m uv --quiet lock" in record
    written = [line.split(" -o ")[1] for line in record if " -o " in line]
    assert written == list(REQUIREMENTS)


def test_bench_runs_every_benchmark(record: list[str]) -> None:
    tasks.main(["bench"])
    here = sorted(str(path) for path in SOURCE.parent.glob("bench/bench_*.py"))
    assert here
    assert record == ["setup dev=False", *here]


def test_the_stamp_names_this_python(checkout: Checkout) -> None:
    checkout.setup()
    stamp = json.loads((checkout.root / ".venv" / "csdata-setup.json").read_text("utf-8"))
    assert stamp["python"] == "{}.{}".format(*sys.version_info)


# --- the app --------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", ["", "sample"])
def test_the_app_answers(serve: Callable[[str], str], opened: str) -> None:
    assert tasks.answers(serve(opened))
