"""Group columns are filled down; blanks of any other column stay blanks."""

from __future__ import annotations

import io
import itertools
from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.intake.groups import Evidence, grouped
from csdata.intake.values import Column, column
from tests.intake.exports import Row, details, keys, read_here, workbook


def columns(rows: list[list[str | None]]) -> list[Column]:
    cells = zip(*rows, strict=True)
    return [column(str(j), pa.array(list(texts), pa.string())) for j, texts in enumerate(cells)]


def texts(made: list[Column]) -> list[list[str | None]]:
    return [list(row) for row in zip(*(c.objects() for c in made), strict=True)]


def evidence(
    n: int, *, subtotals: Collection[int] = (), fresh: Collection[int] = (), telling: str = ""
) -> Evidence:
    """Evidence for ``n`` rows: which stand under a subtotal, which under headings said again."""
    rows = range(n)
    return Evidence(
        np.array([i in subtotals for i in rows]), np.array([i in fresh for i in rows]), {telling}
    )


def filled(
    titles: list[str], rows: list[list[str | None]], known: Evidence | None = None
) -> list[str]:
    made = grouped(titles, columns(rows), known or evidence(len(rows)))
    return [] if made is None else [header for header, n in made.filled.items() if n]


START = "2024/4/1"
UP, DOWN, PLAIN = "プラン  ↑", "プラン  ↓", "プラン"


@pytest.mark.parametrize(
    ("title", "subtotals", "values", "expected"),
    [
        pytest.param(UP, "", "A..B.", True, id="blanks between values"),
        pytest.param(DOWN, "", "B..A.", True, id="downwards, blanks between values"),
        pytest.param(PLAIN, "3", "A..B.", False, id="no arrow: no group"),
        pytest.param(UP, "2", "..A..", False, id="begins with a blank"),
        pytest.param(UP, "2", "A.A..", False, id="a value follows itself"),
        pytest.param(UP, "", "A.B.A", False, id="a value comes again"),
        pytest.param(UP, "", "ABCDE", False, id="nothing is blank"),
        pytest.param(UP, "", "A....", True, id="one group, upwards"),
        pytest.param(DOWN, "", "CBA..", False, id="sorted downwards: blanks at the end are real"),
        pytest.param(UP, "", "ABC..", False, id="sorted upwards by Excel: blanks at the end, too"),
        pytest.param(DOWN, "12", "CBA..", True, id="the same with subtotals is grouped"),
        pytest.param(DOWN, "1", "CBA..", False, id="a subtotal above some values only"),
        pytest.param(UP, "3", "AB.CD.", False, id="sorted within parts that are added up"),
    ],
)
def test_the_shape_of_a_group_column(
    title: str, subtotals: str, values: str, *, expected: bool
) -> None:
    rows = [[None if v == "." else v, f"C{i}"] for i, v in enumerate(values)]
    known = evidence(len(rows), subtotals=set(map(int, subtotals)))
    assert (filled([title, "取引先 ID"], rows, known) == ["0"]) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param("1....", False, id="one value"),
        pytest.param("1.3..", False, id="two values may be in order by accident"),
        pytest.param("1.23.4.5", True, id="many groups in their order"),
        pytest.param("1.32.4.5", False, id="sorted once, and then by something else"),
    ],
)
def test_a_blank_that_says_something_is_filled_on_evidence_only(
    values: str, *, expected: bool
) -> None:
    for form in ("2026-0{}-01", "{},000"):
        rows = [[None if v == "." else form.format(v), f"C{i}"] for i, v in enumerate(values)]
        known = evidence(len(rows), telling="0")
        assert (filled(["値  ↑", "取引先 ID"], rows, known) == ["0"]) is expected


def test_tables_pasted_under_each_other_are_sorted_each_by_itself() -> None:
    rows = [[v, f"C{i}"] for i, v in enumerate(["A", "B", None, "C", "D", None])]
    assert filled([UP, "取引先 ID"], rows, evidence(6, fresh={3})) == []


GROUPS = ("業種  ↑", "契約終了日  ↓", "取引先名", "取引先 ID", "契約開始日")
IN_GROUPS: list[Row] = [
    (g if j == 0 else None, f"2025/{4 - j}/28" if j < 4 else None, f"c{g}{j}", f"{g}{j}", START)
    for g in ("IT", "製造")
    for j in range(8)
]
TOTAL: Row = ("合計", None, None, None, None)
SORTED: list[Row] = [row[1:] for row in IN_GROUPS[:8]]


