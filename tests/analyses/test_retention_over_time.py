"""One age over time, columns of quarters and years, and the beginning of the fiscal year."""

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import Portfolio, retention, retention_over_time
from csdata import clock as ck
from csdata.analyses.retention_rows import cohort_name
from csdata.errors import BadValues, NotBuilt, NotEnoughData
from tests.analyses.test_retention import two_cohorts
from tests.analyses.test_retention_compare import Three, Z, slow_difference, split
from tests.analyses.test_retention_use import with_usage
from tests.portfolios import AS_OF, LIVES, Life, portfolio

A = dt.date.fromisoformat(AS_OF)


def cohorts(shares: list[tuple[int, int]], first: str = "2023-01") -> Portfolio:
    """A start cohort for each pair: so many of so many are there after a year, begun on the 5th."""
    lives: list[Life] = []
    index = ck.month_index(dt.date.fromisoformat(f"{first}-05"))
    for place, (there, n) in enumerate(shares):
        start = ck.first_of_index(index + place).replace(day=5)
        lives += [(start.isoformat(), None)] * there
        lives += [(start.isoformat(), ck.boundary(start, 12).isoformat())] * (n - there)
    return portfolio(lives, AS_OF)


@settings(max_examples=15)
@given(LIVES, st.integers(0, 8), st.sampled_from(["month", "quarter", "year"]))
def test_it_is_a_column_of_the_triangle(lives: list[Life], age: int, cohort: Any) -> None:
    expected: dict[dt.date, tuple[int, int]] = {}
    for first, last in lives:
        start = dt.date.fromisoformat(first)
        end = None if last is None else dt.date.fromisoformat(last)
        if start > A or (end is not None and end < start) or ck.boundary(start, age) > A:
            continue
        row = ck.first_of_index(ck.cohort_index(ck.month_index(start), cohort))
        there, n = expected.get(row, (0, 0))
        alive = end is None or ck.months_between(start, end) > age
        expected[row] = (there + alive, n + 1)
    try:
        result = retention(portfolio(lives, AS_OF), cohort=cohort)
    except NotEnoughData:
        assert not expected
        return
    if not expected:
        with pytest.raises(BadValues):
            retention_over_time(result, age=age)
        return
    table: Any = retention_over_time(result, age=age).table
    found = {r.cohort.date(): (r.active, r.eligible) for r in table.itertuples()}
    assert found == expected
    assert table["cohort"].is_monotonic_increasing


def test_the_latest_year_of_whole_cohorts_is_compared_with_the_year_before() -> None:
    # Of three years of starts, 20 in each, only the two latest count, whatever the first was.
    data = cohorts([(1, 10)] * 2 + [(5, 10)] * 12 + [(8, 10)] * 12)
    found = retention_over_time(retention(data), age=12)
    assert found.finding.key == "retention.over_time.differ"
    values = found.finding.values
    assert (values["share"], values["n"], values["before"], values["before_n"]) == (
        *(0.8, 120),
        *(0.5, 120),
    )
    assert "(2024/03〜2025/02の開始)" in found.finding.say("ja")
    yearly = retention_over_time(retention(data, cohort="year", fiscal_start=1), age=12)
    assert "(2025年度の開始)" in yearly.finding.say("ja")


def test_a_change_within_chance_is_said_to_be_none() -> None:
    found = retention_over_time(retention(cohorts([(5, 10)] * 12 + [(6, 10)] * 12)), age=12)
    assert found.finding.key == "retention.over_time.same"
    values = found.finding.values
    assert (values["share"], values["before"]) == (0.6, 0.5)
    # Newcombe of 72/120 and 60/120, by hand.
    a, b = _wilson(72, 120), _wilson(60, 120)
    assert (values["difference"], values["gap_lower"], values["gap_upper"]) == pytest.approx(
        slow_difference(a, b)
    )
    assert found.finding.say("ja").endswith("この社数では変わったとまでは言えません。")


def _wilson(x: int, n: int) -> Three:
    p = x / n
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n * n)) / (1 + Z**2 / n)
    return p, middle - half, middle + half


def test_cohorts_that_are_not_whole_make_no_sentence() -> None:
    data = portfolio([("2025-02-10", None)] * 9 + [("2025-02-28", None)] * 9, "2026-02-20")
    found = retention_over_time(retention(data), age=12)
    assert found.finding.key == "retention.over_time.none"
    assert found.table[["eligible", "complete", "small"]].to_numpy().tolist() == [[9, False, False]]


def test_values_of_an_attribute_have_no_order_in_time() -> None:
    with pytest.raises(NotBuilt):
        retention_over_time(retention(split(5, 6, 5, 6), by="plan"), age=1)


# --- periods and fiscal years ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "first", "label"),
    [(4, "2025-04-01", "2025年度"), (1, "2026-01-01", "2026年度"), (10, "2025-10-01", "2025年度")],
)
def test_a_fiscal_year_begins_where_it_is_said_to(month: int, first: str, label: str) -> None:
    data = portfolio([("2026-02-10", None)] * 5, "2026-03-31")
    result = retention(data, cohort="year", fiscal_start=month)
    assert set(result.table["cohort"]) == {pd.Timestamp(first)}
    name = cohort_name(pd.Timestamp(first), "year", fiscal_start=month)
    assert name.say("ja") == label


@pytest.mark.parametrize("month", [0, 13, 4.5, True])
def test_there_are_twelve_months(month: Any) -> None:
    with pytest.raises(BadValues):
        retention(two_cohorts(), fiscal_start=month)


def uses_by_months(lists: list[list[int]]) -> Portfolio:
    """Customers who began on 2025-01-01 and used the service in these months of their life."""
    lives: list[Life] = [("2025-01-01", None)] * len(lists)
    uses = [
        (c, ck.boundary(dt.date(2025, 1, 1), m).isoformat(), 1.0)
        for c, months in enumerate(lists)
        for m in months
    ]
    return with_usage(lives, list(uses))


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.integers(0, 13), unique=True), min_size=1, max_size=8),
    st.sampled_from(["on", "on_or_after", "streak"]),
    st.sampled_from([("quarter", 3), ("year", 12)]),
)
def test_use_in_quarters_and_years_equals_a_loop(
    lists: list[list[int]], measure: Any, period: tuple[Any, int]
) -> None:
    name, width = period
    lists = [[0, *months] for months in lists]  # the record begins with the first month
    table: Any = retention(uses_by_months(lists), measure=measure, period=name).table
    whole = 14 // width  # 2025-01-01 to 2026-02-28: fourteen months
    expected = []
    for k in range(whole):
        asked = range(k * width, (k + 1) * width)
        there = 0
        for months in lists:
            if measure == "on":
                there += any(m in months for m in asked)
            elif measure == "on_or_after":
                there += any(m >= asked[0] for m in months)
            else:
                there += all(
                    any(m in months for m in range(j * width, (j + 1) * width))
                    for j in range(k + 1)
                )
        expected.append((k, asked[0], asked[-1], len(lists), there))
    rows = table[["age", "first", "last", "eligible", "active"]].itertuples(index=False)
    assert [tuple(r) for r in rows] == expected


def test_a_quarter_of_use_is_said_in_words() -> None:
    data = uses_by_months([[0, 3, 6, 9, 12]] * 6 + [[0]] * 6)
    result = retention(data, measure="on", period="quarter")
    assert "3 か月ずつ" in result.definition.say("ja")
    assert "どこかの月に利用した顧客は 50%" in result.finding.say("ja")
    every = retention(data, measure="streak", period="quarter")
    assert "どの期間にも利用した顧客は 50%" in every.finding.say("ja")
