"""Cells corrected by hand: put in place before anything is typed, listed, never lost silently."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.intake.columns import column
from csdata.intake.edits import UNREAD, apply, unreadable
from csdata.intake.report import Report
from tests.intake.exports import details, keys

HEAD = ("取引先 ID", "契約開始日", "解約日", "月額")
ROWS = (
    ("C1", "2026-01-01", "", "100"),
    ("C2", "いつか", "", "200"),
    ("C3", "2026-03-01", "2026-01-01", "300"),
)
DATA = details(HEAD, ROWS, footer=())


def test_a_row_that_was_set_aside_comes_back() -> None:
    before = cs.read_export(DATA, name="a.csv")
    assert before.set_aside["row"].tolist() == [3, 4]
    edits = {(3, "契約開始日"): "2026-02-01", (4, "解約日"): ""}
    after = cs.read_export(DATA, name="a.csv", edits=edits)
    assert after.set_aside.empty
    assert after.table["customer_id"].tolist() == ["C1", "C2", "C3"]
    listed = after.issues[after.issues["rule"] == "edited"]
    assert listed[["row", "column", "value"]].to_numpy().tolist() == [
        [3, "契約開始日", "いつか → 2026-02-01"],
        [4, "解約日", "2026-01-01 → "],
    ]
    assert "note.edited" in keys(after.notes)
    assert "note.edits_nowhere" not in keys(after.notes)


def test_a_correction_for_another_file_is_told() -> None:
    edits = {(99, "月額"): "1", (2, "ない列"): "1", (1, "月額"): "1"}
    found = cs.read_export(DATA, name="a.csv", edits=edits)
    (note,) = [note for note in found.notes if note.key == "note.edits_nowhere"]
    assert note.values["n"] == 3
    assert "note.edited" not in keys(found.notes)
    assert found.table["mrr"].tolist() == [100]


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("月額", "良い", "not_a_number"),
        ("契約開始日", "来週", "not_a_date"),
        ("契約開始日", "2026-02-30", "impossible_date"),
    ],
)
def test_a_text_that_cannot_be_read_is_one_problem_not_two(
    column: str, text: str, rule: str
) -> None:
    found = cs.read_export(DATA, name="a.csv", edits={(2, column): text})
    mine = found.issues[(found.issues["row"] == 2) & (found.issues["column"] == column)]
    told = mine[mine["rule"].isin(["edited", *UNREAD])]
    assert told[["value", "rule"]].to_numpy().tolist() == [[text, rule]]
    assert unreadable(found.issues, [(2, column), (4, "月額")]) == {(2, column): rule}


def test_a_text_that_can_be_read_is_not_refused() -> None:
    found = cs.read_export(DATA, name="a.csv", edits={(2, "月額"): "1万円"})
    assert unreadable(found.issues, [(2, "月額")]) == {}
    assert found.table["mrr"].tolist() == [10_000]


texts = st.sampled_from(["", "a", "b", "c"])


@given(
    st.lists(texts, min_size=1, max_size=8),
    st.dictionaries(st.integers(0, 20), st.sampled_from(["", "a", "z", " z "]), max_size=6),
)
@settings(deadline=None)
def test_corrected_cells_say_so_and_no_other_changes(
    cells: list[str], changes: dict[int, str]
) -> None:
    lines = np.arange(len(cells), dtype=np.int64) * 2 + 3
    made = column("x", pa.array([text or None for text in cells], pa.string()))
    edits = {(line, "x"): text for line, text in changes.items()}
    (after,) = apply([made], lines, edits, Report())
    expected = [
        changes.get(int(line), cell).strip() for line, cell in zip(lines, cells, strict=True)
    ]
    assert after.at(np.arange(len(cells))) == expected
    assert sorted(after.distinct.to_pylist()) == sorted({text for text in expected if text})
