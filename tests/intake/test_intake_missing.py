"""What is missing, what only looks so, and the traces of programs that are taken off."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from csdata.intake import Recipe
from csdata.intake.cut_off import cut_at
from csdata.intake.missing import clearly_missing, missing
from csdata.tables import Import
from tests.intake.exports import details, keys, read_here, read_rows
from tests.intake.kinds import write

HEAD = ("取引先 ID", "取引先名", "契約開始日", "月額", "満足度")


def texts(*values: str) -> pa.StringArray:
    return pa.array(values, pa.string())


def said(imported: Import, key: str) -> list[dict[str, object]]:
    return [dict(note.values) for note in imported.notes if note.key == f"note.{key}"]


@pytest.mark.parametrize(
    "word",
    [
        *("-", "--", "\uff0d", "―", "–", "ー", "N/A", "n/a", "#N/A", "#DIV/0!", "NULL", "null"),
        *("NaN", "none", "NA", "なし", "無し", "未設定", "未入力", "該当なし", "(空白)", "\\N"),
    ],
)
def test_words_for_nothing(word: str) -> None:
    assert missing(texts(word)).all()


@pytest.mark.parametrize(
    "word", ["0", "未定", "不明", "検討中", "unknown", "-1", "ナシ株式会社", "n", "TBD", "x" * 100]
)
def test_words_for_something(word: str) -> None:
    assert not missing(texts(word)).any()


@pytest.mark.parametrize("word", ["なし", "None", "NA", "未設定"])
def test_words_that_may_be_values_of_an_unknown_column(word: str) -> None:
    assert not clearly_missing(texts(word)).any()


def test_words_for_nothing_are_missing_where_a_number_is_wanted_and_counted() -> None:
    imported = read_rows(
        HEAD,
        ["C1", "-", "2026-01-01", "-", "未設定"],
        ["C2", "N/A", "2026-01-01", "N/A", "5"],
        ["C3", "なし", "2026-01-01", "100", "-"],
    )
    assert imported.table["name"].tolist() == ["-", "N/A", "なし"]
    np.testing.assert_array_equal(imported.table["mrr"], [np.nan, np.nan, 100])
    np.testing.assert_array_equal(imported.table["satisfaction"], [np.nan, 5, np.nan])
    counts = {note["column"]: note["n"] for note in said(imported, "missing_words")}
    assert counts == {"月額": 2, "満足度": 2}
    assert imported.issues.empty


def test_a_failed_formula_in_a_text_file_is_listed() -> None:
    imported = read_rows(
        HEAD, ["C1", "甲", "2026-01-01", "#DIV/0!", "5"], ["C2", "乙", "2026-01-01", "7", "6"]
    )
    assert np.isnan(imported.table["mrr"].iloc[0])
    listed = imported.issues[["row", "column", "value", "rule"]].to_numpy().tolist()
    assert listed == [[2, "月額", "#DIV/0!", "error_cell"]]


def test_an_answer_of_no_is_not_missing() -> None:
    header = ("顧客 ID", "継続月数", "解約フラグ")
    imported = read_rows(header, ["C1", "5", "なし"], ["C2", "6", "あり"], ["C3", "7", "-"])
    assert imported.table["churned"].tolist() == [False, True]
    assert imported.set_aside["reason"].tolist() == ["missing_outcome"]


# ------------------------------------------------------------------------------- traces of programs


@pytest.mark.parametrize(
    ("key", "written", "meant"),
    [
        ("guard", "'=計算社", "=計算社"),
        ("guard", "''=計算社", "'=計算社"),
        ("formula_text", '="00123"', "00123"),
        ("entities", "A &amp; B", "A & B"),
        ("entities", "&amp;amp;", "&amp;"),
        ("entities", "Solar&#39;s", "Solar's"),
        ("entities", "&lt;社&gt;", "<社>"),
    ],
)
def test_traces_are_taken_off_once_and_counted(key: str, written: str, meant: str) -> None:
    imported = read_rows(HEAD, ["C1", written, "2026-01-01", "1", ""], ["C2", "乙", "2026-01-01"])
    assert imported.table["name"].tolist() == [meant, "乙"]
    assert said(imported, key) == [{"column": "取引先名", "n": 1}]


@pytest.mark.parametrize("name", ["'90s Cafe", "A & B", "A&B;", "R&D;X", "&unknown;", '="x', "=x"])
def test_what_is_no_trace_stays(name: str) -> None:
    imported = read_rows(HEAD, ["C1", name, "2026-01-01", "1", ""])
    assert imported.table["name"].tolist() == [name]


def test_a_guarded_id_keeps_its_zeros() -> None:
    imported = read_rows(("取引先番号", "契約開始日"), ['="00123"', "2026-01-01"])
    assert imported.table["customer_id"].tolist() == ["00123"]


def test_a_blank_entity_is_a_blank() -> None:
    imported = read_rows(HEAD, ["C1", "&nbsp;", "2026-01-01", "&nbsp;", ""])
    assert imported.table["name"].tolist() == [None]
    assert np.isnan(imported.table["mrr"].iloc[0])


# -------------------------------------------------------------------------------------------- ticks


@pytest.mark.parametrize("yes", ["✔\ufe0f", "☑", "✓", "\uff11", "true", "はい", "済"])
def test_ticks_of_every_kind(yes: str) -> None:
    header = ("顧客 ID", "継続月数", "解約フラグ")
    imported = read_rows(header, ["C1", "5", yes], ["C2", "6", "☐"])
    assert imported.table["churned"].tolist() == [True, False]


# ----------------------------------------------------------------------------------- several values


def products(*cells: str, recipe: Recipe | None = None) -> Import:
    rows = [[f"C{i}", "2026-01-01", cell] for i, cell in enumerate(cells)]
    return read_rows(("取引先 ID", "契約開始日", "製品"), *rows, recipe=recipe)


def test_several_values_become_columns_when_asked() -> None:
    imported = products("A;B", "B\uff1b C", "", recipe=Recipe(multiple=("製品",)))
    table = imported.table
    assert table["製品: A"].tolist() == [True, False, None]
    assert table["製品: B"].tolist() == [True, True, None]
    assert table["製品: C"].tolist() == [False, True, None]
    assert table["製品"].tolist() == ["A;B", "B\uff1b C", None]
    assert imported.columns["製品: A"] == "製品"
    assert said(imported, "several_split") == [{"column": "製品", "n": 3}]


def test_several_values_are_only_told_of_otherwise() -> None:
    imported = products("A;B", "B;C", "C")
    assert list(imported.table.columns) == ["customer_id", "start", "製品"]
    assert said(imported, "several_values") == [{"column": "製品"}]


def test_prose_with_semicolons_is_not_told_of() -> None:
    imported = products("良い; とても", "悪い; かなり", "普通")
    assert not said(imported, "several_values")


def test_a_column_of_many_values_makes_the_most_frequent_ones_columns() -> None:
    cells = [f"x;{i}" for i in range(100)]
    imported = products(*cells, recipe=Recipe(multiple=("製品",)))
    assert imported.table["製品: x"].all()
    made = [c for c in imported.table.columns if c.startswith("製品: ")]
    assert said(imported, "several_left") == [{"column": "製品", "n": 101 - len(made)}]


# ------------------------------------------------------------------------------------- cut-off rows


@pytest.mark.parametrize(
    ("rows", "last_line", "what"),
    [
        (2_000, 2_001, "screen"),
        (1_999, 2_000, None),
        (2_001, 2_002, None),
        (50_000, 50_001, "round"),
        (65_535, 65_536, "xls"),
        (65_536, 65_537, "xls"),
        (65_524, 65_536, "xls"),  # a banner above a full sheet
        (100_000, 100_012, "report"),
        (1_048_575, 1_048_576, "xlsx"),
        (1_048_570, 1_048_576, "xlsx"),
        (1_000, 1_001, None),
    ],
)
def test_numbers_of_rows_at_which_programs_stop(rows: int, last_line: int, what: str) -> None:
    assert cut_at(rows, last_line) == what


def test_a_cut_file_says_where_it_was_cut() -> None:
    rows = [[f"C{i}", "2026-01-01"] for i in range(2_000)]
    (note,) = (
        n for n in read_rows(("取引先 ID", "契約開始日"), *rows).notes if n.key == "note.cut_off"
    )
    assert "2,000" in note.say("ja")


# ----------------------------------------------------------------------------- codes that stay text


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("郵便番号", ["1000001", "0600000"]),
        ("電話", ["0312345678", "9012345678"]),
        ("部品", ["1E3", "2E5"]),
        ("号室", ["3-4", "5-6"]),
        ("メモ", ["3/4", "1/2"]),
        ("版", ["1.2.3", "2.0.1"]),
        ("版", ["H8.3.1", "S2.10.4"]),
        ("区画", ["001", "002"]),
        ("番地", ["1-2-2026x", "1-2-3"]),
        ("コード", ["20260305", "20260306"]),
        ("期", ["2026/03", "2026/04"]),
        ("比", ["(1)", "(2)"]),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_codes_stay_text(heading: str, cells: list[str], kind: str) -> None:
    header = ("取引先 ID", "契約開始日", heading)
    rows = [[f"C{i}", "2026-01-01", cell] for i, cell in enumerate(cells)]
    data = details(header, rows, encoding="utf-8") if kind == "csv" else write(kind, header, rows)
    imported = read_here(data, kind)
    assert imported.table[heading].tolist() == cells
    assert not imported.currencies
    assert "note.missing_words" not in keys(imported.notes)
