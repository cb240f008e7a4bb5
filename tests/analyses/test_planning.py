"""How many customers it takes: R's numbers, a published example, and a simulation."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.analyses import survival as s
from csdata.errors import BadValues

PLANS = pd.read_csv(Path(__file__).parents[1] / "oracles" / "survival_planning.csv")


def test_events_and_customers_are_those_of_r():
    assert len(PLANS) == 96
    case: Any
    for case in PLANS.itertuples():
        found = cs.plan_comparison(
            retention=np.exp(-12 * case.hazard),
            other=np.exp(-12 * case.hazard * case.ratio),
            power=case.power,
            share=case.share,
            accrual=case.accrual,
            follow_up=case.followup,
        )
        row = found.table[found.table["follow_up"] == case.followup].iloc[0]
        assert found.hazard_ratio == pytest.approx(case.ratio)
        assert found.events == np.ceil(case.events)
        assert row["leaving"] == pytest.approx(case.leaving, rel=1e-9)
        assert found.customers == row["customers"] == row["first"] + row["second"]
        assert found.customers == case.subjects


def test_a_hazard_ratio_of_2_takes_66_departures_at_80_percent():
    """The textbook number: 4 (1.96 + 0.84)² ÷ (ln 2)² = 65.3."""
    found = cs.plan_comparison(retention=0.9, other=0.81)
    assert found.hazard_ratio == pytest.approx(2)
    assert found.events == 66


def test_with_so_many_customers_the_difference_is_found_as_often_as_promised():
    plan = cs.plan_comparison(retention=0.8, other=0.6, accrual=6, follow_up=12)
    chance = np.random.default_rng(11)
    rates = -np.log([0.8, 0.6]) / 12
    group = np.arange(plan.customers) % 2
    found = 0
    for _ in range(300):
        watched = 12 + chance.uniform(0, 6, plan.customers)
        life = chance.exponential(1 / rates[group])
        table = pd.DataFrame(
            {"months": np.minimum(life, watched), "left": life <= watched, "group": group}
        )
        found += s.logrank(table, duration="months", event="left", group="group").differs
    # 80 % ± three standard errors of 300 trials.
    assert 0.73 < found / 300 < 0.87


def test_it_is_said_in_customers_and_months():
    said = cs.plan_comparison(retention=0.8, other=0.9, follow_up=12).finding.say("ja")
    assert said.startswith("12か月継続率 80% と 90% の違いを 80% の確率で見分けるには、解約")
    assert "12か月の観察なら顧客 372 社" in said  # R: 55.75 ÷ 0.15


WRONG = [
    {"retention": 0.8, "other": 0.8},
    {"retention": 1.0, "other": 0.8},
    {"retention": 0.8, "other": 0.0},
    {"retention": 0.8, "other": 0.9, "power": 1.0},
    {"retention": 0.8, "other": 0.9, "share": 0.0},
    {"retention": 0.8, "other": 0.9, "follow_up": 0},
    {"retention": 0.8, "other": 0.9, "accrual": -1},
    {"retention": 0.8, "other": 0.9, "confidence": 95},
    {"retention": float("nan"), "other": 0.9},
]


@pytest.mark.parametrize("values", WRONG, ids=str)
def test_impossible_plans_are_refused(values):
    with pytest.raises(BadValues):
        cs.plan_comparison(**values)
