"""Where the table lies: headings under a banner, footer and totals by their shape."""

import numpy as np
import pyarrow as pa
import pytest

from csdata.errors import NoTableFound
from csdata.intake.layout import Grid, columns_of, find_layout
from tests.intake.exports import (
    DETAILS_FOOTER,
    ENGLISH,
    JAPANESE,
    details,
    formatted,
    keys,
    read_here,
    read_rows,
    workbook,
)

HEADER = ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額"]
ROWS = [
    ["C001", "株式会社一", "2026-01-01", None, 100000],
    ["C002", "株式会社二", "2026-02-01", "2026-07-31", 80000],
]


def grid(*rows: list[str | None]) -> Grid:
    width = max(map(len, rows))
    padded = [row + [None] * (width - len(row)) for row in rows]
    cells = {str(j): pa.array([row[j] for row in padded], pa.string()) for j in range(width)}
    return Grid.of(pa.table(cells))


# --- headings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        pytest.param([["取引先 ID", "契約開始日"], ["C1", "2026-01-01"]], 1, id="first line"),
        pytest.param(
            [
                [None],
                [None, "一覧"],
                [None, "検索条件"],
                [None, "顧客ID", "月額"],
                [None, "C1", "5"],
            ],
            4,
            id="below a banner",
        ),
        pytest.param(
            [["作成日", "2026/01/01"], ["Customer ID", "Plan", "MRR"], ["C1", "A", "5"]],
            2,
            id="below a banner of two cells",
        ),
        pytest.param(
            [["名", "都市", "色"], ["甲", "東京", "青"], ["乙", "大阪", "赤"]],
            1,
            id="words only, no known label",
        ),
        pytest.param([["q", "2024", "2025"], ["C1", "5", "6"]], 1, id="years as headings"),
        pytest.param([["ID"], ["C1"], ["C2"]], 1, id="one column"),
    ],
)
def test_row_of_headings(rows: list[list[str | None]], line: int) -> None:
    assert find_layout(grid(*rows), name="x").header_row == line - 1


