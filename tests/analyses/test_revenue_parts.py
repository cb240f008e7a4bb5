"""Revenue by start and what it is made of, against loops and by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings

import csdata as cs
from csdata import clock as ck
from csdata.errors import NotBuilt, NotEnoughData
from tests.backends import on_every_backend
from tests.contracts import AS_OF, TERMS, Term, company, month_ends, mrr_on

DAYS = month_ends("2024-01", "2025-12")


def first_months(terms: list[Term]) -> dict[str, int]:
    """For each customer with revenue: the place of their first month in DAYS."""
    found = {}
    for who in {t.who for t in terms}:
        paid = [place for place, day in enumerate(DAYS) if mrr_on(terms, who, day) > 0]
        if paid:
            found[who] = paid[0]
    return found


@settings(max_examples=25)
@given(TERMS)
def test_the_triangle_is_what_the_definition_says(terms: list[Term]) -> None:
    began = first_months(terms)
    if not began:
        with pytest.raises(NotEnoughData):
            cs.revenue_cohorts(company(terms, AS_OF), cohort="quarter")
        return
    result = cs.revenue_cohorts(company(terms, AS_OF), cohort="quarter")
    assert result.n == len(began)
    for row in result.table.to_dict("records"):
        months = range(
            ck.month_index(row["cohort"].date()), ck.month_index(row["cohort"].date()) + 3
        )
        members = [w for w, p in began.items() if ck.month_index(DAYS[p]) in months]
        known = [w for w in members if began[w] + row["age"] < len(DAYS)]
        opening = sum(mrr_on(terms, w, DAYS[began[w]]) for w in known)
        now = sum(mrr_on(terms, w, DAYS[began[w] + row["age"]]) for w in known)
        assert (row["size"], row["eligible"]) == (len(members), len(known))
        assert row["share"] == pytest.approx(now / opening)
        assert row["complete"] == (len(known) == len(members))
        assert row["complete"] == (row["completes_on"] <= pd.Timestamp(AS_OF))


@settings(max_examples=25)
@given(TERMS)
def test_the_pooled_row_adds_up_the_complete_cells(terms: list[Term]) -> None:
    if not first_months(terms):
        return
    result = cs.revenue_cohorts(company(terms, AS_OF), cohort="quarter")
    complete = result.table[result.table["complete"]]
    assert result.pooled["age"].tolist() == [a for a in sorted(set(complete["age"])) if a % 3 == 0]
    for row in result.pooled.to_dict("records"):
        own = complete[complete["age"] == row["age"]]
        assert row["size"] == own["size"].sum()
        assert row["opening"] == pytest.approx(own["opening"].sum())
        assert row["mrr"] == pytest.approx(own["mrr"].sum())
        assert row["share"] == pytest.approx(row["mrr"] / row["opening"])


@settings(max_examples=25)
@given(TERMS)
def test_the_layers_are_all_the_revenue(terms: list[Term]) -> None:
    if not first_months(terms):
        return
    whole = company(terms, AS_OF)
    layers = cs.revenue_cohorts(whole).layers
    stacked = layers.groupby("month")[["mrr", "customers"]].sum()
    movements = cs.mrr_movements(whole).table.set_index("month")
    assert stacked["mrr"].to_numpy() == pytest.approx(movements["closing"].to_numpy())
    assert stacked["customers"].tolist() == movements["customers"].tolist()


@on_every_backend
def test_a_cohort_by_hand(backend) -> None:
    terms = [
        Term("a", "2025-04-10", "2025-07-10", 100.0),
        Term("b", "2025-06-30", None, 300.0),
        Term("b", "2025-08-01", None, 60.0),
    ]
    whole = company(terms, "2025-09-30")
    result = cs.revenue_cohorts(
        cs.Portfolio(
            customers=backend(whole.customers),
            contracts=backend(whole.contracts),
            as_of=whole.as_of,
        )
    )
    assert set(result.table["cohort"]) == {pd.Timestamp("2025-04-01")}
    assert result.table["share"].tolist() == pytest.approx([1, 1, 460 / 400, 360 / 400, 0, 0])
    assert result.table["complete"].tolist() == [True] * 4 + [False] * 2
    with pytest.raises(NotBuilt):
        cs.revenue_cohorts(whole, cohort="week")  # type: ignore[arg-type]


def test_the_newest_cohort_that_is_a_year_old_is_spoken_of() -> None:
    terms = [Term(f"a{i}", "2024-05-01", "2025-01-01" if i < 2 else None) for i in range(8)]
    finding = cs.revenue_cohorts(company(terms, AS_OF)).finding
    assert finding.key == "revenue.finding_cohorts"
    assert (finding.values["share"], finding.values["n"]) == (0.75, 8)
    few = cs.revenue_cohorts(company(terms[:4], AS_OF)).finding
    assert few.key == "revenue.finding_cohorts_none"


def test_the_mix_by_hand() -> None:
    terms = [Term(f"c{i:02}", "2024-01-01", None, 100.0) for i in range(10)]
    terms += [
        Term("new", "2025-06-01", None, 700.0),
        Term("back", "2023-01-01", "2024-06-01", 50.0),
        Term("back", "2025-08-01", None, 300.0),
        Term("gone", "2024-01-01", "2025-02-01", 9000.0),
    ]
    result = cs.revenue_mix(company(terms, "2025-12-31", currency="JPY"))
    assert (result.mrr, result.n, result.month) == (2000, 12, dt.date(2025, 12, 31))
    top = result.concentration.set_index("who")
    assert top["mrr"].to_dict() == {"1": 700, "5": 1300, "10": 1800, "top_fifth": 1100}
    assert top["customers"].to_dict() == {"1": 1, "5": 5, "10": 10, "top_fifth": 3}
    assert top["share"].to_dict() == pytest.approx(
        {"1": 0.35, "5": 0.65, "10": 0.9, "top_fifth": 0.55}
    )
    assert result.largest[:3] == ("new", "back", "c00")
    sources = result.sources.set_index("source")
    assert sources["mrr"].to_dict() == {"existing": 1000, "new": 700, "returned": 300}
    assert sources["share"].sum() == pytest.approx(1)
    assert result.kinds.empty


def test_billing_by_kind_of_the_trailing_year() -> None:
    whole = company([Term("a", "2024-01-01", "2025-03-01"), Term("a", "2025-03-01", None)], AS_OF)
    bills = whole.contracts.assign(fixed=[5000.0, 300.0], overage=[800.0, 100.0])
    result = cs.revenue_mix(
        cs.Portfolio(customers=whole.customers, contracts=bills, as_of=whole.as_of)
    )
    assert result.kinds.to_dict("records") == [
        {"kind": "fixed", "amount": 300, "share": 0.75},
        {"kind": "overage", "amount": 100, "share": 0.25},
    ]


def test_of_a_small_company_only_what_there_is() -> None:
    result = cs.revenue_mix(company([Term("a", "2025-01-01", None)], AS_OF))
    assert result.concentration["who"].tolist() == ["1", "top_fifth"]
    with pytest.raises(NotEnoughData):
        cs.revenue_mix(company([Term("a", "2025-01-01", "2025-06-01")], AS_OF))
