"""Lives collapsed to counts: the same small table from every backend, nobody lost."""

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.counts import ALL
from csdata.counts_durations import count_durations
from csdata.errors import BadValues, MissingColumns
from tests.backends import BACKENDS, on_every_backend

LIVES = pd.DataFrame(
    {
        "months": [3.0, 3.0, 1.5, 3.0, None, 3.0, 1.5, -1.0],
        "left": [True, False, True, True, True, None, True, False],
        "seen": [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0],
        "plan": ["b", "b", "a", "b", "a", "b", None, "a"],
        "place": ["x", "x", "y", "y", "x", "x", "x", None],
    }
).astype({"left": "boolean"})

rows = st.lists(
    st.tuples(
        st.integers(0, 5), st.booleans(), st.integers(0, 2), st.sampled_from(["a", "b", None])
    ),
    min_size=1,
    max_size=40,
)


def tuples(table: pd.DataFrame) -> list[tuple]:
    rows = table.astype(object).itertuples(index=False, name=None)
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows]


@on_every_backend
def test_groups_come_sorted_with_the_missing_one_last(backend):
    found = count_durations(
        backend(LIVES), duration="months", event="left", entry="seen", group="plan"
    )
    assert list(found.columns) == [*("group", "entry", "duration", "events", "censored", "unknown")]
    assert tuples(found) == [
        ("a", 0, -1, 0, 1, 0),
        ("a", 0, 1.5, 1, 0, 0),
        ("a", 0, None, 1, 0, 0),
        ("b", 0, 3, 1, 1, 1),
        ("b", 2, 3, 1, 0, 0),
        (None, 0, 1.5, 1, 0, 0),
    ]


@on_every_backend
def test_without_a_group_everyone_is_in_one(backend):
    found = count_durations(backend(LIVES), duration="months", event="left")
    assert set(found["group"]) == {ALL}
    assert (found["entry"] == 0).all()
    assert found[["events", "censored", "unknown"]].to_numpy().sum() == len(LIVES)


@on_every_backend
def test_strata_are_numbered_and_a_missing_one_is_one(backend):
    found = count_durations(backend(LIVES), duration="months", event="left", strata=["place"])
    assert found["stratum"].nunique() == 3
    assert found.groupby("stratum")[["events", "censored", "unknown"]].sum().sum(
        axis=1
    ).to_list() == [5, 2, 1]


@pytest.mark.parametrize("name", BACKENDS)
@settings(max_examples=25)
@given(rows)
def test_counts_are_those_of_a_plain_loop(name, lives):
    table = pd.DataFrame(lives, columns=["d", "e", "s", "g"])
    backend = BACKENDS[name]
    found = count_durations(backend(table), duration="d", event="e", entry="s", group="g")
    counted = Counter((g, s, d, e) for d, e, s, g in lives)
    expected = {(g, s, d): [0, 0, 0] for g, s, d, _ in counted}
    for (g, s, d, e), n in counted.items():
        expected[g, s, d][0 if e else 1] += n
    order = sorted(expected, key=lambda k: (k[0] is None, str(k[0]), k[1], k[2]))
    assert tuples(found) == [(*key, *expected[key]) for key in order]


@pytest.mark.parametrize(
    "left",
    [
        pd.Series([1, 0, 1]),
        pd.Series([1.0, 0.0, 1.0]),
        pd.Series([True, False, True]),
        pd.Series([True, False, True], dtype="boolean"),
        pd.Series([True, False, True], dtype=object),
    ],
    ids=["int", "float", "bool", "boolean", "object"],
)
def test_an_event_may_be_written_as_a_truth_or_as_1_and_0(left):
    found = count_durations(pd.DataFrame({"d": 2, "e": left}), duration="d", event="e")
    assert tuples(found) == [("all", 0, 2, 2, 1, 0)]


@on_every_backend
@pytest.mark.parametrize(
    "event", [[1, 2, 1], ["yes", "no", "yes"], [0.5, 0.0, 1.0]], ids=["R", "text", "share"]
)
def test_any_other_event_is_refused_with_what_was_found(backend, event):
    table = backend(pd.DataFrame({"d": [1, 2, 3], "e": event}))
    with pytest.raises(BadValues, match="Write true or false") as error:
        count_durations(table, duration="d", event="e")
    assert str(event[1] if event[1] not in {0, 1} else event[0]) in str(error.value)


@on_every_backend
def test_a_time_that_is_text_is_refused(backend):
    table = backend(pd.DataFrame({"d": ["12", "3"], "e": [True, False]}))
    with pytest.raises(BadValues, match="numbers"):
        count_durations(table, duration="d", event="e")


@on_every_backend
def test_missing_columns_are_named_once(backend):
    with pytest.raises(MissingColumns) as error:
        count_durations(backend(LIVES), duration="tenure", event="churned", group="tenure")
    assert error.value.message.values["missing"] == ["tenure", "churned"]


def test_nan_and_null_of_polars_are_both_missing():
    table = pl.DataFrame({"d": [float("nan"), None, 1.0], "e": [True, True, False]})
    found = count_durations(table, duration="d", event="e")
    assert tuples(found) == [("all", 0, 1, 0, 1, 0), ("all", 0, None, 2, 0, 0)]


def test_ordered_categories_keep_their_order():
    plan = pd.Categorical(["3か月", "12か月", "3か月"], ["3か月", "6か月", "12か月"], ordered=True)
    found = count_durations(
        pd.DataFrame({"d": [1, 2, 3], "e": True, "plan": plan}),
        duration="d",
        event="e",
        group="plan",
        strata=["plan"],
    )
    assert found["group"].to_list() == ["3か月", "3か月", "12か月"]


@on_every_backend
def test_whole_numbers_stay_whole_groups(backend):
    table = backend(pd.DataFrame({"d": [1, 2, 3], "e": True, "term": [12, 6, 100]}))
    found = count_durations(table, duration="d", event="e", group="term")
    assert [str(g) for g in found["group"]] == ["6", "12", "100"]


@on_every_backend
def test_an_empty_table_counts_nobody(backend):
    table = backend(LIVES.astype({"months": float}).head(0))
    assert count_durations(table, duration="months", event="left", group="plan").empty
    assert count_durations(table, duration="months", event="left").empty


def test_a_million_lives_become_a_small_table():
    chance = np.random.default_rng(5)
    n = 1_000_000
    table = pd.DataFrame(
        {"d": chance.integers(0, 60, n), "e": chance.random(n) < 0.3, "g": chance.integers(0, 4, n)}
    )
    found = count_durations(table, duration="d", event="e", group="g")
    assert len(found) == 240
    assert found["events"].sum() == table["e"].sum()
