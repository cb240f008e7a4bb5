"""Shares: 12%, 12 and 0.12 told apart per column and all made fractions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.intake import Recipe
from csdata.intake.percent import is_share
from csdata.tables import Import
from tests.intake.exports import keys, read_here, read_rows
from tests.intake.kinds import WRITERS


def column(heading: str, *cells: str, recipe: Recipe | None = None) -> Import:
    rows = [[f"C{i}", "2026-01-01", cell] for i, cell in enumerate(cells)]
    return read_rows(("取引先 ID", "契約開始日", heading), *rows, recipe=recipe)


@pytest.mark.parametrize(
    ("heading", "cells", "values", "note"),
    [
        ("達成率", ["12%", "7.5%"], [0.12, 0.075], "percent_signs"),
        ("達成率", ["12 %", "\uff17\uff05"], [0.12, 0.07], "percent_signs"),
        ("メモ", ["12%", "-5%", "1,200%"], [0.12, -0.05, 12], "percent_signs"),
        ("割引率", ["0.12", "0.5"], [0.12, 0.5], "percent_fraction"),
        ("割引率", ["12", "50"], [0.12, 0.5], "percent_percent"),
        ("割引率", ["0.5", "50"], [0.005, 0.5], "percent_percent"),
        ("確度 (%)", ["70", "100"], [0.7, 1], "percent_percent"),
        ("確度 (%)", ["1", "0"], [0.01, 0], "percent_percent"),
        ("Discount Rate", ["12", "50"], [0.12, 0.5], "percent_percent"),
        ("Discount Rate", ["0.12", "1"], [0.12, 1], "percent_fraction"),
        ("達成率", ["85%", "0.5"], [0.85, 0.5], "percent_fraction"),
        ("達成率", ["85%", "50"], [0.85, 0.5], "percent_percent"),
        ("達成率", ["85%", "-", "5%"], [0.85, np.nan, 0.05], "missing_words"),
    ],
)
def test_shares(heading: str, cells: list[str], values: list[float], note: str) -> None:
    imported = column(heading, *cells)
    np.testing.assert_allclose(imported.table[heading].to_numpy(dtype=float), values, rtol=1e-15)
    assert f"note.{note}" in keys(imported.notes)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("店舗の数", ["12", "50"]),
        ("倍率", ["12", "50"]),
        ("比率", ["12", "50"]),
        ("Rated Capacity", ["12", "50"]),
    ],
)
def test_what_is_no_share_is_left(heading: str, cells: list[str]) -> None:
    imported = column(heading, *cells)
    assert imported.table[heading].tolist() == [float(cell) for cell in cells]
    assert not any("percent" in key for key in keys(imported.notes))


@pytest.mark.parametrize("cells", [["85%", "未回答"], ["85%", "0.5", "50"], ["85%", "007"]])
def test_a_column_that_is_not_all_shares_stays_text(cells: list[str]) -> None:
    assert column("達成度", *cells).table["達成度"].tolist() == cells


@pytest.mark.parametrize(
    ("choice", "values"), [("percent", [0.0012, 0.005]), ("fraction", [0.12, 0.5])]
)
def test_the_recipe_decides(choice, values: list[float]) -> None:
    recipe = Recipe(percent={"達成度": choice})
    imported = column("達成度", "0.12", "0.5", recipe=recipe)
    np.testing.assert_allclose(imported.table["達成度"], values, rtol=1e-15)


@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_a_share_written_with_a_sign_comes_back(percents: list[int]) -> None:
    imported = column("達成率", *(f"{p}%" for p in percents))
    assert imported.table["達成率"].tolist() == [p / 100 for p in percents]


@pytest.mark.parametrize(
    ("heading", "share"),
    [
        *(("解約率", True), ("割引率(税抜)", True), ("確度 (%)", True), ("構成比", True)),
        *(("Win Rate", True), ("Probability", True), ("Share", True), ("Percent Complete", True)),
        *(("効率", False), ("倍率", False), ("率先", False), ("Rate Plan", False), ("月額", False)),
    ],
)
def test_headings_of_shares(heading: str, *, share: bool) -> None:
    assert is_share(heading) == share


def test_a_field_that_is_a_number_takes_a_share() -> None:
    imported = column("満足度", "85%", "90%")
    assert imported.mapping["satisfaction"] == "満足度"
    assert imported.table["satisfaction"].tolist() == [0.85, 0.9]


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_where_formats_cannot_be_seen_a_share_says_so(kind: str) -> None:
    rows = [("取引先 ID", "契約開始日", "確度 (%)", "月額"), ("C1", "2026-01-01", 1, 100)]
    imported = read_here(WRITERS[kind](rows), kind)
    (note,) = (n for n in imported.notes if n.key == "note.percent_unseen")
    assert note.values == {"column": "確度 (%)", "ending": f".{kind}"}


@pytest.mark.parametrize("cells", [(0.5, "12%"), ("5%", "12%")], ids=["xlsx", "signs"])
def test_where_they_can_be_seen_nothing_is_said(cells: tuple[object, ...]) -> None:
    rows = [("取引先 ID", "契約開始日", "割引率"), *(("C1", "2026-01-01", c) for c in cells)]
    for kind in ("xlsx",) if cells[0] == 0.5 else ("xls", "ods"):
        imported = read_here(WRITERS[kind](rows), kind)
        assert "note.percent_unseen" not in [n.key for n in imported.notes]
