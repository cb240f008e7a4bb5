"""Hazards 15, 16, 42, 48–50: what a heading means, and which rows are one customer."""

from __future__ import annotations

import datetime as dt

import csdata as cs
from csdata.intake import JoinRules, Recipe
from tests.intake.exports import keys, read_rows
from tests.intake.hazards import hazard


@hazard(15)
def object_and_field_match_whole_or_by_the_field() -> None:
    imported = read_rows(
        ("取引先: 取引先 ID", "取引先: 取引先名", "取引先: 契約開始日"), ["C1", "甲", "2026-01-01"]
    )
    assert imported.mapping["customer_id"] == "取引先: 取引先 ID"
    assert imported.mapping["name"] == "取引先: 取引先名"
    assert imported.mapping["start"] == "取引先: 契約開始日"


@hazard(15)
def a_collision_is_told() -> None:
    imported = read_rows(
        ("取引先 ID", "取引先: 契約開始日", "契約: 契約開始日"), ["C1", "2026-01-01", "2026-02-01"]
    )
    others = [c for c in imported.candidates if c.field == "start"]
    assert {c.header for c in others} == {"取引先: 契約開始日", "契約: 契約開始日"}
    assert sum(c.chosen for c in others) == 1
    assert any("collision" in key for key in keys(imported.notes))


@hazard(16)
def width_space_and_case_do_not_matter_for_matching() -> None:
    for heading in ("取引先 ID", "取引先ID", "取引先\u3000ID", "取引先 id", "\uff21\uff43count ID"):
        imported = read_rows((heading, "契約開始日"), ["C1", "2026-01-01"])
        assert imported.mapping["customer_id"] == heading


@hazard(42)
def products_of_an_account_end_in_one_customer() -> None:
    imported = read_rows(
        ("取引先 ID", "取引先名", "契約開始日", "契約終了日", "プラン", "月額"),
        ["C1", "甲", "2025-01-01", "2025-12-31", "ライト", 100],
        ["C1", "甲", "2026-01-01", "", "標準", 120],
        ["C1", "甲", "2026-02-01", "", "オプション", 30],
        ["C2", "乙", "2026-02-01", "", "標準", 120],
        recipe=Recipe(role="customers", as_of=dt.date(2026, 6, 30), end_is_last_day=True),
    )
    assert imported.set_aside.empty
    assert "note.grain" in keys(imported.notes)
    customers = cs.Portfolio.from_imports([imported]).customers
    assert customers["customer_id"].tolist() == ["C1", "C2"]
    assert customers["mrr"].tolist() == [150, 120]


@hazard(48)
def api_names_are_known() -> None:
    imported = read_rows(
        ("AccountId", "StartDate", "EndDate", "ContractTerm", "ContractNumber", "Plan__c"),
        ["0015g00000AbCdEAAV", "2026-01-01", "2026-12-31", "12", "00000100", "A"],
    )
    assert imported.role == "contracts"
    assert imported.mapping["customer_id"] == "AccountId"
    assert imported.mapping["plan"] == "Plan__c"
    won = read_rows(
        ("Id", "AccountId", "StageName", "CloseDate", "Amount", "IsWon"),
        ["0065g00000AbCdEAAV", "0015g00000AbCdEAAV", "Closed Won", "2026-01-01", "1", "true"],
    )
    assert won.role == "opportunities"
    assert won.mapping["customer_id"] == "AccountId"


@hazard(49)
def a_renamed_label_is_mapped_once_and_remembered() -> None:
    header = ("得意先の番号札", "はじまり", "おわり")
    rows = [["C1", "2026-01-01", "2026-06-01"], ["C2", "2026-02-01", ""]]
    recipe = Recipe(
        role="customers",
        mapping={"customer_id": header[0], "start": header[1], "end": header[2]},
        end_is_last_day=False,
    )
    first = read_rows(header, *rows, recipe=recipe)
    assert first.table["customer_id"].tolist() == ["C1", "C2"]
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([header, ["C9", "2026-03-01", ""]])
    again = cs.read_export(
        text.getvalue().encode(), name="next.csv", recipes={first.fingerprint: recipe}
    )
    assert again.table["customer_id"].tolist() == ["C9"]
    assert again.mapping["start"] == "はじまり"
    assert "note.recipe_used" in keys(again.notes)


@hazard(50)
def the_same_name_is_not_the_same_customer() -> None:
    customers = read_rows(
        ("取引先 ID", "取引先名", "契約開始日"),
        ["C1", "㈱見本", "2026-01-01"],
        ["C2", "株式会社 見本", "2026-02-01"],
        ["C3", "別の会社", "2026-02-01"],
    )
    usage = read_rows(
        ("取引先名", "利用日", "業務区分", "利用時間"),
        ["株式会社別の会社", "2026-03-01", "経理", 1],
    )
    joined = cs.combine([customers, usage])
    assert joined.tables["customers"]["customer_id"].tolist() == ["C1", "C2", "C3"]
    offered = joined.suggestions
    assert {"C3"} <= set(offered["customer_id"])
    accepted = cs.combine([customers, usage], rules=JoinRules(accepted={"株式会社別の会社": "C3"}))
    assert accepted.tables["usage"]["customer_id"].tolist() == ["C3"]


@hazard(50)
def two_accounts_are_merged_only_on_request() -> None:
    customers = read_rows(
        ("取引先 ID", "取引先名", "契約開始日", "解約日"),
        ["C1", "㈱見本", "2025-01-01", "2025-12-31"],
        ["C2", "株式会社 見本", "2026-01-01", ""],
        recipe=Recipe(as_of=dt.date(2026, 6, 30), end_is_last_day=True),
    )
    found = cs.combine([customers])
    assert len(found.tables["customers"]) == 2
    assert found.same_names[["given", "customer_id", "sign"]].to_numpy().tolist() == [
        ["C1", "C2", "follows"]
    ]
    rules = JoinRules(same={"C1": "C2"})
    assert cs.combine([customers], rules=rules).tables["customers"]["customer_id"].tolist() == [
        "C2"
    ]
