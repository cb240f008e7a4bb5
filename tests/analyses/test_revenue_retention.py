"""Revenue retention against loops over customers, and its intervals against other draws."""

from __future__ import annotations

import datetime as dt
import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import csdata as cs
from csdata.analyses import _ratios
from csdata.errors import BadValues, NotEnoughData
from csdata.i18n import message
from csdata.tables import Provenance
from tests.backends import on_every_backend
from tests.contracts import AS_OF, TERMS, Term, company, month_ends, mrr_on


def by_definition(terms: list[Term], since: dt.date, until: dt.date) -> dict[str, float]:
    """NRR, GRR and the customers kept of one window, customer by customer."""
    paid = [(mrr_on(terms, w, since), mrr_on(terms, w, until)) for w in {t.who for t in terms}]
    base = [(a, b) for a, b in paid if a > 0]
    opening = sum(a for a, _ in base)
    return {
        "customers": len(base),
        "kept": sum(b > 0 for _, b in base),
        "nrr": sum(b for _, b in base) / opening,
        "grr": sum(min(a, b) for a, b in base) / opening,
    }


@settings(max_examples=25)
@given(TERMS)
def test_every_window_is_what_the_definition_says(terms: list[Term]) -> None:
    days = month_ends("2024-01", "2025-12")
    full = [
        (since, until)
        for since, until in zip(days, days[6:], strict=False)
        if any(mrr_on(terms, t.who, since) > 0 for t in terms)
    ]
    if not full:
        with pytest.raises(NotEnoughData):
            cs.revenue_retention(company(terms, AS_OF), months=6)
        return
    table = cs.revenue_retention(company(terms, AS_OF), months=6).table
    ends = zip(table["since"], table["month"], strict=True)
    windows = [(since.date(), until.date()) for since, until in ends]
    assert windows == full
    for row, window in zip(table.to_dict("records"), full, strict=True):
        for name, value in by_definition(terms, *window).items():
            assert row[name] == pytest.approx(value, rel=1e-9)
        assert row["grr"] <= min(1, row["nrr"]) + 1e-12


KEEPERS = [Term(f"k{i}", "2024-01-01", None, 100.0) for i in range(6)]
CHANGED = [
    *KEEPERS,
    Term("gone", "2024-01-01", "2025-06-01", 400.0),
    Term("more", "2024-01-01", "2025-06-01", 100.0),
    Term("more", "2025-06-01", None, 250.0),
    Term("late", "2025-03-01", None, 5000.0),  # not there at the start: no credit
    Term("back", "2024-01-01", "2024-06-01", 900.0),  # was there before the start: none either
    Term("back", "2025-09-01", None, 900.0),
]


@on_every_backend
def test_by_hand(backend) -> None:
    whole = company(CHANGED, "2025-12-31", currency="JPY")
    result = cs.revenue_retention(
        cs.Portfolio(
            customers=backend(whole.customers),
            contracts=backend(whole.contracts),
            as_of=whole.as_of,
        )
    )
    row = result.table.iloc[-1]
    assert (row["since"], row["month"]) == (pd.Timestamp("2024-12-31"), pd.Timestamp("2025-12-31"))
    assert (row["customers"], row["kept"], row["opening"]) == (8, 7, 1100)
    assert row["nrr"] == pytest.approx(850 / 1100)
    assert row["grr"] == pytest.approx(700 / 1100)
    assert row["logo"] == pytest.approx(7 / 8)
    assert result.n == 8


def rate(result: cs.RevenueRetention, measure: str, months: int) -> pd.Series:
    rows = result.rates
    return rows[(rows["measure"] == measure) & (rows["months"] == months)].iloc[0]


def test_the_same_data_under_every_definition() -> None:
    result = cs.revenue_retention(company(CHANGED, "2025-12-31"))
    measures = ["logo", "renewal", "grr", "nrr", "quick"]
    assert list(result.rates["measure"]) == measures * 2
    assert list(result.rates["months"]) == [1] * 5 + [12] * 5
    quick = rate(result, "quick", 12)
    assert quick["value"] == pytest.approx((5000 + 900 + 150) / 400)
    assert quick["upper"] == math.inf  # draws without the one that left have lost nothing
    for definition in result.rates["definition"]:
        assert definition.say("ja") != definition.say("en")


