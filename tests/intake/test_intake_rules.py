"""Every row that cannot be used comes back with its reason, every unread cell is listed."""

import datetime as dt

import pandas as pd
import pytest

from csdata.i18n import LANGUAGES, message
from csdata.intake import Recipe
from csdata.intake.proposals import accepted, proposals
from csdata.intake.rules import RULES
from tests.intake.exports import formatted, keys, read_here, read_rows

CUSTOMERS = ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額"]
GOOD = ["C001", "株式会社一", "2026-01-01", None, 100]
AS_OF = Recipe(role="customers", as_of=dt.date(2026, 8, 13))


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("missing_id", [None, "x", "2026-01-01", None, 1]),
        ("missing_id", [" 　", "x", "2026-01-01", None, 1]),
        ("missing_start", ["C002", "x", None, None, 1]),
        ("missing_start", ["C002", "x", "未定", None, 1]),
        ("end_before_start", ["C002", "x", "2026-03-01", "2026-02-01", 1]),
        ("after_as_of", ["C002", "x", "2026-08-14", None, 1]),
        ("negative", ["C002", "x", "2026-01-01", None, -1]),
        ("duplicate_row", GOOD),
        ("duplicate_id", ["C001", "別の名", "2026-02-01", None, 1]),
    ],
)
def test_customers_set_aside(reason: str, row: list[object]) -> None:
    imported = read_rows(CUSTOMERS, GOOD, row, recipe=AS_OF)
    assert imported.table["customer_id"].tolist() == ["C001"]
    assert imported.set_aside[["row", "reason"]].to_numpy().tolist() == [[3, reason]]
    assert imported.set_aside["取引先名"].tolist() == [row[1]]
    listed = imported.issues[imported.issues["action"] == "set_aside"]
    assert listed[["row", "rule", "severity"]].to_numpy().tolist() == [[3, reason, "error"]]
    assert "note.set_aside" in keys(imported.notes)


@pytest.mark.parametrize("end", ["2026-02-30", "解約済", "未定"])
def test_an_end_that_cannot_be_read_is_not_taken_for_none(end: str) -> None:
    gone = ["C003", "y", "2026-01-01", "2026-06-30", 1]
    imported = read_rows(CUSTOMERS, GOOD, ["C002", "x", "2026-01-01", end, 1], gone, recipe=AS_OF)
    assert imported.table["customer_id"].tolist() == ["C001", "C003"]
    assert imported.set_aside["reason"].tolist() == ["unreadable_end"]


def test_customers_without_an_end_column_are_asked_about() -> None:
    imported = read_rows(["取引先 ID", "契約開始日", "契約終了日"], ["C1", "2026-01-01", "未定"])
    (question,) = [q for q in imported.questions if q.key == "question.mapping"]
    assert "契約終了日" in question.say("ja")


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["C002", "x", "2026-08-13", None, 1], id="starts on the as-of date"),
        pytest.param(["C002", "x", "2026-01-01", "2027-01-01", 1], id="ends in the future"),
        pytest.param(["C002", "x", "2026-01-01", "9999-12-31", 1], id="never ends"),
        pytest.param(["C002", "株式会社一", "2026-01-01", None, 1], id="same name, other customer"),
        pytest.param(["c001", "x", "2026-01-01", None, 1], id="case makes another id"),
        pytest.param(["C002", "x", "2026-01-01", None, 0], id="free of charge"),
    ],
)
def test_customers_kept(row: list[object]) -> None:
    imported = read_rows(CUSTOMERS, GOOD, row, recipe=AS_OF)
    assert len(imported.table) == 2
    assert imported.set_aside.empty


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("missing_outcome", ["C2", None, 1]),
        ("missing_outcome", ["C2", 5, "不明"]),
        ("missing_outcome", ["C2", 5, None]),
        ("negative", ["C2", -1, 0]),
    ],
)
def test_customers_without_dates(reason: str, row: list[object]) -> None:
    header = ["顧客ID", "継続月数", "解約フラグ"]
    imported = read_rows(header, ["C1", 5, 1], ["C0", 7, 0], row)
    assert imported.set_aside["reason"].tolist() == [reason]
    assert imported.table["churned"].tolist() == [True, False]
    assert imported.table["churned"].dtype == bool


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("missing_id", [None, "2026-01-02", "経理", 1]),
        ("missing_date", ["C1", None, "経理", 1]),
        ("missing_date", ["C1", "先週", "経理", 1]),
        ("after_as_of", ["C1", "2026-08-14", "経理", 1]),
        ("negative", ["C1", "2026-01-02", "経理", -1]),
    ],
)
def test_usage_set_aside(reason: str, row: list[object]) -> None:
    header = ["取引先 ID", "利用日", "業務区分", "利用時間"]
    good = ["C1", "2026-01-01", "経理", 1]
    recipe = Recipe(as_of=AS_OF.as_of)
    imported = read_rows(header, good, good, good, row, recipe=recipe)
    assert imported.role == "usage"
    assert imported.set_aside["reason"].tolist() == [reason]
    assert len(imported.table) == 3


