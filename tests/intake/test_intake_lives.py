"""Lives from contracts, against a loop over every single day."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.intake import JoinRules, Recipe
from csdata.intake.lives import assigned, lives, waiting
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

ORIGIN = dt.date(2024, 1, 1)
Span = tuple[str, int, int | None]

spans = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(0, 120), st.none() | st.integers(0, 60)).map(
        lambda t: (t[0], t[1], None if t[2] is None else t[1] + t[2])
    ),
    min_size=1,
    max_size=8,
)


def date(day: int) -> pd.Timestamp:
    return pd.Timestamp(ORIGIN + dt.timedelta(days=day))


def frame(rows: list[Span]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [customer for customer, _, _ in rows],
            "start": pd.Series([date(s) for _, s, _ in rows], dtype="datetime64[us]"),
            "end": pd.Series(
                [pd.NaT if e is None else date(e) for *_, e in rows], dtype="datetime64[us]"
            ),
        }
    )


def day_by_day(rows: list[Span], g: int) -> list[tuple[str, int, int | None]]:
    """The lives by looking at each day: covered, or in a gap that is short enough."""
    last = 400
    found: list[tuple[str, int, int | None]] = []
    for customer in sorted({c for c, _, _ in rows}):
        own = [(s, last if e is None else e) for c, s, e in rows if c == customer]
        marks = {s for s, _ in own}
        covered = {d for s, e in own for d in range(s, e)}
        life: tuple[int, int] | None = None
        for day in range(last):
            if day in marks or day in covered:
                until = max((e for s, e in own if s <= day), default=day)
                if life is not None and day - life[1] > g:
                    found.append((customer, *life))
                    life = None
                life = (day if life is None else life[0], max(until, day))
        if life is not None:
            found.append((customer, *life))
    return [(c, s, None if e is None or e >= last else e) for c, s, e in found]


def told(table: pd.DataFrame) -> list[tuple[str, int, int | None]]:
    return [
        (
            row["account"],
            (row["start"].date() - ORIGIN).days,
            None if pd.isna(row["end"]) else (row["end"].date() - ORIGIN).days,
        )
        for row in table.to_dict("records")
    ]


@given(spans, st.sampled_from([0, 1, 7, 30]))
@settings(deadline=None, max_examples=300)
def test_lives_are_what_a_look_at_every_day_finds(rows: list[Span], g: int) -> None:
    assert told(lives(frame(rows), bridge_days=g).table) == day_by_day(rows, g)


@given(spans, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_contracts_does_not_matter(rows: list[Span], chance: object) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (lives(frame(r), bridge_days=30).table for r in (rows, mixed))
    assert told(one) == told(other)
    assert one["customer_id"].tolist() == other["customer_id"].tolist()


@given(spans, st.integers(1, 30))
@settings(deadline=None)
def test_a_contract_cut_into_renewals_is_the_same_life(rows: list[Span], cut: int) -> None:
    pieces: list[Span] = []
    for customer, start, end in rows:
        if end is not None and end - start > cut:
            pieces += [(customer, start, start + cut), (customer, start + cut, end)]
        else:
            pieces.append((customer, start, end))
    for g in (0, 30):
        assert told(lives(frame(rows), bridge_days=g).table) == told(
            lives(frame(pieces), bridge_days=g).table
        )


@given(spans)
@settings(deadline=None)
def test_one_life_goes_from_the_first_start_to_the_last_end(rows: list[Span]) -> None:
    table = lives(frame(rows), bridge_days=0, returning="one").table
    for row in table.to_dict("records"):
        own = [(s, e) for c, s, e in rows if c == row["account"]]
        assert row["start"] == date(min(s for s, _ in own))
        ends = [e for _, e in own]
        assert pd.isna(row["end"]) == (None in ends)
        if None not in ends:
            assert row["end"] == date(max(e for e in ends if e is not None))
    assert table["account"].is_unique


def test_a_later_life_has_an_id_of_its_own_and_rows_fall_into_it() -> None:
    table = lives(
        frame([("A", 0, 10), ("A", 100, 120), ("A", 300, None), ("B", 5, None)]), bridge_days=30
    ).table
    assert table["customer_id"].tolist() == ["A", "A (2)", "A (3)", "B"]
    rows = pd.DataFrame(
        {
            "customer_id": ["A", "A", "A", "A", "B", "C"],
            "date": pd.Series([date(d) for d in (-5, 50, 100, 350, 1, 1)]).astype("datetime64[us]"),
        }
    )
    before = rows.copy(deep=True)
    assert assigned(rows, table, "date").tolist() == ["A", "A", "A (2)", "A (3)", "B", "C"]
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize(
    ("end", "waits"),
    [(60, False), (70, False), (71, True), (100, True), (101, False), (None, False)],
)
def test_who_waits_for_a_renewal(end: int | None, waits: bool) -> None:  # noqa: FBT001 (a case)
    table = lives(frame([("A", 0, end)]), bridge_days=30).table
    assert waiting(table, date(100).date(), 30) == (("A",) if waits else ())


def contracts(*rows: tuple[str, str, str]) -> Import:
    header = ("契約番号", "取引先 ID", "契約開始日", "契約終了日")
    numbered = [[str(i), *row] for i, row in enumerate(rows)]
    return read_rows(header, *numbered, recipe=Recipe(end_is_last_day=False))


def test_the_analysis_day_lies_the_bridge_before_the_as_of_date() -> None:
    found = contracts(
        ("A", "2024-01-01", "2025-12-15"),
        ("B", "2024-01-01", "2025-11-30"),
        ("C", "2024-01-01", ""),
    )
    portfolio = cs.Portfolio.from_imports([found], as_of="2025-12-31")
    assert portfolio.as_of == dt.date(2025, 12, 1)
    assert portfolio.provenance.stated_as_of == dt.date(2025, 12, 31)
    assert portfolio.provenance.waiting == ("A",)
    rules = JoinRules(bridge_days=0)
    portfolio = cs.Portfolio.from_imports([found], as_of="2025-12-31", rules=rules)
    assert portfolio.as_of == dt.date(2025, 12, 31)
    assert portfolio.provenance.stated_as_of is None
    assert portfolio.provenance.waiting == ()


def test_joining_twice_gives_the_same_and_leaves_the_imports_alone() -> None:
    found = contracts(("A", "2024-01-01", "2024-06-30"), ("A", "2025-01-01", ""))
    before = found.table.copy(deep=True)
    day = dt.date(2025, 12, 31)
    for returning, n in (("new", 2), ("one", 1), ("new", 2)):
        choice: Literal["new", "one"] = "one" if returning == "one" else "new"
        made = cs.combine([found], as_of=day, rules=JoinRules(returning=choice))
        assert len(made.tables["customers"]) == n
    pd.testing.assert_frame_equal(found.table, before)


CUSTOMERS = read_rows(
    ("取引先 ID", "取引先名", "業種"), ["A", "甲", "小売"], ["B", "乙", "製造"], ["Z", "丙", "製造"]
)
TERMS = contracts(
    ("A", "2024-01-01", "2025-01-01"), ("A", "2025-01-10", ""), ("B", "2024-05-01", "")
)


def test_accounts_without_a_start_get_it_from_their_contracts() -> None:
    made = cs.combine([TERMS, CUSTOMERS], as_of=dt.date(2025, 12, 31))
    customers = made.tables["customers"].set_index("customer_id")
    assert customers["start"].dt.date.to_dict() == {
        "A": dt.date(2024, 1, 1),
        "B": dt.date(2024, 5, 1),
    }
    assert customers["業種" if "業種" in customers else "industry"].to_dict() == {
        "A": "小売",
        "B": "製造",
    }
    said = keys(made.notes)
    assert {"note.bridged", "note.customers_without_life", "note.lives_contracts"} <= set(said)


def test_rows_of_their_own_are_used_as_they_are() -> None:
    own = read_rows(("取引先 ID", "契約開始日", "解約日"), ["A", "2024-02-02", "2024-03-03"])
    made = cs.combine([own, TERMS], as_of=dt.date(2025, 12, 31))
    assert made.tables["customers"]["start"].dt.date.tolist() == [dt.date(2024, 2, 2)]
    assert made.analysis_day == dt.date(2025, 12, 31)
    asked = cs.combine(
        [own, TERMS], as_of=dt.date(2025, 12, 31), rules=JoinRules(lives="contracts")
    )
    assert asked.tables["customers"]["start"].dt.date.tolist()[0] == dt.date(2024, 1, 1)


def test_each_contract_may_be_a_customer() -> None:
    made = cs.combine([TERMS], as_of=dt.date(2025, 12, 31), rules=JoinRules(customer="contract"))
    assert made.tables["customers"]["customer_id"].tolist() == ["A", "A (2)", "B"]
    assert made.analysis_day == dt.date(2025, 12, 31)


def test_won_deals_are_contracts_and_others_are_not() -> None:
    header = ("商談 ID", "取引先 ID", "フェーズ", "完了予定日", "契約期間 (か月)")
    deals = read_rows(
        header,
        ["1", "A", "受注", "2024-01-31", "12"],
        ["2", "A", "失注", "2024-02-15", "12"],
        ["3", "B", "Closed Won", "2024-05-01", ""],
        ["4", "C", "提案", "2024-05-01", "12"],
    )
    assert deals.role == "opportunities"
    made = cs.combine([deals], as_of=dt.date(2026, 1, 31)).tables["customers"]
    assert made["customer_id"].tolist() == ["A", "B"]
    assert made["start"].dt.date.tolist() == [dt.date(2024, 1, 31), dt.date(2024, 5, 1)]
    assert made["end"].dt.date.tolist()[0] == dt.date(2025, 1, 31)
    assert pd.isna(made["end"].iloc[1])


def test_many_contracts_take_no_loop() -> None:
    chance = np.random.default_rng(1)
    n = 200_000
    start = pd.Series(
        np.datetime64("2015-01-01", "us") + chance.integers(0, 3000, n).astype("m8[D]")
    )
    table = pd.DataFrame(
        {
            "customer_id": chance.integers(0, 50_000, n).astype(str).astype(object),
            "start": start.astype("datetime64[us]"),
            "end": start.astype("datetime64[us]") + pd.Timedelta(days=365),
        }
    )
    found = lives(table, bridge_days=30)
    assert found.table["contracts"].sum() == n
