"""The log-rank test: what it refuses, leaves out and says."""

import pandas as pd
import pytest

from csdata.analyses import survival as s
from csdata.errors import NotBuilt, NotEnoughData
from tests.backends import on_every_backend

ROWS = [(2, True, "a"), (3, True, "a"), (9, False, "a"), (5, True, "b"), (8, False, "b")]
TABLE = pd.DataFrame(ROWS, columns=["months", "left", "plan"])


def compare(table, **options):
    return s.logrank(table, duration="months", event="left", group="plan", **options)


REFUSED = {
    "one group": (TABLE[TABLE["plan"] == "a"], {"found": 1, "needed": 2}),
    "the other group has no time": (
        TABLE.assign(months=TABLE["months"].where(TABLE["plan"] == "a", 0)),
        {"found": 1, "needed": 2},
    ),
    "the other group is not named": (
        TABLE.assign(plan=TABLE["plan"].where(TABLE["plan"] == "a")),
        {"found": 1, "needed": 2},
    ),
    "nobody left": (TABLE.assign(left=False), {"found": 0, "needed": 1}),
    "nobody": (TABLE.head(0), {"found": 0, "needed": 2}),
}


@pytest.mark.parametrize(("table", "values"), REFUSED.values(), ids=REFUSED)
def test_without_two_groups_or_departures_there_is_no_test(table, values):
    with pytest.raises(NotEnoughData) as error:
        compare(table)
    assert error.value.message.values.items() >= values.items()


def test_groups_that_never_meet_are_not_compared():
    apart = TABLE.assign(seen=[0, 0, 0, 0, 0], months=[2, 3, 4, 9, 9])
    apart.loc[apart["plan"] == "b", "seen"] = 5
    with pytest.raises(NotEnoughData):
        compare(apart, entry="seen")


@pytest.mark.parametrize("weight", ["gb", "wilcoxon", "", 1])
def test_other_weights_are_not_guessed(weight):
    with pytest.raises(NotBuilt, match="tarone-ware"):
        compare(TABLE, weight=weight)


@on_every_backend
def test_who_has_no_group_is_left_out_and_counted(backend):
    more = pd.concat(
        [TABLE, pd.DataFrame([(4, True, None), (4, True, None)], columns=TABLE.columns)]
    )
    found = compare(backend(more.reset_index(drop=True)))
    assert found.statistic == pytest.approx(compare(TABLE).statistic)
    assert found.n == 5
    assert found.set_aside[["duration", "n", "reason"]].to_numpy().tolist() == [
        [4.0, 2, "group_missing"]
    ]
    assert [m.key for m in found.notes] == ["survival.aside.group_missing"]


def test_several_strata_are_their_combinations():
    table = pd.concat([TABLE] * 4, ignore_index=True)
    table["x"], table["y"] = [i // 5 % 2 for i in range(20)], [i // 10 for i in range(20)]
    joined = table.assign(xy=table["x"].astype(str) + table["y"].astype(str))
    both = compare(table, strata=["x", "y"])
    assert both.statistic == pytest.approx(compare(joined, strata="xy").statistic)


def test_a_late_start_changes_who_is_compared():
    late = TABLE.assign(seen=[0, 0, 0, 4, 4])
    assert compare(late, entry="seen").table["expected"].tolist() == pytest.approx(
        [2 + 1 / 3, 2 / 3]
    )


@pytest.mark.parametrize(("copies", "differs"), [(1, False), (40, True)])
def test_it_speaks_plainly_and_not_more_strongly_than_it_may(copies, differs):
    found = compare(pd.concat([TABLE] * copies))
    assert found.differs is differs
    said = found.finding.say("ja")
    assert ("差があると言えます" in said) is differs
    assert ("誤差の範囲です" in said) is not differs
    assert "p" not in said