def test_equal_rows_of_usage_are_all_kept() -> None:
    header = ["取引先 ID", "利用日", "業務区分", "利用時間"]
    imported = read_rows(header, *[["C1", "2026-01-01", "経理", 1]] * 4)
    assert len(imported.table) == 4


def test_a_row_is_set_aside_once_by_its_first_reason() -> None:
    imported = read_rows(CUSTOMERS, GOOD, [None, "x", None, "2025-01-01", -1])
    assert imported.set_aside["reason"].tolist() == ["missing_id"]


def test_a_row_set_aside_does_not_make_another_a_duplicate() -> None:
    imported = read_rows(CUSTOMERS, ["C001", "x", None, None, 1], GOOD)
    assert imported.set_aside["reason"].tolist() == ["missing_start"]
    assert imported.table["customer_id"].tolist() == ["C001"]


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("月額", "12%", "not_a_number"),
        ("月額", "応相談", "not_a_number"),
        ("解約予告日", "2026-02-30", "impossible_date"),
        ("解約予告日", "来春", "not_a_date"),
        ("解約済み", "たぶん", "not_a_boolean"),
    ],
)
def test_cells_that_cannot_be_read_are_missing_and_listed(
    column: str, cell: str, rule: str
) -> None:
    values = {"月額": 100, "解約予告日": "2026-02-01", "解約済み": "いいえ"}
    rows = [[f"C{i}", "2026-01-01", *values.values()] for i in range(3)]
    rows[1][2 + list(values).index(column)] = cell
    imported = read_rows(["取引先 ID", "契約開始日", *values], *rows)
    listed = imported.issues[imported.issues["rule"] == rule]
    assert listed[["row", "column", "value", "action"]].to_numpy().tolist() == [
        [3, column, cell, "missing"]
    ]
    field = next(name for name, header in imported.columns.items() if header == column)
    assert imported.table[field].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("blank", [None, "", " ", "　"])
def test_a_blank_number_is_missing_and_counted_never_zero(blank: str | None) -> None:
    imported = read_rows(CUSTOMERS, GOOD, ["C002", "x", "2026-01-01", None, blank])
    assert imported.table["mrr"].tolist()[0] == 100
    assert pd.isna(imported.table["mrr"].tolist()[1])
    listed = imported.issues[imported.issues["rule"] == "blank_number"]
    assert listed[["row", "column"]].to_numpy().tolist() == [[3, "月額"]]


@pytest.mark.parametrize("name", ["NA", "None", "null", "NaN", "#N/A", "-"])
def test_words_are_not_missing(name: str) -> None:
    imported = read_rows(CUSTOMERS, ["C002", name, "2026-01-01", None, 1])
    assert imported.table["name"].tolist() == [name]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["顧客ID", "継続月数", "解約フラグ"], ["C1", 0, 0]),
        (["顧客ID", "契約開始日", "契約終了日"], ["C1", "2026-01-01", "2025-12-31"]),
    ],
)
def test_tenures_of_zero_are_kept_and_reported(header: list[str], row: list[object]) -> None:
    imported = read_rows(header, row)
    assert len(imported.table) == 1
    (issue,) = imported.issues.to_dict("records")
    assert (issue["rule"], issue["action"], issue["severity"]) == ("tenure_zero", "kept", "info")


# --- dates that read two ways ---------------------------------------------------------------------


