"""A file of customers with several rows of one: products, plans; it ends in one row each, told."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.intake import JoinRules, Recipe
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

DAY = dt.date(2025, 12, 31)
HEAD = ("取引先 ID", "取引先名", "契約開始日", "契約終了日", "プラン", "月額", "総請求額")
AS_IS = Recipe(role="customers", as_of=DAY, end_is_last_day=False)
Row = tuple[str, str, str, str, str, str, str]


def product(id_: str, start: str, end: str, *about: str, name: str = "甲") -> Row:
    """``about``: plan, monthly fee, billed in all."""
    plan, fee, billed = (*about, "")[:3]
    return (id_, name, start, end, plan, fee, billed)


def read(*rows: Row, recipe: Recipe = AS_IS, name: str = "own") -> Import:
    return read_rows(HEAD, *rows, recipe=recipe, name=name)


def made(imported: Import, rules: JoinRules | None = None) -> dict[str, dict[Any, Any]]:
    """Customer → what became of it; the portfolio takes the same tables."""
    cs.Portfolio.from_imports([imported], as_of=DAY, rules=rules)
    table = cs.combine([imported], as_of=DAY, rules=rules).tables["customers"]
    return {str(row["customer_id"]): row for row in table.to_dict("records")}


FIRST = product("A", "2024-01-01", "2025-01-01", "ライト", "100", "1200")
THEN = product("A", "2025-01-01", "", "標準", "120", "1440")
BESIDE = product("A", "2025-03-01", "", "オプション", "30", "300")
OTHER = product("B", "2024-05-01", "2025-05-01", "標準", "120", "1440", name="乙")


def test_plans_that_follow_each_other_are_one_customer() -> None:
    found = read(FIRST, THEN, OTHER)
    assert found.set_aside.empty
    customers = made(found)
    assert list(customers) == ["A", "B"]
    one = customers["A"]
    assert one["start"] == pd.Timestamp(2024, 1, 1)
    assert pd.isna(one["end"])
    assert (one["plan"], one["mrr"], one["total_billing"]) == ("標準", 120, 2640)
    assert (customers["B"]["mrr"], customers["B"]["total_billing"]) == (120, 1440)


def test_fees_that_run_side_by_side_are_added_and_it_is_told() -> None:
    found = read(FIRST, THEN, BESIDE, OTHER)
    assert made(found)["A"]["mrr"] == 150
    said = keys(cs.combine([found], as_of=DAY).rules)
    assert {"note.repeated_last", "note.amounts_sum", "note.lives_rows"} <= set(said)


def test_fees_are_added_before_the_as_of_date_is_known() -> None:
    recipe = Recipe(role="customers", end_is_last_day=False)
    table = cs.combine([read(FIRST, THEN, BESIDE, recipe=recipe)]).tables["customers"]
    assert table["mrr"].tolist() == [150]


@pytest.mark.parametrize(("which", "plan"), [("last", "オプション"), ("first", "ライト")])
def test_which_row_tells_the_plan_can_be_chosen(which: Literal["last", "first"], plan: str) -> None:
    rules = JoinRules(attributes=which)
    found = read(FIRST, THEN, BESIDE)
    assert made(found, rules)["A"]["plan"] == plan
    assert f"note.repeated_{which}" in keys(cs.combine([found], as_of=DAY, rules=rules).rules)


@pytest.mark.parametrize(
    ("amounts", "mrr"), [(None, 500), ("once", 500), ("sum", 1000)], ids=["auto", "once", "sum"]
)
def test_an_amount_that_every_row_repeats_counts_once(
    amounts: Literal["sum", "once"] | None, mrr: float
) -> None:
    rows = [product("A", "2025-01-01", "", plan, "500") for plan in ("経理", "人事")]
    found = read(*rows, OTHER)
    assert made(found, JoinRules(amounts=amounts))["A"]["mrr"] == mrr


def test_who_left_has_the_fee_of_the_last_day() -> None:
    gone = product("A", "2024-01-01", "2024-07-01", "標準", "120")
    longer = product("A", "2024-03-01", "2025-02-01", "オプション", "30")
    one = made(read(gone, longer))["A"]
    assert one["end"] == pd.Timestamp(2025, 2, 1)
    assert one["mrr"] == 30


def test_a_fee_that_is_not_known_is_told_of() -> None:
    rows = [
        product("A", "2025-01-01", "", "経理", "500"),
        product("A", "2025-02-01", "", "人事", ""),
    ]
    more = [
        product("B", "2025-01-01", "", p, f, name="乙") for p, f in (("経理", "1"), ("人事", "2"))
    ]
    found = read(*rows, *more)
    assert made(found, JoinRules(amounts="sum"))["A"]["mrr"] == 500
    assert "note.amounts_partly" in keys(
        cs.combine([found], as_of=DAY, rules=JoinRules(amounts="sum")).rules
    )


def test_who_came_back_is_two_lives_each_with_its_own_plan_and_fee() -> None:
    again = product("A", "2025-06-01", "", "標準", "120")
    early = product("A", "2024-01-01", "2024-07-01", "ライト", "100")
    found = read(early, again)
    customers = made(found)
    assert [(c["plan"], c["mrr"]) for c in customers.values()] == [("ライト", 100), ("標準", 120)]
    assert len(made(found, JoinRules(returning="one"))) == 1


def test_the_same_row_twice_is_set_aside_and_so_is_an_id_under_another_name() -> None:
    found = read(FIRST, FIRST, product("A", "2024-02-01", "", "標準", "1", name="別の会社"))
    assert found.set_aside["reason"].tolist() == ["duplicate_row", "duplicate_id"]


def test_a_name_in_another_spelling_is_the_same_name() -> None:
    rows = [product("A", "2024-01-01", "2025-01-01", "ライト", "1", name="㈱見本")]
    rows += [product("A", "2025-01-01", "", "標準", "2", name="株式会社 見本")]
    assert read(*rows).set_aside.empty


def test_whatever_such_a_file_is_taken_for_it_ends_in_customers() -> None:
    found = read(FIRST, THEN, BESIDE, OTHER, recipe=Recipe(as_of=DAY, end_is_last_day=False))
    rules = JoinRules(bridge_days=0)
    data = cs.Portfolio.from_imports([found], as_of=DAY, rules=rules)
    assert data.customers["customer_id"].tolist() == ["A", "B"]
    latest = cs.combine([found], as_of=DAY, rules=JoinRules(bridge_days=0, attributes="last"))
    assert latest.tables["customers"].set_index("customer_id").loc["A", "plan"] == "オプション"


def test_customers_without_dates_are_as_long_as_their_longest_row() -> None:
    head = ("顧客 ID", "継続月数", "解約フラグ", "プラン")
    rows = [["A", 5, 1, "ライト"], ["A", 12, 0, "標準"], ["B", 3, 1, "ライト"], ["B", 4, 1, "標準"]]
    found = read_rows(head, *rows, recipe=Recipe(role="customers"))
    data = cs.Portfolio.from_imports([found]).customers.set_index("customer_id")
    assert data["tenure_months"].to_dict() == {"A": 12, "B": 4}
    assert data["churned"].to_dict() == {"A": False, "B": True}
    assert data["plan"].to_dict() == {"A": "標準", "B": "標準"}


def test_of_two_exports_the_newer_one_knows_who_has_left() -> None:
    old = read(product("A", "2024-01-01", "", "標準", "120"), name="old")
    recipe = Recipe(role="customers", as_of=dt.date(2026, 1, 31), end_is_last_day=False)
    left = product("A", "2024-01-01", "2025-11-01", "標準", "130")
    new = read(left, OTHER, recipe=recipe, name="new")
    for imports in ([old, new], [new, old]):
        found = cs.combine(imports)
        table = found.tables["customers"].set_index("customer_id")
        assert sorted(table.index) == ["A", "B"]
        assert table["end"]["A"] == pd.Timestamp(2025, 11, 1)
        assert table["mrr"]["A"] == 130
        assert "note.newer_rows" in keys(found.notes)


def test_the_accounts_of_a_group_are_added_up_under_its_head() -> None:
    head = (*HEAD, "親取引先 ID")
    rows = [
        [*product("P", "2024-01-01", "", "親", "100", name="親"), ""],
        [*product("C", "2025-01-01", "", "子", "30", name="子"), "P"],
    ]
    found = read_rows(head, *rows, recipe=AS_IS)
    one = made(found, JoinRules(customer="group"))
    assert list(one) == ["P"]
    assert (one["P"]["plan"], one["P"]["mrr"]) == ("親", 130)


DAYS = st.integers(0, 60)
SPANS = st.lists(
    st.tuples(st.sampled_from("AB"), DAYS, st.none() | DAYS, st.integers(1, 9)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(SPANS)
def test_the_fee_is_that_of_the_rows_running_on_the_last_known_day(
    spans: list[tuple[str, int, int | None, int]],
) -> None:
    """Against one day at a time in plain Python."""
    first = dt.date(2025, 1, 1)
    at = lambda n: first + dt.timedelta(days=n)  # noqa: E731
    told = [(i, s, None if e is None else s + 1 + e, fee) for i, s, e, fee in spans]
    rows = [
        product(i, str(at(s)), "" if e is None else str(at(e)), f"P{n}", str(fee), name=i)
        for n, (i, s, e, fee) in enumerate(told)
    ]
    customers = made(read(*rows), JoinRules(returning="one", amounts="sum"))
    seen = (DAY - first).days
    for who in {i for i, *_ in told}:
        own = [(s, e, fee) for i, s, e, fee in told if i == who]
        running = lambda day: [f for s, e, f in own if s <= day and (e is None or day < e)]  # noqa: B023, E731
        last = max(day for day in range(seen + 1) if running(day))
        assert customers[who]["mrr"] == sum(running(last))
