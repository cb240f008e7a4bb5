"""Who is a customer: names that suggest, groups, accounts left out, files that repeat."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.company_names import name_key
from csdata.intake import JoinRules, Recipe
from csdata.intake.accounts import groups
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

ID15 = "0015g00000AbCdE"
ID18 = "0015g00000AbCdEAAV"
DAY = dt.date(2026, 6, 30)


def customers(*rows: tuple[str, ...], header: tuple[str, ...] = ()) -> Import:
    head = ("取引先 ID", "取引先名", "契約開始日", *header)
    return read_rows(head, *rows, name="customers", recipe=Recipe(as_of=DAY))


def usage(*names: str, header: str = "取引先 ID") -> Import:
    rows = [[name, "2026-02-01", "経理", 1] for name in names]
    return read_rows((header, "利用日", "業務区分", "利用時間"), *rows, name="usage")


# ------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社見本", "㈱見本"),
        ("株式会社見本", "見本株式会社"),
        ("株式会社 見本", "(株)見本"),
        ("ミホン・サービス", "ミホンサービス"),
        ("サーバー商会", "サーバ商会"),
        ("髙橋商店", "高橋商店"),
        ("Mihon Co., Ltd.", "MIHON"),
        ("Mihon, Inc.", "mihon inc"),
        ("Mihon K.K.", "Ｍｉｈｏｎ"),
        ("一般社団法人見本協会", "見本協会"),
    ],
)
def test_the_same_name_in_two_forms(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("見本商事", "見本商会"),
        ("見本東京", "見本大阪"),
        ("Incline", "line"),
        ("Limited Brands", "Brands A"),
        ("A1", "A2"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_has_a_key_and_a_legal_form_does_not_change_it(text: str) -> None:
    assert name_key(f"株式会社{text}") == name_key(f"{text}株式会社") == name_key(f"{text}")


def test_a_name_is_suggested_and_joins_only_when_accepted() -> None:
    own = customers(("C1", "㈱見本", "2026-01-01"), ("C2", "別の会社", "2026-01-01"))
    other = usage("見本株式会社", "知らない会社", header="取引先名")
    found = cs.combine([own, other])
    assert found.suggestions[["given", "customer_id"]].to_numpy().tolist() == [
        ["見本株式会社", "C1"]
    ]
    assert found.match.iloc[0][["matched", "unknown"]].tolist() == [0, 2]
    rules = JoinRules(accepted={"見本株式会社": "C1"})
    taken = cs.combine([own, other], rules=rules)
    assert taken.match.iloc[0][["matched", "unknown"]].tolist() == [1, 1]
    assert taken.tables["usage"]["customer_id"].tolist() == ["C1", "知らない会社"]
    assert taken.suggestions.empty
    assert "note.names_accepted" in keys(taken.notes)


def test_a_name_of_two_customers_suggests_nothing() -> None:
    own = customers(("C1", "㈱見本", "2026-01-01"), ("C2", "株式会社見本", "2026-01-01"))
    found = cs.combine([own, usage("見本", header="取引先名")])
    assert found.suggestions.empty
    assert "note.same_names" in keys(found.notes)
    assert len(found.tables["customers"]) == 2


# --------------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize(("own", "other"), [(ID15, ID18), (ID18, ID15), (ID18, ID18.upper())])
def test_ids_of_either_length_are_one(own: str, other: str) -> None:
    for imports in (
        [customers((own, "甲", "2026-01-01")), usage(other)],
        [usage(other), customers((own, "甲", "2026-01-01"))],
    ):
        found = cs.combine(imports)
        assert found.match.iloc[0][["matched", "unknown", "without"]].tolist() == [1, 0, 0]
        assert found.tables["usage"]["customer_id"].tolist() == [own]
        assert found.leftovers.empty


def test_the_same_file_twice_counts_once() -> None:
    own = customers(("C1", "甲", "2026-01-01"))
    rows = usage("C1", "C1")
    found = cs.combine([own, rows, usage("C1", "C1")])
    assert len(found.tables["usage"]) == len(rows.table)
    assert "note.same_file" in keys(found.notes)
    assert len(found.imports) == 3


def test_amounts_of_two_currencies_are_not_put_together() -> None:
    head = ("契約番号", "取引先 ID", "契約開始日", "月額")
    yen = read_rows(head, *([str(i), f"C{i}", "2026-01-01", "JPY 700"] for i in range(3)), name="a")
    dollars = read_rows(head, ["9", "C9", "2026-01-01", "USD 5.00"], name="b")
    found = cs.combine([yen, dollars], as_of=DAY)
    table = found.tables["contracts"].set_index("customer_id")["mrr"]
    assert table.dropna().tolist() == [700, 700, 700]
    assert pd.isna(table["C9"])
    assert "note.money_apart" in keys(found.notes)
    assert found.currency is None
    alone = cs.combine([yen], as_of=DAY)
    assert alone.currency == "JPY"
    assert alone.tables["contracts"]["mrr"].tolist() == [700, 700, 700]


# ------------------------------------------------------------------------------------------ groups


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"A": None, "B": "A", "C": "B"}, {"A": "A", "B": "A", "C": "A"}),
        ({"A": None, "B": "X"}, {"A": "A", "B": "X"}),
        ({"A": "B", "B": "A"}, {"A": "A", "B": "A"}),
        ({"A": "A"}, {"A": "A"}),
        ({"D": "A", "A": "B", "B": "C", "C": "A"}, dict.fromkeys("DABC", "A")),
    ],
)
def test_the_top_of_a_group(parents: dict[str, str | None], expected: dict[str, str]) -> None:
    table = pd.DataFrame({"customer_id": list(parents), "parent_id": list(parents.values())})
    assert groups(table) == expected


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.none() | st.sampled_from("ABCDEFX")))
@settings(deadline=None)
def test_every_account_has_one_top_and_its_parent_has_the_same(
    parents: dict[str, str | None],
) -> None:
    table = pd.DataFrame(
        {"customer_id": list(parents), "parent_id": pd.Series(list(parents.values()), dtype=object)}
    )
    top = groups(table)
    assert set(top) == set(parents)
    for child, parent in parents.items():
        if parent in parents:
            assert top[child] == top[parent]


def test_a_group_is_a_customer_from_its_first_start_to_its_last_end() -> None:
    head = ("取引先 ID", "取引先名", "契約開始日", "解約日", "親取引先")
    rows = [
        ["C1", "㈱親", "2024-01-01", "2024-06-01", ""],
        ["C2", "子", "2024-05-01", "2024-09-01", "株式会社親"],
        ["C3", "ほか", "2024-02-01", "", ""],
    ]
    own = read_rows(head, *rows, recipe=Recipe(as_of=DAY, end_is_last_day=False))
    made = cs.combine([own, usage("C2")], rules=JoinRules(customer="group"))
    table = made.tables["customers"].set_index("customer_id")
    assert table["start"].dt.date.to_dict() == {
        "C1": dt.date(2024, 1, 1),
        "C3": dt.date(2024, 2, 1),
    }
    assert table["end"].dt.date.tolist()[0] == dt.date(2024, 9, 1)
    assert made.tables["usage"]["customer_id"].tolist() == ["C1"]
    assert "note.groups" in keys(made.notes)
    plain = cs.combine([customers(("C1", "甲", "2026-01-01"))], rules=JoinRules(customer="group"))
    assert "note.no_groups" in keys(plain.notes)


# -------------------------------------------------------------------------------------- exclusions


OWN = customers(
    ("C1", "株式会社テストラボ", "2026-01-01", "顧客"),
    ("C2", "テスト取引先 1", "2026-01-01", "顧客"),
    ("C3", "【デモ】見本", "2026-01-01", "顧客"),
    ("C4", "別の会社", "2026-01-01", "社内"),
    ("C5", "乙", "2026-01-01", "トライアル"),
    ("C6", "丙", "2026-01-01", "休止中"),
    ("C7", "Contest Pro", "2026-01-01", "顧客"),
    header=("種別",),
)


def test_accounts_that_may_be_none_are_offered_and_stay() -> None:
    found = cs.combine([OWN])
    offered = found.exclusions.groupby("kind")["customer_id"].apply(list).to_dict()
    assert offered == {
        "test": ["C2", "C3"],
        "internal": ["C4"],
        "trial": ["C5"],
        "paused": ["C6"],
    }
    assert len(found.tables["customers"]) == 7


def test_accounts_are_left_out_by_rule_and_counted() -> None:
    rules = JoinRules(exclude=("test", "internal"))
    found = cs.combine([OWN, usage("C1", "C2", "C4")], rules=rules)
    assert found.tables["customers"]["customer_id"].tolist() == ["C1", "C5", "C6", "C7"]
    assert found.tables["usage"]["customer_id"].tolist() == ["C1"]
    counts = {
        str(note.values["kind"]): int(str(note.values["n"]))
        for note in found.notes
        if note.key == "note.excluded"
    }
    assert sorted(counts.values()) == [1, 2]
    assert len(found.exclusions) == 5


def test_an_account_without_a_name_is_no_candidate() -> None:
    rows = (("C1", "", "2026-01-01", ""), ("C2", "テスト取引先", "2026-01-01", ""))
    own = customers(*rows, header=("種別",))
    assert cs.combine([own]).exclusions["customer_id"].tolist() == ["C2"]
