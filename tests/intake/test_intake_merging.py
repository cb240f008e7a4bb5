"""Accounts of one name: suggested with what speaks for it, merged on request, everywhere."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import csdata as cs
from csdata.intake import JoinRules, Recipe
from csdata.intake.merging import resolved
from csdata.store.contents import Settings, settings_of, settings_state
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

DAY = dt.date(2025, 12, 31)
AS_IS = Recipe(role="customers", as_of=DAY, end_is_last_day=False)
HEAD = ("取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額")
OLD = ["C1", "㈱見本", "2023-01-01", "2024-04-01", "100"]
NEW = ["C2", "株式会社 見本", "2024-04-01", "", "120"]
LATER = ["C3", "見本", "2025-09-01", "", "130"]
REST = ["C9", "ほかの会社", "2023-01-01", "", "90"]


def read(*rows: list[str], more: tuple[str, ...] = ()) -> Import:
    return read_rows((*HEAD, *more), *rows, recipe=AS_IS)


@pytest.mark.parametrize(
    ("same", "ends"),
    [
        ({"A": "B"}, {"A": "B"}),
        ({"A": "B", "B": "C"}, {"A": "C", "B": "C"}),
        ({"A": "B", "B": "A"}, {"B": "A"}),
        ({"A": "A"}, {}),
        ({}, {}),
    ],
    ids=["one", "a chain", "a circle", "itself", "none"],
)
def test_where_an_account_ends_up(same: dict[str, str], ends: dict[str, str]) -> None:
    assert resolved(same) == ends


def pairs(imported: Import, rules: JoinRules | None = None) -> list[tuple[str, str, str]]:
    found = cs.combine([imported], rules=rules).same_names
    return list(found[["given", "customer_id", "sign"]].itertuples(index=False, name=None))


def test_nothing_is_merged_by_itself_and_the_likely_pair_comes_first() -> None:
    found = read(REST, LATER, NEW, OLD)
    assert pairs(found) == [("C1", "C2", "follows"), ("C2", "C3", "")]
    joined = cs.combine([found])
    assert len(joined.tables["customers"]) == 4
    assert "note.same_names" in keys(joined.notes)


@pytest.mark.parametrize(
    ("begins", "sign"),
    [("2024-03-25", "follows"), ("2024-03-24", ""), ("2024-05-02", "follows"), ("2024-05-03", "")],
    ids=["a week before", "eight days before", "31 days after", "32 days after"],
)
def test_one_follows_the_other_within_a_month(begins: str, sign: str) -> None:
    assert pairs(read(OLD, [*NEW[:2], begins, *NEW[3:]])) == [("C1", "C2", sign)]


@pytest.mark.parametrize(
    ("heading", "one", "two", "sign"),
    [
        ("電話", "03-0000-0000", "03(0000)0000", "phone"),
        ("電話", "03-0000-0000", "03-0000-0001", ""),
        ("電話", "", "", ""),
        ("住所", "見本市1-2", "見本市1ー2", "address"),
        ("親取引先", "見本HD", "見本HD", "parent"),
        ("業種", "小売", "小売", ""),
    ],
)
def test_what_else_speaks_for_one_customer(heading: str, one: str, two: str, sign: str) -> None:
    found = read([*OLD, one], [*LATER, two], more=(heading,))
    assert pairs(found) == [("C1", "C3", sign)]


def test_merged_accounts_are_one_customer_in_every_table() -> None:
    usage = read_rows(
        ("取引先 ID", "利用日", "業務区分", "利用時間"),
        ["C1", "2023-05-01", "経理", 1],
        ["C2", "2025-05-01", "経理", 2],
    )
    rules = JoinRules(same={"C1": "C2"})
    found = cs.combine([read(OLD, NEW, REST), usage], rules=rules)
    table = found.tables["customers"].set_index("customer_id")
    assert sorted(table.index) == ["C2", "C9"]
    assert table.loc["C2", "start"] == pd.Timestamp(2023, 1, 1)
    assert pd.isna(table.loc["C2", "end"])
    assert (table.loc["C2", "name"], table.loc["C2", "mrr"]) == ("株式会社 見本", 120)
    assert found.tables["usage"]["customer_id"].tolist() == ["C2", "C2"]
    assert {"note.accounts_merged", "note.repeated_last"} <= set(keys(found.rules))
    assert "note.same_names" not in keys(found.notes)
    assert found.same_names.empty
    data = cs.Portfolio.from_imports([read(OLD, NEW, REST), usage], rules=rules)
    assert cs.tenures(data).n == 2


def test_amounts_of_two_merged_accounts_are_two_amounts_even_if_equal() -> None:
    both = [[*OLD[:3], "", "100"], [*NEW[:4], "100"]]
    found = cs.combine([read(*both)], rules=JoinRules(same={"C1": "C2"}))
    assert found.tables["customers"]["mrr"].tolist() == [200]


def test_a_gap_between_merged_accounts_follows_the_rules_of_lives() -> None:
    rows = read(OLD, [*NEW[:2], "2024-04-20", *NEW[3:]])
    same = {"C1": "C2"}
    apart = cs.combine([rows], rules=JoinRules(same=same)).tables["customers"]
    assert apart["customer_id"].tolist() == ["C2", "C2 (2)"]
    bridged = cs.combine([rows], rules=JoinRules(same=same, bridge_days=30)).tables["customers"]
    assert bridged["customer_id"].tolist() == ["C2"]


def test_an_account_that_is_not_there_does_nothing() -> None:
    found = cs.combine([read(OLD, NEW)], rules=JoinRules(same={"X": "C2"}))
    assert len(found.tables["customers"]) == 2
    assert "note.accounts_merged" not in keys(found.rules)


def test_what_was_merged_survives_the_workspace() -> None:
    rules = JoinRules(same={"C1": "C2"}, attributes="first", amounts="once")
    assert settings_of(settings_state(Settings(rules=rules))).rules == rules
    older = settings_state(Settings()).replace('"same": {}, ', "")
    assert settings_of(older).rules == JoinRules()
