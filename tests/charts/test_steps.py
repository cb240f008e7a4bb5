"""Survival curves and the numbers at risk beneath them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata import charts
from csdata.analyses.survival import SurvivalCurves, kaplan_meier
from csdata.charts import step_rows, theme
from tests.charts import results
from tests.charts.drawn import Drawn, tooltip


def at_risk(drawn: Drawn) -> pd.DataFrame:
    (table,) = [x for x in drawn.layers(mark="text") if x["encoding"]["text"].get("field") == "n"]
    return drawn.rows(table)


def lines(drawn: Drawn) -> pd.DataFrame:
    return drawn.rows(drawn.layer(mark="line", style="line"))


def bands(drawn: Drawn) -> pd.DataFrame:
    return drawn.rows(drawn.layers(mark="area")[0])


def curves(result: Any) -> SurvivalCurves:
    return getattr(result, "curves", result)


RESULTS = pytest.mark.parametrize(
    "result",
    [
        pytest.param(lambda: results.survival(None), id="one"),
        pytest.param(results.survival, id="three"),
        pytest.param(lambda: results.survival("plan", 3), id="landmark"),
        pytest.param(results.many_groups, id="twelve"),
    ],
)


@RESULTS
def test_the_numbers_at_risk_are_those_of_the_result(result: Any) -> None:
    drawn = Drawn(charts.survival(result()))
    shown = at_risk(drawn)
    own = curves(result())
    ticks = sorted(shown["time"].unique())
    at = own.at(ticks)
    assert shown["n"].tolist() == at["at_risk"].tolist()
    assert shown["time"].tolist() == at["time"].tolist()
    axis = drawn.layer(mark="line", style="line")["encoding"]["x"]["axis"]
    assert axis["values"] == ticks


@RESULTS
def test_curves_and_table_hang_on_one_x_scale(result: Any) -> None:
    scales = Drawn(charts.survival(result())).scales("x")
    assert len({tuple(s["domain"]) for s in scales}) == 1
    assert all(s["nice"] is False for s in scales)


@RESULTS
def test_the_steps_are_those_of_the_result(result: Any) -> None:
    drawn, own = Drawn(charts.survival(result())), curves(result())
    shown = lines(drawn)
    expected = set(zip(own.table["time"], own.table["survival"], strict=True))
    assert set(zip(shown["time"], shown["survival"], strict=True)) == expected
    marks = [*drawn.layers(mark="line"), *drawn.layers(mark="area")]
    assert {m["mark"]["interpolate"] for m in marks} == {"step-after"}


@RESULTS
def test_bands_hold_their_curve(result: Any) -> None:
    shown = bands(Drawn(charts.survival(result())))
    assert ((shown["lower"] >= 0) & (shown["lower"] <= shown["upper"])).all()
    assert (shown["upper"] <= 1).all()


@RESULTS
def test_ticks_stand_where_somebody_was_last_seen(result: Any) -> None:
    drawn, own = Drawn(charts.survival(result())), curves(result())
    shown = drawn.rows(drawn.layers(mark="tick")[0])
    assert set(shown["time"]) <= set(own.table.loc[own.table["censored"] > 0, "time"])
    assert drawn.says("短い縦線")


def test_stretches_of_fewer_than_five_are_grey() -> None:
    table = pd.DataFrame({"t": [float(i) for i in range(1, 9)], "e": [True] * 8})
    drawn = Drawn(charts.survival(kaplan_meier(table, duration="t", event="e")))
    shown = lines(drawn)
    small, large = shown[shown["small"]], shown[~shown["small"]]
    # Eight are at risk before 1, so five are before 4 and four after it: grey begins at 4.
    assert sorted(large["time"]) == [0, 1, 2, 3, 4]
    assert sorted(small["time"]) == [4, 5, 6, 7, 8]
    grey = drawn.layer(mark="line", style="small_line")
    assert "color" not in grey["encoding"]
    assert grey["transform"] == [{"filter": "datum.small"}]


def test_a_group_of_fewer_than_five_is_all_grey() -> None:
    drawn = Drawn(charts.survival(results.many_groups()))
    sizes = at_risk(drawn).query("time == 0").set_index("id")["n"]
    assert len(few := sizes[sizes < 5]) == 1
    steps = lines(drawn)
    assert set(steps[steps["id"].isin(few.index)]["small"]) == {True}


def test_twelve_groups_can_be_told_apart() -> None:
    drawn = Drawn(charts.survival(results.many_groups()))
    (color,) = {tuple(s["range"]) for s in drawn.scales("color")}
    (dash,) = {tuple(map(tuple, s["range"])) for s in drawn.scales("strokeDash")}
    assert len(set(zip(color, dash, strict=True))) == 12


def test_names_beside_the_curves_do_not_overlap() -> None:
    drawn = Drawn(charts.survival(results.many_groups()))
    height = drawn.spec["height"]
    (names,) = [x for x in drawn.layers(mark="text", style="ink") if x["mark"].get("dx") == 36]
    levels = np.sort(drawn.rows(names)["level"]) * height
    assert np.diff(levels).min() >= theme.FONT * theme.PRESENTING
    assert levels.min() >= 0
    assert levels.max() <= height


def test_a_long_name_is_cut_and_whole_in_the_tooltip() -> None:
    drawn = Drawn(charts.survival(results.many_groups()))
    (names,) = [x for x in drawn.layers(mark="text", style="ink") if x["mark"].get("dx") == 36]
    rows = drawn.rows(names)
    (long,) = rows[rows["short"].str.endswith("…")].to_dict("records")
    assert long["name"].startswith(long["short"][:-1])
    assert names["encoding"]["tooltip"]["field"] == "name"


def test_a_group_without_a_name_has_one_in_the_picture() -> None:
    drawn = Drawn(charts.survival(results.many_groups(), lang="ja"))
    assert "未記入" in set(at_risk(drawn)["name"])


def test_one_curve_needs_no_name_at_its_end() -> None:
    drawn = Drawn(charts.survival(results.survival(None)))
    assert drawn.layers(mark="rule") == []


@pytest.mark.parametrize(
    ("landmark", "title"),
    [(None, "契約開始からの月数(か月)"), (3, "契約開始から3か月時点を 0 とする月数(か月)")],
)
def test_the_axis_says_where_its_clock_begins(landmark: float | None, title: str) -> None:
    drawn = Drawn(charts.survival(results.survival("plan", landmark)))
    assert drawn.layer(mark="line", style="line")["encoding"]["x"]["title"] == title


def test_the_tooltip_has_interval_and_numbers() -> None:
    drawn = Drawn(charts.survival(results.survival()))
    (dots,) = [x for x in drawn.layers(mark="point") if "opacity" in x["encoding"]]
    assert {"name", "time", "percent", "interval", "at_risk", "events"} == set(tooltip(dots))


def test_a_curve_that_begins_late_says_so() -> None:
    late = pd.DataFrame(
        {"t": [20.0] * 15 + [8.0] * 5, "e": [False] * 15 + [True] * 5, "from": [6.0] * 20}
    )
    result = kaplan_meier(late, duration="t", event="e", entry="from")
    drawn = Drawn(charts.survival(result))
    assert drawn.says("6 まで続いたもの")
    assert lines(drawn)["time"].min() == 6


def test_a_curve_that_ends_at_nought_keeps_its_band_until_there() -> None:
    table = pd.DataFrame({"t": [1.0, 2.0, 3.0] * 4, "e": [True] * 12})
    result = kaplan_meier(table, duration="t", event="e")
    shown = bands(Drawn(charts.survival(result)))
    assert shown["time"].max() == 3
    levels = [set(shown.query("time == @t")["lower"]) for t in (2, 3)]
    assert levels[0] == levels[1] != set()


def test_the_cells_of_the_quadrant_keep_their_colours_and_names() -> None:
    drawn = Drawn(charts.quadrant_curves(results.quadrant()))
    values = curves(results.quadrant()).groups
    for scale in drawn.scales("color"):
        assert scale["range"] == [theme.CELLS[v] for v in values]
    assert set(at_risk(drawn)["name"]) == {"広×深", "狭×深", "広×浅", "狭×浅"}
    assert drawn.layer(mark="line", style="line")["encoding"]["x"]["title"].startswith(
        "契約開始から3か月"
    )


@given(
    gaps=st.lists(st.floats(0.01, 5), min_size=1, max_size=60),
    step=st.floats(0.05, 10),
)
def test_thinning_keeps_the_shape(gaps: list[float], step: float) -> None:
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    rows = pd.DataFrame({"time": times, "survival": np.linspace(1, 0, len(times))})
    thin = step_rows.thinned(rows, step)
    assert thin.iloc[0].equals(rows.iloc[0])
    assert thin.iloc[-1].equals(rows.iloc[-1])
    assert len(thin) <= times[-1] / step + 3
    # The level shown at a time is one that the curve itself has within a step before it.
    for time, level in zip(rows["time"], rows["survival"], strict=True):
        shown = thin[thin["time"] <= time]["survival"].iloc[-1]
        earlier = rows[rows["time"] <= time - step]["survival"]
        assert level <= shown <= (earlier.iloc[-1] if len(earlier) else 1.0)


def test_a_curve_of_many_steps_is_drawn_no_finer_than_a_pixel() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"t": rng.uniform(0, 48, 8000), "e": rng.random(8000) < 0.5})
    drawn = Drawn(charts.survival(kaplan_meier(table, duration="t", event="e")))
    assert 500 < len(lines(drawn)) <= 920
