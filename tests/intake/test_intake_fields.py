"""Which column is which field, and which kind of table that makes."""

import pytest

from csdata.errors import BadValues, MissingColumns
from csdata.intake import NoCustomerColumn, Recipe
from csdata.schema import Role
from tests.intake.exports import keys, read_here, read_rows, workbook

D = "2026-01-01"
E = "2026-06-30"


@pytest.mark.parametrize(
    ("role", "header", "rows"),
    [
        (
            "customers",
            ["取引先 ID", "取引先名", "契約開始日", "契約終了日"],
            [["C1", "x", D, None]],
        ),
        (
            "customers",
            ["Account ID", "Account Name", "Start Date", "Churn Date"],
            [["1", "x", D, E]],
        ),
        ("customers", ["顧客ID", "継続月数", "解約フラグ"], [["C1", 5, 1], ["C2", 3, 0]]),
        (
            "customers",
            ["取引先 ID", "契約開始日", "契約終了日", "プラン", "月額", "業種"],
            [["C1", D, E, "A", 1, "b"], ["C2", D, E, "A", 1, "b"]],
        ),
        (
            "contracts",
            ["契約番号", "取引先 ID", "契約開始日", "契約終了日", "プラン"],
            [["1", "C1", D, E, "A"], ["2", "C2", D, E, "A"]],
        ),
        (
            "contracts",
            ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "プラン"],
            [["C1", "x", D, E, "A"], ["C1", "x", "2026-07-01", None, "A"], ["C2", "y", D, E, "B"]],
        ),
        (
            "contracts",
            ["Account: Account ID", "Contract Start Date", "Contract End Date", "Contract Term"],
            [["C1", D, E, 6]],
        ),
        ("usage", ["取引先 ID", "利用日", "業務区分", "利用時間"], [["C1", D, "経理", 3.5]]),
        ("usage", ["顧客ID", "日付", "機能", "回数"], [["C1", D, "検索", 3], ["C1", D, "印刷", 1]]),
        ("usage", ["Customer ID", "Date", "Feature", "Uses"], [["C1", D, "search", 3]]),
        ("touches", ["取引先 ID", "期日", "件名", "コメント"], [["C1", D, "訪問", "…"]]),
        ("touches", ["取引先 ID", "活動日", "満足度"], [["C1", D, 4], ["C1", D, 5]]),
        ("touches", ["Account ID", "Due Date", "Subject", "Comments"], [["C1", D, "Call", "…"]]),
    ],
)
def test_roles(role: Role, header: list[str], rows: list[list[object]]) -> None:
    imported = read_rows(header, *rows)
    assert imported.role == role
    assert not imported.set_aside["reason"].tolist()


def test_a_close_call_is_asked_and_the_answer_holds() -> None:
    header = ["取引先 ID", "契約開始日", "契約終了日", "契約期間"]
    rows = [["C1", D, E, 6], ["C2", D, E, 6]]
    imported = read_rows(header, *rows)
    assert imported.role == "contracts"
    assert "question.role" in keys(imported.questions)
    corrected = read_rows(header, *rows, recipe=Recipe(role="customers"))
    assert corrected.role == "customers"
    assert "question.role" not in keys(corrected.questions)


def test_leaving_comes_before_the_end_of_a_running_term() -> None:
    header = ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "解約日"]
    imported = read_rows(header, ["C1", "x", D, E, None], ["C2", "y", D, E, "2026-05-31"])
    assert imported.mapping["end"] == "解約日"
    assert imported.table["end"].isna().tolist() == [True, False]
    behind = next(c for c in imported.candidates if c.header == "契約終了日")
    assert (behind.field, behind.chosen, behind.reason.key) == (
        "end",
        False,
        "intake.reason_behind",
    )


def test_a_label_whose_values_do_not_fit_is_passed_over() -> None:
    header = ["取引先 ID", "契約開始日", "満足度", "解約日"]
    imported = read_rows(header, ["C1", D, "高", "なし"], ["C2", D, "低", "未定"])
    assert set(imported.mapping) == {"customer_id", "start"}
    assert imported.table["満足度"].tolist() == ["高", "低"]
    refused = [c for c in imported.candidates if not c.score]
    assert {c.reason.key for c in refused} == {"intake.reason_values"}


def test_an_empty_end_column_means_that_all_are_still_customers() -> None:
    imported = read_rows(
        ["取引先 ID", "契約開始日", "契約終了日"], ["C1", D, None], ["C2", D, None]
    )
    assert imported.table["end"].isna().all()
    assert imported.table["end"].dtype == "datetime64[us]"
    assert "question.end_is_last_day" not in keys(imported.questions)