@pytest.mark.parametrize("length", [0, 1, 9, 14, 21, 300])
@pytest.mark.parametrize("banner", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_a_banner_of_any_length(banner: tuple[str, ...], length: int) -> None:
    filters = [f"条件 {i}: 次の文字列と一致する" for i in range(length)]
    imported = read_here(formatted(HEADER, ROWS, banner=(*banner, *filters)), "xlsx")
    assert imported.header_row == 1 + len(banner) + length + 1
    assert len(imported.table) == 2
    said = next(n for n in imported.notes if n.key == "note.banner_text")
    assert set(filters[:40]) <= set(said.values["lines"])  # pyright: ignore[reportArgumentType]


def test_the_recipe_may_say_where_the_headings_are() -> None:
    cells = grid(["取引先 ID", "契約開始日"], ["x", "y"], ["C1", "2026-01-01"])
    found = find_layout(cells, name="x", header_row=2)
    assert found.headers == ("x", "y")
    assert found.rows.tolist() == [2]


@pytest.mark.parametrize("length", [39, 60, 400])
def test_a_long_banner_of_two_cells_a_row(length: int) -> None:
    rows: list[list[str | None]] = [[f"条件 {i}", f"次の値 {i}"] for i in range(length)]
    rows.append(list(HEADER[:3]))
    rows.extend([f"C{i}", f"甲{i}", "2026-01-01"] for i in range(50))
    cells = grid(*rows)
    assert find_layout(cells, name="x").header_row == length


def test_unknown_headings_are_not_given_up_for_a_row_of_data_far_below() -> None:
    rows: list[list[str | None]] = [[f"甲{i}", f"乙{i}", f"丙{i}"] for i in range(90)]
    cells = grid(["名", "都市", "色"], *rows, ["甲", "業種", "丙"], *rows)
    assert find_layout(cells, name="x").header_row == 0


@pytest.mark.parametrize("line", [0, 3, 9, -1])
def test_a_line_that_is_not_there(line: int) -> None:
    with pytest.raises(NoTableFound):
        find_layout(grid(["a", "b"], ["1", "2"]), name="x", header_row=line)


def test_headings_are_made_unique_and_named_where_blank() -> None:
    cells = grid(["ID", "名", "名", None, None], ["C1", "a", "b", "c", None])
    found = find_layout(cells, name="x")
    assert found.headers == ("ID", "名", "名 (2)", "(D)")
    assert [header for header, _ in columns_of(cells, found)] == list(found.headers)


def test_blank_lines_between_rows_are_no_rows() -> None:
    cells = grid(["ID", "v"], ["C1", "1"], [None, " "], ["　", ""], ["C2", "2"])
    assert find_layout(cells, name="x").rows.tolist() == [1, 4]


def test_lines_are_counted_as_the_file_has_them() -> None:
    imported = read_here(formatted(HEADER, [*ROWS, ["C003", "x", None, None, 1]]), "xlsx")
    assert imported.raw.index.tolist() == [8, 9, 10]
    assert imported.set_aside["row"].tolist() == [10]


# --- footer ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [1999, 2031])
@pytest.mark.parametrize("sign", ["(c)", "©"])
def test_footer_of_a_formatted_report(sign: str, year: int) -> None:
    footer = ("Confidential Information - Do Not Distribute", f"Copyright {sign} 2000-{year} x")
    imported = read_here(formatted(HEADER, ROWS, footer=footer), "xlsx")
    assert imported.table["customer_id"].tolist() == ["C001", "C002"]
    assert imported.dropped == {"footer": 2}


@pytest.mark.parametrize("padded", [False, True], ids=["as exported", "saved again by Excel"])
@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_footer_of_a_details_report(encoding: str, *, padded: bool) -> None:
    data = details(HEADER, ROWS, encoding=encoding, padded=padded)
    imported = read_here(data, "csv")
    assert imported.table["customer_id"].tolist() == ["C001", "C002"]
    assert imported.dropped == {"footer": len(DETAILS_FOOTER)}
    assert imported.rows_read == 7
    assert ("note.encoding" in keys(imported.notes)) == (encoding == "cp932")


def test_a_blank_line_inside_a_text_is_no_footer() -> None:
    header = ["取引先 ID", "活動日", "種別", "コメント"]
    rows = [
        ["C1", "2026-01-01", "訪問", "一行目\n\n\n終わり"],
        ["C2", "2026-01-02", "電話", 'a "b"'],
    ]
    imported = read_here(details(header, rows), "csv")
    assert imported.table["note"].tolist() == ["一行目\n\n\n終わり", 'a "b"']


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param([["C3", "x"]], id="a full row after a blank line"),
        pytest.param([[f"C{i}", None] for i in range(3, 40)], id="many rows of one cell"),
    ],
)
def test_rows_after_a_blank_line_that_are_no_footer(tail: list[list[str | None]]) -> None:
    cells = grid(["ID", "v"], ["C1", "1"], ["C2", "2"], [None], *tail)
    found = find_layout(cells, name="x")
    assert not found.footer
    assert len(found.rows) == 2 + len(tail)


def test_a_table_of_one_column_has_no_footer() -> None:
    found = find_layout(grid(["ID"], ["C1"], [None], ["C2"]), name="x")
    assert found.rows.tolist() == [1, 3]


@pytest.mark.parametrize("blanks", [1, 2])
def test_the_footer_of_a_report_of_one_column(blanks: int) -> None:
    rows: list[list[str | None]] = [[f"C{i}"] for i in range(30)]
    rows.extend([None] for _ in range(blanks))
    rows.extend([line] for line in DETAILS_FOOTER)
    found = find_layout(grid(["ID"], *rows), name="x")
    assert len(found.rows) == 30
    assert found.footer == DETAILS_FOOTER


def test_in_one_column_only_what_a_footer_says_is_one() -> None:
    found = find_layout(grid(["ID"], ["C1"], [None], ["All rights reserved."], ["C2"]), name="x")
    assert len(found.footer) == 2
    found = find_layout(grid(["ID"], ["C1"], ["All rights reserved."], [None], ["C2"]), name="x")
    assert not found.footer


def test_rows_of_one_cell_before_the_blank_line_stay() -> None:
    found = find_layout(grid(["ID", "v"], ["C1", "1"], ["C2"], [None], ["Copyright"]), name="x")
    assert found.rows.tolist() == [1, 2]
    assert found.footer == ("Copyright",)