def test_renewals_are_counted_when_they_are_settled() -> None:
    terms = [
        *KEEPERS,
        Term("a", "2025-01-01", "2025-07-01"),
        Term("a", "2025-07-31", "2026-07-31"),  # thirty days late: renewed
        Term("b", "2025-01-01", "2025-07-01"),
        Term("b", "2025-08-01", None),  # thirty-one: a new contract
        Term("c", "2025-01-01", "2025-12-10"),  # may still be renewed
        Term("d", "2025-01-01", "2025-12-01"),  # settled on the 31st
    ]
    result = cs.revenue_retention(company(terms, "2025-12-31"))
    renewal = rate(result, "renewal", 12)
    # The last month that is over by 12-01 is November.
    assert renewal["until"] == pd.Timestamp("2025-11-30")
    assert (renewal["numerator"], renewal["denominator"], renewal["n"]) == (1, 2, 2)
    assert np.isnan(result.table["renewal"].iloc[-1])
    wider = cs.revenue_retention(company(terms, "2025-12-31"), renewed_within=31)
    assert rate(wider, "renewal", 12)["numerator"] == 2


def test_what_the_files_know_after_the_day_of_the_analysis_settles_renewals() -> None:
    whole = company([*KEEPERS, Term("a", "2025-01-01", "2025-11-30")], "2025-11-30")
    later = cs.Portfolio(
        customers=whole.customers,
        contracts=whole.contracts,
        as_of=whole.as_of,
        provenance=Provenance(stated_as_of=dt.date(2025, 12, 31)),
    )
    assert rate(cs.revenue_retention(later), "renewal", 12)["denominator"] == 1
    assert rate(cs.revenue_retention(whole), "renewal", 12)["denominator"] == 0


def quantiles(pairs: list[tuple[float, float]], draws: int) -> tuple[float, float]:
    """The percentile bootstrap as it is told: draw, add up, divide, sort."""
    rng = random.Random(7)
    found = []
    for _ in range(draws):
        drawn = rng.choices(pairs, k=len(pairs))
        found.append(sum(b for _, b in drawn) / sum(a for a, _ in drawn))
    found.sort()
    return found[int(0.025 * draws)], found[int(0.975 * draws)]


