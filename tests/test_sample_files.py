"""The made-up company as Salesforce-style files, read back with openpyxl, lxml and csv."""

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import lxml.html
import openpyxl
import pandas as pd
import polars as pl
import pytest

from csdata.errors import MissingColumns
from csdata.sample import company, files, write
from csdata.sample.exports import LABELS
from csdata.schema import ROLES, Role
from csdata.tables import Portfolio

DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return company(customers=120)


@pytest.fixture(scope="module")
def made(portfolio: Portfolio) -> dict[str, bytes]:
    return files(portfolio)


def opened(made: dict[str, bytes], start: str):
    content = next(c for n, c in made.items() if n.startswith(start))
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


@pytest.fixture(scope="module")
def sheet(made: dict[str, bytes]):
    return opened(made, "取引先一覧")


@pytest.fixture(scope="module")
def others(made: dict[str, bytes]) -> dict[str, list[list[Any]]]:
    """Role → headings and rows of the other files, by independent readers."""
    page = lxml.html.fromstring(next(c for n, c in made.items() if n.endswith(".xls")))
    lines = [[cell.text_content() for cell in row] for row in page.iter("tr")]
    text = next(c for n, c in made.items() if n.endswith(".csv")).decode("cp932")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    usage = opened(made, "業務別利用時間").iter_rows(min_row=15, min_col=2, values_only=True)
    hours: list[list[Any]] = [["" if v is None else v for v in row] for row in usage]
    end = next(i for i, row in enumerate(hours) if row[0] == "合計")
    hours[0] = [str(h).removesuffix("  ↑") for h in hours[0]]
    return {"contracts": lines, "usage": hours[:end], "touches": rows[: rows.index([])]}


def test_file_names_are_those_of_salesforce(made: dict[str, bytes]):
    patterns = (
        r"取引先一覧-2026-10-31-18-05-07\.xlsx",
        r"report(\d{13})\.xls",
        r"業務別利用時間-2026-10-31-18-06-43\.xlsx",
        r"report(\d{13})\.csv",
    )
    jst = dt.timezone(dt.timedelta(hours=9))
    for name, pattern in zip(made, patterns, strict=True):
        found = re.fullmatch(pattern, name)
        assert found, name
        for milliseconds in found.groups():
            at = dt.datetime.fromtimestamp(int(milliseconds) / 1000, jst)
            assert at.date() == dt.date(2026, 10, 31)


