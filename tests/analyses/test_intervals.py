"""Intervals: printed values, the definitions' goldens, statsmodels as witness, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata.analyses import intervals
from csdata.analyses.intervals import Interval
from csdata.errors import BadValues

WILSON = {
    "0 of 7": (0, 7, 0.0, 0.354),
    "12 of 12": (12, 12, 0.758, 1.0),
    "30 of 30": (30, 30, 0.886, 1.0),
    "73 of 73": (73, 73, 0.950, 1.0),
}
# Newcombe (1998), Statistics in Medicine 17, table II, method 10.
NEWCOMBE = {
    "56/70 - 48/80": (56, 70, 48, 80, 0.0524, 0.3339),
    "9/10 - 3/10": (9, 10, 3, 10, 0.1705, 0.8090),
    "10/10 - 0/20": (10, 10, 0, 20, 0.6791, 1.0),
    "0/10 - 0/20": (0, 10, 0, 20, -0.1611, 0.2775),
}
# Garwood (1936), as in every table of exact Poisson limits.
POISSON = {
    "0": (0, 0.0, 3.689),
    "1": (1, 0.0253, 5.572),
    "10": (10, 4.795, 18.39),
    "100": (100, 81.36, 121.6),
}
counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("x", "n", "lower", "upper"), WILSON.values(), ids=WILSON)
def test_wilson_has_the_golden_bounds(x, n, lower, upper):
    found = intervals.wilson(x, n)
    assert found.estimate == x / n
    assert found.lower == pytest.approx(lower, abs=5e-4)
    assert found.upper == pytest.approx(upper, abs=5e-4)


def test_wilson_touches_0_and_1_exactly_at_the_ends():
    n = np.arange(1, 400)
    assert (intervals.wilson(0 * n, n).lower == 0).all()
    assert (intervals.wilson(n, n).upper == 1).all()


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
@given(counts)
def test_shares_agree_with_statsmodels(method, pair):
    from statsmodels.stats.proportion import proportion_confint

    x, n = pair
    found = getattr(intervals, method)(x, n, confidence=0.9)
    name = {"wilson": "wilson", "clopper_pearson": "beta"}[method]
    lower, upper = proportion_confint(x, n, alpha=0.1, method=name)
    assert found.lower == pytest.approx(max(lower, 0), abs=1e-12)
    assert found.upper == pytest.approx(min(upper, 1), abs=1e-12)


@given(counts)
def test_a_share_lies_within_its_interval_and_a_surer_interval_is_wider(pair):
    for method in (intervals.wilson, intervals.clopper_pearson):
        narrow, wide = method(*pair, confidence=0.8), method(*pair, confidence=0.99)
        assert 0 <= wide.lower <= narrow.lower <= narrow.estimate
        assert narrow.estimate <= narrow.upper <= wide.upper <= 1


@pytest.mark.parametrize("case", NEWCOMBE.values(), ids=NEWCOMBE)
def test_newcombe_has_the_printed_bounds(case):
    xa, na, xb, nb, lower, upper = case
    found = intervals.newcombe(xa, na, xb, nb)
    assert found.estimate == pytest.approx(xa / na - xb / nb)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=5e-5)


def test_a_difference_turned_round_has_the_opposite_interval():
    one, other = intervals.newcombe(5, 20, 30, 60), intervals.newcombe(30, 60, 5, 20)
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower))


@pytest.mark.parametrize("n", [1, 7, 30, 412])
def test_clopper_pearson_at_the_ends_has_its_closed_form(n):
    assert intervals.clopper_pearson(n, n).lower == pytest.approx(0.025 ** (1 / n))
    assert intervals.clopper_pearson(0, n).upper == pytest.approx(1 - 0.025 ** (1 / n))


@pytest.mark.parametrize(("events", "lower", "upper"), POISSON.values(), ids=POISSON)
def test_poisson_has_the_printed_limits(events, lower, upper):
    found = intervals.poisson_rate(events, 1)
    assert found.lower == pytest.approx(lower, rel=1e-3)
    assert found.upper == pytest.approx(upper, rel=1e-3)


def test_a_rate_is_per_unit_of_exposure():
    found = intervals.poisson_rate([3, 0, 2], [50.0, 10.0, 0.0])
    count = intervals.poisson_rate(3, 1)
    assert found.estimate[0] == pytest.approx(0.06)
    assert found.upper[0] == pytest.approx(count.upper / 50)
    assert found.lower[1] == 0
    assert all(np.isnan(part[2]) for part in found)


def test_without_a_denominator_nothing_is_said():
    for method in (intervals.wilson, intervals.clopper_pearson):
        assert np.isnan(method([0, 1], [0, 2])).tolist() == [[True, False]] * 3


@pytest.mark.parametrize(
    ("interval", "excludes"),
    [
        ((0.1, 0.05, 0.2), True),
        ((-0.1, -0.3, -0.01), True),
        ((0.1, -0.05, 0.2), False),
        ((0.1, 0.0, 0.2), False),
        ((0.1, np.nan, np.nan), False),
    ],
)
def test_an_interval_excludes_zero_only_when_it_lies_on_one_side(interval, excludes):
    assert bool(Interval(*interval).excludes_zero) is excludes


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, float("nan")])
def test_a_confidence_that_is_none_is_refused(confidence):
    with pytest.raises(BadValues):
        intervals.wilson(1, 2, confidence=confidence)