@pytest.mark.parametrize(
    ("head", "rows", "left"),
    [
        pytest.param(GROUPS, [*IN_GROUPS, TOTAL], 8, id="within groups, with a total"),
        pytest.param(GROUPS, IN_GROUPS, 8, id="within groups"),
        pytest.param(
            GROUPS,
            [*IN_GROUPS[:8], (None, "小計"), *IN_GROUPS[8:], (None, "小計"), TOTAL],
            8,
            id="within groups that are added up",
        ),
        pytest.param(GROUPS[1:], [*SORTED, TOTAL[:4]], 4, id="downwards, with a total"),
        pytest.param(
            ("契約終了日  ↑", *GROUPS[2:]),
            [*SORTED[3::-1], *SORTED[4:]],
            4,
            id="upwards, blanks last",
        ),
        pytest.param(
            ("契約終了日  ↑", *GROUPS[2:]),
            [SORTED[1], SORTED[4], SORTED[0], SORTED[5], SORTED[3]],
            2,
            id="sorted by something else since",
        ),
    ],
)
def test_who_is_still_a_customer_gets_no_end_from_the_row_above(
    head: Row, rows: list[Row], left: int
) -> None:
    for imported in (
        read_here(workbook(("s", [head, *rows])), "xlsx"),
        read_here(details(head, rows), "csv"),
    ):
        assert len(imported.table) == sum(row[0] != "合計" and "小計" not in row for row in rows)
        assert imported.table["end"].isna().sum() == left
        said = [n.values for n in imported.notes if n.key == "note.group_left"]
        assert said == [{"column": "契約終了日", "n": left}]


@pytest.mark.parametrize("heading", ["月額", "プラン", "解約理由", "解約日"])
def test_nor_anything_else_that_is_only_sorted(heading: str) -> None:
    values = ["5", "4", "3", None, None]
    if heading == "解約日":
        values = ["2026/3/5", "2026/3/4", "2026/3/3", None, None]
    head = (f"{heading}  ↓", "取引先 ID", "取引先名", "契約開始日")
    rows = [(v, f"C{i}", f"c{i}", START) for i, v in enumerate(values)]
    imported = read_here(details(head, rows), "csv")
    assert imported.raw[heading].isna().tolist() == [False] * 3 + [True] * 2


def test_a_report_grouped_by_end_with_subtotals_is_filled() -> None:
    rows: list[Row] = []
    for month in (3, 4):
        rows += [(f"2026/{month}/30", "C1", "甲", START), (None, f"D{month}", "乙", START)]
        rows += [("小計", None, None, None)]
    imported = read_here(details(("契約終了日  ↑", *GROUPS[3:1:-1], "契約開始日"), rows), "csv")
    assert imported.table["end"].dt.month.tolist() == [3, 3, 5, 5]


def test_dates_of_churn_sorted_downwards_are_never_given_to_living_customers() -> None:
    imported = read_here(
        workbook(
            (
                "s",
                [
                    ("解約日  ↓", "取引先 ID", "契約開始日"),
                    ("2026-05-31", "C1", "2026-01-01"),
                    ("2026-03-31", "C2", "2026-01-01"),
                    (None, "C3", "2026-01-01"),
                    (None, "C4", "2026-01-01"),
                ],
            )
        ),
        "xlsx",
    )
    assert imported.table["end"].isna().tolist() == [False, False, True, True]
    assert "note.group_filled" not in keys(imported.notes)


def test_a_label_alone_on_its_row_is_dropped_and_counted() -> None:
    imported = read_here(
        workbook(
            (
                "s",
                [
                    ("プラン  ↑", "取引先 ID", "契約開始日"),
                    ("12か月", None, None),
                    (None, "C1", "2026-01-01"),
                    (None, "C2", "2026-01-01"),
                    ("6か月", None, None),
                    (None, "C3", "2026-01-01"),
                ],
            )
        ),
        "xlsx",
    )
    assert imported.table["plan"].tolist() == ["12か月", "12か月", "6か月"]
    assert imported.dropped["group"] == 2
    assert imported.rows_read == 5
    labels = imported.issues[imported.issues["rule"] == "group_label"]
    assert labels[["row", "value"]].to_numpy().tolist() == [[2, "12か月"], [5, "6か月"]]


