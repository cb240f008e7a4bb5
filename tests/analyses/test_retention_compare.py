"""Two rows of the triangle compared, one age over time, eras: published cases and slow loops."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import (
    NamedEvent,
    Portfolio,
    compare_retention,
    retention,
    retention_over_time,
    survival,
    with_eras,
)
from csdata import clock as ck
from csdata.analyses.eras import era_names
from csdata.analyses.retention_compare import default_age, default_rows
from csdata.errors import BadValues, NeedsDates, NotBuilt, NotEnoughData
from tests.analyses.test_retention import two_cohorts
from tests.analyses.test_retention_use import with_usage
from tests.backends import on_every_backend
from tests.counts.test_lives import Backend
from tests.portfolios import AS_OF, LIVES, Life, days, portfolio

A = dt.date.fromisoformat(AS_OF)
Z = 1.959963984540054
Three = tuple[float, float, float]


def split(first: int, of_first: int, second: int, of_second: int) -> Portfolio:
    """Two plans that began a year ago: so many of each are still there."""
    lives: list[Life] = []
    for there, n in ((first, of_first), (second, of_second)):
        lives += [("2025-01-05", None)] * there + [("2025-01-05", "2025-02-05")] * (n - there)
    plans = ["甲"] * of_first + ["乙"] * of_second
    return portfolio(lives, AS_OF, plan=plans)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param((56, 70, 48, 80), (0.2, 0.0524, 0.3339), id="Newcombe (a)"),
        pytest.param((9, 10, 3, 10), (0.6, 0.1705, 0.8090), id="Newcombe (b)"),
        pytest.param((6, 7, 2, 7), (0.5714, 0.0582, 0.8062), id="Newcombe (c)"),
        pytest.param((10, 10, 0, 20), (1.0, 0.6791, 1.0), id="Newcombe (g)"),
    ],
)
def test_complete_shares_equal_the_published_intervals(
    counts: tuple[int, int, int, int], expected: Three
) -> None:
    data = split(*counts)
    result = retention(data, by="plan")
    found = compare_retention(data, result, a="甲", b="乙", age=12)
    assert found.method == "shares"
    assert (found.difference, found.lower, found.upper) == pytest.approx(expected, abs=5e-5)
    assert found.table["n"].tolist() == [counts[1], counts[3]]
    assert found.differs == (expected[1] > 0)


def slow_curve(lives: list[Life], month: int) -> Three | None:
    """Kaplan–Meier with its log–log band at one month: one day of departure after the other."""
    seen = []
    for first, last in lives:
        start = dt.date.fromisoformat(first)
        end = None if last is None else dt.date.fromisoformat(last)
        if start > A or (end is not None and end < start):
            continue
        left = end is not None and end <= A
        stop = end if left and end is not None else A + dt.timedelta(days=1)
        seen.append((ck.months_between(start, stop), left))
    share, spread = 1.0, 0.0
    for time in sorted({t for t, left in seen if left and 0 < t <= month}):
        risk = sum(t >= time for t, _ in seen)
        gone = sum(t == time and left for t, left in seen)
        share *= 1 - gone / risk
        spread += gone / (risk * (risk - gone)) if risk > gone else 0.0
    at_risk = sum(t >= month for t, _ in seen) if month else sum(t > 0 for t, _ in seen)
    if month > max((t for t, _ in seen), default=-1) and share > 0:
        return None
    if share == 1:
        return 1.0, 0.025 ** (1 / at_risk), 1.0
    if share == 0:
        return None
    reach = math.exp(Z * math.sqrt(spread) / -math.log(share))
    return share, share**reach, share ** (1 / reach)


def slow_difference(a: Three, b: Three) -> Three:
    gap = a[0] - b[0]
    below = math.sqrt((a[0] - a[1]) ** 2 + (b[2] - b[0]) ** 2)
    above = math.sqrt((a[2] - a[0]) ** 2 + (b[0] - b[1]) ** 2)
    return gap, gap - below, gap + above


@settings(max_examples=40)
@given(LIVES, LIVES, st.integers(0, 12))
def test_curves_equal_a_loop_over_days(one: list[Life], two: list[Life], age: int) -> None:
    expected = [slow_curve(lives, age) for lives in (one, two)]
    data = portfolio([*one, *two], AS_OF, plan=["甲"] * len(one) + ["乙"] * len(two))
    try:
        result = retention(data, by="plan")
    except NotEnoughData:
        assert all(e is None for e in expected)
        return
    rows = set(result.table["cohort"])
    if rows != {"甲", "乙"} or age not in set(result.table["age"]):
        with pytest.raises(BadValues):
            compare_retention(data, result, a="甲", b="乙", age=age)
        return
    found = compare_retention(data, result, a="甲", b="乙", age=age)
    if found.method == "shares" or None in expected:
        return
    for side, known in zip(found.table.itertuples(), expected, strict=True):
        row: Any = side
        assert (row.share, row.lower, row.upper) == pytest.approx(known, abs=1e-9)
    (a, b) = (e for e in expected if e is not None)
    assert (found.difference, found.lower, found.upper) == pytest.approx(
        slow_difference(a, b), abs=1e-9
    )


@settings(max_examples=15)
@given(LIVES, LIVES)
def test_the_other_way_round_the_sign_changes(one: list[Life], two: list[Life]) -> None:
    data = portfolio([*one, *two], AS_OF, plan=["甲"] * len(one) + ["乙"] * len(two))
    try:
        result = retention(data, by="plan")
    except NotEnoughData:
        return
    if default_rows(result, 0) is None:
        return
    forth = compare_retention(data, result, a="甲", b="乙", age=0)
    back = compare_retention(data, result, a="乙", b="甲", age=0)
    assert back.difference == pytest.approx(-forth.difference, nan_ok=True)
    assert back.lower == pytest.approx(-forth.upper, nan_ok=True)
    assert back.enough == forth.enough


def test_the_example_of_the_definitions_is_compared_at_the_age_both_know() -> None:
    data = two_cohorts()
    result = retention(data)
    first, second = (pd.Timestamp(f"2026-0{m}-01") for m in (1, 2))
    found = compare_retention(data, result, a=first, b=second, age=1)
    assert (found.method, found.difference) == ("shares", pytest.approx(0.4))
    assert found.finding.say("ja") == (
        "契約開始から1か月後の継続率は「2026/01 開始」90%(n=100)、「2026/02 開始」50%(n=100)。"
        "差は +40 pt(95%区間 +28 pt〜+51 pt)で、偶然だけでは説明しにくい差です。"
    )
    # Nobody of the second is two months old: no difference, and no sentence about one.
    unknown = compare_retention(data, result, a=first, b=second, age=2)
    assert np.isnan(unknown.difference)
    assert not unknown.differs
    assert unknown.finding.key == "retention.compare.finding_few"
    assert "2026/02" in unknown.finding.say("ja")


def test_few_customers_are_not_said_to_differ() -> None:
    data = split(10, 14, 8, 14)
    found = compare_retention(data, retention(data, by="plan"), a="甲", b="乙", age=12)
    assert found.finding.say("ja").endswith("この社数では差があるとまでは言えません。")
    assert found.finding.say("en").endswith("it cannot be said that they differ.")


def test_measures_of_use_are_compared_over_those_eligible() -> None:
    lives: list[Life] = [("2025-11-05", None) for _ in range(12)]
    uses = [(c, "2025-11-06", 1.0) for c in range(12)]
    uses += [(c, "2025-12-20", 1.0) for c in (0, 1, 2, 3, 6)]
    data = with_usage(lives, list(uses))
    customers = data.customers.assign(plan=["甲"] * 6 + ["乙"] * 6)
    data = Portfolio(customers=customers, usage=data.usage, as_of=A)
    found = compare_retention(data, retention(data, measure="on", by="plan"), a="甲", b="乙", age=1)
    assert (found.method, found.difference) == ("shares", pytest.approx(4 / 6 - 1 / 6))
    assert "開始から1か月後の 1 か月に利用した割合" in found.finding.say("ja")


def test_cohorts_seen_from_different_ages_are_not_compared() -> None:
    lives: list[Life] = [*[("2024-01-10", None)] * 12, *[("2025-01-10", None)] * 12]
    plain = portfolio(lives, AS_OF)
    late = Portfolio(customers=plain.customers, as_of=A, observed_from=dt.date(2025, 7, 1))
    result = retention(late)
    first, second = sorted(set(result.table["cohort"]))
    found = compare_retention(late, result, a=first, b=second, age=13)
    assert found.finding.key == "retention.compare.finding_late"
    assert not found.differs


@pytest.mark.parametrize(
    "choice",
    [{"a": "丙"}, {"b": "甲"}, {"age": 99}, {"a": None}],
    ids=["no row", "twice the same", "no column", "nobody without a value"],
)
def test_what_cannot_be_compared_is_refused(choice: dict[str, Any]) -> None:
    data = split(5, 6, 5, 6)
    options: dict[str, Any] = {"a": "甲", "b": "乙", "age": 1, **choice}
    with pytest.raises(BadValues):
        compare_retention(data, retention(data, by="plan"), **options)


def test_many_rows_are_warned_of_and_two_are_not() -> None:
    data = two_cohorts()
    pair = {"a": pd.Timestamp("2026-01-01"), "b": pd.Timestamp("2026-02-01"), "age": 1}
    notes = compare_retention(data, retention(data), **pair).notes
    assert "retention.compare.many" not in [n.key for n in notes]
    three = portfolio([(f"2025-0{m}-05", None) for m in (1, 2, 3) for _ in range(6)], AS_OF)
    result = retention(three)
    a, b = (pd.Timestamp(f"2025-0{m}-01") for m in (3, 2))
    assert default_rows(result, 6) == (a, b)
    notes = compare_retention(three, result, a=a, b=b, age=6).notes
    assert notes[0].key == "retention.compare.many"


def test_rows_that_are_all_too_small_begin_with_a_usual_age_all_the_same() -> None:
    small = retention(portfolio([(f"2025-0{m}-05", None) for m in (1, 2, 3)], AS_OF))
    assert default_age(small) == 12


def test_the_age_to_begin_with_is_the_largest_usual_one_that_two_rows_know() -> None:
    assert default_age(retention(two_cohorts())) == 1
    assert default_age(retention(split(6, 8, 6, 8), by="plan")) == 12
    alone = retention(portfolio([("2025-01-05", None)] * 6, AS_OF))
    assert default_rows(alone, default_age(alone)) is None


# --- eras -----------------------------------------------------------------------------------------

RISE = NamedEvent(dt.date(2025, 4, 1), "値上げ")
PLAN = NamedEvent(dt.date(2025, 10, 1), "新プラン")


@settings(max_examples=30)
@given(LIVES, st.lists(days("2024-12-01", "2026-03-31"), min_size=1, max_size=4, unique=True))
def test_an_era_is_the_number_of_events_until_the_start(lives: list[Life], on: list[str]) -> None:
    events = [NamedEvent(dt.date.fromisoformat(day), f"出来事{day}") for day in on]
    names = era_names(events)
    column = with_eras(portfolio(lives, AS_OF), events).customers["start_era"]
    assert list(column) == [names[sum(day <= start for day in on)] for start, _ in lives]
    assert names == sorted(names)
    assert len(names) == len(on) + 1


@on_every_backend
def test_eras_on_every_backend(backend: Backend) -> None:
    lives: list[Life] = [("2025-03-31", None), ("2025-04-01", None), ("2025-12-01", None)] * 6
    plain = portfolio(lives, AS_OF)
    other = Portfolio(customers=backend(plain.customers), as_of=A, fingerprint="x")
    result = retention(with_eras(other, [PLAN, RISE]), by="start_era")
    assert result.table.groupby("cohort")["size"].first().to_dict() == {
        "① 値上げより前(〜2025/03/31)": 6,
        "② 値上げから(2025/04/01〜)": 6,
        "③ 新プランから(2025/10/01〜)": 6,
    }
    assert "どの出来事の前か後か" in "".join(note.say("ja") for note in result.notes)


def test_rows_of_an_era_are_compared_like_others() -> None:
    lives: list[Life] = [*[("2025-01-05", None)] * 30, *[("2025-05-05", "2025-07-05")] * 20]
    data = with_eras(portfolio(lives, AS_OF), [RISE], lang="en")
    before, since = era_names([RISE], lang="en")
    found = compare_retention(data, retention(data, by="start_era"), a=since, b=before, age=6)
    assert found.difference == -1.0
    assert "before 値上げ" in found.finding.say("en")


def test_eras_are_groups_of_survival_and_said_to_be_no_cause() -> None:
    lives: list[Life] = [*[("2025-01-05", None)] * 9, *[("2025-05-05", "2025-07-05")] * 9]
    result = survival(with_eras(portfolio(lives, AS_OF), [RISE]), group="start_era")
    assert result.curves.groups == era_names([RISE])
    assert "retention.group_era" in [note.key for note in result.notes]


def test_another_name_or_day_is_other_data_to_a_cache() -> None:
    data = portfolio([("2025-01-05", None)], AS_OF)
    other = NamedEvent(RISE.day, "値下げ")
    prints = {with_eras(data, [event]).fingerprint for event in (RISE, PLAN, other)}
    assert len(prints | {data.fingerprint, with_eras(data, [RISE], lang="en").fingerprint}) == 5


def test_events_of_one_day_open_one_era() -> None:
    names = era_names([RISE, NamedEvent(RISE.day, "新体制")])
    assert names[1] == "② 値上げ・新体制から(2025/04/01〜)"


@pytest.mark.parametrize(
    ("customers", "events", "error"),
    [
        pytest.param({"tenure_months": [3.0], "churned": [True]}, [RISE], NeedsDates, id="tenures"),
        pytest.param({"start": ["2025-01-01"]}, [], NotEnoughData, id="no event"),
        pytest.param({"start": ["2025-01-01"], "start_era": ["x"]}, [RISE], BadValues, id="taken"),
        pytest.param(
            {"start": ["2025-01-01"]},
            [NamedEvent(dt.date(2025, 1, d), "x") for d in range(1, 21)],
            BadValues,
            id="too many",
        ),
    ],
)
def test_where_there_can_be_no_eras(
    customers: dict[str, Any], events: list[NamedEvent], error: type[Exception]
) -> None:
    table = pd.DataFrame({"customer_id": ["a"], **customers})
    if "start" in table:
        table["start"] = pd.to_datetime(table["start"])
    with pytest.raises(error):
        with_eras(Portfolio(customers=table, as_of=A), events)


# --- one age over time ----------------------------------------------------------------------------


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
    from csdata.analyses.retention_rows import cohort_name

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
