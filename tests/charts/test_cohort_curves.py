"""Retention as curves."""

from __future__ import annotations

import pandas as pd
import pytest

from csdata import charts
from csdata.charts import cells, theme
from tests.charts import results
from tests.charts.drawn import Drawn, tooltip


@pytest.mark.parametrize("cohort", ["month", "quarter", "year"])
def test_every_complete_cell_lies_on_its_cohorts_line(cohort: str) -> None:
    result = results.retention(cohort)
    drawn = Drawn(charts.retention_curves(result))
    lines = drawn.rows(drawn.layers(style="thin")[0])
    known = result.table[result.table["complete"]]
    points = {
        (f"{c:%Y-%m-%d}", a, s)
        for c, a, s in zip(known.cohort, known.age, known.share, strict=True)
    }
    assert set(zip(lines["cohort"], lines["age"], lines["share"], strict=True)) == points


def test_a_line_ends_with_the_last_complete_cell() -> None:
    result = results.retention("quarter")
    drawn = Drawn(charts.retention_curves(result))
    lines = drawn.rows(drawn.layer(style="thin"))
    complete = result.table[result.table["complete"]].groupby("cohort")["age"].max()
    ends = lines.groupby("cohort")["age"].max()
    assert ends.to_dict() == {f"{c:%Y-%m-%d}": age for c, age in complete.items()}


def test_pooled_and_kaplan_meier_have_their_bands() -> None:
    result = results.retention("quarter")
    drawn = Drawn(charts.retention_curves(result))
    for style, table, base in (
        ("ink", result.pooled, "eligible"),
        ("km", result.kaplan_meier, "at_risk"),
    ):
        sure = table[table[base] >= theme.SMALL_N]
        line = drawn.rows(drawn.layers(mark="line", style=f"{style}_line")[0])
        band = drawn.rows(drawn.layer(style=f"{style}_band"))
        assert line["share"].tolist() == sure["share"].tolist()
        assert band["lower"].fillna(-1).tolist() == sure["lower"].fillna(-1).tolist()


def test_the_newest_cohorts_that_are_known_for_a_year_stand_out() -> None:
    result = results.retention("quarter")
    drawn = Drawn(charts.retention_curves(result))
    (scale,) = {tuple(s["domain"]) for s in drawn.scales("color")}
    known = result.table[result.table["complete"] & (result.table["eligible"] >= theme.SMALL_N)]
    last = known.groupby("cohort")["age"].max()
    newest = sorted(last[last >= 12].index, reverse=True)[:3]
    assert list(scale) == [f"{c:%Y-%m-%d}" for c in newest]


def test_chosen_cohorts_stand_out_instead() -> None:
    result = results.retention("quarter")
    chosen = sorted({f"{c:%Y-%m-%d}" for c in result.table["cohort"]})[1:3]
    drawn = Drawn(charts.retention_curves(result, highlight=chosen))
    assert {tuple(s["domain"]) for s in drawn.scales("color")} == {tuple(chosen)}
    named = [x for x in drawn.layers(mark="text", style="ink") if x["mark"].get("dx") != 36]
    labels = {cells.cohort_label(pd.Timestamp(c), "quarter", "ja") for c in chosen}
    assert set(drawn.rows(named[0])["title"]) <= labels


def test_colours_are_not_shared_with_the_kaplan_meier_curve() -> None:
    result = results.retention("quarter")
    every = [f"{c:%Y-%m-%d}" for c in result.table["cohort"].unique()]
    drawn = Drawn(charts.retention_curves(result, highlight=every))
    own = {color for scale in drawn.scales("color") for color in scale["range"]}
    assert len(own) == 5
    assert theme.config()["style"]["km_line"]["color"] not in own


def test_pointing_at_a_cell_lights_its_cohort_and_tells_its_figures() -> None:
    drawn = Drawn(charts.retention_curves(results.retention("quarter")))
    (hover,) = drawn.spec["params"]
    assert (hover["name"], hover["select"]["fields"]) == ("hover", ["cohort"])
    assert "interval" in tooltip(drawn.layer(style="hover_dot"))
    thin = drawn.layers(style="thin")[0]["encoding"]["strokeWidth"]["condition"]
    assert thin["param"] == "hover"


def test_a_grey_stretch_joins_its_neighbours_and_no_colour_crosses_it() -> None:
    result = results.late_retention()
    drawn = Drawn(charts.retention_curves(result))
    row = result.kaplan_meier
    (blue,) = drawn.layers(mark="line", style="km_line")
    pieces = drawn.rows(blue).groupby("piece")["age"].apply(list)
    sure = set(row.loc[row["at_risk"] >= theme.SMALL_N, "age"])
    assert {age for piece in pieces for age in piece} == sure
    assert all(piece == list(range(piece[0], piece[-1] + 1)) for piece in pieces)
    grey = drawn.rows(drawn.layers(mark="line", style="small_line")[0])
    assert set(row["age"]) - sure < set(grey["age"])
