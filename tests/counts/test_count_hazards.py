"""Rows of hazard models, counted and cut, the same on every backend."""

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.counts_hazards import count_exposures, start_stop
from csdata.errors import BadValues, MissingColumns
from tests.backends import on_every_backend

ROWS = pd.DataFrame(
    {
        "months": [3.0, 3.0, 1.5, 3.0],
        "left": [True, True, False, False],
        "plan": ["a", "a", "b", "a"],
        "seats": [1.0, 1.0, 2.0, 1.0],
        "place": ["x", "x", "y", "x"],
    }
)
NAMES = {
    "id": "id",
    "duration": "months",
    "event": "left",
    "entry": "seen",
    "at": "at",
    "value": "plan",
}
LIVES = pd.DataFrame(
    {
        "id": ["p", "q", "r", "s"],
        "seen": [0.0, 2.0, 0.0, 0.0],
        "months": [10.0, 6.0, 4.0, 3.0],
        "left": [True, False, True, True],
        "seats": [1, 2, 3, 4],
    }
)
CHANGES = pd.DataFrame(
    {
        "id": ["p", "p", "p", "q", "q", "r", "z"],
        "at": [4.0, -1.0, 10.0, 0.0, 3.0, 1.0, 0.0],
        "plan": ["b", "a", "c", "a", "b", "a", "a"],
    }
)


@on_every_backend
def test_equal_rows_are_counted_together(backend):
    table = count_exposures(
        backend(ROWS),
        duration="months",
        event="left",
        covariates=["plan", "seats"],
        strata=["place"],
    )
    found = table.sort_values("x0")[["x0", "x1", "s0", "entry", "duration", "events", "censored"]]
    summed = found.groupby(["x0", "x1", "s0", "entry", "duration"], as_index=False).sum()
    assert summed.values.tolist() == [["a", 1, "x", 0, 3, 2, 1], ["b", 2, "y", 0, 1.5, 0, 1]]


@on_every_backend
def test_a_life_is_cut_where_something_changed(backend):
    found = start_stop(backend(LIVES), backend(CHANGES), **NAMES)
    table = nw.from_native(found).lazy().collect("pandas").to_native()
    table = table.sort_values(["id", "seen"])
    plan = [None if pd.isna(p) else p for p in table["plan"]]
    stretches = zip(table["id"], table["seen"], table["months"], table["left"], plan, strict=True)
    assert list(stretches) == [
        ("p", 0, 4, False, "a"), ("p", 4, 10, True, "b"),  # from 10 on there is nothing left
        ("q", 2, 3, False, "a"), ("q", 3, 6, False, "b"),
        ("r", 0, 1, False, None), ("r", 1, 4, True, "a"),  # not known from the start
        ("s", 0, 3, True, None),  # never known
    ]  # fmt: skip
    assert table.groupby("id")["seats"].first().tolist() == [1, 2, 3, 4]


@settings(max_examples=30)
@given(
    ends=st.lists(st.floats(0.5, 20), min_size=1, max_size=6),
    ats=st.lists(st.floats(-2, 25), max_size=5, unique=True),
)
def test_time_and_departures_are_neither_lost_nor_doubled(ends, ats):
    lives = pd.DataFrame({"id": range(len(ends)), "seen": 0.0, "months": ends, "left": True})
    changes = pd.DataFrame({"id": 0, "at": np.array(ats, float), "plan": [str(a) for a in ats]})
    found = start_stop(lives, changes, **NAMES)
    assert (found["months"] - found["seen"]).sum() == pytest.approx(sum(ends))
    assert found["left"].sum() == len(ends)
    assert (found["seen"] < found["months"]).all()


def test_two_changes_at_one_time_and_absent_columns_are_refused():
    with pytest.raises(BadValues, match="p"):
        start_stop(LIVES, pd.concat([CHANGES, CHANGES[:1]]), **NAMES)
    with pytest.raises(MissingColumns, match="plan"):
        start_stop(LIVES, CHANGES.drop(columns="plan"), **NAMES)
    with pytest.raises(MissingColumns, match="left"):
        start_stop(LIVES.drop(columns="left"), CHANGES, **NAMES)
