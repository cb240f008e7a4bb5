"""Data that the pages are opened on."""

from __future__ import annotations

from pathlib import Path

import pytest

import csdata as cs
from csdata import sample


@pytest.fixture(scope="session")
def company() -> cs.Portfolio:
    """The made-up company."""
    return sample.company()


@pytest.fixture(scope="session")
def telco(real_file: Path) -> cs.Portfolio:
    """The real file, read as the import page reads it."""
    return cs.Portfolio.from_imports([cs.read_export(real_file.read_bytes(), name=real_file.name)])
