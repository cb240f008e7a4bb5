"""Movements of the monthly revenue against a double loop over customers and days."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings

import csdata as cs
from csdata.errors import NeedsDates, NotBuilt, NotEnoughData
from csdata.i18n.money import Money
from tests.backends import on_every_backend
from tests.contracts import AS_OF, TERMS, Term, company, contracts, month_ends, mrr_on
from tests.portfolios import dates

MOVES = ("new", "reactivation", "expansion", "contraction", "churn")


def one_by_one(terms: list[Term], first: str, last: str) -> dict[dt.date, dict[str, int]]:
    """Every movement, customer by customer and month by month, in 1/100 of the currency."""
    ends = month_ends(first, last)
    found: dict[dt.date, dict[str, int]] = {day: dict.fromkeys(MOVES, 0) for day in ends}
    for who in {t.who for t in terms}:
        before, ever = 0, False
        for day in ends:
            after = round(100 * mrr_on(terms, who, day))
            if before == 0 and after > 0:
                found[day]["reactivation" if ever else "new"] += after
            elif after == 0:
                found[day]["churn"] += before
            elif after > before:
                found[day]["expansion"] += after - before
            else:
                found[day]["contraction"] += before - after
            before, ever = after, ever or after > 0
    return found


def cents(value: float) -> int:
    return round(100 * value)


@settings(max_examples=40)
@given(TERMS)
def test_movements_are_what_the_definition_says(terms: list[Term]) -> None:
    expected = one_by_one(terms, "2024-01", "2025-12")
    began = [day for day, moves in expected.items() if any(moves.values())]
    if not began:
        with pytest.raises(NotEnoughData):
            cs.mrr_movements(company(terms, AS_OF))
        return
    table = cs.mrr_movements(company(terms, AS_OF)).table
    assert [pd.Timestamp(m).date() for m in table["month"]] == [
        d for d in expected if d >= began[0]
    ]
    for row in table.to_dict("records"):
        day = row["month"].date()
        assert {move: cents(row[move]) for move in MOVES} == expected[day]
        paid = [round(100 * mrr_on(terms, who, day)) for who in {t.who for t in terms}]
        assert cents(row["closing"]) == sum(paid)
        assert row["customers"] == sum(p > 0 for p in paid)


@settings(max_examples=40)
@given(TERMS)
def test_the_identity_holds_to_the_cent_and_months_follow_each_other(terms: list[Term]) -> None:
    try:
        table = cs.mrr_movements(company(terms, AS_OF)).table
    except NotEnoughData:
        return
    previous = 0
    for row in table.to_dict("records"):
        assert cents(row["opening"]) == previous
        gained = sum(cents(row[m]) for m in MOVES[:3])
        lost = sum(cents(row[m]) for m in MOVES[3:])
        assert cents(row["closing"]) == previous + gained - lost
        previous = cents(row["closing"])


HISTORY = [
    Term("a", "2025-04-10", "2025-08-10", 100.0),  # in force to the end of July
    Term("a", "2025-10-01", None, 300.0),  # comes back larger
    Term("b", "2025-05-01", "2025-07-01", 200.0),
    Term("b", "2025-07-01", "2025-11-01", 150.0),  # renews smaller
    Term("b", "2025-09-15", None, 50.0),  # a second contract beside it
]


@on_every_backend
def test_a_history_by_hand(backend) -> None:
    whole = company(HISTORY, "2025-12-15", currency="JPY")
    result = cs.mrr_movements(
        cs.Portfolio(
            customers=backend(whole.customers),
            contracts=backend(whole.contracts),
            as_of=whole.as_of,
            currency="JPY",
        )
    )
    rows = result.table.set_index(result.table["month"].dt.strftime("%Y-%m"))
    # December is not over on the 15th.
    assert list(rows.index) == [f"2025-{m:02}" for m in range(4, 12)]
    moves = {m: {k: v for k, v in rows.loc[m, list(MOVES)].items() if v} for m in rows.index}
    assert moves == {
        "2025-04": {"new": 100},
        "2025-05": {"new": 200},
        "2025-06": {},
        "2025-07": {"contraction": 50},
        "2025-08": {"churn": 100},
        "2025-09": {"expansion": 50},
        "2025-10": {"reactivation": 300},
        "2025-11": {"contraction": 150},
    }
    assert rows["quick"].dropna().to_dict() == {"2025-07": 0, "2025-08": 0, "2025-11": 0}
    assert result.n == 2


def test_the_bridge_of_a_year_adds_its_months_up() -> None:
    result = cs.mrr_movements(company(HISTORY, "2026-04-30"))
    assert result.fiscal_years == [2025, 2026]
    steps = result.bridge(2025).set_index("step")
    expected = [0, 300, 300, 50, -200, -100, 350]
    assert steps["amount"].tolist() == expected
    assert steps["lower"].tolist() == [0, 0, 300, 600, 450, 350, 0]
    assert steps["upper"].tolist() == [0, 300, 600, 650, 650, 450, 350]
    assert steps["customers"].tolist() == [0, 2, 1, 1, 2, 1, 2]
    assert steps["until"].iloc[0] == pd.Timestamp("2026-03-31")
    assert steps["since"].iloc[0] == pd.Timestamp("2025-03-31")
    trailing = result.bridge()
    assert trailing["since"].iloc[0] == pd.Timestamp("2025-04-30")
    assert trailing["amount"].iloc[0] == 100
    with pytest.raises(NotEnoughData):
        result.bridge(2019)


def test_quarters_and_years_add_the_months_up() -> None:
    result = cs.mrr_movements(company(HISTORY, "2026-01-31"))
    quarters = result.by("quarter")
    # April to June, July to September, October to December, and January of the one that runs.
    assert quarters["new"].tolist() == [300, 0, 0, 0]
    assert quarters["reactivation"].tolist() == [0, 0, 300, 0]
    assert quarters["expansion"].tolist() == [0, 50, 0, 0]
    assert quarters["contraction"].tolist() == [0, 50, 150, 0]
    assert quarters["churn"].tolist() == [0, 100, 0, 0]
    assert quarters["opening"].tolist() == [0, 300, 200, 350]
    assert quarters["closing"].tolist() == [300, 200, 350, 350]
    assert quarters["customers_churn"].tolist() == [0, 1, 0, 0]
    assert quarters["complete"].tolist() == [True, True, True, False]
    assert quarters["begins"].dt.strftime("%Y-%m").tolist() == [
        "2025-04",
        "2025-07",
        "2025-10",
        "2026-01",
    ]
    assert quarters["quick"].fillna(-1).tolist() == pytest.approx([-1, 50 / 150, 300 / 150, -1])
    (year,) = result.by("year").to_dict("records")
    assert (year["opening"], year["new"], year["closing"]) == (0, 300, 350)
    assert not year["complete"]
    with pytest.raises(NotBuilt):
        result.by("week")  # type: ignore[arg-type]


@settings(max_examples=25)
@given(TERMS)
def test_the_identity_holds_in_every_quarter_and_year(terms: list[Term]) -> None:
    try:
        result = cs.mrr_movements(company(terms, AS_OF))
    except NotEnoughData:
        return
    for period in ("month", "quarter", "year"):
        previous = 0
        for row in result.by(period).to_dict("records"):
            assert cents(row["opening"]) == previous
            gained = sum(cents(row[m]) for m in MOVES[:3])
            lost = sum(cents(row[m]) for m in MOVES[3:])
            assert cents(row["closing"]) == previous + gained - lost
            previous = cents(row["closing"])
        assert previous == cents(result.table["closing"].iloc[-1])


def test_the_finding_says_from_where_to_where() -> None:
    result = cs.mrr_movements(company(HISTORY, "2026-04-30", currency="JPY"))
    said = {k: v.amount for k, v in result.finding.values.items() if isinstance(v, Money)}
    assert said == {"opening": 100, "closing": 350, "gains": 550, "losses": 300}
    year = result.in_year(2026)
    said = {k: v.amount for k, v in year.finding.values.items() if isinstance(v, Money)}
    assert said == {"opening": 350, "closing": 350, "gains": 0, "losses": 0}
    assert year.n == 2


def test_before_the_records_begin_there_are_no_movements() -> None:
    whole = company(HISTORY, "2025-12-31", observed_from=dt.date(2025, 8, 1))
    table = cs.mrr_movements(whole).table
    assert table["month"].iloc[0] == pd.Timestamp("2025-08-31")
    assert table["opening"].iloc[0] == 250


def test_what_was_left_out_is_said() -> None:
    terms = [*HISTORY, Term("b", "2025-06-01", None, None), Term("a", "2025-12-05", "2025-12-20")]
    notes = {n.key: n.values for n in cs.mrr_movements(company(terms, "2025-12-31")).notes}
    assert notes == {
        "revenue.aside.no_amount": {"n": 1},
        "revenue.aside.between_month_ends": {"n": 1},
    }


def test_less_than_nothing_counts_as_nothing_and_is_said() -> None:
    terms = [Term("a", "2025-01-01", None, 100.0), Term("a", "2025-03-01", "2025-05-01", -150.0)]
    result = cs.mrr_movements(company(terms, "2025-06-30"))
    assert result.table["closing"].tolist() == [100, 100, 0, 0, 100, 100]
    assert [n.key for n in result.notes] == ["revenue.negative"]


def test_customers_and_contracts_that_disagree_are_counted() -> None:
    whole = company([Term("a", "2025-01-01", "2025-03-01"), Term("b", "2025-01-01", None)], AS_OF)
    customers = whole.customers.assign(end=dates([None, "2025-06-01"]))
    result = cs.mrr_movements(
        cs.Portfolio(customers=customers, contracts=whole.contracts, as_of=whole.as_of)
    )
    assert [n.key for n in result.notes] == [
        "revenue.customer_without_contract",
        "revenue.contract_without_customer",
    ]


def test_without_contracts_the_customers_amounts_are_constant() -> None:
    whole = company([Term("a", "2025-01-01", "2025-03-15"), Term("b", "2025-02-01", None)], AS_OF)
    customers = whole.customers.assign(mrr=[10.0, 20.0])
    result = cs.mrr_movements(cs.Portfolio(customers=customers, as_of=whole.as_of))
    assert result.table["closing"].head(3).tolist() == [10, 30, 20]
    assert result.table[["expansion", "contraction"]].to_numpy().sum() == 0
    assert [n.key for n in result.notes] == ["revenue.constant"]


def test_what_it_cannot_do_it_refuses() -> None:
    whole = company(HISTORY, AS_OF)
    with pytest.raises(NotBuilt):
        cs.mrr_movements(whole, proration="daily")
    with pytest.raises(NotEnoughData):
        cs.mrr_movements(cs.Portfolio(customers=whole.customers, as_of=whole.as_of))
    undated = pd.DataFrame(
        {"customer_id": ["a"], "tenure_months": [3], "churned": [True], "mrr": [10.0]}
    )
    with pytest.raises(NeedsDates):
        cs.mrr_movements(cs.Portfolio(customers=undated))
    empty = contracts(HISTORY).assign(mrr=0.0)
    with pytest.raises(NotEnoughData):
        cs.mrr_movements(
            cs.Portfolio(customers=whole.customers, contracts=empty, as_of=whole.as_of)
        )
