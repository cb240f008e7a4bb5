"""The cohort triangle: every cell of the result, none invented, aligned with the rows beneath."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest

import csdata as cs
from csdata import charts
from csdata.charts import cells, frame
from tests.charts import results
from tests.charts.drawn import Drawn, tooltip
from tests.portfolios import portfolio

COHORTS = pytest.mark.parametrize("cohort", ["month", "quarter", "year"])


def rows(drawn: Drawn) -> pd.DataFrame:
    """All cells, from the layer that colours them."""
    return drawn.rows(drawn.layer(style="cell"))


def square(number: int) -> cs.Retention:
    """As many monthly cohorts of twenty as asked, the oldest seen for as many months."""
    months = pd.period_range(end="2026-12", periods=number, freq="M")
    starts = [f"{m}-01" for m in months.astype(str) for _ in range(20)]
    ends = [f"{m + 3}-01" if i < 5 else None for m in months for i in range(20)]
    return cs.retention(portfolio(zip(starts, ends, strict=True), "2026-12-31"))


@COHORTS
def test_every_known_cell_is_drawn_once_with_its_figures(cohort: str) -> None:
    result = results.retention(cohort)
    drawn = rows(Drawn(charts.retention(result)))
    own = drawn[~drawn["row"].isin(cells.BENEATH)].sort_values(["cohort", "age"])
    known = result.table[result.table["share"].notna()]
    assert own["share"].tolist() == known["share"].tolist()
    assert own["n"].tolist() == known["eligible"].tolist()
    assert own["incomplete"].tolist() == (~known["complete"]).tolist()


@COHORTS
def test_the_rows_beneath_are_those_of_the_result(cohort: str) -> None:
    result = results.retention(cohort)
    drawn = rows(Drawn(charts.retention(result)))
    for row, table in ((cells.POOLED, result.pooled), (cells.KAPLAN_MEIER, result.kaplan_meier)):
        own = drawn[drawn["row"] == row]
        assert own["share"].tolist() == table["share"].tolist()
        assert own["age"].tolist() == table["age"].tolist()


def test_all_rows_hang_on_one_axis_and_one_colour_scale() -> None:
    drawn = Drawn(charts.retention(results.retention("quarter")))
    ages = {tuple(scale["domain"]) for scale in drawn.scales("x")}
    orders = {tuple(scale["domain"]) for scale in drawn.scales("y")}
    assert len(ages) == len(orders) == 1
    (order,) = orders
    assert order[-3:] == cells.BENEATH
    assert list(order[:-3]) == sorted(order[:-3])
    assert drawn.scales("color") == [{"domain": [0, 1]}]


def test_on_calendar_months_there_is_no_kaplan_meier_row() -> None:
    drawn = rows(Drawn(charts.retention(results.retention("quarter", "calendar"))))
    assert set(drawn["row"]) & set(cells.BENEATH) == {cells.POOLED}


def test_incomplete_cells_are_lighter_hatched_and_say_when_they_complete() -> None:
    drawn = Drawn(charts.retention(results.retention("quarter")))
    assert len(drawn.layers(style="hatch")) == 3
    assert all(
        x["transform"] == [{"filter": "datum.incomplete"}] for x in drawn.layers(style="hatch")
    )
    lighter = drawn.layer(style="cell")["encoding"]["opacity"]
    assert lighter["condition"] == {"test": "datum.incomplete", "value": 0.45}
    table = rows(drawn)
    assert table.loc[table["incomplete"], "completes"].str.contains("まだ途中").all()
    assert not table.loc[~table["incomplete"], "completes"].str.contains("まだ途中").any()
    assert drawn.says("斜線")


def test_a_cell_that_nobody_has_reached_is_not_drawn_as_nought() -> None:
    result = cs.retention(portfolio([("2025-01-01", None), ("2025-01-31", None)] * 3, "2025-03-15"))
    drawn = rows(Drawn(charts.retention(result)))
    own = drawn[drawn["row"] == "2025-01-01"].set_index("age")
    assert own["incomplete"].to_dict() == {0: False, 1: False, 2: True}
    assert own["text"].to_dict() == {0: "100", 1: "100", 2: "100"}
    nobody = result.table.assign(eligible=0, share=float("nan"))
    empty = dataclasses.replace(result, table=pd.concat([result.table, nobody]))
    assert len(rows(Drawn(charts.retention(empty)))) == len(drawn)


def test_complete_cells_carry_no_sign() -> None:
    result = cs.retention(portfolio([("2025-01-01", None)] * 6, "2025-06-30"))
    drawn = Drawn(charts.retention(result))
    assert drawn.layers(style="hatch") == drawn.layers(style="corner") == []
    assert not drawn.says("見方")


def test_cells_of_fewer_than_five_are_grey() -> None:
    drawn = Drawn(charts.retention(results.retention("month")))
    table = rows(drawn)
    assert (table["look"] == "small").tolist() == (table["n"] < 5).tolist()
    grey = drawn.layer(style="small_cell")
    assert grey["transform"] == [{"filter": "datum.look === 'small'"}]
    assert "color" not in grey["encoding"]
    assert drawn.says("灰色")


def test_cohorts_observed_late_are_marked() -> None:
    result = results.late_retention()
    drawn = Drawn(charts.retention(result))
    table = rows(drawn)
    assert set(table.loc[table["conditional"], "cohort"]) == {"2024-01-01"}
    assert drawn.layer(style="corner")["transform"] == [{"filter": "datum.conditional"}]
    assert drawn.says("左上の角")


@pytest.mark.parametrize(
    ("cohort", "lang", "label"),
    [
        ("month", "ja", "2025/04"),
        ("month", "en", "2025-04"),
        ("quarter", "ja", "2025年度 Q1"),
        ("quarter", "en", "FY2025 Q1"),
        ("year", "ja", "2025年度"),
        ("year", "en", "FY2025"),
    ],
)
def test_a_cohort_is_called_by_its_period(cohort: Any, lang: str, label: str) -> None:
    result = cs.retention(portfolio([("2025-04-10", None)], "2026-03-31"), cohort=cohort)
    drawn = Drawn(charts.retention(result, lang=lang))
    assert label in drawn.layer(style="cell")["encoding"]["y"]["axis"]["labelExpr"]
    table = rows(drawn)
    assert set(table[table["row"] == "2025-04-01"]["title"]) == {label}


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ("2025-06-30", "2025年度 Q1"),
        ("2025-07-01", "2025年度 Q2"),
        ("2025-12-31", "2025年度 Q3"),
        ("2026-01-01", "2025年度 Q4"),
        ("2026-04-01", "2026年度 Q1"),
    ],
)
def test_quarters_follow_the_fiscal_year(day: str, label: str) -> None:
    assert cells.cohort_label(pd.Timestamp(day), "quarter", "ja") == label


def test_the_size_of_each_cohort_stands_beside_it() -> None:
    result = results.retention("quarter")
    drawn = Drawn(charts.retention(result))
    (sizes,) = [x for x in drawn.layers(style="muted") if x["encoding"]["text"]["field"] == "size"]
    written = drawn.rows(sizes).set_index("row")["size"]
    for cohort, size in result.table.groupby("cohort")["size"].first().items():
        assert written[f"{cohort:%Y-%m-%d}"] == f"{size:,}"
    assert written[cells.KAPLAN_MEIER] == f"{result.kaplan_meier['at_risk'].iloc[0]:,}"


def test_the_tooltip_has_interval_n_and_the_date() -> None:
    drawn = Drawn(charts.retention(results.retention("quarter")))
    fields = tooltip(drawn.layer(style="cell"))
    assert list(fields) == [*("title", "when", "percent", "interval", "known", "step", "completes")]
    assert all(tooltip(layer) == fields for layer in drawn.layers(mark="text") if len(layer) > 4)
    source = results.retention("quarter").table.iloc[20]
    table = rows(drawn)
    (cell,) = table[
        (table["cohort"] == f"{source['cohort']:%Y-%m-%d}") & (table["age"] == source["age"])
    ].to_dict("records")
    assert cell["interval"] == f"{100 * source['lower']:.0f}–{100 * source['upper']:.0f}%"
    assert str(source["eligible"]) in cell["known"]


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        (0.5612, 0.6588, "56–66%"),
        (0.9986, 1.0, "99.9–100.0%"),
        (0.612, 0.631, "61.2–63.1%"),
        (float("nan"), 0.9, "–"),
    ],
)
def test_an_interval_is_as_fine_as_it_is_narrow(lower: float, upper: float, said: str) -> None:
    assert frame.interval(lower, upper, "ja") == said


def test_a_click_selects_a_cell() -> None:
    (pick,) = Drawn(charts.retention(results.retention())).spec["params"]
    assert pick["name"] == "pick"
    assert pick["select"] == {"type": "point", "fields": ["cohort", "age"]}


@pytest.mark.parametrize(
    ("number", "written"),
    [pytest.param(12, "every", id="12"), pytest.param(48, "changes", id="48")],
)
def test_text_is_as_dense_as_the_cells_allow(number: int, written: str) -> None:
    drawn = Drawn(charts.retention(square(number)))
    inks = [x for x in drawn.layers(mark="text") if x["mark"]["style"] in cells.INKS]
    assert len(inks) == len(cells.INKS)
    assert all(x["mark"]["fontSize"] >= 9 for x in inks)
    thinned = ["datum.changed" in x["transform"][0]["filter"] for x in inks]
    assert thinned == [written == "changes"] * len(inks)
    assert drawn.says("変わったマスだけ") == (written == "changes")
    assert drawn.spec["width"] <= 980


def test_cells_too_small_for_figures_carry_none_and_labels_are_thinned() -> None:
    drawn = Drawn(charts.retention(square(120)))
    assert not [x for x in drawn.layers(mark="text") if x["mark"]["style"] in cells.INKS]
    axis = drawn.layer(style="cell")["encoding"]["x"]["axis"]["values"]
    assert len(axis) * 24 <= 980
    assert drawn.spec["width"] <= 980


def test_values_that_change_are_told_apart() -> None:
    table = rows(Drawn(charts.retention(square(12))))
    oldest = table[table["row"] == table["row"].min()].set_index("age")
    assert oldest.loc[oldest["changed"], "text"].to_dict() == {0: "100", 3: "75"}


def test_intervals_are_written_where_there_is_room_and_said_not_to_be_elsewhere() -> None:
    result = results.retention("year")
    wide = cs.retention(results.company(), cohort="year", period="quarter")
    drawn = Drawn(charts.retention(wide, intervals=True))
    written = [x for x in drawn.layers(mark="text") if x["encoding"]["text"]["field"] == "bounds"]
    assert len(written) == len(cells.INKS)
    table = rows(drawn).set_index(["cohort", "age"])
    cell = wide.table[wide.table["age"] == 4].iloc[0]
    assert table.loc[(f"{cell['cohort']:%Y-%m-%d}", 4), "bounds"] == (
        f"{100 * cell['lower']:.0f}–{100 * cell['upper']:.0f}"
    )
    assert drawn.says("マスの小さい数字=95%区間(%)")
    narrow = Drawn(charts.retention(result, intervals=True))
    assert not [x for x in narrow.layers(mark="text") if x["encoding"]["text"]["field"] == "bounds"]
    assert narrow.says("マスが狭いので書いていません")
    assert not Drawn(charts.retention(wide)).says("95%区間")
