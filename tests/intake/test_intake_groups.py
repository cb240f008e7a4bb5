"""Group columns are filled down; blanks of any other column stay blanks."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.intake.groups import grouped
from csdata.intake.values import Column, column
from tests.intake.exports import keys, read_here, workbook


def columns(rows: list[list[str | None]]) -> list[Column]:
    cells = zip(*rows, strict=True)
    return [column(str(j), pa.array(list(texts), pa.string())) for j, texts in enumerate(cells)]


def texts(made: list[Column]) -> list[list[str | None]]:
    return [list(row) for row in zip(*(c.objects() for c in made), strict=True)]


def is_grouped(titles: list[str], rows: list[list[str | None]], *, totals: bool = False) -> bool:
    return grouped(titles, columns(rows), totals=totals) is not None


UP, DOWN, PLAIN = "プラン  ↑", "プラン  ↓", "プラン"


@pytest.mark.parametrize(
    ("title", "totals", "values", "expected"),
    [
        pytest.param(UP, False, "A..B.", True, id="blanks between values"),
        pytest.param(DOWN, False, "B..A.", True, id="downwards, blanks between values"),
        pytest.param(PLAIN, True, "A..B.", False, id="no arrow: no group"),
        pytest.param(UP, True, "..A..", False, id="begins with a blank"),
        pytest.param(UP, True, "A.A..", False, id="a value follows itself"),
        pytest.param(UP, False, "ABCDE", False, id="nothing is blank"),
        pytest.param(UP, False, "A....", True, id="one group, upwards"),
        pytest.param(
            DOWN, False, "CBA..", False, id="sorted downwards: blanks at the end are real"
        ),
        pytest.param(DOWN, True, "CBA..", True, id="the same with subtotals is grouped"),
    ],
)
def test_the_shape_of_a_group_column(
    title: str, values: str, *, totals: bool, expected: bool
) -> None:
    rows = [[None if v == "." else v, f"C{i}"] for i, v in enumerate(values)]
    assert is_grouped([title, "取引先 ID"], rows, totals=totals) is expected


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
    made = grouped(["地域  ↑", "プラン  ↑", "取引先 ID", "備考"], columns(rows), totals=False)
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
    for before, row in itertools.pairwise(rows):
        same = next((j for j in range(depth) if before[j] != row[j]), depth)
        sparse.append([None] * same + row[same:])
    titles = [f"グループ {j}  ↑" for j in range(depth)] + ["取引先 ID", "備考"]
    found = grouped(titles, columns(sparse), totals=True)
    assert texts(found.columns if found else columns(sparse)) == rows
    assert (found is None) == (sparse == rows)


@given(reports())
@settings(deadline=None, max_examples=100)
def test_without_arrows_nothing_is_filled(made: tuple[int, list[list[str | None]]]) -> None:
    depth, rows = made
    titles = [str(j) for j in range(depth + 2)]
    assert grouped(titles, columns(rows), totals=True) is None
