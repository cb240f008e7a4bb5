"""Laws of survival curves, on lives of every kind."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from csdata.analyses import survival as s
from csdata.errors import NotEnoughData

some = settings(max_examples=30)
COLUMNS = ["seen", "months", "left", "plan"]


@st.composite
def life(draw, *, late):
    seen = draw(st.integers(0, 6)) if late else 0
    months = seen + draw(st.integers(1, 8)) if seen else draw(st.integers(0, 8))
    return seen, months, draw(st.booleans()), draw(st.sampled_from("abc"))


def tables(*, late, least=1):
    rows = st.lists(life(late=late), min_size=least, max_size=40)
    return rows.map(lambda lives: pd.DataFrame(lives, columns=COLUMNS))


def km(table, **options):
    return s.kaplan_meier(table, duration="months", event="left", **options)


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_dtype=False, rtol=1e-9)


@some
@given(tables(late=True), st.sampled_from([1, 10]))
def test_a_curve_never_rises_and_its_band_holds_it(table, least):
    found = km(table, entry="seen", group="plan", min_at_risk=least).table
    assert found["survival"].between(0, 1).all()
    for _, curve in found.groupby("group"):
        assert curve["survival"].iloc[0] == 1
        assert (np.diff(curve["survival"]) <= 0).all()
        assert curve["time"].is_monotonic_increasing
        assert curve["time"].is_unique
    inner = found["survival"].gt(0) & found["survival"].lt(1)
    assert (found["lower"].notna() == inner).all()
    assert (found["lower"] <= found["survival"])[inner].all()
    assert (found["survival"] <= found["upper"])[inner].all()


@some
@given(tables(late=True))
def test_the_table_is_that_of_a_plain_loop(table):
    curves = km(table, entry="seen", min_at_risk=1)
    lived = table[table["months"] > 0]
    start = curves.starts["start"].iloc[0]
    survival = 1.0
    for row in curves.table[curves.table["time"] > start].itertuples():
        at_risk = ((lived["seen"] < row.time) & (row.time <= lived["months"])).sum()
        ending = lived["months"] == row.time
        events = (ending & lived["left"]).sum()
        survival *= 1 - events / at_risk
        assert (row.at_risk, row.events) == (at_risk, events)
        assert row.censored == (ending & ~lived["left"]).sum()
        assert row.survival == pytest.approx(survival, abs=1e-12)


@some
@given(tables(late=True), st.sampled_from([1, 10]))
def test_nobody_is_lost_or_doubled(table, least):
    curves = km(table, entry="seen", group="plan", min_at_risk=least)
    starts = curves.starts
    drawn = curves.table[["events", "censored"]].to_numpy().sum()
    outside = starts[["zero", "events_before", "censored_before"]].to_numpy().sum()
    assert curves.n == starts["n"].sum() == drawn + outside == len(table)


@some
@given(tables(late=True), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(table, chance):
    order = list(range(len(table)))
    chance.shuffle(order)
    same(
        km(table, entry="seen", group="plan").table,
        km(table.iloc[order], entry="seen", group="plan").table,
    )


@some
@given(tables(late=True), st.integers(2, 5))
def test_repeating_every_life_changes_no_survival(table, times):
    once = km(table, entry="seen", min_at_risk=1)
    often = km(pd.concat([table] * times), entry="seen", min_at_risk=1)
    same(once.table[["time", "survival"]], often.table[["time", "survival"]])
    assert (often.table["at_risk"] == times * once.table["at_risk"]).all()
    same(once.medians[["median"]], often.medians[["median"]])


@some
@given(tables(late=True))
def test_the_groups_add_up_to_the_whole(table):
    times = np.arange(0.5, 15)  # not where a late curve starts: there it says who is at risk next
    parts = km(table, entry="seen", group="plan").at(times)
    whole = km(table, entry="seen").at(times)
    assert parts.groupby("time")["at_risk"].sum().tolist() == whole["at_risk"].tolist()


@some
@given(tables(late=False))
def test_an_entry_of_0_is_none(table):
    same(km(table, group="plan").table, km(table, entry="seen", group="plan").table)


@some
@given(tables(late=False), st.integers(1, 20))
def test_the_curve_at_its_own_times_is_its_table(table, extra):
    curves = km(table)
    inside = curves.table[curves.table["time"] <= curves.starts["last"].iloc[0]]
    at = curves.at(inside["time"].to_numpy())
    same(at.drop(columns="group"), inside[list(at.columns)].drop(columns="group"))
    beyond = curves.at(curves.starts["last"].iloc[0] + extra)["survival"].iloc[0]
    assert np.isnan(beyond) or beyond == 0


@some
@given(tables(late=False), st.floats(0.25, 8))
def test_rmst_is_the_area_and_grows_with_tau(table, tau):
    curves = km(table)
    assume(tau <= curves.starts["last"].iloc[0])
    found = curves.rmst(tau).iloc[0]
    steps = np.arange(0, tau, 1 / 64)
    widths = np.diff(np.append(steps, tau))
    area = (curves.at(steps)["survival"].to_numpy() * widths).sum()
    assert found["rmst"] == pytest.approx(area, abs=1e-9)
    assert found["rmst"] <= tau
    assert np.isnan(found["lower"]) or 0 <= found["lower"] <= found["rmst"] <= found["upper"]


# --- log-rank -------------------------------------------------------------------------------------


def loop(table, weight=None, strata=None):
    """O − E, V and the statistic of the first two groups, one event time at a time."""
    excess = variance = 0.0
    for _, part in table.groupby(strata) if strata else [(None, table)]:
        pooled = 1.0
        for time in sorted(part.loc[part["left"] & (part["months"] > 0), "months"].unique()):
            risk = part[(part["seen"] < time) & (time <= part["months"])]
            left = risk[risk["left"] & (risk["months"] == time)]
            n, d = len(risk), len(left)
            n1, d1 = (risk["plan"] == "a").sum(), (left["plan"] == "a").sum()
            w = {None: 1, "gehan": n, "tarone-ware": np.sqrt(n), "peto": pooled}[weight]
            excess += w * (d1 - d * n1 / n)
            if n > 1:
                variance += w**2 * d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1)
            pooled *= 1 - d / n
    return excess, variance


@pytest.mark.parametrize("weight", [None, "gehan", "tarone-ware", "peto"])
@pytest.mark.parametrize("strata", [None, "place"])
@some
@given(table=tables(late=True, least=4))
def test_log_rank_is_that_of_a_plain_loop(weight, strata, table):
    table = table[table["plan"] != "c"]
    table = table.assign(place=np.arange(len(table)) % 2)
    excess, variance = loop(table, weight, strata)
    options = {"group": "plan", "entry": "seen", "strata": strata, "weight": weight}
    if variance < 1e-9:
        with pytest.raises(NotEnoughData):
            s.logrank(table, duration="months", event="left", **options)
        return
    found = s.logrank(table, duration="months", event="left", **options)
    assert found.df == 1
    assert found.statistic == pytest.approx(excess**2 / variance, rel=1e-9, abs=1e-12)
    first = found.table.iloc[0]
    assert first["observed"] - first["expected"] == pytest.approx(excess, abs=1e-9)


@some
@given(tables(late=True, least=10))
def test_names_of_groups_do_not_matter_and_totals_agree(table):
    answers = []
    for names in itertools.permutations("abc"):
        renamed = table.assign(plan=table["plan"].map(dict(zip("abc", names, strict=True))))
        try:
            found = s.logrank(renamed, duration="months", event="left", group="plan", entry="seen")
        except NotEnoughData:
            answers.append((0.0, 0))
            continue
        assert found.table["observed"].sum() == pytest.approx(found.table["expected"].sum())
        assert 0 <= found.p_value <= 1
        answers.append((round(found.statistic, 6), found.df))
    assert len(set(answers)) == 1


@some
@given(tables(late=False, least=5))
def test_two_copies_of_the_same_lives_do_not_differ(table):
    left = table["left"] & table["months"].between(1, table["months"].max() - 1)
    assume(left.any())  # while somebody else stays, or there is nothing to compare
    twice = pd.concat([table.assign(plan="a"), table.assign(plan="b")])
    found = s.logrank(twice, duration="months", event="left", group="plan", entry="seen")
    assert found.statistic == pytest.approx(0, abs=1e-9)
    assert not found.differs


@some
@given(tables(late=True), st.integers(1, 7))
def test_a_life_told_in_two_rows_changes_no_curve_and_no_test(table, time):
    """Start–stop rows: seen up to a time, and from there on."""
    long = (table["months"] > time) & (table["seen"] < time)
    first = table[long].assign(months=time, left=False)
    halves = pd.concat([table[~long], first, table[long].assign(seen=time)], ignore_index=True)
    times = np.arange(1.0, table["months"].max() + 1)
    whole, split = (km(t, entry="seen", min_at_risk=1).at(times) for t in (table, halves))
    same(whole, split)
    statistics = []
    for lives in (table, halves):
        try:
            found = s.logrank(lives, duration="months", event="left", group="plan", entry="seen")
            statistics.append(found.statistic)
        except NotEnoughData:
            statistics.append(None)
    assert statistics[0] == pytest.approx(statistics[1])
