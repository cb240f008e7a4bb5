"""In CI a skipped test is a failed one; elsewhere it says why it was skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

REASON = "no such thing here"
SKIPS = {
    "in a test": f"""
def test_it():
    pytest.skip("{REASON}")
""",
    "in a fixture": f"""
@pytest.fixture
def thing():
    pytest.skip("{REASON}")

def test_it(thing):
    pass
""",
    "by a mark": f"""
@pytest.mark.skip(reason="{REASON}")
def test_it():
    pass
""",
    "a whole file": f"""
pytest.skip("{REASON}", allow_module_level=True)
""",
}


def outcome(code: str, folder: Path, *, ci: str) -> subprocess.CompletedProcess[str]:
    """Run one file of tests under the rules of conftest.py, in a process of its own."""
    test_file = folder / "test_skipping.py"
    test_file.write_text(f"import pytest\n{code}", "utf-8")
    surroundings = {n: v for n, v in os.environ.items() if not n.startswith("PYTEST")}
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-rs", "-o", "addopts="),
        *("-p", "no:xdist", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "tests.conftest"),
        *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(test_file)),
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**surroundings, "CI": ci},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("case", SKIPS)
def test_a_skip_fails_in_ci(case: str, tmp_path: Path) -> None:
    done = outcome(SKIPS[case], tmp_path, ci="true")
    assert done.returncode != 0
    assert "Nothing may be skipped in CI" in done.stdout
    assert REASON in done.stdout


@pytest.mark.parametrize("case", SKIPS)
def test_a_skip_elsewhere_gives_its_reason(case: str, tmp_path: Path) -> None:
    done = outcome(SKIPS[case], tmp_path, ci="")
    assert "1 skipped" in done.stdout
    assert REASON in done.stdout