def test_undecided_dates_are_asked_for_and_not_guessed() -> None:
    rows = [["C1", "3/1/2026"], ["C2", "5/1/2026"]]
    header = ["取引先 ID", "契約開始日"]
    imported = read_rows(header, *rows)
    assert "question.day_first" in keys(imported.questions)
    assert imported.set_aside["reason"].tolist() == ["undecided_date"] * 2
    for day_first, months in ((True, [1, 1]), (False, [3, 5])):
        told = read_rows(header, *rows, recipe=Recipe(day_first=day_first))
        assert told.table["start"].dt.month.tolist() == months
        assert "question.day_first" not in keys(told.questions)


def test_another_column_of_the_file_is_a_proposal_and_no_answer() -> None:
    header = ["取引先 ID", "契約開始日", "契約終了日"]
    imported = read_rows(header, ["C1", "3/1/2026", "6/30/2026"], ["C2", "5/1/2026", None])
    (asked,) = (p for p in proposals(imported) if p.attribute == "day_first")
    assert asked.best is not None
    assert asked.answers[asked.best].changes == {"day_first": False}
    recipe = accepted(imported)
    again = read_rows(
        header, ["C1", "3/1/2026", "6/30/2026"], ["C2", "5/1/2026", None], recipe=recipe
    )
    assert again.table["start"].dt.month.tolist() == [3, 5]
    assert again.set_aside.empty


def test_columns_that_disagree_tell_nothing() -> None:
    header = ["取引先 ID", "契約開始日", "解約予告日", "契約終了日"]
    imported = read_rows(header, ["C1", "3/1/2026", "25/5/2026", "6/30/2026"])
    assert "question.day_first" in keys(imported.questions)


# --- 基準日 ---------------------------------------------------------------------------------------


def test_as_of_is_asked_for_where_dates_need_it() -> None:
    assert "question.as_of" in keys(read_rows(CUSTOMERS, GOOD).questions)
    tenures = read_rows(["顧客ID", "継続月数", "解約フラグ"], ["C1", 5, 1])
    assert tenures.as_of is None
    assert "question.as_of" not in keys(tenures.questions)


def test_the_user_knows_better_than_the_file() -> None:
    stated = read_here(formatted(CUSTOMERS, [GOOD]), "xlsx")
    assert stated.as_of == dt.date(2026, 8, 13)
    told = read_here(
        formatted(CUSTOMERS, [GOOD]), "xlsx", recipe=Recipe(as_of=dt.date(2025, 12, 31))
    )
    assert told.as_of == dt.date(2025, 12, 31)
    assert told.set_aside["reason"].tolist() == ["after_as_of"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_words(lang: str) -> None:
    said = {rule.id: message(f"rule.{rule.id}").say(lang) for rule in RULES}
    assert len(set(said.values())) == len(said)


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("missing_id", ["O2", None, "受注", "2026-01-02", 1]),
        ("missing_date", ["O2", "C1", "受注", None, 1]),
        ("missing_date", ["O2", "C1", "受注", "先週", 1]),
        ("missing_date", ["O2", "C1", "受注", "2026-02-30", 1]),
        ("negative", ["O2", "C1", "受注", "2026-01-02", "▲1"]),
    ],
)
def test_opportunities_set_aside(reason: str, row: list[object]) -> None:
    header = ["商談 ID", "取引先 ID", "フェーズ", "完了予定日", "金額"]
    good = ["O1", "C1", "受注", "2026-01-01", "1"]
    planned = ["O3", "C1", "提案", "2030-01-01", "1"]
    imported = read_rows(header, good, planned, row, recipe=Recipe(as_of=AS_OF.as_of))
    assert imported.role == "opportunities"
    assert imported.set_aside["reason"].tolist() == [reason]
    assert len(imported.table) == 2


def test_opportunities_whose_day_and_month_are_undecided_wait_for_an_answer() -> None:
    header = ["商談 ID", "取引先 ID", "フェーズ", "完了予定日", "金額"]
    row = ["O1", "C1", "受注", "3/4/2026", "1"]
    imported = read_rows(header, row)
    assert imported.set_aside["reason"].tolist() == ["undecided_date"]
    assert "question.day_first" in keys(imported.questions)
    assert len(read_rows(header, row, recipe=Recipe(day_first=True)).table) == 1