# --- totals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        ["合計", None, None, None, 180000],
        [None, "小計", None, None, "180,000"],
        [None, "Subtotal", None, None, "¥180,000"],
        ["Grand Total", None, None, None, "JPY180,000"],
        ["総計", None, None, None, None],
        [None, "Count", None, None, "2"],
        [None, "件数", None, None, 2],
        ["合計 (2 件)", None, None, None, 180000],
        ["Total", "Count", None, None, 2],
    ],
    ids=str,
)
def test_totals_are_dropped_counted_and_listed(row: list[object]) -> None:
    imported = read_rows(HEADER, *ROWS, row)
    assert imported.table["customer_id"].tolist() == ["C001", "C002"]
    assert imported.dropped == {"total": 1}
    assert imported.rows_read == 3
    listed = imported.issues[imported.issues["rule"] == "total"]
    assert listed[["row", "action"]].to_numpy().tolist() == [[4, "dropped"]]
    assert "note.totals" in keys(imported.notes)


@pytest.mark.parametrize(
    "row",
    [
        ["C003", "株式会社トータル", "2026-03-01", None, 1],
        ["C003", "Total Connect", "2026-03-01", None, 1],
        ["C003", "Total", "2026-03-01", None, 1],
        ["C003", "合計", "2026-03-01", None, 1],
        ["C003", "Count", "2026-03-01", None, 1],
    ],
    ids=lambda row: row[1],
)
def test_customers_that_sound_like_totals_stay(row: list[object]) -> None:
    imported = read_rows(HEADER, *ROWS, row)
    assert imported.table["name"].tolist()[-1] == row[1]
    assert not imported.dropped


@pytest.mark.parametrize(
    "sum_",
    ["¥ 9", "9万円", "9 円", "9 JPY", "€ 9,00", "9.5 か月", "12 %", "USD 9 (JPY 900)", "CHF 9.00"],
)
def test_a_subtotal_in_any_notation_of_money(sum_: str) -> None:
    head = ["業種  ↑", "取引先 ID", "契約開始日", "月額"]
    rows: list[list[object]] = []
    for group in ("IT", "製造", "小売"):
        for j in range(3):
            row = [None if j else group, f"{group}{j}", "2026-01-01", sum_.replace("9", "3")]
            rows.append(list(row))
        rows.append(["小計", None, None, sum_])
    imported = read_rows(head, *rows)
    assert len(imported.table) == 9
    assert imported.dropped["total"] == 3
    assert set(imported.table["industry"]) == {"IT", "製造", "小売"}


def test_a_subtotal_with_the_currency_in_a_column_of_its_own() -> None:
    head = ["取引先 ID", "契約開始日", "月額 (換算値) 通貨", "月額 (換算値)"]
    imported = read_rows(
        head,
        ["C1", "2026-01-01", "JPY", 5],
        ["合計", None, "JPY", 5],
        ["C2", "2026-01-01", "JPY", 5],
    )
    assert imported.table["customer_id"].tolist() == ["C1", "C2"]
    assert imported.dropped["total"] == 1


@pytest.mark.parametrize("name", ["Total", "合計", "Count"])
def test_a_customer_called_total_that_names_a_group(name: str) -> None:
    rows: list[list[object]] = []
    for customer in ("A社", name, "C社"):
        rows.append([customer])
        rows += [[None, f"{customer}{m}", f"202{m}-01-01", f"202{m}-12-31"] for m in (3, 4, 5)]
        rows.append(["小計", None, None, None])
    for grouped in (rows, [row for row in rows if row[0] != "小計"]):
        head = ["取引先名  ↑", "契約番号", "契約開始日", "契約終了日"]
        imported = read_rows(head, *grouped, ["総計"])
        counts = imported.table["customer_id"].value_counts().to_dict()
        assert counts == {"A社": 3, name: 3, "C社": 3}
        assert imported.dropped["group"] == 3


def test_a_total_with_words_in_it_is_not_lost() -> None:
    imported = read_rows(HEADER, *ROWS, [None, "合計", "別の言葉", None, 1])
    assert imported.set_aside["reason"].tolist() == ["missing_id"]


