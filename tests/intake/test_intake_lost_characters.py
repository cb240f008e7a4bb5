"""Characters that an export has lost are noticed; a question mark of a sentence is none."""

from __future__ import annotations

import pytest

from csdata.intake.workbook import Cells, open_file
from tests.intake.exports import details, without_a_process
from tests.intake.kinds import write


def opened(data: bytes) -> Cells:
    return open_file(data, read=without_a_process)[1]


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("\ufffd\ufffd商店", True),
        ("商\ufffd店", True),
        ("??商店", True),
        ("?橋商店", True),
        ("宮?商店", True),
        ("????", True),
        ("株式会社??", True),
        ("本当ですか?", False),
        ("できますか?はい", False),
        ("https://example.com/?a=1", False),
        ("what? yes", False),
        ("why?? no", False),
        ("?", False),
        ("高橋商店", False),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_left_of_lost_characters(kind: str, text: str, *, lost: bool) -> None:
    cells = opened(write(kind, ("取引先 ID", "名前"), [("1", "甲?"), ("2", text), ("3", text)]))
    notes = {note.key: note.values for note in cells.notes}
    assert ("note.lost_characters" in notes) == lost
    if lost:
        assert notes["note.lost_characters"] == {"n": 2, "example": text}


def test_a_shift_jis_export_of_other_characters() -> None:
    """What Salesforce writes for a letter that Shift_JIS lacks."""
    data = details(("取引先 ID", "取引先名"), [("1", "𠮷野家"), ("2", "甲")], encoding="utf-8")
    spoilt = data.decode().encode("cp932", "replace")
    (note,) = (n for n in opened(spoilt).notes if n.key == "note.lost_characters")
    assert note.values["n"] == 1
