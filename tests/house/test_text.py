"""The project speaks of itself alone, and of no particular machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

TEXTS = {".py", ".md", ".toml", ".txt", ".lock", ".cfg", ".ipynb", ".sh", ".r", ".csv", ".svg", ""}
# In pieces, so that this file does not find itself.
MACHINE = ["/work" + "/", "/root" + "/", "/opt" + "/pypi", "/home" + "/", "farm" + "-", "C:" + "\\"]
MAKERS = [
    "sub" + "agent",
    "cla" + "ude",
    "anthro" + "pic",
    "chat" + "gpt",
    "as an ai " + "language",
]


def texts() -> list[Path]:
    return [path for path in files() if path.suffix.lower() in TEXTS]


@pytest.mark.parametrize("word", [*MACHINE, *MAKERS], ids=lambda word: word.strip("/\\:"))
def test_no_trace_of_a_machine_or_a_maker(word: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if word.lower() in line.lower()
    ]
    assert not wrong


def test_the_house_is_read() -> None:
    """The check above would pass on nothing at all."""
    read = {path.relative_to(ROOT).as_posix() for path in texts()}
    assert {"tasks.py", "csdata/i18n/ja.toml", ".ci/run", ".streamlit/config.toml"} <= read