def random_pairs(n: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(3)
    before = np.round(rng.lognormal(11, 1, n))
    after = np.round(before * rng.choice([0, 0.8, 1, 1, 1, 1.3], n))
    return list(zip(before.tolist(), after.tolist(), strict=True))


@pytest.mark.parametrize("n", [12, 80, 700], ids=["few", "some", "more than are drawn one by one"])
def test_the_interval_is_that_of_draws_with_replacement(n: int) -> None:
    pairs = random_pairs(n)
    before, after = (np.array([p[i] for p in pairs], dtype=np.int64)[None, :] for i in (0, 1))
    found = _ratios.ratios({"a": after, "b": before}, {"r": ("a", "b")}, before > 0)["r"]
    low, high = quantiles(pairs, 8000)
    width = high - low
    # Two thousand draws know an end to about 3 % of the width (a standard error).
    assert found.lower[0] == pytest.approx(low, abs=0.12 * width)
    assert found.upper[0] == pytest.approx(high, abs=0.12 * width)
    assert found.estimate[0] == pytest.approx(after.sum() / before.sum())


@pytest.mark.parametrize("tail", [1.0, 2.0], ids=["amounts of one size", "a few pay most of it"])
def test_many_small_customers_vary_as_in_draws_with_replacement(tail: float) -> None:
    rng = np.random.default_rng(5)
    n = 2500
    before = np.round(100 * rng.lognormal(8, tail, n)).astype(np.int64)[None, :]
    after = np.round(before * rng.choice([0, 0.8, 1, 1.3], n)).astype(np.int64)
    found = _ratios.ratios({"a": after, "b": before}, {"r": ("a", "b")}, before > 0)["r"]
    often = rng.multinomial(n, np.full(n, 1 / n), size=6000)
    low, high = np.quantile((often @ after[0]) / (often @ before[0]), [0.025, 0.975])
    assert found.lower[0] == pytest.approx(low, abs=0.12 * (high - low))
    assert found.upper[0] == pytest.approx(high, abs=0.12 * (high - low))


@pytest.mark.parametrize("n", [501, 1500])
@pytest.mark.parametrize("losses", [1, 2, 3, 5])
def test_few_losses_among_many_customers_vary_as_in_draws_of_everybody(n: int, losses: int) -> None:
    rng = np.random.default_rng(21)
    before = np.full((1, n), 10_000, dtype=np.int64)
    kept = before.copy()
    kept[0, rng.choice(n, losses, replace=False)] = 0
    found = _ratios.ratios({"k": kept, "b": before}, {"grr": ("k", "b")}, before > 0)["grr"]
    drawn = rng.multinomial(n, [losses / n, 1 - losses / n], size=40_000)[:, 0]
    few, many = np.quantile(drawn, [0.025, 0.975])
    # The losses drawn are whole; a chance near the tail may fall on either side of it.
    assert found.lower[0] == pytest.approx(1 - many / n, abs=1.3 / n)
    assert found.upper[0] == pytest.approx(1 - few / n, abs=0.3 / n)
    assert found.upper[0] <= 1


@pytest.mark.parametrize(
    "losses", [1, 5, 700], ids=["one", "a few", "more than are drawn one by one"]
)
def test_no_draw_keeps_more_than_there_was(losses: int) -> None:
    n = 1500
    before = np.round(np.random.default_rng(8).lognormal(9, 1, n)).astype(np.int64)[None, :]
    kept = before.copy()
    kept[0, :losses] -= 1
    found = _ratios.ratios({"k": kept, "b": before}, {"grr": ("k", "b")}, before > 0)["grr"]
    assert found.lower[0] <= found.estimate[0] <= found.upper[0] <= 1


def test_many_customers_of_one_ratio_have_no_interval() -> None:
    before = np.round(np.random.default_rng(2).lognormal(12, 1, 900)).astype(np.int64)[None, :]
    found = _ratios.ratios({"a": 3 * before, "b": before}, {"r": ("a", "b")}, before > 0)["r"]
    assert found.estimate[0] == 3
    assert np.isnan([found.lower[0], found.upper[0]]).all()


def test_of_many_customers_the_same_twice_is_no_change() -> None:
    pairs = random_pairs(900)
    before, after = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
    same = _ratios.change((after, before), (after, before))
    assert same.estimate == 0
    assert np.isnan([same.lower, same.upper]).all()


def test_with_many_customers_it_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    before = np.round(rng.lognormal(10, 1, (300, 900))).astype(np.int64)
    kept = rng.choice([0.0, 1.0, 1.5], p=[0.15, 0.7, 0.15], size=before.shape)
    after = np.round(before * kept).astype(np.int64)
    found = _ratios.ratios({"a": after, "b": before}, {"r": ("a", "b")}, before > 0)["r"]
    truth = 0.7 + 0.15 * 1.5
    covered = ((found.lower <= truth) & (truth <= found.upper)).mean()
    assert 0.91 < covered < 0.99


def test_the_same_amounts_have_the_same_interval() -> None:
    first, second = (cs.revenue_retention(company(CHANGED, "2025-12-31")) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table)


def test_a_change_draws_the_same_customers_for_both() -> None:
    pairs = random_pairs(200)
    before, after = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
    same = _ratios.change((after, before), (after, before))
    # No draw is off by more than rounding: other customers in the two would differ.
    assert same.estimate == 0
    assert np.isnan([same.lower, same.upper]).all()


@pytest.mark.parametrize("n", [5, 40, 700], ids=["few", "some", "more than are drawn one by one"])
def test_a_change_that_is_the_same_in_every_draw_is_not_certain(n: int) -> None:
    now = np.round(np.random.default_rng(4).lognormal(10, 1, n)).astype(np.int64) * 10
    change = _ratios.change((now, now), (now, now // 10 * 11))
    assert change.estimate == pytest.approx(1 - 10 / 11)
    assert np.isnan([change.lower, change.upper]).all()
    assert not change.excludes_zero


def bent(first: float, second: float) -> cs.RevenueRetention:
    """Customers whose amounts change by a factor in each of two years, half a little more."""
    terms = []
    for i in range(20):
        extra = 1 + 0.1 * (i % 2)
        amounts = (100.0, 100 * first * extra, 100 * first * second)
        days = ("2023-01-01", "2024-06-01", "2025-06-01", None)
        terms += [
            Term(f"c{i:02}", str(days[k]), days[k + 1], amount) for k, amount in enumerate(amounts)
        ]
    return cs.revenue_retention(company(terms, "2025-12-31"))


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [(1.0, 2.0, "change_sure"), (1.0, 1.1, "change_unsure")],
    ids=["another NRR", "the same"],
)
def test_a_change_is_said_as_its_interval_allows(first: float, second: float, key: str) -> None:
    result = bent(first, second)
    assert result.compared.key == f"revenue.{key}"
    now, then = result.table["nrr"].iloc[-1], result.table["nrr"].iloc[-13]
    assert result.change.estimate == pytest.approx(now - then)


@pytest.mark.parametrize("cut", [0.0, 10.0], ids=["nobody moved", "everybody by as much"])
def test_a_change_without_an_interval_is_said_without_a_verdict(cut: float) -> None:
    terms = [
        term
        for i in range(20)
        for term in (
            Term(f"c{i:02}", "2022-01-01", "2024-06-01", 100.0 + cut),
            Term(f"c{i:02}", "2024-06-01", None, 100.0),
        )
    ]
    result = cs.revenue_retention(company(terms, "2025-12-31"))
    assert result.change.estimate == pytest.approx(1 - 100 / (100 + cut))
    assert result.compared.key == "revenue.change_no_interval"
    assert "95%" not in result.compared.say("ja") + result.compared.say("en")


def test_without_an_earlier_window_there_is_no_change() -> None:
    result = cs.revenue_retention(company(CHANGED, "2025-06-30"))
    assert result.compared.key == "revenue.change_none"


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    n, trials = 120, 300
    before = np.full((trials, n), 1000, dtype=np.int64)
    after = (before * rng.choice([0.0, 1.0, 1.5], p=[0.15, 0.7, 0.15], size=before.shape)).astype(
        np.int64
    )
    found = _ratios.ratios({"a": after, "b": before}, {"r": ("a", "b")}, before > 0)["r"]
    truth = 0.7 + 0.15 * 1.5
    covered = ((found.lower <= truth) & (truth <= found.upper)).mean()
    assert 0.91 < covered < 0.99


def test_where_nothing_varies_there_is_no_interval() -> None:
    result = cs.revenue_retention(company(KEEPERS, "2025-12-31"))
    row = result.table.iloc[-1]
    assert (row["nrr"], row["grr"]) == (1, 1)
    assert np.isnan([row["nrr_lower"], row["nrr_upper"], row["grr_lower"]]).all()
    assert result.finding.key == "revenue.finding_no_interval"


@pytest.mark.parametrize("direction", ["grown", "shrunk", "open"])
def test_the_sentence_claims_no_more_than_the_interval(direction: str) -> None:
    factor = {"grown": (2.0, 1.5), "shrunk": (0.5, 0.8), "open": (0.5, 1.6)}[direction]
    terms = [
        term
        for i in range(20)
        for term in (
            Term(f"c{i:02}", "2024-01-01", "2025-06-01", 100.0),
            Term(f"c{i:02}", "2025-06-01", None, 100.0 * factor[i % 2]),
        )
    ]
    finding = cs.revenue_retention(company(terms, "2025-12-31")).finding
    assert finding.values["verdict"] == message(f"revenue.verdict.{direction}")


def test_of_fewer_than_five_no_sentence_is_made() -> None:
    result = cs.revenue_retention(company(KEEPERS[:4], "2025-12-31"))
    assert result.finding.key == "revenue.finding_few"


def test_without_contracts_renewals_are_unknown() -> None:
    whole = company([*KEEPERS, Term("gone", "2024-01-01", "2025-06-01")], "2025-12-31")
    customers = whole.customers.assign(mrr=100.0)
    result = cs.revenue_retention(cs.Portfolio(customers=customers, as_of=whole.as_of))
    row = result.table.iloc[-1]
    assert row["nrr"] == row["grr"] == pytest.approx(6 / 7)
    assert "renewal" not in set(result.rates["measure"])
    assert result.finding.key == "revenue.finding_constant"


def test_what_it_cannot_do_it_refuses() -> None:
    short = company([Term("a", "2025-03-01", None)], "2025-12-31")
    with pytest.raises(NotEnoughData) as told:
        cs.revenue_retention(short)
    assert told.value.message.values["needed"] == 13
    assert len(cs.revenue_retention(short, months=3).table) == 7
    with pytest.raises(BadValues):
        cs.revenue_retention(short, months=0)
