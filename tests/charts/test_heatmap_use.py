"""The triangle of measures of use and of rows by an attribute."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

import csdata as cs
from csdata import charts
from csdata.charts import cells
from tests.charts import results
from tests.charts.drawn import Drawn
from tests.charts.test_heatmap import rows


@functools.cache
def result(measure: str, **options: Any) -> cs.Retention:
    given: Any = {"measure": measure, **options}
    return cs.retention(results.company(), **given)


@pytest.mark.parametrize("measure", ["on", "on_or_after", "bracket", "streak"])
def test_every_known_cell_is_drawn_once_with_its_figures(measure: str) -> None:
    used = result(measure, cohort="quarter")
    drawn = rows(Drawn(charts.retention(used)))
    own = drawn[~drawn["row"].isin(cells.BENEATH)].sort_values(["cohort", "age"])
    known = used.table[used.table["share"].notna()]
    assert own["share"].tolist() == known["share"].tolist()
    assert own["incomplete"].tolist() == (~known["complete"]).tolist()
    assert cells.KAPLAN_MEIER not in set(drawn["row"])


def test_brackets_are_columns_named_by_their_months() -> None:
    used = result("bracket", bracket=((0, 2), (6, 11)))
    drawn = Drawn(charts.retention(used))
    assert {tuple(scale["domain"]) for scale in drawn.scales("x")} == {(0, 6)}
    assert set(rows(drawn)["when"]) == {"0–2", "6–11"}


def test_what_can_still_rise_has_a_corner_and_a_word() -> None:
    used = result("on_or_after", cohort="quarter")
    drawn = Drawn(charts.retention(used))
    marked = rows(drawn)
    own = marked[~marked["row"].isin(cells.BENEATH)]
    known = used.table[used.table["share"].notna()]
    assert int(own["may_rise"].sum()) == int(known["may_rise"].sum()) > 0
    assert drawn.layers(style="corner")
    assert not Drawn(charts.retention(result("on", cohort="quarter"))).layers(style="corner")


@pytest.mark.parametrize("chart", [charts.retention, charts.retention_curves])
def test_rows_by_an_attribute_carry_its_values(chart: Any) -> None:
    by = result("on", by="plan")
    plans = dict.fromkeys(by.table["cohort"])
    spec = Drawn(chart(by)).spec
    assert all(plan in str(spec) for plan in plans)


def test_a_click_is_told_as_cohort_or_value_and_age() -> None:
    by = result("on", by="plan")
    row = cells.row_ids(by)[by.table["cohort"].iloc[0]]
    value = by.table["cohort"].iloc[0]
    told = charts.picked(by, {"pick": [{"cohort": row, "age": 3}]})
    assert told is not None
    assert (told.part, told.cohort, told.age) == ("cell", value, 3)
    cohorts = result("on", cohort="quarter")
    first = cohorts.table["cohort"].iloc[0]
    told = charts.picked(cohorts, {"pick": [{"cohort": f"{first:%Y-%m-%d}", "age": 0}]})
    assert told is not None
    assert (told.part, told.cohort, told.age) == ("cell", first, 0)


def test_a_click_beside_the_cells_is_told_as_a_row_and_beneath_as_a_column() -> None:
    cohorts = result("on", cohort="quarter")
    first = cohorts.table["cohort"].iloc[0]
    drawn = Drawn(charts.retention(cohorts))
    tables = [drawn.rows(layer) for layer in drawn.layers(mark="text")]
    sizes = next(rows for rows in tables if "size" in rows)
    click = sizes[sizes["row"] == f"{first:%Y-%m-%d}"].iloc[0]
    told = charts.picked(cohorts, {"pick": [{"cohort": click["cohort"], "age": int(click["age"])}]})
    assert told is not None
    assert (told.part, told.cohort, told.age) == ("row", first, None)
    told = charts.picked(cohorts, {"pick": [{"cohort": cells.POOLED, "age": 3}]})
    assert told is not None
    assert (told.part, told.cohort, told.age) == ("column", None, 3)


@pytest.mark.parametrize(
    "selections",
    [
        {},
        {"pick": []},
        {"pick": [{"cohort": "somewhere", "age": 3}]},
        {"pick": [{"cohort": cells.POOLED, "age": 999}]},
        {"pick": [{"cohort": cells.POOLED, "age": -1}]},
    ],
    ids=str,
)
def test_a_click_elsewhere_is_none(selections: dict[str, Any]) -> None:
    assert charts.picked(result("on", cohort="quarter"), selections) is None


def test_values_of_a_file_cannot_break_out_of_the_labels() -> None:
    hostile = "';alert(1)//\"\\</script>"
    customers = results.company().customers.head(30).assign(group=hostile)
    by = cs.retention(cs.Portfolio(customers=customers, as_of=results.company().as_of), by="group")
    (label,) = {
        axis["labelExpr"] for axis in _axes(charts.retention(by)) if "{" in axis["labelExpr"]
    }
    text = label.removesuffix("[datum.value]")
    assert hostile in json.loads(text).values()


def _axes(chart: Any) -> list[dict[str, Any]]:
    layers = chart.to_dict()["layer"]
    found = [layer["encoding"].get("y", {}).get("axis") or {} for layer in layers]
    return [axis for axis in found if "labelExpr" in axis][:1]
