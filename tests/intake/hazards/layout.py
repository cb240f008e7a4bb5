"""Hazards 12–23 and 47: where the table lies, and which rows are no data."""

from __future__ import annotations

import csdata as cs
from csdata.intake import Recipe
from csdata.tables import Import
from tests.intake.exports import (
    DETAILS_FOOTER,
    ENGLISH,
    FOOTER,
    JAPANESE,
    details,
    formatted,
    keys,
    read_here,
    read_rows,
    workbook,
)
from tests.intake.hazards import hazard

HEAD = ("取引先 ID", "取引先名", "契約開始日", "月額")
ROWS = (
    ("C1", "甲", "2026-01-01", 100),
    ("C2", "乙", "2026-02-01", 200),
    ("C3", "丙", "2026-03-01", 300),
)
IDS = ["C1", "C2", "C3"]
GERMAN = ("Kunden", "Stand: 01.10.2026 14:03", "Gefiltert nach", "Anzeigen: Alle Kunden")


def excel(*rows: object) -> Import:
    return read_here(workbook(("s", rows)), "xlsx")  # type: ignore[arg-type]


def ids(imported: Import) -> list[str]:
    return imported.table["customer_id"].tolist()


def said(imported: Import) -> str:
    return "\n".join(note.say("ja") for note in imported.notes)


@hazard(12)
def a_banner_of_any_length_and_a_blank_first_column() -> None:
    for lines in (0, 1, 5, 10, 13, 21):
        banner = [f"条件 {i}: 次の文字列と一致する A,B" for i in range(lines)]
        imported = read_here(formatted(HEAD, ROWS, banner=banner, skipped=lines % 3), "xlsx")
        assert ids(imported) == IDS
        assert imported.header_row == lines % 3 + lines + 1


@hazard(13)
def a_banner_in_another_language_is_kept_as_provenance() -> None:
    for banner in (ENGLISH, JAPANESE, GERMAN):
        imported = read_here(formatted(HEAD, ROWS, banner=banner), "xlsx")
        assert ids(imported) == IDS
        assert imported.as_of is not None
        assert banner[-1] in said(imported)


@hazard(14)
def arrows_of_sorting_are_taken_off() -> None:
    head = ("取引先 ID", "取引先名  ↓", "契約開始日  ↑", "月額")
    imported = read_here(formatted(head, ROWS), "xlsx")
    assert imported.mapping["start"] == "契約開始日"
    assert ids(imported) == IDS


@hazard(17)
def a_heading_twice_gets_a_suffix() -> None:
    imported = read_rows(
        ("取引先 ID", "契約開始日", "備考", "備考"), ["C1", "2026-01-01", "a", "b"]
    )
    assert imported.raw[["備考", "備考 (2)"]].to_numpy().tolist() == [["a", "b"]]


@hazard(17)
def of_a_joined_report_one_block_is_chosen() -> None:
    title = ["取引先", None, None, None, "商談", None, None]
    head = ["取引先 ID", "取引先名", "契約開始日", None, "商談 ID", "取引先 ID", "完了予定日"]
    rows = [
        ["C1", "甲", "2026-01-01", None, "O1", "C1", "2026-02-01"],
        ["C2", "乙", "2026-01-02", None, "O2", "C1", "2026-02-02"],
        [None, None, None, None, "O3", "C2", "2026-02-03"],
    ]
    imported = excel(title, head, *rows)
    assert "question.block" in keys(imported.questions)
    left = read_here(workbook(("s", [title, head, *rows])), "xlsx", recipe=Recipe(block=1))
    assert left.role == "customers"
    assert ids(left) == ["C1", "C2"]
    right = read_here(workbook(("s", [title, head, *rows])), "xlsx", recipe=Recipe(block=2))
    assert right.role == "opportunities"
    assert ids(right) == ["C1", "C1", "C2"]


GROUPED = (
    ("プラン  ↑", "取引先 ID", "取引先名", "契約開始日", "備考"),
    ("12か月", "C1", "甲", "2026-01-01", "あり"),
    (None, "C2", "乙", "2026-02-01", None),
    (None, "C3", "丙", "2026-03-01", None),
    ("6か月", "C4", "丁", "2026-04-01", "あり"),
    (None, "C5", "戊", "2026-05-01", None),
)


