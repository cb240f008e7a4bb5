"""What a number format says is read with the number: currency, percent, month, zeros in front."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from csdata.intake.child.shown import Shown, understood
from csdata.tables import Import
from tests.intake.exports import keys, read_here


def book(heading: str, *cells: tuple[float, str], first: str = "取引先 ID") -> Import:
    """Customers with numbers of a format under a heading."""
    buffer = io.BytesIO()
    made: Any = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_row(1, 1, (first, "契約開始日", heading))
    for i, (number, code) in enumerate(cells):
        sheet.write_row(i + 2, 1, (f"C{i}", "2024-04-01"))
        sheet.write_number(i + 2, 3, number, made.add_format({"num_format": code}))
    made.close()
    return read_here(buffer.getvalue(), "xlsx")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", None),
        ("0", None),
        ("#,##0.00", None),
        ("yyyy/mm/dd", None),
        ("[h]:mm", None),
        ("0.00E+00", None),
        ("[Red]#,##0", None),
        ('#,##0"人"', None),
        ('#,##0" PCS"', None),
        ("@", None),
        ("[$JPY] #,##0", Shown("money", front="JPY")),
        ("[$USD] #,##0.00", Shown("money", front="USD")),
        ('"¥"#,##0;"¥"-#,##0', Shown("money", front="¥")),
        ("[$¥-411]#,##0", Shown("money", front="¥")),
        ("[$¥-804]#,##0", Shown("money", front="CNY")),
        ("\\¥#,##0", Shown("money", front="¥")),
        ('"$"#,##0_);\\("$"#,##0\\)', Shown("money", front="$")),
        ("#,##0.00 [$€-407]", Shown("money", front="€")),
        ('_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ', Shown("money", front="¥")),
        ('#,##0"円"', Shown("money", behind="円")),
        ('#,##0,"千円"', Shown("money", behind="千円", scale=1)),
        ("0%", Shown("percent")),
        ("0.0%;-0.0%", Shown("percent")),
        ('0"%"', None),
        ('yyyy"年"m"月"', Shown("month")),
        ('[$-411]ggge"年"m"月"', Shown("month")),
        ("mmm-yy", Shown("month")),
        ("yyyy/mm", Shown("month")),
        ('yyyy"年"m"月"d"日"', None),
        ("00000", Shown("zeros", digits=5)),
        ('"C"0000', Shown("zeros", front="C", digits=4)),
        ("00", None),
    ],
)
def test_what_a_format_says(code: str, shown: Shown | None) -> None:
    assert understood(code) == shown


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ("[$JPY] #,##0", "JPY"),
        ("[$USD] #,##0.00", "USD"),
        ('"¥"#,##0', "JPY"),
        ('#,##0"円"', "JPY"),
        ("#,##0.00 [$€-407]", "EUR"),
        ('#,##0,"千円"', "JPY"),
    ],
)
def test_the_currency_of_a_format(code: str, currency: str) -> None:
    imported = book("月額", (100_000, code), (2500.5, code), (-1, code))
    assert imported.currency == currency
    assert imported.table["mrr"].tolist() == [100_000, 2500.5]
    assert imported.set_aside["reason"].tolist() == ["negative"]
    assert "note.shown_money" in keys(imported.notes)


def test_two_currencies_in_formats_are_not_added_up() -> None:
    imported = book("月額", (100_000, "[$JPY] #,##0"), (1000, "[$USD] #,##0.00"))
    assert imported.currency is None
    assert imported.table["mrr"].isna().all()
    assert "question.currency" in keys(imported.questions)


def test_a_plain_format_says_nothing() -> None:
    imported = book("月額", (100_000, "#,##0"), (5, "General"))
    assert imported.currency is None
    assert imported.table["mrr"].tolist() == [100_000, 5]
    assert not [key for key in keys(imported.notes) if "shown" in key]


@pytest.mark.parametrize("code", ["0%", "0.0%"])
def test_numbers_shown_as_percentages_are_fractions(code: str) -> None:
    numbers = [0, 1, 0.07, 0.125, 2]
    imported = book("確度 (%)", *((number, code) for number in numbers))
    np.testing.assert_array_equal(imported.table["確度 (%)"], numbers)


@pytest.mark.parametrize("code", ['yyyy"年"m"月"', "yyyy/mm", "mmm-yy"])
def test_a_month_at_the_end_is_all_of_it(code: str) -> None:
    # 45658 is 2025-01-01, 45689 is 2025-02-01: what Excel makes of 2025/01 and 2025/02.
    imported = book("契約終了日", (45658, code), (45689, code))
    assert imported.table["end"].dt.strftime("%Y-%m-%d").tolist() == ["2025-02-01", "2025-03-01"]
    assert "note.bare_months_end" in keys(imported.notes)


def test_days_that_are_only_not_shown_stay_days() -> None:
    imported = book("契約終了日", (45658, "yyyy/mm"), (45690, "yyyy/mm"))
    assert imported.table["end"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-02", "2025-02-03"]
    assert "note.bare_months_end" not in keys(imported.notes)


def test_ids_have_the_zeros_that_are_shown() -> None:
    buffer = io.BytesIO()
    made: Any = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ("取引先番号", "契約開始日"))
    for i in (1, 12, 123_456):
        sheet.write_number(i % 7, 0, i, made.add_format({"num_format": "00000"}))
        sheet.write(i % 7, 1, "2024-04-01")
    made.close()
    imported = read_here(buffer.getvalue(), "xlsx")
    assert sorted(imported.table["customer_id"]) == ["00001", "00012", "123456"]
    assert "note.shown_zeros" in keys(imported.notes)