def test_a_total_does_not_turn_a_column_into_text() -> None:
    imported = read_rows(
        ["取引先 ID", "契約開始日", "人数"], ["C1", "2026-01-01", 3], ["合計", "", 3]
    )
    assert imported.table["人数"].tolist() == [3]


# --- sheets ---------------------------------------------------------------------------------------


def test_the_first_visible_sheet_with_cells() -> None:
    other = [["取引先 ID", "月額"], ["X1", 1]]
    data = workbook(
        ("空", []), ("隠", other), ("顧客", [HEADER, *ROWS]), ("別", other), hidden=["隠"]
    )
    imported = read_here(data, "xlsx")
    assert (imported.sheet, imported.sheets) == ("顧客", ("空", "隠", "顧客", "別"))
    assert "note.sheet" in keys(imported.notes)


def test_long_numbers_keep_all_their_digits() -> None:
    # A writer gives sixteen digits, a reader of text alone would give nine decimals.
    values = [float(f"{v:.16G}") for v in (1 / 3, 2 / 3, 0.1, 12.5, -1 / 7)]
    rows = [[f"C{i}", v, None] for i, v in enumerate(values)]
    rows[0][2] = 1e-12
    imported = read_here(workbook(("s", [["顧客ID", "満足度", "x"], *rows])), "xlsx")
    assert imported.table["satisfaction"].tolist() == values
    assert imported.table["x"].tolist()[0] == pytest.approx(1e-12, abs=5e-10)
    assert np.isnan(imported.table["x"].tolist()[1])


def test_error_cells_are_missing_and_listed() -> None:
    rows = [["C1", "2026-01-01", "=ERROR #N/A"], ["C2", "2026-01-01", "=ERROR #DIV/0!"]]
    imported = read_here(formatted(["取引先 ID", "契約開始日", "月額"], rows), "xlsx")
    listed = imported.issues[imported.issues["rule"] == "error_cell"]
    assert listed["value"].tolist() == ["#N/A", "#DIV/0!"]
    assert listed["row"].tolist() == imported.raw.index.tolist()
    assert imported.table["mrr"].isna().all()


# --- repeated headings, other languages -----------------------------------------------------------


def test_headings_again_are_dropped_and_listed() -> None:
    head = ["取引先 ID  ↑", *HEADER[1:]]
    imported = read_here(workbook(("s", [head, ROWS[0], head, HEADER, ROWS[1]])), "xlsx")
    assert len(imported.table) == 2
    assert imported.dropped["header"] == 2
    again = imported.issues[imported.issues["rule"] == "header_again"]
    assert again["row"].tolist() == [3, 4]
    assert imported.rows_read == 4


def test_a_row_that_only_resembles_the_headings_stays() -> None:
    close = [*HEADER[:4], "100"]
    imported = read_here(workbook(("s", [HEADER, ROWS[0], close])), "xlsx")
    assert imported.rows_read == 2
    assert "header" not in imported.dropped


@pytest.mark.parametrize(
    "word",
    [
        "Gesamtsumme",
        "Zwischensumme",
        "Total général",
        "Sous-total",
        "合计",
        "총계",
        "Total general",
    ],
)
def test_totals_in_other_languages(word: str) -> None:
    rows = [*ROWS, [word, None, None, None, 180000]]
    imported = read_here(workbook(("s", [HEADER, *rows])), "xlsx")
    assert len(imported.table) == 2
    assert imported.dropped["total"] == 1
    named = [*ROWS, [f"{word}001", f"{word} GmbH", "2026-03-01", None, 5]]
    assert len(read_here(workbook(("s", [HEADER, *named])), "xlsx").table) == 3


@pytest.mark.parametrize("blank", [0, 1, 2])
def test_a_footer_with_any_number_of_blank_lines(blank: int) -> None:
    lines = [HEADER, *ROWS, *([[]] * blank), *([line] for line in DETAILS_FOOTER)]
    imported = read_here(workbook(("s", lines)), "xlsx")
    assert len(imported.table) == 2
    assert imported.dropped["footer"] == 5


def test_rows_of_one_cell_that_no_footer_signs_are_data() -> None:
    imported = read_here(workbook(("s", [HEADER, *ROWS, ["C003"], ["C004"]])), "xlsx")
    assert imported.rows_read == 4
    assert imported.set_aside["取引先 ID"].tolist() == ["C003", "C004"]