def test_same_portfolio_same_bytes(portfolio: Portfolio, made: dict[str, bytes]):
    assert files(portfolio) == made
    content = next(c for n, c in made.items() if n.endswith(".xlsx"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-10-31T18:05:07Z" in archive.read("docProps/core.xml")


def test_the_banner_is_that_of_a_japanese_org(sheet):
    texts = {row: sheet.cell(row, 2).value for row in range(1, 15)}
    assert texts[2] == "取引先一覧"
    assert texts[3] == (
        "2026-10-31 18:05:07 日本標準時/JSTの時点 • 生成者: 見本 はなこ • "
        "並び替え基準: 契約開始日、昇順"
    )
    assert texts[6] == "検索条件"
    assert texts[7] == "表示: すべての取引先"
    assert "次の文字列を含まない" in texts[9]
    assert [row for row, text in texts.items() if text is None] == [1, 4, 5, 11, 12, 13, 14]
    assert all(cell.value is None for cell in sheet["A"])


def test_the_header_is_in_row_15_with_an_arrow_on_the_sorted_column(sheet):
    header = [cell.value for cell in sheet[15]][1:]
    assert header == [
        f"{label}  ↑" if label == "契約開始日" else label for label in LABELS["customers"].values()
    ]


def test_the_sheet_ends_with_total_blank_and_two_lines(sheet, portfolio: Portfolio):
    end = 15 + len(portfolio.customers)
    assert sheet.cell(end + 1, 2).value == "合計"
    header = [cell.value for cell in sheet[15]]
    billed = sheet.cell(end + 1, header.index("総請求額") + 1).value
    assert billed == portfolio.customers["total_billing"].sum()
    assert all(cell.value is None for cell in sheet[end + 2])
    assert sheet.cell(end + 3, 2).value == "Confidential Information - Do Not Distribute"
    assert sheet.cell(end + 4, 2).value == (
        "Copyright © 2000-2026 salesforce.com, inc. All rights reserved."
    )
    assert sheet.max_row == end + 4


def test_the_sheet_holds_the_customers(sheet, portfolio: Portfolio):
    rows = sheet.iter_rows(
        min_row=16, max_row=15 + len(portfolio.customers), min_col=2, values_only=True
    )
    found = pd.DataFrame(list(rows), columns=list(LABELS["customers"]))
    for column in ("start", "end", "notice"):
        assert all(isinstance(v, dt.datetime) for v in found[column].dropna())
        found[column] = pd.to_datetime(found[column])
    found["end"] += DAY
    found = found.astype(dict.fromkeys(("start", "end", "notice"), "datetime64[us]"))
    expected = portfolio.customers[list(LABELS["customers"])]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize(
    ("column", "shown"),
    [("契約開始日  ↑", "yyyy/mm/dd"), ("月額利用料", "#,##0"), ("満足度", "General")],
    ids=["dates", "money", "scores"],
)
def test_cells_are_shown_as_what_they_are(sheet, column: str, shown: str):
    place = [cell.value for cell in sheet[15]].index(column) + 1
    formats = {sheet.cell(row, place).number_format for row in range(16, 136)}
    assert formats - {"General"} == {shown} - {"General"}


def test_details_have_quotes_lf_and_a_footer_of_five(made: dict[str, bytes]):
    content = next(c for n, c in made.items() if n.endswith(".csv"))
    assert b"\r" not in content
    assert content.startswith(b'"')
    lines = content.decode("cp932").split("\n")
    assert lines[-1] == ""
    assert lines[-8:-6] == ["", ""]
    assert lines[-9].endswith('"')
    footer = lines[-6:-1]
    assert all(re.fullmatch(r'"[^"]+"', line) for line in footer)
    assert footer[1] == '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."'
    assert footer[2] == '"Confidential Information - Do Not Distribute"'
    assert re.fullmatch(r'"Generated By:  見本 はなこ  10/31/2026 6:0\d PM"', footer[3])


@pytest.mark.parametrize("role", ["contracts", "usage", "touches"])
def test_the_others_hold_their_table(
    others: dict[str, list[list[str]]], portfolio: Portfolio, role: Role
):
    header, *rows = others[role]
    found = pd.DataFrame(rows, columns=header)
    if role == "contracts":
        numbers = found.pop("契約番号")
        assert numbers.is_unique
        assert numbers.str.fullmatch(r"\d{8}").all()
    expected = getattr(portfolio, role)
    assert list(found) == list(LABELS[role].values())
    found.columns = pd.Index(LABELS[role])
    for column, dtype in expected.dtypes.items():
        if dtype.kind == "M":
            found[column] = pd.to_datetime(found[column], format="mixed", yearfirst=True)
        elif dtype.kind == "f":
            found[column] = pd.to_numeric(found[column])
    if "end" in found:
        found["end"] += DAY
    pd.testing.assert_frame_equal(found, expected[list(found)], check_dtype=False)


def test_notes_have_line_breaks_and_quotation_marks(portfolio: Portfolio):
    notes = portfolio.touches["note"]
    assert notes.str.contains("\n").any()
    assert notes.str.contains('"').any()


def test_a_part_of_the_company_is_written_too(portfolio: Portfolio):
    part = portfolio.where(plan="ビジネス")
    small = Portfolio(
        customers=part.customers[["customer_id", "start", "end"]], as_of=portfolio.as_of
    )
    made = files(small)
    assert len(made) == 1
    rows = openpyxl.load_workbook(io.BytesIO(next(iter(made.values())))).worksheets[0]
    assert [c.value for c in rows[15]][1:] == ["取引先 ID", "契約開始日  ↑", "契約終了日"]
    assert len(files(part)) == 4


def test_tables_of_another_backend_give_the_same_files(
    portfolio: Portfolio, made: dict[str, bytes]
):
    tables = {role: pl.from_pandas(getattr(portfolio, role)) for role in ROLES}
    assert files(Portfolio(**tables, as_of=portfolio.as_of)) == made


def test_tenures_without_dates_have_no_such_report():
    table = pd.DataFrame({"customer_id": ["a"], "tenure_months": [3.0], "churned": [True]})
    with pytest.raises(MissingColumns, match="start"):
        files(Portfolio(customers=table))


def test_write_puts_the_files_into_a_new_folder(tmp_path, portfolio: Portfolio):
    paths = write(tmp_path / "new", portfolio)
    assert {p.name: p.read_bytes() for p in paths} == files(portfolio)
