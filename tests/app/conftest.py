"""Data that the pages are opened on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import csdata as cs
from csdata import sample
from tests.app.saving import ended


@pytest.fixture(scope="session")
def company() -> cs.Portfolio:
    """The made-up company."""
    return sample.company()


@pytest.fixture(scope="session")
def telco(real_file: Path) -> cs.Portfolio:
    """The real file, read as the import page reads it."""
    return cs.Portfolio.from_imports([cs.read_export(real_file.read_bytes(), name=real_file.name)])


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder for the workspace, and a process that has just begun."""
    monkeypatch.setenv("CSDATA_WORKSPACE", "")
    monkeypatch.setenv("CSDATA_HOME", str(tmp_path))
    ended()
    yield tmp_path
    ended()