def test_a_group_within_a_group_stays_in_its_own() -> None:
    rows: list[list[str | None]] = [
        ["東", "A", "C1", "x"],
        [None, None, "C2", None],
        [None, "B", "C3", "x"],
        ["西", "B", "C4", None],
        [None, None, "C5", "x"],
    ]
    made = grouped(["地域  ↑", "プラン  ↑", "取引先 ID", "備考"], columns(rows), evidence(5))
    assert made is not None
    assert texts(made.columns) == [
        ["東", "A", "C1", "x"],
        ["東", "A", "C2", None],
        ["東", "B", "C3", "x"],
        ["西", "B", "C4", None],
        ["西", "B", "C5", "x"],
    ]
    assert made.filled == {"0": 3, "1": 2}


@st.composite
def reports(draw: st.DrawFn) -> tuple[int, list[list[str | None]]]:
    """Sorted rows: one to three group columns, an id, and a remark with blanks of its own."""
    depth = draw(st.integers(1, 3))
    keys_ = draw(
        st.lists(
            st.tuples(*[st.sampled_from("ABC")] * depth, st.integers(0, 2)), min_size=2, max_size=20
        )
    )
    remarks = st.sampled_from([None, "x"])
    rows: list[list[str | None]] = [
        [*key[:-1], f"C{i}", draw(remarks)] for i, key in enumerate(sorted(keys_))
    ]
    return depth, rows


@given(reports())
@settings(deadline=None, max_examples=200)
def test_what_a_grouped_report_leaves_out_comes_back(
    made: tuple[int, list[list[str | None]]],
) -> None:
    depth, rows = made
    sparse: list[list[str | None]] = [list(rows[0])]
    subtotals: set[int] = set()
    for before, row in itertools.pairwise(rows):
        same = next((j for j in range(depth) if before[j] != row[j]), depth)
        if same < depth:
            subtotals.add(len(sparse))
        sparse.append([None] * same + row[same:])
    titles = [f"グループ {j}  ↑" for j in range(depth)] + ["取引先 ID", "備考"]
    found = grouped(titles, columns(sparse), evidence(len(rows), subtotals=subtotals))
    assert texts(found.columns if found else columns(sparse)) == rows
    assert (found is None) == (sparse == rows)


@given(reports())
@settings(deadline=None, max_examples=100)
def test_without_arrows_nothing_is_filled(made: tuple[int, list[list[str | None]]]) -> None:
    depth, rows = made
    titles = [str(j) for j in range(depth + 2)]
    assert grouped(titles, columns(rows), evidence(len(rows))) is None


# --- merged cells ---------------------------------------------------------------------------------


def with_merged_cells(head: Row, *, times: int, skipped: int, subtotals: bool = False) -> bytes:
    """Eight customers with some contracts each; their name and plan are one merged cell each."""
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer)
    book.add_worksheet("表紙 & 注")
    sheet = book.add_worksheet("一覧 <1>")
    sheet.write_row(skipped, 1, head)
    row = skipped + 1
    for k in range(8):
        last = row + times - 1 + subtotals
        sheet.merge_range(row, 1, last, 1, f"c{k}")
        for m in range(times):
            sheet.write_row(row + m, 2, [f"N{k}{m}", f"202{m}-04-01", f"202{m + 1}-03-31"])
        if subtotals:
            sheet.write(last, 2, "小計")
        sheet.merge_range(row, 5, row + times - 1, 5, "A" if k % 2 else "B")
        row = last + 1
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize("arrow", ["", "  ↑"])
@pytest.mark.parametrize("subtotals", [False, True])
@pytest.mark.parametrize("skipped", [0, 3])
def test_merged_cells_hold_for_every_row_that_they_span(
    arrow: str, skipped: int, *, subtotals: bool
) -> None:
    head = (f"取引先名{arrow}", "契約番号", "契約開始日", "契約終了日", "プラン")
    data = with_merged_cells(head, times=3, skipped=skipped, subtotals=subtotals)
    imported = read_here(data, "xlsx")
    table = imported.table
    assert table["customer_id"].tolist() == [f"c{k}" for k in range(8) for _ in range(3)]
    assert table["plan"].tolist() == ["A" if k % 2 else "B" for k in range(8) for _ in range(3)]
    assert imported.set_aside.empty
    assert imported.dropped == ({"total": 8} if subtotals else {})
    filled_ = {n.values["column"]: n.values["n"] for n in imported.notes if "merged" in n.key}
    assert filled_ == {"取引先名": 16, "プラン": 16}
