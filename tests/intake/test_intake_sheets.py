"""The score of a sheet: a table of customers beats covers, pivots, notes and empty templates."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.intake.sheets import score

HEAD = ["取引先 ID", "取引先名", "契約開始日", "月額"]
EXPORT = [HEAD, *([f"C{i}", f"社{i}", f"2026-01-{i:02}", "100"] for i in range(1, 20))]
BANNER = [[""], ["", "取引先一覧"], ["", "検索条件"]]
ENGLISH = [["Account ID", "Start Date"], ["C1", "2026-01-01"], ["C2", "2026-01-02"]]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([["月次報告"], [], ["作成者", "見本 はなこ"]], id="cover"),
        pytest.param([["行ラベル", "合計 / 月額"], ["12か月", "300"], ["総計", "300"]], id="pivot"),
        pytest.param([["メモ"], ["甲社に電話"], ["乙社は来月"]], id="notes"),
        pytest.param([HEAD], id="empty template"),
        pytest.param([], id="nothing"),
        pytest.param([["コード", "名称"], ["1", "はい"], ["2", "いいえ"]], id="list of codes"),
    ],
)
def test_the_export_wins(other: list[list[str]]) -> None:
    for export in (EXPORT, [*BANNER, *(["", *row] for row in EXPORT)], ENGLISH):
        assert score(export, height=len(export)) > score(other, height=len(other))


def test_of_two_like_sheets_the_longer_wins() -> None:
    assert score(EXPORT, height=5000) > score(EXPORT[:3], height=3)


cells = st.one_of(st.none(), st.text(max_size=5), st.sampled_from([*HEAD, "1", "2026-01-01"]))


@given(st.lists(st.lists(cells, max_size=6), max_size=12), st.integers(0, 2_000_000))
@settings(deadline=None)
def test_any_sheet_has_a_score(rows: list[list[str | None]], height: int) -> None:
    assert 0 <= score(rows, height=max(height, len(rows))) <= 3
