"""Hazards 25–46: dates, money, ids, missing values, rows that cannot be."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.intake import Recipe
from csdata.tables import Import
from tests.intake.exports import details, keys, read_rows, workbook
from tests.intake.hazards import hazard

HEAD = ("取引先 ID", "取引先名", "契約開始日", "解約日")
ID15 = "0015g00000AbCdE"
ID18 = "0015g00000AbCdEAAV"


def day(year: int, month: int, day: int) -> pd.Timestamp:
    return pd.Timestamp(year, month, day)


def starts(*texts: str, recipe: Recipe | None = None, name: str = "data") -> Import:
    """Customers with these start dates."""
    rows = [[f"C{i}", f"会社{i}", text, ""] for i, text in enumerate(texts)]
    return read_rows(HEAD, *rows, recipe=recipe, name=name)


def fees(*texts: str, heading: str = "月額", recipe: Recipe | None = None) -> Import:
    """Customers with these monthly fees."""
    rows = [[f"C{i}", "2026-01-01", text] for i, text in enumerate(texts)]
    return read_rows(("取引先 ID", "契約開始日", heading), *rows, recipe=recipe)


def asked(imported: Import) -> set[str]:
    return {key.removeprefix("question.") for key in keys(imported.questions)}


@hazard(25)
def a_value_above_twelve_decides_the_column() -> None:
    found = starts("1/2/2026", "1/13/2026").table["start"].tolist()
    assert found == [day(2026, 1, 2), day(2026, 1, 13)]
    found = starts("1/2/2026", "13/1/2026").table["start"].tolist()
    assert found == [day(2026, 2, 1), day(2026, 1, 13)]


@hazard(25)
def where_nothing_decides_the_user_is_asked() -> None:
    imported = starts("1/2/2026", "3/4/2026")
    assert "day_first" in asked(imported)
    assert imported.table.empty
    assert len(imported.set_aside) == 2
    for first, month in ((True, 2), (False, 1)):
        table = starts("1/2/2026", "3/4/2026", recipe=Recipe(day_first=first)).table
        assert table["start"].iloc[0].month == month


@hazard(26)
def swapped_days_and_months_are_noticed_and_undone_on_request() -> None:
    # A d/m/y export opened in a spreadsheet that expects m/d/y: what could be a date became one,
    # with day and month exchanged; the rest stayed text.
    true = [dt.date(2026, m, d) for m in (1, 3, 5, 8) for d in (2, 9, 14, 21, 27)]
    cells = [
        dt.datetime(t.year, t.day, t.month)  # noqa: DTZ001 (a spreadsheet's dates have no zone)
        if t.day <= 12
        else f"{t.day}/{t.month}/{t.year}"
        for t in true
    ]
    rows = [HEAD, *([f"C{i}", f"会社{i}", cell, None] for i, cell in enumerate(cells))]
    data = workbook(("s", rows))
    imported = cs.read_export(data, name="swapped.xlsx")
    assert "undo_swap" in asked(imported)
    mended = cs.read_export(data, name="swapped.xlsx", recipe=Recipe(undo_swap=True))
    assert mended.table["start"].dt.date.tolist() == true
    assert "undo_swap" not in asked(mended)


@hazard(27)
def each_column_has_its_own_format() -> None:
    imported = read_rows(
        HEAD,
        ["C1", "甲", "2026/01/31", "31.03.2026"],
        ["C2", "乙", "2026/02/01", "01.04.2026"],
        recipe=Recipe(end_is_last_day=False),
    )
    assert imported.table["start"].tolist() == [day(2026, 1, 31), day(2026, 2, 1)]
    assert imported.table["end"].tolist() == [day(2026, 3, 31), day(2026, 4, 1)]


@hazard(28)
def serial_numbers_become_dates() -> None:
    rows = [HEAD, ["C1", "甲", 46023, None], ["C2", "乙", 46082, None]]
    imported = cs.read_export(workbook(("s", rows)), name="serial.xlsx")
    assert imported.table["start"].tolist() == [day(2026, 1, 1), day(2026, 3, 1)]
    assert any("serial" in key for key in keys(imported.notes))


@hazard(29)
def months_and_japanese_years() -> None:
    imported = read_rows(
        ("取引先 ID", "契約開始日", "契約終了日"),
        ["C1", "2026/03", "2026/04"],
        ["C2", "2026年3月1日", "2026年4月30日"],
        ["C3", "令和8年3月1日", "令和8年4月"],
        ["C4", "R8.3.1", "R8.4.30"],
        recipe=Recipe(end_is_last_day=True),
    )
    assert imported.table["start"].tolist() == [day(2026, 3, 1)] * 4
    assert imported.table["end"].tolist() == [day(2026, 5, 1)] * 4
    assert any("month" in key for key in keys(imported.notes))


@hazard(29)
def a_bare_month_elsewhere_stays_a_month() -> None:
    imported = read_rows(("取引先 ID", "契約開始日", "請求月"), ["C1", "2026/03/10", "2026/03"])
    value = imported.table["請求月"].iloc[0]
    assert str(value) in {"2026/03", "2026-03"}


@hazard(30)
def utc_becomes_the_local_day_before_the_date_is_cut() -> None:
    texts = ("2026-03-31T15:00:00.000Z", "2026-03-31T14:59:59.000Z")
    assert starts(*texts).table["start"].tolist() == [day(2026, 4, 1), day(2026, 3, 31)]
    paris = starts(*texts, recipe=Recipe(timezone="Europe/Paris")).table["start"]
    assert paris.tolist() == [day(2026, 3, 31)] * 2


@hazard(31)
def money_in_every_dress() -> None:
    yen = fees("JPY700", "JPY 100,000", "¥1,200", "¥300", "100,000円", "▲1,000", "10万円")
    amounts = dict(zip(yen.raw["取引先 ID"], yen.raw["月額"], strict=True))
    assert len(amounts) == 7
    assert yen.table["mrr"].tolist() == [700, 100_000, 1_200, 300, 100_000, 100_000]
    assert yen.set_aside["reason"].tolist() == ["negative"]
    assert yen.currency == "JPY"
    dollars = fees("$1,234.56", "USD 5.00", "(12.50)")
    assert dollars.table["mrr"].tolist() == [1234.56, 5.0]
    assert dollars.currency == "USD"
    euros = fees("EUR 8,000.00", "EUR 1.50")
    assert euros.table["mrr"].tolist() == [8000.0, 1.5]
    assert euros.currency == "EUR"


@hazard(31)
def the_dot_of_thousands_is_asked_about() -> None:
    unclear = fees("EUR 1.200", "EUR 980")
    assert "decimal" in asked(unclear)
    assert unclear.table["mrr"].tolist()[1:] == [980]
    assert fees("EUR 1.200", recipe=Recipe(decimal="comma")).table["mrr"].tolist() == [1200]
    assert fees("EUR 1.200", recipe=Recipe(decimal="point")).table["mrr"].tolist() == [1.2]
    book = workbook(("s", [("取引先 ID", "契約開始日", "月額"), ("C1", "2026-01-01", 1.234)]))
    number = cs.read_export(book, name="fees.xlsx")
    assert number.table["mrr"].tolist() == [1.234]
    assert "decimal" not in asked(number)


@hazard(32)
def mixed_currencies_are_never_added_up() -> None:
    mixed = fees("JPY 700", "USD 5.00", "EUR 8.00")
    assert mixed.currency is None
    assert set(mixed.currencies["mrr"]) == {"JPY", "USD", "EUR"}
    assert mixed.table["mrr"].isna().sum() >= 2
    assert any("currenc" in key for key in (*keys(mixed.notes), *keys(mixed.questions)))


@hazard(32)
def the_converted_column_is_preferred() -> None:
    imported = read_rows(
        ("取引先 ID", "契約開始日", "月額", "月額(換算値) 通貨", "月額(換算値)"),
        ["C1", "2026-01-01", "USD 5.00", "JPY", "750"],
        ["C2", "2026-01-01", "JPY 700", "JPY", "700"],
    )
    assert imported.mapping["mrr"] == "月額(換算値)"
    assert imported.table["mrr"].tolist() == [750, 700]
    assert imported.currency == "JPY"


@hazard(33)
def percent_is_decided_per_column() -> None:
    rows = [["C1", "2026-01-01", "12%", "0.12"], ["C2", "2026-01-01", "7.5%", "0.5"]]
    imported = read_rows(("取引先 ID", "契約開始日", "達成率", "割引率"), *rows)
    marked = imported.table["達成率"].astype(float)
    assert marked.iloc[0] / marked.iloc[1] == pytest.approx(12 / 7.5)
    assert imported.table["割引率"].tolist() == [0.12, 0.5]
    assert any("percent" in key for key in keys(imported.notes))


@hazard(34)
def ticks_are_one_boolean_and_unknown_is_not_false() -> None:
    forms = ("1", "0", "TRUE", "FALSE", "✓", "○", "×", "はい", "いいえ")
    for i in range(len(forms)):
        rows = [["C1", "5", forms[i]], ["C2", "6", ""], ["C3", "7", "Yes"], ["C4", "8", "No"]]
        imported = read_rows(("顧客 ID", "継続月数", "解約フラグ"), *rows)
        truth = forms[i] in {"1", "TRUE", "✓", "○", "はい"}
        kept = imported.table.set_index("customer_id")["churned"]
        assert bool(kept["C1"]) == truth, forms[i]
        assert imported.set_aside["顧客 ID"].tolist() == ["C2"]


@hazard(35)
def several_values_are_split_only_when_asked() -> None:
    header = ("取引先 ID", "契約開始日", "製品")
    rows = [["C1", "2026-01-01", "RedEye;Meridian"], ["C2", "2026-01-01", "English; Swedish"]]
    plain = read_rows(header, *rows)
    assert plain.table["製品"].tolist() == ["RedEye;Meridian", "English; Swedish"]
    split = read_rows(header, *rows, recipe=Recipe(multiple=("製品",)))
    made = {str(c) for c in split.table.columns} - {str(c) for c in plain.table.columns}
    assert {"RedEye", "Meridian", "English", "Swedish"} <= {c.split(": ")[-1] for c in made}


@hazard(36)
def fifteen_and_eighteen_characters_are_one_customer() -> None:
    folded = ID18.upper()
    customers = read_rows(("取引先 ID", "契約開始日"), [folded, "2026-01-01"], name="c.csv")
    assert customers.table["customer_id"].tolist() == [ID18]
    usage = read_rows(
        ("取引先 ID", "利用日", "業務区分", "利用時間"), [ID15, "2026-02-01", "経理", 1]
    )
    (row,) = cs.combine([customers, usage]).match.to_dict("records")
    assert (row["matched"], row["unknown"], row["without"]) == (1, 0, 0)
    other = read_rows(
        ("取引先 ID", "利用日", "業務区分", "利用時間"),
        [ID15.swapcase(), "2026-02-01", "経理", 1],
    )
    (row,) = cs.combine([customers, other]).match.to_dict("records")
    assert (row["matched"], row["unknown"]) == (0, 1)


@hazard(37)
def ids_are_text_and_scientific_notation_is_warned_of() -> None:
    imported = read_rows(
        ("取引先番号", "契約開始日"), ["00123", "2026-01-01"], ["1E+15", "2026-01-01"]
    )
    assert imported.table["customer_id"].tolist() == ["00123", "1E+15"]
    listed = imported.issues[imported.issues["value"] == "1E+15"]
    assert listed["severity"].tolist() == ["warning"]


@hazard(37)
def a_long_number_is_no_whole_id() -> None:
    rows = [("取引先番号", "契約開始日"), (1234567890123456789, "2026-01-01")]
    rows += [("1234567890123456789", "2026-01-01")]
    imported = cs.read_export(workbook(("s", rows)), name="ids.xlsx")
    assert imported.table["customer_id"].tolist()[1] == "1234567890123456789"
    broken = imported.issues[imported.issues["rule"] == "id_rounded"]
    assert broken["row"].tolist() == [2]


@hazard(38)
def one_guarding_quote_is_taken_off() -> None:
    imported = read_rows(HEAD, ["C1", "'=cmd", "2026-01-01", ""], ["C2", "''=x", "2026-01-01", ""])
    assert imported.table["name"].tolist() == ["=cmd", "'=x"]


@hazard(40)
def only_blanks_are_missing() -> None:
    names = ["NA", "None", "null", "nan", "-"]
    rows = [[name, name, "2026-01-01", ""] for name in names]
    imported = read_rows(HEAD, *rows)
    assert imported.table["name"].tolist() == names
    assert imported.table["customer_id"].tolist() == names


@hazard(41)
def a_round_number_of_rows_was_probably_cut() -> None:
    def read(n: int) -> Import:
        rows = [[f"C{i}", "2026-01-01"] for i in range(n)]
        return read_rows(("取引先 ID", "契約開始日"), *rows)

    for n, cut in ((1_999, False), (2_000, True), (2_001, False), (65_535, True), (100_000, True)):
        assert any("cut_off" in key for key in keys(read(n).notes)) == cut, n


@hazard(42)
def several_rows_of_a_customer_state_what_a_row_is() -> None:
    rows = [[f"O{i}", f"C{i % 3}", "受注", f"2025-0{i + 1}-01", 100 * i] for i in range(6)]
    imported = read_rows(("商談 ID", "取引先 ID", "フェーズ", "完了予定日", "金額"), *rows)
    assert imported.role == "opportunities"
    assert any("grain" in key for key in keys(imported.notes))
    joined = cs.combine([imported], as_of=dt.date(2026, 1, 31))
    ids = joined.tables["customers"]["customer_id"].str.replace(r" \(\d+\)$", "", regex=True)
    assert set(ids) == {"C0", "C1", "C2"}
    assert any(joined.notes)


@hazard(43)
def a_blank_in_a_number_column_is_missing_and_counted() -> None:
    imported = fees("100", "", "  ")
    assert imported.table["mrr"].tolist()[0] == 100
    assert np.isnan(imported.table["mrr"].to_numpy()[1:]).all()
    assert (imported.issues["rule"] == "blank_number").sum() == 2


@hazard(44)
def what_cannot_be_is_set_aside_row_by_row() -> None:
    imported = read_rows(
        (*HEAD, "月額"),
        ["C1", "甲", "2026-05-01", "2026-01-01", "1"],
        ["C2", "乙", "2030-01-01", "", "1"],
        ["C3", "丙", "2026-01-01", "", "-5"],
        ["C4", "丁", "2026-01-01", "2026-01-01", "1"],
        recipe=Recipe(as_of=dt.date(2026, 6, 30), end_is_last_day=False),
    )
    assert imported.set_aside[["row", "reason"]].to_numpy().tolist() == [
        [2, "end_before_start"],
        [3, "after_as_of"],
        [4, "negative"],
    ]
    assert imported.table["customer_id"].tolist() == ["C4"]  # tenure 0 stays
    assert any("tenure_zero" in key for key in keys(imported.notes))


@hazard(45)
def no_end_means_still_a_customer() -> None:
    imported = starts("2026-01-01")
    assert imported.table["end"].isna().all() if "end" in imported.table else True
    assert imported.set_aside.empty


@hazard(45)
def who_came_back_follows_a_stated_rule() -> None:
    contracts = read_rows(
        ("契約番号", "取引先 ID", "契約開始日", "契約終了日"),
        ["1", "C1", "2024-01-01", "2024-06-30"],
        ["2", "C1", "2025-01-01", "2025-12-31"],
        recipe=Recipe(end_is_last_day=True),
    )
    day_known = dt.date(2026, 6, 30)
    new = cs.combine([contracts], as_of=day_known).tables["customers"]
    assert new["start"].tolist() == [day(2024, 1, 1), day(2025, 1, 1)]
    assert new["end"].tolist() == [day(2024, 7, 1), day(2026, 1, 1)]
    from csdata.intake import JoinRules

    one = cs.combine([contracts], as_of=day_known, rules=JoinRules(returning="one"))
    assert one.tables["customers"]["start"].tolist() == [day(2024, 1, 1)]
    assert one.tables["customers"]["end"].tolist() == [day(2026, 1, 1)]


@hazard(46)
def the_as_of_date_from_banner_footer_name_in_that_order() -> None:
    rows = [["C1", "2026-01-01"]]
    header = ("取引先 ID", "契約開始日")
    footed = details(header, rows, encoding="utf-8")  # its footer says 8/13/2026
    named = "report1798675200000.csv"  # 2026-12-31 09:00 in Tokyo
    assert cs.read_export(footed, name=named).as_of == dt.date(2026, 8, 13)
    plain = details(header, rows, encoding="utf-8", footer=())
    assert cs.read_export(plain, name=named).as_of == dt.date(2026, 12, 31)
    bannered = workbook(
        ("s", [["As of 2026-07-01 14:00:09 Japan Standard Time/JST • x"], [], header, *rows])
    )
    assert cs.read_export(bannered, name="a-2026-09-01-10-00-00.xlsx").as_of == dt.date(2026, 7, 1)


@hazard(46)
def without_any_statement_it_is_asked_never_today() -> None:
    imported = starts("2026-01-01", name="data.csv")
    assert imported.as_of is None
    assert "as_of" in asked(imported)
