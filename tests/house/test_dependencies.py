"""pyproject.toml is the source; uv.lock and the requirement files say the same."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]
FILES = {
    "requirements-build.txt": GROUPS["build"],
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": GROUPS["dev"],
}
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^ ;\\]+)", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(requirement: str) -> str:
    """``"pandas>=2.3,<3"`` → ``pandas``."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return canonical(found[0])


def text(file: str) -> str:
    return (ROOT / file).read_text("utf-8")


def pins(file: str) -> set[tuple[str, str]]:
    """Name and version of every requirement; a name occurs twice where Pythons differ."""
    return {(name, version) for name, version in PIN.findall(text(file))}


def blocks(file: str) -> dict[str, str]:
    """First line of each requirement → the requirement with all its lines."""
    parts = re.split(r"^(?=[a-z0-9])", text(file), flags=re.MULTILINE)
    return {part.splitlines()[0]: part for part in parts if part.strip()}


def locked() -> dict[tuple[str, str], dict[str, Any]]:
    return {(p["name"], p["version"]): p for p in LOCK["package"]}


def reachable(roots: list[str]) -> set[str]:
    """Every package that the given requirements need, whatever the machine."""
    needs: dict[str, set[str]] = {}
    for package in LOCK["package"]:
        extras = package.get("optional-dependencies", {}).values()
        direct = [*package.get("dependencies", []), *(d for group in extras for d in group)]
        needs.setdefault(package["name"], set()).update(d["name"] for d in direct)
    found: set[str] = set()
    waiting = [required(r) for r in roots]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs[name])
    return found


def newest(name: str) -> tuple[int, ...]:
    versions = [version for n, version in pins("requirements.txt") if n == name]
    return max(tuple(int(part) for part in v.split(".")[:3]) for v in versions)


@pytest.mark.parametrize("file", FILES)
def test_every_pin_is_in_the_lock(file: str) -> None:
    assert pins(file)
    assert pins(file) <= set(locked())


@pytest.mark.parametrize("file", FILES)
def test_every_direct_dependency_is_pinned(file: str) -> None:
    assert {required(r) for r in FILES[file]} <= {name for name, _ in pins(file)}


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_pinned_that_nobody_needs(file: str) -> None:
    assert {name for name, _ in pins(file)} <= reachable(FILES[file])


@pytest.mark.parametrize("file", FILES)
def test_every_line_has_the_hashes_of_the_lock(file: str) -> None:
    for first, block in blocks(file).items():
        found = PIN.match(first)
        assert found, f"not a pin: {first}"
        package = locked()[found[1], found[2]]
        archives = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        hashes = set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block))
        assert hashes == {archive["hash"] for archive in archives}, first


def test_the_lock_is_of_this_pyproject() -> None:
    ours = next(p for p in LOCK["package"] if p["name"] == "csdata")
    stated = {(d["name"], d.get("specifier", "")) for d in ours["metadata"]["requires-dist"]}
    wanted = {
        (required(r), re.sub(r"^[A-Za-z0-9._-]+", "", r))
        for r in PROJECT["project"]["dependencies"]
    }
    assert stated == wanted
    assert ours["version"] == PROJECT["project"]["version"]
    for group, members in GROUPS.items():
        assert {d["name"] for d in ours["dev-dependencies"][group]} == set(map(required, members))


def test_pandas_stays_below_3_and_lifelines_keeps_up() -> None:
    """lifelines 0.30.3 needs pandas < 3; with pandas 3 a resolver quietly falls back to 0.30.0."""
    assert newest("pandas") < (3,)
    assert newest("lifelines") >= (0, 30, 3)


def test_everything_comes_from_the_public_index() -> None:
    sources = {p["source"].get("registry") for p in LOCK["package"] if p["name"] != "csdata"}
    assert sources == {"https://pypi.org/simple"}