@hazard(18)
def only_group_columns_are_filled_down() -> None:
    imported = excel(*GROUPED)
    assert imported.table["plan"].tolist() == ["12か月"] * 3 + ["6か月"] * 2
    assert imported.table["備考"].isna().tolist() == [False, True, True, False, True]
    ordinary = excel(
        ("取引先 ID", "取引先名", "契約開始日", "担当者"),
        ("C1", "甲", "2026-01-01", "佐藤"),
        ("C2", None, "2026-02-01", None),
        ("C3", "丙", "2026-03-01", "鈴木"),
    )
    assert ordinary.table["name"].isna().tolist() == [False, True, False]
    assert ordinary.table["owner"].isna().tolist() == [False, True, False]


@hazard(19)
def totals_are_dropped_and_customers_called_total_stay() -> None:
    imported = excel(
        ("プラン  ↑", "取引先 ID  ↑", "取引先名", "契約開始日", "月額"),
        ("12か月", "C1", "株式会社トータル", "2026-01-01", 100),
        (None, "C2", "Total Connect", "2026-02-01", 200),
        (None, "小計", None, None, 300),
        ("6か月", "C3", "合計商事", "2026-03-01", 50),
        (None, "小計", None, None, 50),
        ("合計", None, None, None, 350),
        (None, None, None, None, None),
        (FOOTER[0], None, None, None, None),
        (FOOTER[1], None, None, None, None),
    )
    assert ids(imported) == ["C1", "C2", "C3"]
    assert imported.dropped["total"] == 3
    assert imported.rows_read == 3 + sum(imported.dropped.values())


@hazard(20)
def the_footer_of_a_details_report_is_no_customer() -> None:
    imported = read_here(details(HEAD, ROWS), "csv")
    assert ids(imported) == IDS
    assert imported.set_aside.empty
    assert imported.dropped["footer"] == 5


@hazard(21)
def a_footer_padded_by_excel_goes_too() -> None:
    imported = read_here(details(HEAD, ROWS, padded=True), "csv")
    assert ids(imported) == IDS
    assert imported.dropped["footer"] == 5


@hazard(22)
def the_copyright_line_of_any_year_and_sign() -> None:
    for sign, year in (("(c)", 2019), ("©", 2026), ("(C)", 2031)):
        line = f"Copyright {sign} 2000-{year} salesforce.com, inc. All rights reserved."
        footer = ("Confidential Information - Do Not Distribute", line)
        for blank in (True, False):
            lines = [HEAD, *ROWS, *([[]] if blank else []), *([text] for text in footer)]
            imported = excel(*lines)
            assert ids(imported) == IDS, (sign, year, blank)


@hazard(23)
def a_blank_line_inside_a_text_is_no_footer() -> None:
    rows = [*ROWS[:2], ("C3", "丙\n\n\n本店", "2026-03-01", 300)]
    imported = read_here(details(HEAD, rows, footer=DETAILS_FOOTER), "csv")
    assert ids(imported) == IDS
    assert imported.table["name"].iloc[2] == "丙\n\n\n本店"


@hazard(47)
def a_heading_repeated_inside_the_data_is_dropped() -> None:
    imported = excel(HEAD, *ROWS[:2], HEAD, ROWS[2])
    assert ids(imported) == IDS
    assert imported.dropped["header"] == 1


@hazard(47)
def of_several_sheets_the_one_with_the_table_is_read() -> None:
    cover = [["月次報告"], [], ["作成者", "見本 はなこ"]]
    pivot = [["行ラベル", "合計 / 月額"], ["12か月", 300], ["総計", 300]]
    data = workbook(("表紙", cover), ("集計", pivot), ("明細", [HEAD, *ROWS]))
    imported = cs.read_export(data, name="several.xlsx")
    assert imported.sheet == "明細"
    assert ids(imported) == IDS
    assert {preview.name for preview in imported.previews} == {"表紙", "集計", "明細"}
    best = max(imported.previews, key=lambda preview: preview.score)
    assert best.name == "明細"
    assert cs.read_export(data, name="several.xlsx", recipe=Recipe(sheet="明細")).sheet == "明細"
