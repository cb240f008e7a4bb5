"""Several hazards in one file, as real files have them: nothing lost, nothing invented."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence

import pandas as pd

import csdata as cs
from csdata.intake import Recipe
from csdata.tables import Import
from tests.intake.exports import DETAILS_FOOTER, FOOTER, JAPANESE, keys, workbook
from tests.intake.kinds import write

AS_OF = dt.date(2026, 8, 13)


def accounted_for(imported: Import) -> None:
    """Every row of the file is used, set aside with a reason, or counted as no data."""
    parts = len(imported.table) + len(imported.set_aside) + sum(imported.dropped.values())
    assert imported.rows_read == parts
    assert imported.set_aside["reason"].notna().all()


def days(imported: Import, field: str) -> list[str]:
    shown = imported.table[field].dt.strftime("%Y-%m-%d")
    return [text if isinstance(text, str) else "" for text in shown]


def test_a_grouped_report_behind_a_cover_with_money_as_text() -> None:
    """Cover sheet, banner, blank column, arrows, groups, subtotals, headings again, footer."""
    head = ("プラン  ↑", "取引先: 取引先 ID", "取引先: 取引先名  ↑", "契約開始日", "解約日", "月額")
    rows: list[Sequence[object]] = [
        ("12か月", "0015g00000AbCdE", "㈱見本①", "2024年4月1日", "令和8年3月31日", "JPY 100,000"),
        (None, "0015g00000AbCdF", "株式会社トータル", "R6.5.1", None, "¥80,000"),
        (None, "小計", None, None, None, "JPY 180,000"),
        head,
        ("6か月", "0015g00000abcde", "合計商事", "2025/01/15", None, "10万円"),
        (None, "0015g00000AbCdG", "終わりが先の会社", "2025/06/01", "2025/03/31", "5,000円"),
        (None, "小計", None, None, None, "JPY 105,000"),
        ("合計", None, None, None, None, "JPY 285,000"),
    ]
    lines: list[Sequence[object]] = [[], *([None, line] for line in JAPANESE)]
    lines += [[None, *row] for row in (head, *rows)] + [[], *([None, line] for line in FOOTER)]
    data = workbook(("表紙", [["月次のご報告"], ["作成", "見本 はなこ"]]), ("明細", lines))
    imported = cs.read_export(data, name="customers.xlsx", recipe=Recipe(end_is_last_day=True))
    accounted_for(imported)
    assert imported.sheet == "明細"
    assert imported.as_of == AS_OF
    ids = ["0015g00000AbCdE", "0015g00000AbCdF", "0015g00000abcde"]
    assert imported.table["customer_id"].tolist() == ids
    assert imported.table["plan"].tolist() == ["12か月", "12か月", "6か月"]
    assert days(imported, "start") == ["2024-04-01", "2024-05-01", "2025-01-15"]
    assert days(imported, "end") == ["2026-04-01", "", ""]
    assert imported.table["mrr"].tolist() == [100_000, 80_000, 100_000]
    assert imported.currency == "JPY"
    assert imported.set_aside["reason"].tolist() == ["end_before_start"]
    assert dict(imported.dropped) == {"total": 3, "header": 1, "footer": 2}


def test_a_details_report_saved_again_in_excel() -> None:
    """cp932, padded footer, line ends in cells, guarded text, ▲, ids in capitals, exact repeats."""
    head = ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額", "製品", "メモ"]
    rows = [
        ["0015G00000ABCDEAAV", "㈱髙橋", "28/2/2025", "", "▲1,000", "A;B", "x"],
        ["0015g00000AbCdFAAV", "NA", "1/3/2025", "31/12/2025", "1,000", "B", '1\n"2"\n\n3'],
        ["C3", "'=計算社", "15/3/2025", "", "", "A; B;C", ""],
        ["C3", "'=計算社", "15/3/2025", "", "", "A; B;C", ""],
        ["1E+15", "指数社", "15/3/2025", "", "2000", "", ""],
    ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([head, *rows, [""] * 7, [""] * 7])
    writer.writerows([[line, *[""] * 6] for line in DETAILS_FOOTER])
    imported = cs.read_export(
        buffer.getvalue().encode("cp932"), name="a.csv", recipe=Recipe(end_is_last_day=True)
    )
    accounted_for(imported)
    assert imported.as_of == AS_OF
    by_id = imported.table.set_index("customer_id")
    assert by_id.index.tolist() == ["0015g00000AbCdFAAV", "C3", "1E+15"]
    assert by_id["name"].tolist() == ["NA", "=計算社", "指数社"]
    assert days(imported, "start") == ["2025-03-01", "2025-03-15", "2025-03-15"]
    assert days(imported, "end") == ["2026-01-01", "", ""]
    assert by_id["製品"].tolist()[1] == "A; B;C"
    assert by_id["メモ"].tolist()[0] == '1\n"2"\n\n3'
    assert imported.set_aside["reason"].tolist() == ["negative", "duplicate_row"]
    assert imported.set_aside["取引先 ID"].tolist()[0] == "0015G00000ABCDEAAV"
    assert imported.dropped["footer"] == 5


def test_an_english_html_report_called_xls() -> None:
    """HTML, entities, AM/PM, two currencies' columns, percent, an epoch in the name."""
    head = (
        "Account: Account ID",
        "Account: Account Name  ↓",
        "Start Date  ↑",
        "End Date",
        "MRR",
        "MRR (converted) Currency",
        "MRR (converted)",
        "Active",
    )
    rows = [
        ("0012", "Solar's & Sons", "8/24/2025, 8:31 PM", "", "USD 5.00", "JPY", "750", "TRUE"),
        ("0013", "Total Connect", "1/2/2025, 12:05 AM", "3/14/2026", "JPY 700", "JPY", "700", ""),
    ]
    data = write("html", head, rows)
    imported = cs.read_export(
        data, name="report1798675200000.xls", recipe=Recipe(end_is_last_day=False)
    )
    accounted_for(imported)
    assert imported.kind == "html"
    assert imported.as_of == dt.date(2026, 12, 31)
    assert imported.table["customer_id"].tolist() == ["0012", "0013"]
    assert imported.table["name"].tolist() == ["Solar's & Sons", "Total Connect"]
    assert days(imported, "start") == ["2025-08-24", "2025-01-02"]
    assert days(imported, "end") == ["", "2026-03-14"]
    assert imported.table["mrr"].tolist() == [750, 700]
    active = imported.table["Active"].tolist()
    assert active[0] in {True, "TRUE"}
    assert pd.isna(active[1])


