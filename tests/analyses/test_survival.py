"""Survival curves: goldens of the definitions, bad input, late entry, questions put to a curve."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdata.analyses import survival as s
from csdata.errors import BadValues, MissingColumns, NotEnoughData
from tests.backends import on_every_backend

ORACLES = Path(__file__).parents[1] / "oracles"
SIX = pd.DataFrame({"months": [5, 6, 6, 2, 4, 4], "left": [1, 0, 1, 1, 0, 1]})


def km(table, **options):
    return s.kaplan_meier(table, duration="months", event="left", **options)


def by_name(table, key="group"):
    """The rows of a small table as dicts, by their key."""
    return {row[key]: row for row in table.to_dict("records")}


def lives(*rows, columns=("months", "left")):
    return pd.DataFrame(list(rows), columns=list(columns))


@pytest.fixture(scope="module")
def lung():
    table = pd.read_csv(ORACLES / "survival_lives.csv", keep_default_na=False)
    table = table[table["data"] == "lung"]
    return table.rename(columns={"duration": "months", "event": "left", "group": "sex"})


# --- the table ------------------------------------------------------------------------------------


@on_every_backend
def test_the_small_golden(backend):
    table = km(backend(SIX)).table
    assert table["group"].unique().tolist() == ["all"]
    assert table["time"].tolist() == [0, 2, 4, 5, 6]
    assert table["at_risk"].tolist() == [6, 6, 5, 3, 2]
    assert table["events"].tolist() == [0, 1, 1, 1, 1]
    assert table["censored"].tolist() == [0, 0, 1, 0, 1]
    assert table["survival"].round(4).tolist() == [1, 0.8333, 0.6667, 0.4444, 0.2222]
    bounds = table[["lower", "upper"]].round(4).to_numpy()
    assert np.isnan(bounds[0]).all()
    assert bounds[1].tolist() == [0.2731, 0.9747]
    assert bounds[4].tolist() == [0.0096, 0.6147]


def test_duration_0_stays_in_n_and_is_at_risk_at_no_time():
    curves = km(lives((0, 0), (0, 1), *[(m, 1) for m in range(1, 9)]))
    assert curves.n == 10
    assert curves.table["at_risk"].tolist() == [8, 8, 7, 6, 5, 4, 3, 2, 1]
    assert curves.starts[["n", "zero"]].to_numpy().tolist() == [[10, 2]]
    assert curves.medians[["n", "events"]].to_numpy().tolist() == [[10, 9]]
    assert [m.key for m in curves.notes] == ["survival.zero"]


@on_every_backend
def test_rows_no_curve_can_use_are_set_aside_by_reason(backend):
    table = lives(
        (3.0, True, 0.0),
        (-1.0, True, 0.0),
        (None, True, 0.0),
        (float("inf"), False, 0.0),
        (3.0, None, 0.0),
        (3.0, True, None),
        (3.0, True, 3.0),
        (3.0, False, 5.0),
        (0.0, True, 0.0),
        (2.0, False, -4.0),
        columns=("months", "left", "seen"),
    ).astype({"left": "boolean"})
    curves = km(backend(table), entry="seen")
    assert curves.n == 3
    assert curves.set_aside.groupby("reason")["n"].sum().to_dict() == {
        "duration_infinite": 1,
        "duration_missing": 1,
        "duration_negative": 1,
        "entry_missing": 1,
        "entry_not_before_end": 2,
        "event_missing": 1,
    }
    assert len(curves.notes) == 7
    assert curves.table["at_risk"].tolist() == [2, 2, 1]


@on_every_backend
def test_lives_without_a_group_are_a_group_of_their_own(backend):
    table = lives((1, 1, "b"), (2, 1, None), (3, 0, "a"), columns=("months", "left", "plan"))
    curves = km(backend(table), group="plan")
    assert curves.groups == ["a", "b", None]
    assert curves.table["group"].tolist() == ["a", "a", "b", "b", None, None]
    assert curves.at(1)["group"].tolist() == ["a", "b", None]
    assert curves.difference(2, None, "a").estimate == -1


def test_nothing_to_draw_says_so():
    with pytest.raises(NotEnoughData):
        km(lives((-1, 1), (None, 0)))


def test_columns_and_confidence_are_checked():
    with pytest.raises(MissingColumns):
        s.kaplan_meier(SIX, duration="months", event="gone")
    with pytest.raises(BadValues):
        km(SIX, confidence=95)


def test_every_statement_is_sayable_in_both_languages():
    table = lives((0, 0, 0), (9, 1, 3), (5, None, 0), columns=("months", "left", "seen"))
    curves = km(table.astype({"left": "boolean"}), entry="seen")
    for said in (curves.definition, curves.finding, *curves.notes):
        assert said.say("ja")
        assert said.say("en")
    assert [m.key for m in curves.notes] == [
        *("survival.aside.event_missing", "survival.zero", "survival.no_start")
    ]


# --- late entry -----------------------------------------------------------------------------------

LATE = pd.DataFrame(
    {
        # two seen from month 2, ten more from month 6: ten at risk for the first time after 6
        "seen": [2.0] * 3 + [6.0] * 10,
        "months": [4.0, 5.0, 20.0] + [8.0, 9.0, 10.0, 11.0, 12.0] * 2,
        "left": [1, 1, 0] + [1, 0, 1, 0, 1] * 2,
    }
)


@on_every_backend
def test_with_late_entry_a_curve_starts_where_ten_are_at_risk(backend):
    curves = km(backend(LATE), entry="seen")
    first = curves.starts.iloc[0]
    assert (first["start"], first["events_before"], first["n"]) == (6, 2, 13)
    assert curves.table["time"].tolist() == [6, 8, 9, 10, 11, 12, 20]
    assert curves.table["at_risk"].tolist() == [11, 11, 9, 7, 5, 3, 1]
    assert curves.table["survival"].tolist()[:2] == pytest.approx([1, 9 / 11])
    assert [m.key for m in curves.notes] == ["survival.late"]


def test_before_its_start_a_curve_says_nothing():
    at = km(LATE, entry="seen").at([0, 4, 6, 8])
    assert at["survival"].isna().tolist() == [True, True, False, False]
    assert at["at_risk"].tolist() == [0, 3, 11, 11]


def test_the_threshold_can_be_lowered():
    curves = km(LATE, entry="seen", min_at_risk=1)
    assert curves.table["time"].tolist()[:3] == [2, 4, 5]
    assert curves.table["survival"].tolist()[:3] == pytest.approx([1, 2 / 3, 1 / 3])


def test_without_ten_at_risk_at_any_time_there_is_no_curve_and_a_note():
    table = pd.concat([LATE.assign(plan="a"), LATE.head(5).assign(plan="b")])
    curves = km(table, entry="seen", group="plan")
    assert curves.table["group"].unique().tolist() == ["a"]
    start = by_name(curves.starts)["b"]
    assert np.isnan(start["start"])
    assert start["events_before"] == 3
    at = by_name(curves.at(8, exact_ends=True))["b"]
    assert np.isnan([at["survival"], at["lower"], at["upper"]]).all()
    median = by_name(curves.medians)["b"]
    assert (median["n"], median["events"]) == (5, 3)
    assert np.isnan(by_name(curves.rmst(12))["b"]["rmst"])
    assert np.isnan(curves.difference(8, "a", "b").estimate)


# --- questions put to a curve ---------------------------------------------------------------------


def test_numbers_at_risk_are_those_just_before():
    at = km(SIX).at([0, 1, 2, 2.5, 4, 6])
    assert at["at_risk"].tolist() == [6, 6, 6, 5, 5, 2]
    assert at["survival"].round(4).tolist() == [1, 1, 0.8333, 0.8333, 0.6667, 0.2222]


def test_beyond_the_last_follow_up_nothing_is_extrapolated():
    table = lives(
        (1, 1, "a"), (3, 0, "a"), (1, 1, "b"), (2, 1, "b"), columns=("months", "left", "p")
    )
    at = km(table, group="p").at([3, 3.5])
    assert at["survival"].tolist()[:2] == pytest.approx([0.5, np.nan], nan_ok=True)
    assert at["survival"].tolist()[2:] == [0, 0], "nobody is left, and nobody comes back"
    assert at["at_risk"].tolist() == [1, 0, 0, 0]


def test_times_that_cannot_be_are_nan():
    assert km(SIX).at([-1, np.nan])["survival"].isna().all()


def test_exact_bounds_stand_in_at_0_and_1_and_only_on_request():
    table = lives(*[(m, 1) for m in (5, 5, 6, 6)])
    curves = km(table)
    assert curves.at([1, 6])[["lower", "upper"]].isna().all(axis=None)
    at = curves.at([1, 5, 6, 9], exact_ends=True)
    assert at["exact"].tolist() == [True, False, True, True]
    assert at["lower"].iloc[0] == pytest.approx(0.025 ** (1 / 4))
    assert at["upper"].iloc[0] == 1
    assert at["lower"].iloc[2:].tolist() == [0, 0]
    assert at["upper"].iloc[2:].tolist() == pytest.approx([1 - 0.025 ** (1 / 2)] * 2)


def test_a_median_that_is_not_reached_is_nan():
    median = by_name(km(lives((1, 1), (2, 0), (3, 0), (4, 0))).medians)["all"]
    assert np.isnan([median["median"], median["upper"]]).all()
    assert median["lower"] == 1


def test_the_median_is_the_first_time_at_one_half_despite_rounding():
    table = lives(*[(m, 1) for m in range(1, 7)])  # 5/6 · 4/5 · 3/4 is a little above one half
    assert km(table).medians["median"].iloc[0] == 3


def test_rmst_of_lung_by_sex_is_golden(lung):
    curves = km(lung, group="sex")
    found = curves.rmst(965)
    assert found["rmst"].tolist() == pytest.approx([324.048, 455.904], abs=5e-4)
    assert found["se"].tolist() == pytest.approx([22.298, 32.917], abs=5e-4)
    difference = curves.rmst_difference(965)
    assert difference[["group", "reference"]].to_numpy().tolist() == [["2", "1"]]
    assert difference["difference"].iloc[0] == pytest.approx(131.856, abs=5e-4)
    assert difference["se"].iloc[0] == pytest.approx(39.759, abs=5e-4)
    half = 1.959964 * 39.758702
    assert difference["lower"].iloc[0] == pytest.approx(131.855668 - half, abs=1e-3)


def test_rmst_is_asked_only_where_every_group_was_followed(lung):
    curves = km(lung, group="sex")
    for tau in (965.5, 0, -1, float("nan")):
        with pytest.raises(BadValues, match="965"):
            curves.rmst(tau)


def test_rmst_where_nobody_left_has_no_interval():
    rows = [(1, 0, "a"), (9, 0, "a"), (3, 1, "b"), (9, 0, "b")]
    curves = km(lives(*rows, columns=("months", "left", "p")), group="p")
    found = curves.rmst(6)
    assert found["rmst"].tolist() == [6, 4.5]
    assert found["se"].iloc[0] == 0
    assert found[["lower", "upper"]].isna().all(axis=1).tolist() == [True, False]
    assert curves.rmst_difference(6)[["se", "lower", "upper"]].isna().all(axis=None)


def test_rmst_begins_where_a_late_curve_begins():
    late = LATE.assign(seen=6.0).query("months > 6")
    shifted = late.assign(months=late["months"] - 6, seen=0.0)
    assert km(late, entry="seen").rmst(11)["rmst"].iloc[0] == pytest.approx(
        km(shifted).rmst(5)["rmst"].iloc[0]
    )


def test_the_default_tau_is_the_largest_that_fits(lung):
    assert km(SIX).default_tau() == 6
    assert km(SIX.assign(months=SIX["months"] - 1)).default_tau() is None
    assert km(lung, group="sex").default_tau() == 36


def test_the_difference_is_that_of_the_two_bands(lung):
    curves = km(lung, group="sex")
    at = by_name(curves.at(365))
    women, men = at["2"], at["1"]
    found = curves.difference(365, "2", "1")
    assert found.estimate == pytest.approx(women["survival"] - men["survival"])
    lower = np.hypot(women["survival"] - women["lower"], men["upper"] - men["survival"])
    assert found.lower == pytest.approx(found.estimate - lower)
    assert bool(found.excludes_zero)


def test_a_difference_at_certainty_uses_exact_bounds():
    rows = [(9, 0, "a")] * 12 + [(3, 1, "b")] * 6 + [(9, 0, "b")] * 6
    found = km(lives(*rows, columns=("months", "left", "p")), group="p").difference(6, "a", "b")
    assert found.estimate == 0.5
    assert 0 < found.lower < 0.5 < found.upper < 1


def test_curves_with_different_starts_are_not_compared():
    table = pd.concat([LATE.assign(p="late"), LATE.assign(seen=0.0, p="whole")])
    curves = km(table, entry="seen", group="p")
    for ask in (lambda: curves.difference(9, "late", "whole"), lambda: curves.rmst_difference(11)):
        with pytest.raises(BadValues, match="start"):
            ask()


def test_an_unknown_group_is_told_the_known_ones(lung):
    with pytest.raises(BadValues, match="1, 2"):
        km(lung, group="sex").difference(365, "women", "1")


# --- landmark -------------------------------------------------------------------------------------


@on_every_backend
def test_a_landmark_keeps_who_goes_on_and_counts_the_others(backend):
    table = lives(
        (3.0, True, 0.0),  # ended by 3
        (2.0, True, 1.0),
        (3.0, False, 0.0),  # not seen beyond 3
        (9.0, True, 4.0),  # seen only later
        (None, True, 0.0),
        (9.0, None, 0.0),
        (3.5, True, 0.0),
        (12.0, False, 3.0),
        columns=("months", "left", "seen"),
    ).astype({"left": "boolean"})
    found = s.landmark(backend(table), duration="months", event="left", entry="seen", at=3)
    assert dict(found.excluded) == {"ended": 2, "not_yet": 1, "unobserved": 1, "unusable": 2}
    assert found.n == 2
    kept = s.kaplan_meier(found.table, duration="months", event="left", entry="seen")
    assert kept.n == 2
    assert kept.table["time"].tolist() == [0, 0.5, 9]
    assert type(found.table) is type(backend(table))


def test_a_landmark_at_0_leaves_only_those_of_duration_0():
    found = s.landmark(lives((0, 1), (0, 0), (2, 1)), duration="months", event="left", at=0)
    assert (found.n, found.excluded["ended"], found.excluded["not_yet"]) == (1, 1, 1)


@pytest.mark.parametrize("at", [-1, float("nan"), float("inf")])
def test_a_landmark_is_a_time(at):
    with pytest.raises(BadValues):
        s.landmark(SIX, duration="months", event="left", at=at)
