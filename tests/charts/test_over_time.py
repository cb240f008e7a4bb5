"""One age over time: points, bands, and the lines of what happened."""

import datetime as dt
import json

import pandas as pd
import pytest

import csdata as cs
from csdata import charts
from csdata.charts.event_lines import place
from tests.charts import results
from tests.charts.drawn import Drawn
from tests.portfolios import Life, portfolio


def drawn_events(events: list[cs.NamedEvent], cohort: str = "month") -> pd.DataFrame:
    drawn = Drawn(charts.retention_over_time(results.over_time(cohort), events=events))
    found = [drawn.rows(layer) for layer in drawn.layers(mark="rule", style="cut")]
    return found[0] if found else pd.DataFrame()


@pytest.mark.parametrize(
    ("day", "months"),
    [
        ("2024-01-01", 0.0),
        ("2024-02-01", 1.0),
        ("2024-02-15", 1 + 14 / 29),
        ("2023-12-31", -1 / 31),
    ],
)
def test_a_day_is_a_part_of_its_month(day: str, months: float) -> None:
    assert place(dt.date.fromisoformat(day), dt.date(2024, 1, 20)) == pytest.approx(months)


def test_a_cohort_stands_right_of_the_event_that_opens_it() -> None:
    result = results.over_time("quarter")
    opens = pd.Timestamp(result.table["cohort"].iloc[3]).date()
    (event,) = drawn_events([cs.NamedEvent(opens, "値上げ")], "quarter").to_dict("records")
    drawn = Drawn(charts.retention_over_time(result))
    points = drawn.rows(drawn.layers(mark="line", style="km_line")[0])
    assert points["place"].iloc[2] < event["event_place"] < points["place"].iloc[3]


@pytest.mark.parametrize(
    ("cohort", "name"), [("year", "2024年度"), ("quarter", "2024年度 Q1"), ("month", "2024/04")]
)
def test_a_cohort_is_named_at_its_middle(cohort: str, name: str) -> None:
    drawn = Drawn(charts.retention_over_time(results.over_time(cohort)))
    axis = drawn.layers(mark="line", style="km_line")[0]["encoding"]["x"]["axis"]
    names = {v: k for k, v in json.loads(axis["labelExpr"].removesuffix("[datum.value]")).items()}
    table = results.over_time(cohort).table
    first = pd.Timestamp(table["cohort"].iloc[0])
    months = (2024 - first.year) * 12 + 4 - first.month
    width = {"year": 12, "quarter": 3, "month": 1}[cohort]
    assert float(names[name]) == months + width / 2
    assert float(names[name]) in axis["values"]


def test_names_that_lie_close_do_not_cover_each_other() -> None:
    days = [dt.date(2024, 5, 1), dt.date(2024, 5, 20), dt.date(2024, 6, 10), dt.date(2025, 9, 1)]
    rows = drawn_events([cs.NamedEvent(day, f"とても長い名前の出来事 {day}") for day in days])
    assert rows["dy"].tolist()[:3] == [8, 26, 44]
    assert rows["dy"].iloc[3] == 8


def test_events_outside_the_picture_are_not_drawn() -> None:
    assert drawn_events([cs.NamedEvent(dt.date(1999, 1, 1), "昔")]).empty


def test_cohorts_that_are_small_or_not_whole_look_so() -> None:
    lives: list[Life] = [*[("2024-01-05", None)] * 9, *[("2024-02-05", None)] * 3]
    lives += [("2024-03-05", None), ("2024-03-25", None)] * 6
    result = cs.retention_over_time(cs.retention(portfolio(lives, "2025-03-10")), age=12)
    drawn = Drawn(charts.retention_over_time(result))
    (points,) = [drawn.rows(x) for x in drawn.layers(mark="point", style="small_dot")]
    assert points["look"].tolist() == ["whole", "small", "open"]
    assert drawn.says("白抜き")
    assert drawn.says("灰色")
    whole = Drawn(charts.retention_over_time(results.over_time("year")))
    assert not whole.says("灰色")