def test_unicode_text_of_the_api_with_months_and_utc() -> None:
    """UTF-16, tabs, API names, UTC times, bare months, an id in two lengths, lost characters."""
    head = ["AccountId", "Name", "StartDate", "ChurnDate__c", "MRR__c"]
    rows = [
        ["0015g00000AbCdEAAV", "甲", "2025-03-31T15:00:00.000Z", "2026/03", "100"],
        ["0015g00000AbCdF", "\ufffd\ufffd社", "2025-03-31T14:59:59.000Z", "", " "],
    ]
    text = "\r\n".join("\t".join(row) for row in (head, *rows))
    imported = cs.read_export(
        text.encode("utf-16"), name="accounts.txt", recipe=Recipe(end_is_last_day=True)
    )
    accounted_for(imported)
    assert days(imported, "start") == ["2025-04-01", "2025-03-31"]
    assert days(imported, "end") == ["2026-04-01", ""]  # a bare month ends on its last day
    assert imported.table["mrr"].isna().tolist() == [False, True]
    assert "note.lost_characters" in keys(imported.notes)


def test_four_ugly_files_in_any_order_are_one_portfolio() -> None:
    """Customers in capitals, contracts in HTML, usage by the short id, touches by the short id."""
    long, short = ("0015g00000AbCdEAAV", "0015g00000aBcDeAAA"), ("0015g00000AbCdE",)
    customers = workbook(
        (
            "s",
            [
                *([line] for line in JAPANESE),
                [],
                ("取引先 ID  ↑", "取引先名", "契約開始日", "解約日"),
                (long[0].upper(), "㈱見本", "2025-01-01", None),
                ("C2", "乙", "2025-02-01", "2025-12-31"),
            ],
        )
    )
    contracts = write(
        "html",
        ("契約番号", "取引先 ID", "契約開始日", "契約終了日"),
        [
            ("1", short[0], "2025-01-01", "2025-12-31"),
            ("2", short[0], "2026-01-01", "2026-12-31"),
            ("3", "C2", "2025-02-01", "2025-12-31"),
        ],
    )
    usage = write(
        "csv",
        ("取引先 ID", "利用日", "業務区分", "利用時間"),
        [(short[0], "2025-02-01", "経理", "1.5"), ("C2", "2025-03-01", "人事", "2")],
        encoding="cp932",
    )
    last = Recipe(end_is_last_day=True)
    imports = [
        cs.read_export(customers, name="customers.xlsx", recipe=last),
        cs.read_export(contracts, name="contracts.xls", recipe=last),
        cs.read_export(usage, name="usage.csv"),
    ]
    assert [imported.role for imported in imports] == ["customers", "contracts", "usage"]
    made = [
        cs.Portfolio.from_imports(list(order)).customers
        for order in (imports, imports[::-1], [imports[1], imports[2], imports[0]])
    ]
    for table in made:
        frame = pd.DataFrame(table).sort_values("customer_id", ignore_index=True)
        assert frame["customer_id"].tolist() == [long[0], "C2"]
        assert frame["end"].isna().tolist() == [True, False]
