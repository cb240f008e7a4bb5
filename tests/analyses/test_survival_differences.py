"""Differences between groups: their figures, their intervals and what is said of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.analyses import survival as s
from csdata.analyses.intervals import Interval, mover
from csdata.errors import BadValues, MissingColumns, NotEnoughData


def portfolio(each=200, hazards=(0.02, 0.08), names=("深い", "浅い"), seed=3):
    """Customers who leave at a constant rate per month, by group; a plan that says nothing."""
    chance = np.random.default_rng(seed)
    rows = [
        (min(float(m := chance.geometric(hazard)), 30.0), m <= 30, name, "年" if i % 2 else "月")
        for hazard, name in zip(hazards, names, strict=True)
        for i in range(each)
    ]
    table = pd.DataFrame(rows, columns=["tenure_months", "churned", "segment", "plan"])
    return cs.Portfolio(customers=table.assign(customer_id=[f"c{i}" for i in range(len(table))]))


def test_the_difference_is_the_number_in_front_and_its_caveat_behind():
    found = cs.survival_differences(portfolio(), group="segment")
    row = found.table[found.table["time"] == 12].iloc[0]
    truth = 0.98**12 - 0.92**12
    size = abs(row["difference"])
    assert size == pytest.approx(truth, abs=0.12)
    said = found.finding.say("ja")
    assert said.startswith("契約開始から12か月後の継続率は「深い」が「浅い」より +")
    assert f"+{100 * size:.0f} pt(95%区間 +" in said
    assert said.endswith("差があると言えます。")
    assert "can be said to exist" in found.finding.say("en")


def test_two_alike_are_not_told_apart():
    once = portfolio(hazards=(0.05,), names=("a",)).customers
    other = once.assign(segment="b", customer_id="x" + once["customer_id"])
    both = cs.Portfolio(customers=pd.concat([once, other], ignore_index=True))
    found = cs.survival_differences(both, group="segment")
    assert "誤差の範囲" in found.finding.say("ja")
    assert "誤差の範囲" in found.means["finding"].iloc[0].say("ja")


def test_differences_are_mover_of_the_two_bands_and_hold_for_all_pairs_at_once():
    book = portfolio(names=("a", "b", "c"), hazards=(0.02, 0.05, 0.08))
    found = cs.survival_differences(book, group="segment", times=[6, 12])
    assert found.table[["group", "reference"]].drop_duplicates().to_numpy().tolist() == [
        ["b", "a"],
        ["c", "a"],
        ["c", "b"],
    ]
    wide = s.kaplan_meier(
        cs.tenures(book, group="segment").table,
        duration="duration", event="event", group="segment", confidence=1 - 0.05 / 3,
    ).at(12)  # fmt: skip
    bands = [Interval(*row) for row in wide[["survival", "lower", "upper"]].to_numpy()]
    row = found.table.query("group == 'c' and reference == 'a' and time == 12").iloc[0]
    expected = mover(bands[2], bands[0])
    assert tuple(row[["difference", "lower", "upper"]]) == pytest.approx(tuple(expected))


def test_the_mean_is_the_area_between_the_curves():
    found = cs.survival_differences(portfolio(), group="segment")
    assert found.tau == 24
    row = found.means.iloc[0]
    rmst: Any = found.curves.rmst(24).set_index("group")
    sign = rmst.loc[row["group"], "rmst"] - rmst.loc[row["reference"], "rmst"]
    assert row["difference"] == pytest.approx(sign)
    assert row["se"] == pytest.approx(np.hypot(*rmst["se"]))
    assert row["finding"].say("ja").startswith("契約開始から24か月の間、")
    assert "か月長く続きました" in row["finding"].say("ja")


def test_tests_are_within_strata_and_along_an_order():
    book = portfolio(names=("a", "b", "c"), hazards=(0.08, 0.05, 0.02))
    found = cs.survival_differences(book, group="segment", strata="plan", order=["a", "b", "c"])
    table = cs.tenures(book, group=["segment", "plan"]).table
    options: dict[str, Any] = {"duration": "duration", "event": "event", "strata": "plan"}
    options["group"] = "segment"
    assert found.test
    assert found.trend
    assert found.pairs
    assert found.test.statistic == pytest.approx(s.logrank(table, **options).statistic)
    assert found.trend.stays
    assert found.pairs.against == "pairs"
    assert "全体として差がある" in found.finding.say("ja")
    with pytest.raises(BadValues, match="order"):
        cs.survival_differences(book, group="segment", order=["a", "b"])


def test_a_landmark_is_said():
    found = cs.survival_differences(portfolio(), group="segment", landmark=3)
    assert found.finding.say("ja").startswith(
        "契約3か月時点で続いていた顧客の、その後12か月の継続率"
    )
    assert "契約3か月時点から24か月の間" in found.means["finding"].iloc[0].say("ja")
    assert found.excluded["ended"] > 0


def test_many_groups_are_compared_with_the_rest():
    names = [f"担当{i:03}" for i in range(300)]
    book = portfolio(each=5, names=names, hazards=[0.05] * 300)
    found = cs.survival_differences(book, group="segment")
    assert found.pairs
    assert found.pairs.against == "rest"
    assert found.table.empty
    assert found.means.empty
    assert any("300" in note.say("ja") for note in found.notes)


def test_groups_too_small_are_left_out_and_counted():
    book = portfolio(each=50)
    customers = book.customers.assign(segment=["一社", *book.customers["segment"].iloc[1:-1], None])
    found = cs.survival_differences(cs.Portfolio(customers=customers), group="segment")
    assert found.groups == ("浅い", "深い")
    assert any("顧客 2 社" in note.say("ja") for note in found.notes)


def test_late_groups_are_compared_from_where_both_are_seen():
    table = pd.DataFrame(
        {
            "months": [*range(6, 26), *range(1, 21)],
            "left": True,
            "seen": [5] * 20 + [0] * 20,
            "plan": ["late"] * 20 + ["whole"] * 20,
        }
    )
    options: dict[str, Any] = {"duration": "months", "event": "left", "entry": "seen"}
    options["group"] = "plan"
    with pytest.raises(BadValues):
        s.kaplan_meier(table, **options).differences(12)
    curves = s.kaplan_meier(table, **options, common_start=True)
    assert curves.starts["start"].tolist() == [5, 5]
    assert curves.starts["events_before"].tolist() == [0, 5]
    row = curves.differences(12).iloc[0]
    assert row["difference"] == pytest.approx(8 / 15 - 13 / 20)
    areas = curves.rmst(12)["rmst"].tolist()
    assert areas == pytest.approx(
        [sum((20 - k) / 20 for k in range(7)), sum((15 - k) / 15 for k in range(7))]
    )


@pytest.mark.parametrize(
    ("book", "error"),
    [
        pytest.param(portfolio(names=["x"], hazards=[0.1]), NotEnoughData, id="one group"),
        pytest.param(portfolio(each=4), NotEnoughData, id="too small"),
    ],
)
def test_one_group_is_no_comparison(book, error):
    with pytest.raises(error):
        cs.survival_differences(book, group="segment")
    with pytest.raises(MissingColumns):
        cs.survival_differences(book, group="no such")


def test_where_nobody_left_nothing_is_claimed():
    book = portfolio()
    stay = cs.Portfolio(customers=book.customers.assign(churned=False))
    found = cs.survival_differences(stay, group="segment")
    assert (found.test, found.pairs) == (None, None)
    row = found.table[found.table["time"] == 6].iloc[0]
    assert row["lower"] < row["difference"] == 0 < row["upper"]
    assert "誤差の幅を付けられません" in found.means["finding"].iloc[0].say("ja")
