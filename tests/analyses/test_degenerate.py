"""What happens at the edges: each row of the table in docs/survival.md, tried."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csdata.analyses import survival as s
from csdata.analyses.hazard import hazard
from csdata.errors import NotEnoughData

PAGE = Path(__file__).parents[2] / "docs" / "survival.md"
TIMES: dict[str, Any] = {"duration": "months", "event": "left"}


def lives(months: Any, left: Any, plan: Any = "a", why: Any = "fit") -> pd.DataFrame:
    return pd.DataFrame({"months": months, "left": left, "plan": plan, "why": why})


def curves(table):
    return s.kaplan_meier(table, **TIMES, group="plan")


def refuses_to_compare(table):
    for ask in (s.logrank, s.pairwise_logrank):
        with pytest.raises(NotEnoughData):
            ask(table, **TIMES, group="plan")
    with pytest.raises(NotEnoughData):
        s.trend_test(table, **TIMES, group="plan", order=sorted(set(table["plan"])))


def one_group():
    table = lives(range(1, 21), [True] * 20)
    assert len(curves(table).medians) == 1
    assert curves(table).differences(6).empty
    refuses_to_compare(table)


def zero_events():
    table = lives(range(1, 21), [False] * 20, plan=["a", "b"] * 10)
    found = curves(table)
    assert (found.table["survival"] == 1).all()
    assert found.medians["median"].isna().all()
    assert found.rmst(12)["rmst"].tolist() == [12, 12]
    assert found.rmst(12)["lower"].isna().all()
    assert (hazard(table, **TIMES).table["upper"] > 0).all()
    assert s.cumulative_incidence(table, **TIMES, cause="why").causes == ()
    refuses_to_compare(table)


def all_events_at_once():
    table = lives([5] * 20, [True] * 20, plan=["a", "b"] * 10)
    found = curves(table)
    assert found.at(5)["survival"].tolist() == [0, 0]
    assert found.medians["median"].tolist() == [5, 5]
    assert s.cumulative_incidence(table, **TIMES, cause="why").at(5)["incidence"].tolist() == [1]
    refuses_to_compare(table)


def one_customer():
    table = lives([7], [True])
    assert curves(table).table["survival"].tolist() == [1, 0]
    at = curves(table).at(7, exact_ends=True).iloc[0]
    assert (at["lower"], at["upper"]) == (0, pytest.approx(0.975))
    refuses_to_compare(table)


def three_hundred_groups():
    chance = np.random.default_rng(1)
    table = lives(chance.geometric(0.1, 1500), [True] * 1500, plan=np.arange(1500) % 300)
    assert len(curves(table).medians) == 300
    found = s.pairwise_logrank(table, **TIMES, group="plan")
    assert (found.against, len(found.table)) == ("rest", 300)
    assert s.logrank(table, **TIMES, group="plan").df == 299


def nan_negative_or_infinite_durations():
    odd = [np.nan, -1, np.inf, -np.inf]
    table = lives([*odd, *range(1, 21)], [True] * 24, plan=["a", "b"] * 12)
    clean = lives(range(1, 21), [True] * 20, plan=["a", "b"] * 10)
    found, pure = curves(table), curves(clean)
    pd.testing.assert_frame_equal(found.table, pure.table)
    reasons = found.set_aside.groupby("reason")["n"].sum().to_dict()
    assert reasons == {"duration_missing": 1, "duration_negative": 1, "duration_infinite": 2}
    tests = [s.logrank(t, **TIMES, group="plan").statistic for t in (table, clean)]
    assert tests[0] == tests[1]
    one, other = (s.cumulative_incidence(t, **TIMES, cause="why") for t in (table, clean))
    pd.testing.assert_frame_equal(one.table, other.table)
    with pytest.raises(NotEnoughData):
        curves(lives(odd, [True] * 4))


def survival_of_1():
    at = curves(lives(range(1, 21), [True] * 20)).at(0.5, exact_ends=True).iloc[0]
    assert (at["survival"], bool(at["exact"])) == (1, True)
    assert (at["lower"], at["upper"]) == (pytest.approx(0.025 ** (1 / 20)), 1)
    assert curves(lives(range(1, 21), [True] * 20)).at(0.5)["lower"].isna().all()


def survival_of_0():
    found = curves(lives(range(1, 21), [True] * 20))
    at = found.at([20, 30], exact_ends=True)
    assert at["survival"].tolist() == [0, 0]
    assert at["lower"].tolist() == [0, 0]
    assert at["upper"].tolist() == pytest.approx([0.975, 0.975])
    assert found.at([20, 30])["upper"].isna().all()


CASES = {
    "one group": one_group,
    "zero events": zero_events,
    "all events at once": all_events_at_once,
    "one customer": one_customer,
    "300 groups": three_hundred_groups,
    "NaN, negative or infinite durations": nan_negative_or_infinite_durations,
    "survival of 1": survival_of_1,
    "survival of 0": survival_of_0,
}


@pytest.mark.parametrize("check", CASES.values(), ids=CASES)
def test_the_edge_is_as_the_page_says(check):
    check()


def test_the_page_has_a_row_for_each_check_and_no_other():
    table = PAGE.read_text("utf-8").split("## At the edges")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", table, flags=re.MULTILINE)
    assert [row for row in rows if row not in {"data", "---"}] == list(CASES)
