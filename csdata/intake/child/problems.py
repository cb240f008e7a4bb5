"""What the reading process says instead of cells: a word for the parent's sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Job = Mapping[str, Any]
"""What to read and what it may cost: path, kind, sheet, and the fields of ``Limits``."""


class Problem(Exception):
    """The file cannot be read: a word for the parent's sentence, and the figures it needs."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.answer: dict[str, object] = {"problem": word, **values}


def beyond(word: str, found: int, limit: int) -> Problem:
    """A size beyond its limit."""
    return Problem(word, found=found, limit=limit)


def check_size(width: int, height: int, job: Job) -> None:
    """Refuse a sheet that is longer, wider or larger than the limits."""
    if width > job["columns"]:
        raise beyond("columns", width, job["columns"])
    if height > job["rows"]:
        raise beyond("rows", height, job["rows"])
    if width * height > job["cells"]:
        raise beyond("cells", width * height, job["cells"])


def check_sheets(count: int, job: Job) -> None:
    """Refuse more sheets than can be looked at."""
    if count > job["sheets"]:
        raise beyond("sheets", count, job["sheets"])