def test_the_name_stands_in_for_an_id() -> None:
    imported = read_rows(["取引先名", "契約開始日"], ["株式会社一", D], ["株式会社二", D])
    assert imported.mapping["customer_id"] == imported.mapping["name"] == "取引先名"
    assert imported.table["customer_id"].tolist() == ["株式会社一", "株式会社二"]
    assert "note.name_as_id" in keys(imported.notes)


@pytest.mark.parametrize("header", [["a", "b"], ["契約開始日", "月額"], ["ID番", "日にち"]])
def test_no_column_of_customers(header: list[str]) -> None:
    with pytest.raises(NoCustomerColumn) as caught:
        read_rows(header, ["x", D], ["y", D])
    assert caught.value.columns == tuple(header)
    for lang in ("ja", "en"):
        assert all(h in caught.value.message.say(lang) for h in header)


def test_the_column_of_customers_can_be_chosen() -> None:
    recipe = Recipe(mapping={"customer_id": "お客様", "start": "はじめ"})
    imported = read_rows(["お客様", "はじめ", "色"], ["C1", D, "青"], recipe=recipe)
    assert imported.role == "customers"
    assert imported.columns == {"customer_id": "お客様", "start": "はじめ", "色": "色"}
    assert {c.reason.key for c in imported.candidates} == {"intake.reason_user"}


def test_a_wrong_guess_is_corrected_and_the_rest_stays() -> None:
    header = ["取引先 ID", "契約開始日", "プラン", "月額", "実月額"]
    recipe = Recipe(mapping={"mrr": "実月額", "plan": None})
    imported = read_rows(header, ["C1", D, "A", 1, 2], recipe=recipe)
    assert imported.mapping == {"customer_id": "取引先 ID", "start": "契約開始日", "mrr": "実月額"}
    assert list(imported.table) == ["customer_id", "start", "プラン", "月額", "mrr"]


def test_a_recipe_for_another_file() -> None:
    with pytest.raises(MissingColumns, match="お客様"):
        read_rows(["取引先 ID", "月額"], ["C1", 1], recipe=Recipe(mapping={"name": "お客様"}))


def test_an_incomplete_table_is_taken_for_what_it_looks_most_like() -> None:
    rows = [["C1", "2026年1月分", "経理", 3], ["C1", "2026年2月分", "経理", 4]]
    imported = read_rows(["取引先 ID", "対象", "業務区分", "利用時間"], *rows)
    assert imported.role == "usage"
    (question,) = [q for q in imported.questions if q.key == "question.mapping"]
    assert "日付" in question.say("ja")


def test_a_running_number_is_no_customer_id() -> None:
    imported = read_rows(["No", "会社名", "利用開始日"], [1, "株式会社一", D], [2, "株式会社二", D])
    assert imported.mapping["customer_id"] == "会社名"


def test_what_a_chosen_role_lacks_is_asked_for() -> None:
    recipe = Recipe(role="usage")
    imported = read_rows(["取引先 ID", "契約開始日"], ["C1", D], recipe=recipe)
    assert imported.role == "usage"
    (question,) = [q for q in imported.questions if q.key == "question.mapping"]
    assert "日付" in question.say("ja")


def test_a_column_that_is_no_field_cannot_pass_for_one() -> None:
    header = ["取引先 ID", "start", "契約開始日", "end"]
    imported = read_rows(header, ["C1", "みかん", D, "りんご"])
    assert list(imported.table) == ["customer_id", "start (2)", "start", "end (2)"]
    assert imported.columns["end (2)"] == "end"


def test_columns_called_row_and_reason_survive_in_the_rows_set_aside() -> None:
    imported = read_rows(["取引先 ID", "契約開始日", "row", "reason"], ["C1", None, "r", "s"])
    (aside,) = imported.set_aside.to_dict("records")
    assert (aside["row"], aside["reason"]) == (2, "missing_start")
    assert (aside["row (2)"], aside["reason (2)"]) == ("r", "s")


def test_a_sheet_is_chosen_by_name() -> None:
    data = workbook(("a", [["取引先 ID"], ["1"]]), ("b", [["取引先 ID"], ["2"]]))
    assert read_here(data, "xlsx").sheet == "a"


def test_sheet_names_in_the_error() -> None:
    import csdata as cs

    data = workbook(("顧客一覧", [["取引先 ID"], ["1"]]))
    with pytest.raises(BadValues, match="顧客一覧"):
        cs.read_export(data, sheet="契約")
    assert cs.read_export(data, recipe=Recipe(sheet="顧客一覧")).sheet == "顧客一覧"
