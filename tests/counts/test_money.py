"""Monthly revenue and renewals on every backend against one contract and one day at a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from csdata import clock as ck
from csdata import counts_money as cm
from csdata.schema import checked
from tests.backends import BACKENDS, on_every_backend
from tests.contracts import AS_OF, TERMS, Term, company, month_ends, mrr_on

Backend = Callable[[pd.DataFrame], Any]
LAST = ck.month_index(dt.date.fromisoformat(AS_OF))


def read(terms: list[Term], backend: Backend) -> Any:
    whole = company(terms, AS_OF)
    return cm.terms(
        checked(backend(whole.customers), "customers"),
        checked(backend(whole.contracts), "contracts"),
    )


def state(changes: pd.DataFrame, who: str, month: int) -> int:
    own = changes[(changes["customer_id"] == who) & (changes["month"] <= month)]
    return int(own["change"].sum())


@pytest.mark.parametrize("name", list(BACKENDS))
@settings(max_examples=25)
@given(TERMS)
def test_the_changes_add_up_to_what_is_in_force_on_the_last_day(
    name: str, terms: list[Term]
) -> None:
    changes = cm.mrr_changes(read(terms, BACKENDS[name]), last=LAST)
    assert (changes["change"] != 0).all()
    for who in {t.who for t in terms}:
        for day in month_ends("2024-01", "2025-12"):
            found = state(changes, who, ck.month_index(day))
            assert found == round(100 * mrr_on(terms, who, day))


CASES = {
    "from its own month on": (Term("a", "2025-03-31", None), {"2025-03": 10000}),
    "not in the month of its last day": (
        Term("a", "2025-03-01", "2025-05-31"),
        {"2025-03": 10000, "2025-05": -10000},
    ),
    "in the month whose last day is its last": (
        Term("a", "2025-03-01", "2025-06-01"),
        {"2025-03": 10000, "2025-06": -10000},
    ),
    "never, between two month ends": (Term("a", "2025-03-02", "2025-03-31"), {}),
    "an end after the as-of month is unknown": (
        Term("a", "2025-03-01", "2026-02-01"),
        {"2025-03": 10000},
    ),
    "a start after it too": (Term("a", "2026-01-01", None), {}),
    "to the hundredth": (Term("a", "2025-03-01", None, 83333.333), {"2025-03": 8333333}),
    "nothing without an amount": (Term("a", "2025-03-01", None, None), {}),
}


@on_every_backend
@pytest.mark.parametrize(("term", "expected"), CASES.values(), ids=list(CASES))
def test_one_contract(term: Term, expected: dict[str, int], backend: Backend) -> None:
    changes = cm.mrr_changes(read([term], backend), last=LAST)
    named = {f"{ck.first_of_index(m):%Y-%m}": c for m, c in changes[["month", "change"]].to_numpy()}
    assert named == expected


@on_every_backend
def test_a_renewal_at_the_same_amount_changes_nothing(backend: Backend) -> None:
    terms = [Term("a", "2025-01-01", "2025-07-01"), Term("a", "2025-07-01", None)]
    assert len(cm.mrr_changes(read(terms, backend), last=LAST)) == 1


@on_every_backend
def test_every_contract_has_a_status(backend: Backend) -> None:
    terms = [
        Term("a", "2025-01-01", None),
        Term("a", "2025-01-01", "2024-12-01"),
        Term("b", "2025-01-01", None, None),
        Term("b", "2025-01-01", None, float("inf")),
        Term("c", "2026-02-01", None),
        Term("d", "2025-01-05", "2025-01-20"),
    ]
    whole = company(terms, AS_OF)
    table = whole.contracts.iloc[[0, 1, 2, 3, 4, 5, 0, 0]].reset_index(drop=True)
    table.loc[6, "start"] = pd.NaT
    table.loc[7, "customer_id"] = "z"
    rows = cm.terms(
        checked(backend(whole.customers), "customers"),
        checked(backend(table), "contracts"),
    )
    assert cm.count_statuses(rows, last=LAST) == {
        "ok": 1,
        "ends_before_start": 1,
        "no_amount": 2,
        "starts_later": 1,
        "between_month_ends": 1,
        "no_start": 1,
        "unknown_customer": 1,
    }


def renewals_one_by_one(terms: list[Term], settled: dt.date, days: int) -> dict[int, list[int]]:
    """Contracts due and renewed per month of their end, straight from the definition."""
    found: dict[int, list[int]] = {}
    rows = [t for t in terms if t.end is None or t.end >= t.start]
    for i, term in enumerate(rows):
        if term.end is None or dt.date.fromisoformat(term.end) > settled:
            continue
        end = dt.date.fromisoformat(term.end)
        renewed = any(
            j != i
            and other.who == term.who
            and abs((dt.date.fromisoformat(other.start) - end).days) <= days
            and (other.end is None or dt.date.fromisoformat(other.end) > end)
            for j, other in enumerate(rows)
        )
        cell = found.setdefault(ck.month_index(end), [0, 0])
        cell[0] += 1
        cell[1] += renewed
    return found


@pytest.mark.parametrize("name", list(BACKENDS))
@settings(max_examples=25)
@given(TERMS)
def test_renewals_are_what_the_definition_says(name: str, terms: list[Term]) -> None:
    settled = dt.date(2025, 12, 1)
    table = cm.count_renewals(read(terms, BACKENDS[name]), settled=settled, within_days=30)
    found = {m: [d, r] for m, d, r in table.to_numpy().tolist()}
    assert found == renewals_one_by_one(terms, settled, 30)


@on_every_backend
def test_customers_alone_are_contracts_of_one_amount(backend: Backend) -> None:
    whole = company([Term("a", "2025-01-10", "2025-03-10"), Term("b", "2025-02-01", None)], AS_OF)
    customers = checked(backend(whole.customers.assign(mrr=[10.0, 20.0])), "customers")
    changes = cm.mrr_changes(cm.terms(customers), last=LAST)
    assert Counter(zip(changes["customer_id"], changes["change"], strict=True)) == Counter(
        [("a", 1000), ("a", -1000), ("b", 2000)]
    )


@on_every_backend
def test_customers_without_an_end_stay(backend: Backend) -> None:
    whole = company([Term("a", "2025-01-10", None)], AS_OF)
    customers = whole.customers.drop(columns="end").assign(mrr=10.0)
    rows = cm.terms(checked(backend(customers), "customers"))
    assert list(cm.mrr_changes(rows, last=LAST)["change"]) == [1000]


@on_every_backend
def test_bills_by_kind_in_the_month_of_the_start(backend: Backend) -> None:
    whole = company([Term("a", "2025-01-10", None), Term("b", "2025-01-31", None)], AS_OF)
    bills = whole.contracts.assign(fixed=[100.0, 50.0], other=[0.5, None])
    rows = cm.terms(
        checked(backend(whole.customers), "customers"), checked(backend(bills), "contracts")
    )
    found = cm.billed_by_kind(rows, kinds=["fixed", "other"])
    assert found.to_dict("records") == [
        {"month": ck.month_index(dt.date(2025, 1, 1)), "fixed": 15000, "other": 50}
    ]


@on_every_backend
def test_who_is_a_customer_on_a_day(backend: Backend) -> None:
    whole = company([Term("a", "2025-01-10", "2025-02-01"), Term("b", "2025-01-31", None)], AS_OF)
    customers = checked(backend(whole.customers), "customers")
    found = [list(cm.alive_at(customers, dt.date(2025, m, 31))["customer_id"]) for m in (1, 3)]
    assert found == [["a", "b"], ["b"]]
