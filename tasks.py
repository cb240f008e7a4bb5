"""Every chore of the csdata workbench: ``python3 tasks.py app``, ``… test``, ``… --help``.

Runs on any stock Python from 3.11 on Windows, macOS and Linux. The virtual environment ``.venv`` is
made and kept up to date by itself. An older Python must get as far as saying that it is too old, so
this file keeps to a syntax that Python 3.6 can parse, and the check comes before everything else.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (said here, since pip is not asked before)
    sys.exit(
        "Python 3.11 以上が必要です(これは {0}.{1})。 / csdata needs Python 3.11 or newer, "
        "this is {0}.{1}: install one from https://www.python.org/downloads/ and run tasks.py "
        "with it.".format(*sys.version_info)
    )

import argparse
import hashlib
import importlib.util
import io
import json
import os
import signal
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
HOST = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 100
LINES_SHOWN = 30
"""How much of a failed command's output is worth reading; its end says why."""


# --- speaking and running -------------------------------------------------------------------------


def say(japanese: str, english: str) -> None:
    """One line in both languages, ahead of whatever a child process writes next."""
    print(f"{japanese} / {english}", flush=True)


def stop(japanese: str, english: str) -> NoReturn:
    """End with one sentence and a failing exit code."""
    raise SystemExit(f"{japanese} / {english}")


def environment() -> dict[str, str]:
    """The environment for child processes: nothing in it may lead them out of ``.venv``."""
    astray = {"PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(command: Sequence[str]) -> int:
    """Run a command from the checkout; its output goes straight to the reader."""
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


def run_quietly(command: Sequence[str], japanese: str, english: str) -> None:
    """Run a command whose output matters only when it fails; say what is happening meanwhile.

    Raises:
        SystemExit: The command failed; the end of its output has been shown.
    """
    say(japanese, english)
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-LINES_SHOWN:]), flush=True)
        stop(
            "上の理由で準備に失敗しました。直してからもう一度実行してください。",
            "Set-up failed for the reason above; mend it and run the same command again.",
        )
    print(f"  {time.monotonic() - began:.0f} s", flush=True)


# --- the virtual environment ----------------------------------------------------------------------


def venv_python() -> str:
    """The interpreter of ``.venv``."""
    return str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def python_line() -> str:
    """The version line whose change makes an environment useless: major and minor."""
    return "{}.{}".format(*sys.version_info)


def stamp_path() -> Path:
    """Where a finished set-up is written down. Absent while one is under way, or cut short."""
    return VENV / "csdata-setup.json"


