"""Pairs of groups and trends: what is compared, adjusted, refused and said."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.analyses import survival as s
from csdata.errors import BadValues, NotBuilt, NotEnoughData
from tests.backends import on_every_backend

COLUMNS = ["months", "left", "band", "place"]


def lives(bands=("BAD", "NORMAL", "GOOD"), each=40):
    """Bands that stay the longer the further on they stand in the list."""
    chance = np.random.default_rng(7)
    rows = [
        (min(m := chance.geometric(0.2 / (1 + i)), 24), m <= 24, band, "x" if j % 2 else "y")
        for i, band in enumerate(bands)
        for j in range(each)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def pairs(table, **options):
    return s.pairwise_logrank(table, duration="months", event="left", group="band", **options)


def trend(table, **options):
    return s.trend_test(table, duration="months", event="left", group="band", **options)


HOLM = {
    "of the definitions": ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
    "one": ([0.2], [0.2]),
    "none": ([], []),
    "never above 1": ([0.9, 0.8], [1.0, 1.0]),
    "unknown ones do not count": ([0.01, np.nan, 0.03], [0.02, np.nan, 0.03]),
    "ties": ([0.02, 0.02], [0.04, 0.04]),
}


@pytest.mark.parametrize(("p", "adjusted"), HOLM.values(), ids=HOLM)
def test_holm(p, adjusted):
    np.testing.assert_allclose(s.holm(p), adjusted, rtol=1e-12)


@given(st.lists(st.floats(0, 1), max_size=12))
@settings(max_examples=50)
def test_holm_rejects_what_the_step_down_procedure_rejects(p):
    rejected = set()
    for step, place in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        if p[place] * (len(p) - step) >= 0.05:
            break
        rejected.add(place)
    assert {i for i, value in enumerate(s.holm(p)) if value < 0.05} == rejected


@on_every_backend
def test_every_pair_is_the_log_rank_test_of_its_two_groups(backend):
    table = lives()
    found = pairs(backend(table), strata="place").table
    assert [set(row) for row in found[["a", "b"]].to_numpy()] == [
        set(pair) for pair in itertools.combinations(sorted(table["band"].unique()), 2)
    ]
    for row in found.itertuples():
        both = table[table["band"].isin([row.a, row.b])]
        alone = s.logrank(both, duration="months", event="left", group="band", strata="place")
        assert row.statistic == pytest.approx(alone.statistic, rel=1e-9)
        assert row.p_value == pytest.approx(alone.p_value, rel=1e-9)


@pytest.mark.parametrize("weight", [None, "gehan", "tarone-ware", "peto"])
def test_300_groups_are_each_compared_with_the_rest(weight):
    table = lives(bands=[f"owner {i:03}" for i in range(300)], each=4)
    found = pairs(table, weight=weight)
    assert found.against == "rest"
    assert len(found.table) == 300
    assert set(found.table["b"]) == {"rest"}
    assert "残り全体" in found.definition.say("ja")
    for label in ("owner 000", "owner 150", "owner 299"):
        row = found.table[found.table["a"] == label].iloc[0]
        two = table.assign(band=np.where(table["band"] == label, label, "others"))
        alone = s.logrank(two, duration="months", event="left", group="band", weight=weight)
        assert row["statistic"] == pytest.approx(alone.statistic, rel=1e-8)


@pytest.mark.parametrize(("groups", "against"), [(12, "pairs"), (13, "rest")])
def test_pairs_go_up_to_twelve_groups(groups, against):
    found = pairs(lives(bands=[f"g{i:02}" for i in range(groups)], each=5))
    assert found.against == against


def test_a_pair_that_never_met_is_counted_and_does_not_cost_the_others():
    table = lives().assign(seen=0.0)
    late = table["band"] == "GOOD"
    table.loc[late, ["seen", "months"]] += 100
    found = pairs(table, entry="seen")
    assert found.table["statistic"].notna().sum() == 1
    met = found.table.dropna().iloc[0]
    assert {met["a"], met["b"]} == {"BAD", "NORMAL"}
    assert met["p_adjusted"] == met["p_value"]
    assert [m.key for m in found.notes] == ["survival_tests.never_met"]
    assert found.notes[0].values == {"n": 2}


REFUSED = {
    "one group": (lives(bands=["only"]), NotEnoughData),
    "nobody left": (lives().assign(left=False), NotEnoughData),
    "nobody": (lives().head(0), NotEnoughData),
}


@pytest.mark.parametrize(("table", "error"), REFUSED.values(), ids=REFUSED)
def test_without_a_comparison_there_is_none(table, error):
    with pytest.raises(error):
        pairs(table)
    with pytest.raises(error):
        trend(table, order=["BAD", "NORMAL", "GOOD", "only"])


def test_other_adjustments_and_weights_are_not_guessed():
    with pytest.raises(NotBuilt, match="holm"):
        pairs(lives(), adjust="bonferroni")
    with pytest.raises(NotBuilt, match="peto"):
        trend(lives(), order=["BAD", "NORMAL", "GOOD"], weight="g")


ORDERS = {
    "up": (["BAD", "NORMAL", "GOOD"], True, "長く続く傾向があると言えます"),
    "down": (["GOOD", "NORMAL", "BAD"], False, "早く終わる傾向があると言えます"),
}


@pytest.mark.parametrize(("order", "stays", "words"), ORDERS.values(), ids=ORDERS)
def test_a_trend_is_said_in_its_direction(order, stays, words):
    found = trend(lives(), order=order)
    assert found.stays is stays
    assert found.table["group"].tolist() == order
    assert words in found.finding.say("ja")
    assert "→" not in found.finding.say("en")


def test_of_two_groups_the_trend_is_the_log_rank_test():
    table = lives(bands=["a", "b"])
    whole = s.logrank(table, duration="months", event="left", group="band")
    assert trend(table, order=["a", "b"]).statistic == pytest.approx(whole.statistic, rel=1e-9)


@pytest.mark.parametrize(
    "order", [["BAD", "NORMAL"], ["BAD", "NORMAL", "GOOD", "GOOD"], []], ids=str
)
def test_every_group_has_one_place_in_the_order(order):
    with pytest.raises(BadValues, match="order"):
        trend(lives(), order=order)


def test_a_band_nobody_is_in_keeps_its_place():
    table = lives(bands=["a", "b", "c"])
    wide = trend(table, order=["a", "b", "empty", "c"]).statistic
    observed = s.logrank(table, duration="months", event="left", group="band")
    assert wide != pytest.approx(trend(table, order=["a", "b", "c"]).statistic)
    assert observed.df == 2


def test_pairs_that_differ_are_named_the_longer_one_first():
    found = pairs(lives(each=200))
    assert "「GOOD」は「BAD」より長く続く" in found.finding.say("ja")
    assert "3 組のうち 3 組" in found.finding.say("ja")
    same = pairs(pd.concat([lives(bands=["a"]).assign(band=b) for b in "abc"]))
    assert "誤差の範囲" in same.finding.say("ja")
