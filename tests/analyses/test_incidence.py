"""Competing risks: against R, against a plain loop, and the laws that always hold."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.analyses import survival as s
from csdata.errors import BadValues, MissingColumns, NotEnoughData
from tests.backends import on_every_backend

ORACLES = Path(__file__).parents[1] / "oracles"
TEXTS: Any = dict.fromkeys(("data", "group", "cause"), str)
LIVES = pd.read_csv(ORACLES / "causes_lives.csv", dtype=TEXTS, keep_default_na=False)
LIVES["left"] = LIVES["cause"] != ""
EXPECTED = pd.read_csv(ORACLES / "causes_incidence.csv", dtype=TEXTS)
NAMES = ["mgus2", "pbc", "ties", "late"]
COLUMNS = ["seen", "months", "left", "why", "plan"]
some = settings(max_examples=15)


def cif(table, **options):
    options = {"duration": "months", "event": "left", "cause": "why", **options}
    return s.cumulative_incidence(table, **options)


@pytest.mark.parametrize("name", NAMES)
def test_incidences_are_those_of_r(name):
    found = s.cumulative_incidence(
        LIVES[LIVES["data"] == name], duration="duration", event="left", cause="cause",
        entry="entry", group="group", min_at_risk=1,
    ).table  # fmt: skip
    expected = EXPECTED[EXPECTED["data"] == name]
    both = expected.merge(found, on=["group", "cause", "time"], suffixes=("_r", ""))
    assert len(both) == len(expected) > 50
    exact = ["events", "at_risk", "incidence"]
    # R's standard error is the jackknife: that of the delta method unless somebody enters late.
    columns = exact if name == "late" else [*exact, "se", "lower", "upper"]
    for column in columns:
        np.testing.assert_allclose(
            both[column], both[f"{column}_r"], rtol=1e-9, atol=1e-11, err_msg=column
        )
    if name == "late":
        assert (both["se"] / both["se_r"]).dropna().between(0.95, 1.05).all()


def lives(*, late):
    one = st.tuples(
        st.integers(0, 5 if late else 0),
        st.integers(1, 8),
        st.booleans(),
        st.sampled_from(["price", "fit", None]),
        st.sampled_from("ab"),
    )
    rows = st.lists(one, min_size=1, max_size=20)
    return rows.map(
        lambda found: pd.DataFrame(
            [(seen, seen + months, *rest) for seen, months, *rest in found], columns=COLUMNS
        ).astype({"why": object})
    )


def delta_method(table, cause, until):
    """Incidence and variance up to a time, one time at a time, by the matrix form of Greenwood."""
    times = sorted(table.loc[table["left"], "months"].unique())
    state = np.array([1.0, 0.0, 0.0])  # still there, left for the cause, left for another
    variance = np.zeros((3, 3))
    for time in [t for t in times if t <= until]:
        risk = table[(table["seen"] < time) & (time <= table["months"])]
        gone = risk[risk["left"] & (risk["months"] == time)]
        own = gone["why"].isna() if cause is None else gone["why"] == cause
        n = len(risk)
        h = np.array([own.sum(), (~own).sum()]) / n
        step = np.array([[1 - h.sum(), *h], [0, 1, 0], [0, 0, 1]])
        spread = (np.diag(h) - np.outer(h, h)) / n
        to = np.array([[-1.0, 1, 0], [-1, 0, 1]])
        variance = step.T @ variance @ step + state[0] ** 2 * to.T @ spread @ to
        state = state @ step
    return state[1], variance[1, 1]


@pytest.mark.parametrize("late", [False, True], ids=["whole", "late"])
@some
@given(data=st.data())
def test_incidence_and_variance_are_those_of_the_matrix_form(late, data):
    table = data.draw(lives(late=late))
    found = cif(table, entry="seen", min_at_risk=1)
    row: Any
    for row in found.table.itertuples():
        value, variance = delta_method(table, row.cause, row.time)
        assert row.incidence == pytest.approx(value, abs=1e-12)
        assert row.se**2 == pytest.approx(variance, abs=1e-12)


@some
@given(lives(late=True), st.sampled_from([1, 10]))
def test_incidences_and_survival_add_up_to_1_and_never_fall(table, least):
    options = {"entry": "seen", "group": "plan", "min_at_risk": least}
    found = cif(table, **options)
    curves = s.kaplan_meier(table, duration="months", event="left", **options).table
    left = found.table.groupby(["group", "time"], dropna=False)["incidence"].sum()
    stay = curves.set_index(["group", "time"])["survival"]
    if found.causes:
        np.testing.assert_allclose(left + stay.loc[left.index], 1, atol=1e-12)
    for _, part in found.table.groupby(["group", "cause"], dropna=False):
        assert (np.diff(part["incidence"]) >= 0).all()
        inner = part["incidence"].gt(0) & part["incidence"].lt(1)
        assert (part["lower"] <= part["incidence"])[inner].all()
        assert (part["incidence"] <= part["upper"])[inner].all()


@some
@given(lives(late=True), st.integers(2, 4), st.randoms(use_true_random=False))
def test_copies_and_order_change_no_incidence(table, copies, chance):
    order = list(range(len(table)))
    chance.shuffle(order)
    once = cif(table, entry="seen", min_at_risk=1)
    shuffled = cif(table.iloc[order], entry="seen", min_at_risk=1)
    pd.testing.assert_frame_equal(once.table, shuffled.table)
    often = cif(pd.concat([table] * copies), entry="seen", min_at_risk=1).table
    np.testing.assert_allclose(once.table["incidence"], often["incidence"], atol=1e-12)


@some
@given(lives(late=False), st.integers(1, 7))
def test_a_life_told_in_two_rows_changes_nothing(table, time):
    """Start–stop rows: seen up to a time, and from there on."""
    long = table["months"] > time
    first = table[long].assign(months=time, left=False, why=None)
    halves = pd.concat([table[~long], first, table[long].assign(seen=time)])
    whole = cif(table, entry="seen", min_at_risk=1)
    split = cif(halves, entry="seen", min_at_risk=1)
    times = np.arange(1, table["months"].max() + 1)
    columns = ["cause", "time", "incidence", "se", "lower", "upper"]
    pd.testing.assert_frame_equal(whole.at(times)[columns], split.at(times)[columns])


@some
@given(lives(late=True))
def test_names_of_causes_do_not_matter(table):
    renamed = table.assign(why=table["why"].map({"price": "zzz", "fit": "aaa"}, na_action="ignore"))
    a, b = (cif(t, entry="seen", min_at_risk=1).table for t in (table, renamed))
    back = {"zzz": "price", "aaa": "fit", None: None}
    rows = {(row.cause, row.time): row.incidence for row in a.itertuples()}
    assert rows == pytest.approx({(back[r.cause], r.time): r.incidence for r in b.itertuples()})


def test_one_cause_is_the_other_side_of_kaplan_meier():
    table = LIVES[LIVES["data"] == "ties"].assign(why="left")
    found = cif(table, duration="duration").table
    curve = s.kaplan_meier(table, duration="duration", event="left").table
    np.testing.assert_allclose(found["incidence"], 1 - curve["survival"], atol=1e-12)


TABLE = pd.DataFrame(
    [(1, True, "fit"), (1, True, "price"), (1, False, "fit"), (2, True, None), (3, False, None)],
    columns=["months", "left", "why"],
)


@on_every_backend
def test_ties_and_unknown_reasons_are_counted_as_they_are(backend):
    found = cif(backend(TABLE))
    assert found.causes == ("fit", "price", None)
    at = found.at([1, 2, 3])
    assert at["incidence"].round(12).tolist() == [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0.3, 0.3]
    assert at["events"].tolist() == [1, 1, 1, 1, 1, 1, 0, 1, 1]
    assert at["at_risk"].tolist() == [5, 2, 1] * 3


def test_where_a_cause_has_not_occurred_the_bound_is_exact_and_says_so():
    at = cif(TABLE).at(1, exact_ends=True).set_index("cause")
    unknown = at.loc[[c is None for c in at.index]].iloc[0]
    assert bool(unknown["exact"])
    assert (unknown["lower"], unknown["upper"]) == (0, pytest.approx(1 - 0.025 ** (1 / 5)))
    assert not at.loc["fit", "exact"]


def test_before_the_start_and_beyond_the_last_follow_up_nothing_is_said():
    late = pd.DataFrame({"seen": 3, "months": range(4, 24), "left": True, "why": "fit"})
    at = cif(late.assign(left=late["months"] < 23), entry="seen").at([2, 3, 10, 24])
    assert at["incidence"].isna().tolist() == [True, False, False, True]


EDGES = {
    "nobody left": (TABLE.assign(left=False), ()),
    "all at once": (TABLE.assign(left=True, months=4, why="fit"), ("fit",)),
    "one customer": (TABLE.head(1), ("fit",)),
    "one customer who stays": (TABLE.tail(1), ()),
}


@pytest.mark.parametrize(("table", "causes"), EDGES.values(), ids=EDGES)
def test_edges(table, causes):
    found = cif(table)
    assert found.causes == causes
    assert found.table["incidence"].between(0, 1).all()
    assert found.finding.say("ja").startswith(f"{len(table)} 件")
    last = found.at(4)["incidence"].tolist()
    assert last == ([1.0] if causes else [])


def test_what_no_curve_can_use_is_set_aside():
    odd = pd.DataFrame(
        {"months": [np.nan, -1, np.inf, 2], "left": True, "why": ["a", "b", "c", "d"]}
    )
    found = cif(odd)
    assert found.causes == ("d",)
    assert sorted(found.set_aside["reason"]) == [
        "duration_infinite",
        "duration_missing",
        "duration_negative",
    ]
    with pytest.raises(NotEnoughData):
        cif(odd.head(3))


def test_columns_and_confidence_are_checked():
    with pytest.raises(MissingColumns, match="reason"):
        cif(TABLE, cause="reason")
    with pytest.raises(BadValues):
        cif(TABLE, confidence=95)