def read_stamp() -> dict[str, str]:
    """What is installed, layer → digest; empty when no set-up ever finished."""
    try:
        stamp = json.loads(stamp_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def digest(names: Sequence[str]) -> str:
    """What an installation depends on: the named files, this Python, the project and its place.

    The place counts because an editable installation points at it: a moved or copied checkout
    would otherwise go on using the code of the old one.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    facts = [python_line(), str(ROOT), project.get("project"), project.get("build-system")]
    contents = [(ROOT / name).read_bytes() for name in names]
    return hashlib.sha256(b"\0".join([json.dumps(facts).encode(), *contents])).hexdigest()


def wanted() -> dict[str, str]:
    """What a fresh environment would have, layer → digest."""
    return {
        "python": python_line(),
        "app": digest(["requirements-build.txt", "requirements.txt"]),
        "dev": digest(["requirements-build.txt", "requirements.txt", "requirements-dev.txt"]),
    }


def check_prerequisites() -> None:
    """Say what is missing before anything is touched.

    Raises:
        SystemExit: This Python cannot make virtual environments.
    """
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        stop(
            "この Python には venv がありません(Debian / Ubuntu なら sudo apt install "
            f"python{python_line()}-venv)。",
            "This Python cannot make virtual environments; on Debian or Ubuntu run: "
            f"sudo apt install python{python_line()}-venv",
        )


def is_usable(stamp: Mapping[str, str]) -> bool:
    """Whether ``.venv`` can be brought up to date, or has to be made anew."""
    if stamp.get("python") != python_line():
        return False
    try:
        answer = subprocess.run(
            [venv_python(), "-c", "import pip"], env=environment(), check=False, capture_output=True
        )
    except OSError:
        return False
    return answer.returncode == 0


def make_venv() -> None:
    """An empty ``.venv``, whatever was there before."""
    # From inside a virtual environment (even this one) its base has to do it: the environment
    # cannot replace itself while it runs.
    base = getattr(sys, "_base_executable", None) or sys.executable
    run_quietly(
        [base, "-m", "venv", "--clear", str(VENV)],
        "仮想環境 .venv を作っています …",
        "Making the virtual environment .venv …",
    )


def pip_install(*arguments: str, japanese: str, english: str) -> None:
    """Pip into ``.venv`` what is named, and nothing else: the lock names everything.

    Left to follow dependencies itself, pip takes ``coverage[toml]`` for a requirement without a pin
    and refuses it as soon as there is a newer release than the locked one.
    Bytecode is left to the first import: compiling all doubles the time.
    """
    pip = [venv_python(), "-m", "pip", "install", "--no-input", "--no-compile", "--quiet"]
    pip += ["--no-deps"]
    run_quietly([*pip, *arguments], japanese, english)


def install_app() -> None:
    """The libraries of the app, and csdata itself as it lies in the checkout.

    One library comes as source only. Left alone, pip would fetch what builds it, unpinned and
    unhashed; so the build backends come first and pip is told to use them.
    """
    pip_install(
        *("--require-hashes", "-r", "requirements-build.txt"),
        japanese="組み立ての道具を入れています …",
        english="Installing the build backends …",
    )
    pip_install(
        *("--no-build-isolation", "--require-hashes", "-r", "requirements.txt"),
        japanese="ライブラリを入れています(初回のみ、1 分ほど)…",
        english="Installing libraries, about a minute, once …",
    )
    pip_install(
        *("--no-build-isolation", "--editable", "."),
        japanese="csdata を入れています …",
        english="Installing csdata …",
    )


def install_dev() -> None:
    """The tools that the checks and the tests need on top."""
    pip_install(
        *("--require-hashes", "-r", "requirements-dev.txt"),
        japanese="開発用の道具を入れています(初回のみ、1 分ほど)…",
        english="Installing the developer tools, about a minute, once …",
    )


def install(layer: str, action: Callable[[], None], stamp: Mapping[str, str]) -> dict[str, str]:
    """Run one installation so that an interruption leaves no stamp, and return the new stamp.

    A failure of pip is not an interruption (it downloads and checks everything before it touches
    the environment): the old stamp comes back, so that offline a working app goes on working.
    """
    stamp_path().unlink(missing_ok=True)
    try:
        action()
    except SystemExit:
        if stamp:
            stamp_path().write_text(json.dumps(stamp), "utf-8")
        raise
    now = {**stamp, "python": python_line(), layer: wanted()[layer]}
    stamp_path().write_text(json.dumps(now), "utf-8")
    return now


def setup(*, dev: bool = False) -> int:
    """Bring ``.venv`` to the state that the requirement files describe; nothing if it is there."""
    check_prerequisites()
    stamp = read_stamp()
    if not is_usable(stamp):
        make_venv()
        stamp = {}
    aim = wanted()
    if stamp.get("app") != aim["app"]:
        stamp = install("app", install_app, stamp)
    if dev and stamp.get("dev") != aim["dev"]:
        install("dev", install_dev, stamp)
    return 0


# --- the app --------------------------------------------------------------------------------------


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine and we may."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        if os.name != "nt":  # there, the option would let us take a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(asked: int | None) -> int:
    """The port that was asked for, else 8501 or the next free one.

    Raises:
        SystemExit: The port asked for is taken, or no port is free.
    """
    candidates = [asked] if asked else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for port in candidates:
        if is_free(port):
            return port
    stop(
        f"ポート {candidates[0]} は使えません。--port で別の番号を指定してください。",
        f"Port {candidates[0]} is in use or not allowed; choose another with --port.",
    )


def start_app(port: int, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start Streamlit on a port of this machine with ``settings`` added to its environment."""
    command = [
        *(venv_python(), "-m", "csui.serve", "run", "app.py"),
        *(f"--server.address={HOST}", f"--server.port={port}"),
        # Without it the first start on a machine waits for an e-mail address to be typed.
        "--server.headless=true",
    ]
    # Its banner gives an address before the address answers; ours comes when it does.
    return subprocess.Popen(
        command, cwd=ROOT, env={**environment(), **settings}, stdout=subprocess.DEVNULL
    )


def answers(address: str) -> bool:
    """Whether the app's health check says ok."""
    # A proxy of the surroundings has no business with an address on this machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{address}/_stcore/health", timeout=2) as reply:
            return reply.status == 200  # noqa: PLR2004 (HTTP's own number for ok)
    except (OSError, urllib.error.URLError):
        return False


def wait_for(server: subprocess.Popen[bytes], address: str, *, seconds: float = 90) -> bool:
    """Wait until the app answers; False if it ended or took too long."""
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        if answers(address):
            return True
        time.sleep(0.2)
    return False


def end(server: subprocess.Popen[bytes]) -> None:
    """End the app, politely first."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def run_app(*, port: int | None = None, sample: bool = True) -> int:
    """Set up, start the app, say where it is, and stay until Ctrl-C."""
    setup()
    chosen = choose_port(port)
    address = f"http://{HOST}:{chosen}"
    say("アプリを起動しています …", "Starting the app …")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = start_app(chosen, {"CSDATA_OPEN": "sample"} if sample else {})
    try:
        if not wait_for(server, address):
            stop("アプリを起動できませんでした。", "The app did not start.")
        say(f"開いてください: {address}  (終了は Ctrl-C)", f"Open {address}  (Ctrl-C ends it)")
        return server.wait()
    except KeyboardInterrupt:
        print(flush=True)
        say("終了しました。", "Stopped.")
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second Ctrl-C must not orphan the app
            signal.signal(number, signal.SIG_IGN)
        end(server)


# --- checks ---------------------------------------------------------------------------------------


def check_stages() -> dict[str, list[str]]:
    """The checks that read the code without running it, by name."""
    return {
        "format": [venv_python(), "-m", "ruff", "format", "--check", "."],
        "lint": [venv_python(), "-m", "ruff", "check", "."],
        "types": [venv_python(), "-m", "basedpyright"],
    }


def pytest_stage(arguments: Sequence[str], *, full: bool) -> list[str]:
    """The tests; in full with branch coverage and many more random examples for each law."""
    extra = ["--cov", "--hypothesis-profile=full"] if full else []
    return [venv_python(), "-m", "pytest", *extra, *arguments]


def run_stages(stages: Mapping[str, Sequence[str]]) -> int:
    """Run every stage even if an earlier one fails, then sum up; 1 if any failed."""
    lines: list[str] = []
    failed = False
    for name, command in stages.items():
        print(f"--- {name}", flush=True)
        began = time.monotonic()
        bad = run(command) != 0
        failed = failed or bad
        seconds = time.monotonic() - began
        lines.append(f"  {name:<8} {'FAILED' if bad else 'ok':<8} {seconds:.0f} s")
    print("\n".join(["---", *lines]), flush=True)
    if failed:
        say("失敗があります。", "Something failed.")
    else:
        say("すべて通りました。", "Everything passed.")
    return int(failed)


def run_checks() -> int:
    """Format, lint and types."""
    setup(dev=True)
    return run_stages(check_stages())


def run_tests(arguments: Sequence[str], *, full: bool) -> int:
    """Everything a developer needs to trust a change; ``arguments`` go to pytest."""
    setup(dev=True)
    return run_stages({**check_stages(), "tests": pytest_stage(arguments, full=full)})


def run_benchmarks() -> int:
    """Run every benchmark, one after the other: each prints ratios."""
    setup()
    codes = [run([venv_python(), str(path)]) for path in sorted(ROOT.glob("bench/bench_*.py"))]
    return int(any(codes))


def lock(*, upgrade: bool = False) -> int:
    """Resolve the dependencies anew and write the requirement files from the lock."""
    setup(dev=True)
    uv = [venv_python(), "-m", "uv", "--quiet"]
    export = [
        *(*uv, "export", "--format", "requirements.txt"),
        *("--no-emit-project", "--locked", "--no-header"),
    ]
    commands = [
        [*uv, "lock", *(["--upgrade"] if upgrade else [])],
        [*export, "--only-group", "build", "-o", "requirements-build.txt"],
        [*export, "--no-dev", "-o", "requirements.txt"],
        [*export, "--only-group", "dev", "-o", "requirements-dev.txt"],
    ]
    for command in commands:
        if run(command):
            stop("依存関係を固定できませんでした。", "The dependencies could not be locked.")
    return 0


# --- the command line -----------------------------------------------------------------------------


def port(text: str) -> int:
    """A port number as the command line gives it."""
    number = int(text)
    if not 0 < number < 2**16:
        raise ValueError(text)
    return number


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="tasks.py", description="csdata: chores", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, help_text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)

    add("setup", "make or refresh .venv from the hashed requirements")
    start = add("app", "set up and start the app with the sample company")
    start.add_argument("--port", type=port, help="this port, instead of 8501 or the next free one")
    start.add_argument("--no-sample", action="store_true", help="start without the sample company")
    tests = add("test", "set up and run format, lint, types and tests; other arguments: pytest")
    tests.add_argument("--full", action="store_true", help="with coverage and many more examples")
    add("check", "format, lint and types, without the tests")
    add("bench", "run the benchmarks")
    locking = add("lock", "resolve the dependencies and write the requirement files")
    locking.add_argument("--upgrade", action="store_true", help="take newer versions where allowed")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what ``test`` does not know is handed to pytest."""
    reading = parser()
    options, rest = reading.parse_known_args(arguments)
    if rest and options.command != "test":
        reading.error(f"unrecognized arguments: {' '.join(rest)}")
    actions: dict[str, Callable[[], int]] = {
        "setup": setup,
        "app": lambda: run_app(port=options.port, sample=not options.no_sample),
        "test": lambda: run_tests(rest, full=options.full),
        "check": run_checks,
        "bench": run_benchmarks,
        "lock": lambda: lock(upgrade=options.upgrade),
    }
    return actions[options.command]()


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A console that has no Japanese letters shows question marks rather than a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\n中断しました。 / Interrupted.")
