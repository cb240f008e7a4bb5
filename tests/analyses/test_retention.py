"""Retention: the definitions' examples, a slow and obvious reference, and laws."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import Portfolio, retention
from csdata import clock as ck
from csdata.errors import NeedsDates, NotBuilt, NotEnoughData
from tests.backends import BACKENDS, on_every_backend
from tests.counts.test_lives import Backend
from tests.portfolios import AS_OF, LIVES, Life, portfolio

A = dt.date.fromisoformat(AS_OF)


def reference(lives: list[Life], period: ck.Period, clock: ck.Clock) -> dict[tuple, tuple]:
    """(cohort, age) → (size, eligible, active, complete): one customer at a time."""
    members: dict[dt.date, list[tuple[dt.date, dt.date | None]]] = {}
    for first, last in lives:
        start = dt.date.fromisoformat(first)
        end = None if last is None else dt.date.fromisoformat(last)
        if start <= A and (end is None or end >= start):
            cohort = ck.first_of_index(ck.cohort_index(ck.month_index(start), period))
            members.setdefault(cohort, []).append((start, end))
    cells = {}
    for cohort, group in members.items():
        for age in range(40):
            known = [(s, e) for s, e in group if _judged(s, age, clock) <= A]
            if known:
                alive = [1 for s, e in known if e is None or _alive(s, e, age, clock)]
                size = (len(group), len(known), len(alive), len(known) == len(group))
                cells[cohort, age] = size
    return cells


def _judged(start: dt.date, age: int, clock: ck.Clock) -> dt.date:
    if clock == "contract":
        return ck.boundary(start, age)
    return ck.month_end(ck.first_of_index(ck.month_index(start) + age))


def _alive(start: dt.date, end: dt.date, age: int, clock: ck.Clock) -> bool:
    if clock == "contract":
        return ck.months_between(start, end) > age
    return end > _judged(start, age, clock)


def found(lives: list[Life], period: ck.Period, clock: ck.Clock) -> dict[tuple, tuple]:
    result = retention(portfolio(lives, AS_OF), cohort=period, clock=clock)
    rows: Any = result.table.itertuples()
    return {(r.cohort.date(), r.age): (r.size, r.eligible, r.active, r.complete) for r in rows}


@settings(max_examples=60)
@given(
    LIVES, st.sampled_from(["month", "quarter", "year"]), st.sampled_from(["contract", "calendar"])
)
def test_equals_a_loop_over_customers(
    lives: list[Life], period: ck.Period, clock: ck.Clock
) -> None:
    expected = reference(lives, period, clock)
    if expected:
        assert found(lives, period, clock) == expected
    else:
        with pytest.raises(NotEnoughData):
            found(lives, period, clock)


@settings(max_examples=20)
@given(LIVES.filter(lambda lives: reference(lives, "month", "contract")))
def test_order_of_rows_does_not_matter(lives: list[Life]) -> None:
    forwards = found(lives, "quarter", "contract")
    assert found(list(reversed(lives)), "quarter", "contract") == forwards


@on_every_backend
def test_every_backend_gives_the_same_table(backend: Backend) -> None:
    lives: list[Life] = [
        ("2025-01-31", "2025-04-30"),
        ("2025-01-01", None),
        ("2025-05-15", "2026-02-28"),
    ]
    plain = portfolio(lives, AS_OF)
    other = Portfolio(customers=backend(plain.customers), as_of=A, fingerprint="x")
    expected, result = retention(plain), retention(other)
    pd.testing.assert_frame_equal(result.table, expected.table)
    pd.testing.assert_frame_equal(result.kaplan_meier, expected.kaplan_meier)
    assert result.finding == expected.finding


def two_cohorts(as_of: str = "2026-03-20") -> Portfolio:
    """A: 100 → 90 → 80 and B: 100 → 50, one month younger."""
    first = [("2026-01-10", "2026-02-10")] * 10 + [("2026-01-10", "2026-03-10")] * 10
    first += [("2026-01-10", None)] * 80
    second = [("2026-02-15", "2026-03-15")] * 50 + [("2026-02-15", None)] * 50
    return portfolio([*first, *second], as_of)


def test_pooled_row_rises_where_kaplan_meier_does_not() -> None:
    result = retention(two_cohorts())
    assert result.pooled["share"].tolist() == [1.0, 0.7, 0.8]
    assert result.pooled["cohorts"].tolist() == [2, 2, 1]
    assert result.kaplan_meier["share"].tolist() == pytest.approx([1, 0.7, 0.7 * 80 / 90])
    assert result.why.values["age"] == 2


def test_twelve_months_last_to_eleven_and_not_to_twelve() -> None:
    table: Any = retention(portfolio([("2025-01-01", "2026-01-01")], AS_OF)).table.set_index("age")
    assert (table.loc[11, "active"], table.loc[12, "active"]) == (1, 0)


def test_an_incomplete_cell_is_marked_and_never_zero() -> None:
    # On 02-28 the one who began on the 1st is a month old, the one of the 20th is not.
    result = retention(portfolio([("2026-01-01", None), ("2026-01-31", "2026-02-10")], AS_OF))
    cell: Any = result.table.set_index("age").loc[1]
    assert (cell["size"], cell["eligible"], cell["active"], cell["share"]) == (2, 1, 1, 1.0)
    assert not cell["complete"]
    assert cell["completes_on"] == pd.Timestamp("2026-03-01")


@pytest.mark.parametrize(
    ("active", "eligible", "lower", "upper"),
    [(0, 7, 0.0, 0.354), (12, 12, 0.758, 1.0), (30, 30, 0.886, 1.0), (73, 73, 0.950, 1.0)],
)
def test_wilson_goldens(active: int, eligible: int, lower: float, upper: float) -> None:
    lives = [("2026-01-05", None)] * active + [("2026-01-05", "2026-02-05")] * (eligible - active)
    cell = retention(portfolio(lives, AS_OF)).table.set_index("age").loc[1]
    assert (cell["lower"], cell["upper"]) == pytest.approx((lower, upper), abs=5e-4)


def test_a_cohort_seen_late_is_conditional() -> None:
    lives = [("2025-01-01", "2025-12-01")] * 6 + [("2025-01-01", None)] * 14
    lives += [("2025-01-01", "2025-04-01")] * 5  # gone before anybody recorded departures
    plain = portfolio(lives, AS_OF)
    late = Portfolio(customers=plain.customers, as_of=A, observed_from=dt.date(2025, 7, 1))
    table: Any = retention(late).table.set_index("age")
    assert table["conditional"].all()
    assert np.isnan(table.loc[3, "share"])
    assert table.loc[12, "share"] == pytest.approx(14 / 20)
    assert retention(late).pooled.empty


def test_calendar_clock_has_no_kaplan_meier_row() -> None:
    assert retention(two_cohorts(), clock="calendar").kaplan_meier.empty


@pytest.mark.parametrize(
    "option",
    [
        {"measure": "often"},
        {"measure": "bracket", "period": "quarter"},
        {"period": "week"},
        {"bracket": (0, 3)},
        {"min_quantity": 1},
        {"cohort": "week"},
        {"clock": "lunar"},
    ],
    ids=str,
)
def test_what_is_not_built_raises(option: dict) -> None:
    with pytest.raises(NotBuilt):
        retention(two_cohorts(), **option)


def test_tenures_without_dates_are_told_what_is_missing() -> None:
    customers = pd.DataFrame({"customer_id": ["a"], "tenure_months": [3], "churned": [True]})
    with pytest.raises(NeedsDates) as caught:
        retention(Portfolio(customers=customers))
    assert "契約開始日" in caught.value.message.say("ja")


def test_few_customers_make_no_sentence() -> None:
    result = retention(portfolio([("2025-01-01", None)] * 4, AS_OF))
    assert result.finding.key == "survival.finding_none"


def test_backends_are_all_tested() -> None:
    assert set(BACKENDS) == {"pandas", "polars", "duckdb"}


def test_conditional_retention_is_not_told_as_if_from_the_start() -> None:
    lives: list[Life] = [("2024-06-01", None)] * 15
    lives += [("2024-06-01", "2025-12-01")] * 5
    customers = portfolio(lives, AS_OF).customers
    late = Portfolio(customers=customers, as_of=A, observed_from=dt.date(2025, 3, 1))
    assert "9か月まで続いた" in retention(late).finding.say("ja")
