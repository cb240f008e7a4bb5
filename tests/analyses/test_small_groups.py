"""Estimates drawn towards the whole: what draws them, and whether their intervals hold."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import csdata as cs
from csdata.analyses.small_groups import shrunken
from csdata.analyses.survival import logrank
from csdata.errors import NotEnoughData


def by_grid(d, e):
    """Mean of each ratio over a plain two-way grid of ratio and spread, weighed by Bayes' rule."""
    edges = np.concatenate([np.geomspace(1e-9, 0.02, 200), np.arange(0.025, 12, 0.005)])
    ratios = (edges[1:] + edges[:-1]) / 2
    means, weights = [], []
    for spread in np.linspace(0.02, 1.5, 75):
        prior = np.diff(stats.gamma.cdf(edges, 1 / spread**2, scale=spread**2))
        joint = prior * stats.poisson.pmf(np.array(d)[:, None], np.outer(e, ratios))
        weights.append(joint.sum(axis=1).prod())
        means.append((joint * ratios).sum(axis=1) / joint.sum(axis=1))
    return np.average(means, axis=0, weights=weights)


def test_the_mean_is_that_of_a_plain_grid():
    d, e = np.array([0.0, 9, 3, 20, 1]), np.array([4.0, 4, 3, 10, 2])
    np.testing.assert_allclose(shrunken(d, e)[0], by_grid(d, e), rtol=0.01)


def test_many_customers_speak_for_themselves_and_few_are_drawn():
    d, e = np.array([2000.0, 500, 2, 0]), np.array([1000.0, 1000, 1, 1])
    ratio, lower, upper, _ = shrunken(d, e)
    assert ratio[:2] == pytest.approx([2, 0.5], rel=0.02)
    assert 1 < ratio[2] < 2
    assert 0 < ratio[3] < 1
    assert (lower < ratio).all()
    assert (ratio < upper).all()
    assert (upper - lower)[2] > 3 * (upper - lower)[0]


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.7])
def test_nine_intervals_of_ten_and_more_hold_the_truth(spread):
    """Also without any true difference, where the estimated spread could fall to nothing."""
    chance = np.random.default_rng(4)
    held, error, raw = [], [], []
    for _ in range(30):
        truth = chance.gamma(1 / spread**2, spread**2, 30) if spread else np.ones(30)
        expected = chance.uniform(0.5, 8, 30)
        observed = chance.poisson(truth * expected).astype(float)
        ratio, lower, upper, _ = shrunken(observed, expected)
        held.append((lower <= truth) & (truth <= upper))
        error.append((ratio - truth) ** 2)
        raw.append((observed / expected - truth) ** 2)
    assert np.mean(held) > 0.93
    assert np.mean(error) < 0.8 * np.mean(raw)


def portfolio(names, each, hazards):
    chance = np.random.default_rng(6)
    rows = [
        (min(m := float(chance.geometric(hazard)), 24.0), m <= 24, name)
        for name, n, hazard in zip(names, each, hazards, strict=True)
        for _ in range(n)
    ]
    table = pd.DataFrame(rows, columns=["tenure_months", "churned", "owner"])
    return cs.Portfolio(customers=table.assign(customer_id=[f"c{i}" for i in range(len(table))]))


def test_a_person_with_few_customers_is_near_the_whole_and_the_raw_value_stands_beside():
    names = [f"担当{i}" for i in range(10)]
    book = portfolio(names, [3, *[60] * 9], [0.3, *[0.05] * 9])
    found = cs.small_groups(book, group="owner")
    few = found.table[found.table["group"] == "担当0"].iloc[0]
    assert few["small"]
    assert abs(few["retention_12"] - found.whole_12) < abs(few["raw_12"] - found.whole_12)
    test = logrank(
        cs.tenures(book, group="owner").table,
        duration="duration", event="event", entry="entry", group="owner",
    )  # fmt: skip
    assert found.table["expected"].tolist() == pytest.approx(test.table["expected"].tolist())
    assert found.table["events"].sum() == book.customers["churned"].sum()
    assert (found.table["lower"] <= found.table["retention_12"]).all()
    assert (found.table["retention_12"] <= found.table["upper"]).all()


def test_nobody_is_ranked_where_all_are_alike_and_who_differs_is_told():
    names = [f"担当{i}" for i in range(8)]
    alike = cs.small_groups(portfolio(names, [25] * 8, [0.05] * 8), group="owner")
    assert "順位は付けられません" in alike.finding.say("ja")
    apart = cs.small_groups(portfolio(names, [80] * 8, [0.3, *[0.03] * 7]), group="owner")
    assert bool(apart.table["differs"].iloc[0])
    assert "違うと言えます" in apart.finding.say("ja")


def test_who_has_no_person_is_counted_and_one_group_is_none():
    book = portfolio(["a", "b"], [30, 30], [0.05, 0.05])
    customers = book.customers.assign(owner=[None, *book.customers["owner"].iloc[1:]])
    found = cs.small_groups(cs.Portfolio(customers=customers), group="owner")
    assert (found.n, any("1 社" in note.say("ja") for note in found.notes)) == (59, True)
    for table in (customers.assign(owner="a"), customers.assign(churned=False)):
        with pytest.raises(NotEnoughData):
            cs.small_groups(cs.Portfolio(customers=table), group="owner")
