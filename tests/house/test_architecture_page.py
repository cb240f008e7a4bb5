"""The page on the architecture speaks of what is there."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, files

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NAMED = sorted({*re.findall(r"`([\w./]+\.(?:py|toml))`", PAGE)})


@pytest.mark.parametrize("name", NAMED)
def test_every_file_that_it_names_is_there(name: str) -> None:
    assert any(path.as_posix().endswith(f"/{name}") for path in files())
