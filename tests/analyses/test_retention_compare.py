"""Two rows of the triangle compared: published cases, and a slow loop over days."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import (
    Portfolio,
    compare_retention,
    retention,
    retention_over_time,
)
from csdata import clock as ck
from csdata.analyses.retention import Retention
from csdata.analyses.retention_compare import default_age, default_rows
from csdata.errors import BadValues, NotEnoughData
from tests.analyses.test_retention import two_cohorts
from tests.analyses.test_retention_use import with_usage
from tests.counts.test_count_activity import Use
from tests.portfolios import AS_OF, LIVES, Life, portfolio

A = dt.date.fromisoformat(AS_OF)
Z = 1.959963984540054
Three = tuple[float, float, float]
VERDICTS = ("retention.compare.finding_", "retention.over_time.")


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


@st.composite
def curves(draw: st.DrawFn) -> tuple[list[Life], list[Life], int]:
    """Two groups with a curve each at an age of which some of them have not seen the end.

    To any lives one is added that is seen beyond the age, so that the curve is known and above 0
    there, and to the first group one that has not reached it, so that shares will not do.
    """
    age = draw(st.integers(1, 12))
    long: Life = ("2025-01-01", None)  # 14 months
    return [*draw(LIVES), long, (AS_OF, None)], [*draw(LIVES), long], age


@settings(max_examples=40)
@given(curves())
def test_curves_equal_a_loop_over_days(case: tuple[list[Life], list[Life], int]) -> None:
    one, two, age = case
    expected = [slow_curve(lives, age) for lives in (one, two)]
    data = portfolio([*one, *two], AS_OF, plan=["甲"] * len(one) + ["乙"] * len(two))
    found = compare_retention(data, retention(data, by="plan"), a="甲", b="乙", age=age)
    a, b = (e for e in expected if e is not None)
    assert found.method == "curves"
    for side, known in zip(found.table.itertuples(), (a, b), strict=True):
        row: Any = side
        assert (row.share, row.lower, row.upper) == pytest.approx(known, abs=1e-9)
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


def steady_use(seed: int, chances: tuple[float, float] = (0.15, 0.15)) -> Portfolio:
    """30 starts a month for 24 months; a month is used with one chance by the starts of the first
    year, and with another by those of the second."""
    rng = np.random.default_rng(seed)
    lives: list[Life] = []
    uses: list[Use] = []
    for m in range(24):
        start = ck.first_of_index(ck.month_index(A) - 23 + m)
        for _ in range(30):
            months = np.flatnonzero(rng.random(24 - m) < chances[m // 12])
            days = [ck.boundary(start, int(k)).isoformat() for k in months]
            uses += [(len(lives), day, 1.0) for day in days]
            lives.append((start.isoformat(), None))
    return with_usage(lives, uses)


@pytest.mark.parametrize("seed", range(3))
def test_less_time_to_come_back_is_no_difference(seed: int) -> None:
    data = steady_use(seed)
    result = retention(data, measure="on_or_after", cohort="quarter")
    age = 3
    pair: Any = default_rows(result, age)
    a, b = pair
    found = compare_retention(data, result, a=a, b=b, age=age)
    assert found.finding.key == "retention.compare.finding_later"
    assert not found.differs
    assert np.isnan([found.difference, found.lower, found.upper]).all()
    # The shares themselves are shown, and the sentence names what can be compared.
    cells = result.table[result.table["age"] == age].set_index("cohort")["share"]
    assert found.table["share"].tolist() == [cells[a], cells[b]]
    assert "「その月に利用」か「期間内に利用」" in found.finding.say("ja")
    over_time = retention_over_time(result, age=age).finding
    assert over_time.key == "retention.over_time.later"
    assert "「その月に利用」か「期間内に利用」" in over_time.say("ja")


def test_use_in_the_month_itself_is_compared() -> None:
    """Without a difference it is found as rarely as the intervals promise; with one it is found."""
    told: list[str] = []
    for seed in range(10):
        data = steady_use(seed)
        result = retention(data, measure="on", cohort="quarter")
        a, b = default_rows(result, 3) or (None, None)
        told.append(compare_retention(data, result, a=a, b=b, age=3).finding.key)
        told.append(retention_over_time(result, age=3).finding.key)
    kinds = {f"{name}same" for name in VERDICTS} | {f"{name}differ" for name in VERDICTS}
    assert set(told) <= kinds
    # 3 of 10 or fewer have a probability of 99.9 % where each has one of 5 %.
    assert all(told.count(f"{name}differ") <= 3 for name in VERDICTS)
    data = steady_use(0, (0.15, 0.5))
    result = retention(data, measure="on", cohort="year", fiscal_start=3)
    a, b = default_rows(result, 3) or (None, None)
    assert compare_retention(data, result, a=a, b=b, age=3).differs
    changed = retention_over_time(retention(data, measure="on"), age=3).finding
    assert changed.key == "retention.over_time.differ"


def seen_late(clock: ck.Clock, measure: Any = "alive") -> tuple[Portfolio, Retention]:
    """Two years of starts, who leave alike; of the first only those who stayed until July 2024."""
    lives: list[Life] = []
    uses: list[Use] = []
    for year in (2024, 2025):
        for left in range(1, 11):
            start = dt.date(year, 1, 10)
            end = ck.boundary(start, left)
            if end > dt.date(2024, 7, 1):
                lives += [(start.isoformat(), end.isoformat())] * 3
        lives += [(f"{year}-01-10", None)] * 9
    uses = [(c, f"{life[0][:4]}-12-20", 1.0) for c, life in enumerate(lives) if life[1] is None]
    uses.append((0, "2024-01-11", 1.0))
    plain = with_usage(lives, uses)
    late = Portfolio(
        customers=plain.customers, usage=plain.usage, as_of=A, observed_from=dt.date(2024, 7, 1)
    )
    return late, retention(late, cohort="year", clock=clock, measure=measure)


@pytest.mark.parametrize("measure", ["alive", "on"])
@pytest.mark.parametrize("clock", ["contract", "calendar"])
def test_cohorts_seen_from_different_ages_are_not_compared(clock: ck.Clock, measure: Any) -> None:
    late, result = seen_late(clock, measure)
    first, second = sorted(set(result.table["cohort"]))
    for a, b in ((first, second), (second, first)):
        found = compare_retention(late, result, a=a, b=b, age=11)
        assert found.finding.key == "retention.compare.finding_late"
        assert not found.differs
        assert np.isnan([found.difference, found.lower, found.upper]).all()
        assert found.table["n"].min() >= 5  # it is not for want of customers
    # Nor are the survivors the year before, with which the whole cohort would be compared.
    changed = retention_over_time(result, age=11).finding
    assert changed.key == "retention.over_time.latest"


@pytest.mark.parametrize("clock", ["contract", "calendar"])
def test_survivors_are_shown_as_in_the_triangle(clock: ck.Clock) -> None:
    late, result = seen_late(clock)
    first, second = sorted(set(result.table["cohort"]))
    found = compare_retention(late, result, a=first, b=second, age=11)
    cells = result.table[result.table["age"] == 11]
    assert found.table["share"].tolist() == pytest.approx(cells["share"].tolist())


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
