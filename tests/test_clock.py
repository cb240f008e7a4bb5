"""Months and boundaries: cases from the definitions, laws, and the calendar as witness."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata import clock as ck

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param("2025-08-31", 6, "2026-03-01", id="day missing in february"),
        pytest.param("2024-01-30", 1, "2024-03-01", id="day missing in a leap february"),
        pytest.param("2024-01-29", 1, "2024-02-29", id="leap day exists"),
        pytest.param("2025-03-31", 1, "2025-05-01", id="day missing in april"),
        pytest.param("2025-04-01", 12, "2026-04-01", id="a year"),
        pytest.param("2025-12-15", 1, "2026-01-15", id="over the new year"),
        pytest.param("2024-02-29", 12, "2025-03-01", id="leap day a year later"),
    ],
)
def test_boundary(start: str, months: int, expected: str) -> None:
    assert ck.boundary(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        pytest.param("2025-04-01", "2026-04-01", 12.0, id="twelve months last twelve"),
        pytest.param("2025-08-31", "2026-03-01", 6.0, id="on the boundary"),
        pytest.param("2025-08-31", "2026-02-28", 6.0, id="on the clipped day"),
        pytest.param("2025-08-31", "2026-02-27", 5 + 27 / 29, id="before the clipped day"),
        pytest.param("2025-08-31", "2026-03-02", 6 + 1 / 30, id="a day after the boundary"),
        pytest.param("2025-04-10", "2025-04-10", 0.0, id="same day"),
        pytest.param("2025-04-10", "2025-04-25", 0.5, id="half of a thirty-day month"),
    ],
)
def test_months_between(start: str, end: str, months: float) -> None:
    assert ck.months_between(day(start), day(end)) == pytest.approx(months, abs=1e-12)


@given(DAYS)
def test_day_numbers_agree_with_the_calendar(date: dt.date) -> None:
    first = date.replace(day=1)
    assert ck.first_day(ck.month_index(date)) == (first - dt.date(1970, 1, 1)).days
    assert ck.from_day_number(ck.day_number(date)) == date


@given(DAYS, st.integers(0, 120))
def test_a_boundary_is_a_whole_number_of_months(start: dt.date, months: int) -> None:
    end = ck.boundary(start, months)
    assert ck.months_between(start, end) == months
    assert ck.age(start, end) == months
    assert ck.age(start, end - dt.timedelta(days=1)) == months - 1


@given(DAYS, st.integers(0, 3000), st.integers(0, 3000))
def test_later_is_never_younger(start: dt.date, a: int, b: int) -> None:
    early, late = sorted((start + dt.timedelta(days=a), start + dt.timedelta(days=b)))
    assert ck.months_between(start, early) <= ck.months_between(start, late)


@pytest.mark.parametrize(
    ("date", "period", "expected"),
    [
        ("2026-03-31", "year", "2025-04-01"),
        ("2026-04-01", "year", "2026-04-01"),
        ("2026-03-31", "quarter", "2026-01-01"),
        ("2026-05-15", "quarter", "2026-04-01"),
        ("2026-05-15", "month", "2026-05-01"),
    ],
)
def test_cohorts_follow_the_fiscal_year(date: str, period: ck.Period, expected: str) -> None:
    index = ck.cohort_index(ck.month_index(day(date)), period)
    assert ck.first_of_index(index) == day(expected)


def test_fiscal_year_is_named_by_its_first_month() -> None:
    assert ck.fiscal_year(day("2026-03-31")) == 2025
    assert ck.fiscal_year(day("2026-04-01")) == 2026


@pytest.mark.parametrize(
    ("limit", "expected"), [(5.9, None), (6, 6), (13, 12), (100, 36), (float("nan"), None)]
)
def test_largest_fitting(limit: float, expected: int | None) -> None:
    assert ck.largest_fitting(limit) == expected
