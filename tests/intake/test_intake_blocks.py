"""Side by side: a joined report has blocks, an ordinary table with a gap has none."""

from __future__ import annotations

import pyarrow as pa
import pytest

from csdata.intake import Recipe
from csdata.intake.blocks import block_names, find_blocks, likeliest, only
from csdata.intake.layout import Grid, Layout, find_layout
from tests.intake.exports import keys, read_here, workbook

Line = list[str | None]


def laid(*rows: Line) -> tuple[Grid, Layout]:
    width = max(map(len, rows))
    padded = [row + [None] * (width - len(row)) for row in rows]
    cells = {str(j): pa.array([row[j] for row in padded], pa.string()) for j in range(width)}
    used = {j: c for j, c in cells.items() if c.null_count < len(c)}  # as the reader hands it over
    grid = Grid.of(pa.table(used))
    return grid, find_layout(grid, name="data")


LEFT: list[Line] = [["取引先 ID", "取引先名"], ["C1", "甲"], ["C2", "乙"]]
RIGHT: list[Line] = [["商談 ID", "取引先 ID", "金額"], ["O1", "C1", "5"], ["O2", "C1", "6"]]


def beside(gap: list[None], title: Line | None) -> list[Line]:
    rows = [[*left, *gap, *right] for left, right in zip(LEFT, RIGHT, strict=True)]
    return [title, *rows] if title else rows


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(beside([None], None), id="a blank column between"),
        pytest.param(beside([None], ["取引先", None, None, "商談"]), id="with titles"),
        pytest.param(
            beside([], ["取引先", None, "商談", None, None]), id="titles, no blank column"
        ),
    ],
)
def test_blocks_of_a_joined_report(rows: list[Line]) -> None:
    grid, layout = laid(*rows)
    parts = find_blocks(grid, layout)
    assert [only(grid, layout, part).headers for part in parts] == [
        ("取引先 ID", "取引先名"),
        ("商談 ID", "取引先 ID", "金額"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["取引先 ID", None, "月額"], ["C1", None, "5"], ["C2", None, "6"]], id="gap"),
        pytest.param([["取引先 ID", "備考", "備考"], ["C1", "a", "b"]], id="heading twice"),
        pytest.param(
            [
                ["顧客", None, "契約", None],
                ["取引先 ID", "取引先名", "契約開始日", "月額"],
                ["C1", "甲", "2026-01-01", "5"],
            ],
            id="headings under common titles",
        ),
        pytest.param(
            [
                ["対象", "すべて"],
                ["取引先 ID", "取引先名", "契約開始日", "取引先名"],
                ["C1", "甲", "2026-01-01", "5"],
            ],
            id="a banner of two cells above",
        ),
    ],
)
def test_an_ordinary_table_is_one(rows: list[Line]) -> None:
    assert find_blocks(*laid(*rows)) == []


def test_names_of_blocks_and_the_likeliest() -> None:
    grid, layout = laid(*beside([None], ["得意先の表", None, None, "商談の表"]))
    parts = find_blocks(grid, layout)
    assert block_names(grid, layout, parts) == ["得意先の表", "商談の表"]
    grid, layout = laid(*beside([None], None))
    assert block_names(grid, layout, parts) == ["取引先 ID", "商談 ID"]
    strange: list[Line] = [["x", "取引先 ID"], ["1", "C1"]]
    known: list[Line] = [["取引先 ID", "契約開始日"], ["C1", "2026-01-01"]]
    rows = [[*left, None, *right] for left, right in zip(strange, known, strict=True)]
    grid, layout = laid(*rows)
    assert likeliest(grid, layout, find_blocks(grid, layout)) == 2


def test_blocks_of_different_height_keep_their_own_rows() -> None:
    head: Line = ["取引先 ID", "取引先名", "契約開始日", None, "取引先 ID", "利用日", "利用時間"]
    rows: list[Line] = [
        ["C1", "甲", "2026-01-01", None, "C1", "2026-02-01", "1"],
        ["C2", "乙", "2026-01-02", None, "C1", "2026-02-02", "2"],
        [None, None, None, None, "C2", "2026-02-03", "3"],
        [None, None, None, None, "C2", "2026-02-04", "4"],
    ]
    data = workbook(("s", [head, *rows]))
    left = read_here(data, "xlsx", recipe=Recipe(block=1))
    right = read_here(data, "xlsx", recipe=Recipe(block=2))
    assert left.table["customer_id"].tolist() == ["C1", "C2"]
    assert left.rows_read == 2
    assert right.table["customer_id"].tolist() == ["C1", "C1", "C2", "C2"]
    assert right.rows_read == 4
    assert "question.block" not in keys(right.questions)


def test_a_block_that_is_not_there_is_the_likeliest() -> None:
    head: Line = ["x", "取引先 ID", None, "取引先 ID", "契約開始日"]
    rows: list[Line] = [["1", "C1", None, "C8", "2026-01-01"], ["2", "C2", None, None, None]]
    chosen = read_here(workbook(("s", [head, *rows])), "xlsx", recipe=Recipe(block=7))
    assert chosen.table["customer_id"].tolist() == ["C8"]
