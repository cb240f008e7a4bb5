"""The quadrant's picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata import charts
from csdata.charts import frame, plane, theme
from csdata.errors import NotEnoughData
from tests.charts import results
from tests.charts.drawn import Drawn, tooltip

QUADRANTS = pytest.mark.parametrize(
    "result",
    [
        pytest.param(results.quadrant, id="usage"),
        pytest.param(results.undecided, id="undecided"),
        pytest.param(results.crowd, id="crowd"),
    ],
)


def points(drawn: Drawn) -> pd.DataFrame:
    return drawn.rows(drawn.layer(style="dot"))


def cut_lines(drawn: Drawn) -> tuple[float, float]:
    row = drawn.rows(drawn.layers(style="cut")[0]).iloc[0]
    return float(row["breadth"]), float(row["depth"])


@QUADRANTS
def test_customers_with_a_cell_are_drawn_with_their_own_values(result: Any) -> None:
    drawn = points(Drawn(charts.quadrant(result())))
    table = result().table.set_index("customer_id").loc[drawn["customer_id"]]
    assert drawn["breadth_value"].tolist() == table["breadth"].tolist()
    assert drawn["depth_value"].tolist() == table["depth"].tolist()
    assert drawn["cell"].tolist() == table["cell"].tolist()
    assert "undecidable" not in set(drawn["cell"])


@QUADRANTS
def test_every_point_lies_on_its_side_of_the_cuts(result: Any) -> None:
    picture = Drawn(charts.quadrant(result()))
    drawn = points(picture)
    breadth, depth = cut_lines(picture)
    assert ((drawn["breadth"] >= breadth) == drawn["cell"].str.startswith("wide")).all()
    assert ((drawn["depth"] >= depth) == drawn["cell"].str.endswith("deep")).all()


def test_the_colours_of_the_cells_are_fixed() -> None:
    colors = {
        "wide_deep": "#0B4F8A",
        "narrow_deep": "#0F9D8A",
        "wide_shallow": "#E07B00",
        "narrow_shallow": "#8A8F98",
    }
    for scale in Drawn(charts.quadrant(results.quadrant())).scales("color"):
        assert dict(zip(scale["domain"], scale["range"], strict=True)) == colors


def test_whole_numbers_are_scattered_and_it_is_said() -> None:
    drawn = Drawn(charts.quadrant(results.undecided()))
    table = points(drawn)
    shift = table["breadth"] - table["breadth_value"]
    assert shift.abs().between(0.0001, 0.36).any()
    assert (shift.abs() < 0.5).all()
    assert table["depth"].tolist() == table["depth_value"].tolist()
    assert drawn.says("業務範囲は整数なので")


def test_measured_values_are_drawn_where_they_are() -> None:
    rng = np.random.default_rng(0)
    result = results.plane(rng.normal(5, 1, 30), rng.normal(5, 1, 30))
    drawn = Drawn(charts.quadrant(result))
    table = points(drawn)
    assert table["breadth"].tolist() == table["breadth_value"].tolist()
    assert cut_lines(drawn) == (result.breadth_cut, result.depth_cut)
    assert not drawn.says("整数")


def test_customers_without_a_cell_are_counted_in_the_caption() -> None:
    drawn = Drawn(charts.quadrant(results.undecided()))
    assert len(points(drawn)) == 37
    assert drawn.says("判定不能の 3 社は描いていません")


def test_when_nobody_has_a_cell_there_is_no_picture() -> None:
    table = results.undecided().table.assign(cell="undecidable")
    import dataclasses

    nobody = dataclasses.replace(results.undecided(), table=table)
    with pytest.raises(NotEnoughData):
        charts.quadrant(nobody)


def test_borderline_customers_have_a_rim() -> None:
    drawn = Drawn(charts.quadrant(results.quadrant()))
    assert drawn.layer(style="dot")["transform"][-1] == {"filter": "!datum.borderline"}
    assert drawn.layer(style="border_dot")["transform"][-1] == {"filter": "datum.borderline"}
    assert results.quadrant().table["borderline"].any()
    assert drawn.says("縁取り")


def test_the_area_of_a_point_is_its_mrr() -> None:
    drawn = Drawn(charts.quadrant(results.quadrant()))
    size = drawn.layer(style="dot")["encoding"]["size"]
    assert size["field"] == "mrr"
    assert size["scale"]["domain"] == [0, results.quadrant().table["mrr"].max()]
    assert drawn.says("点の大きさ")


def test_without_mrr_all_points_are_alike() -> None:
    drawn = Drawn(charts.quadrant(results.undecided()))
    assert set(drawn.layer(style="dot")["encoding"]["size"]) == {"value"}
    assert not drawn.says("点の大きさ")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_each_corner_has_name_n_and_retention_of_its_cell(lang: str) -> None:
    result = results.quadrant()
    drawn = Drawn(charts.quadrant(result, lang=lang))
    heads = [drawn.rows(x).iloc[0] for x in drawn.layers(style="strong")]
    by_cell = {row["cell"]: row for row in heads}
    for cell in result.cells[result.cells["n"] > 0].to_dict("records"):
        row = by_cell[cell["cell"]]
        assert f"n={cell['n']:,}" in row["head"]
        assert f"{100 * cell['retention_12']:.0f}%" in row["line"]
        low, high = cell["retention_12_lower"], cell["retention_12_upper"]
        assert frame.interval(low, high, lang) in row["line"]
    corners = {(r["breadth"], r["depth"]) for r in heads}
    assert len(corners) == len(heads) == 4


def test_the_largest_customers_carry_their_names() -> None:
    result = results.quadrant()
    drawn = Drawn(charts.quadrant(result, names=3))
    written = drawn.rows(drawn.layer(style="label"))["label"].tolist()
    largest = result.table.sort_values(["mrr", "customer_id"], ascending=[False, True])
    allowed = largest["name"].head(3).tolist()
    assert 1 <= len(written) <= 3
    assert all(any(n.startswith(w.rstrip("…")) for n in allowed) for w in written)
    assert Drawn(charts.quadrant(result, names=0)).layers(style="label") == []


def test_ids_are_not_written_as_names() -> None:
    rng = np.random.default_rng(0)
    result = results.plane(rng.normal(5, 1, 30), rng.normal(5, 1, 30), mrr=rng.gamma(2, 5, 30))
    assert Drawn(charts.quadrant(result)).layers(style="label") == []


def test_the_tooltip_has_the_customer_the_cell_and_both_values() -> None:
    drawn = Drawn(charts.quadrant(results.quadrant()))
    fields = tooltip(drawn.layer(style="dot"))
    assert {"name", "cell_name", "breadth_value", "depth_value", "rim", "mrr"} == set(fields)


def test_a_crowd_is_thinned_out_evenly_and_it_is_said() -> None:
    result = results.crowd()
    drawn = Drawn(charts.quadrant(result))
    table = points(drawn)
    assert plane.POINTS <= len(table) <= plane.POINTS + 20
    assert drawn.says(f"12,000 社のうち {len(table):,} 社")
    shares = table["cell"].value_counts(normalize=True)
    whole = result.table["cell"].value_counts(normalize=True)
    assert (shares - whole).abs().max() < 0.01


def test_thinning_leaves_no_holes() -> None:
    drawn = points(Drawn(charts.quadrant(results.crowd())))
    # Some forty customers per neighbourhood: none may be empty, none nearly whole.
    for value in range(9):
        for low in range(40, 80, 10):
            for side in (-1, 1):
                beside = (drawn["breadth"] - value) * side
                box = drawn[beside.between(0.05, 0.35) & drawn["depth"].between(low, low + 10)]
                assert 20 < len(box) < 130, (value, low, side)


# --- selections -----------------------------------------------------------------------------------


def test_a_brush_and_a_click_can_be_used() -> None:
    params = {
        p["name"]: p["select"] for p in Drawn(charts.quadrant(results.quadrant())).spec["params"]
    }
    assert params == {
        "brush": {"type": "interval", "encodings": ["x", "y"]},
        "pick": {"type": "point", "fields": ["customer_id"]},
    }


@pytest.mark.parametrize(
    "selection", [None, {}, {"brush": {}}, {"pick": []}, {"pick": {}, "brush": {}}, {"other": [1]}]
)
def test_an_empty_selection_selects_nobody(selection: Any) -> None:
    assert charts.selected(results.quadrant(), selection) == []


def test_a_click_selects_its_customer() -> None:
    one = results.quadrant().table["customer_id"].iloc[7]
    assert charts.selected(results.quadrant(), {"pick": [{"customer_id": one}]}) == [one]


@QUADRANTS
def test_a_brush_selects_what_is_drawn_inside(result: Any) -> None:
    drawn = points(Drawn(charts.quadrant(result())))
    low, high = drawn["breadth"].quantile([0.2, 0.7])
    bottom, top = drawn["depth"].quantile([0.1, 0.6])
    brush = {"breadth": [high, low], "depth": [bottom, top]}
    chosen = set(charts.selected(result(), {"brush": brush}))
    inside = drawn[drawn["breadth"].between(low, high) & drawn["depth"].between(bottom, top)]
    assert set(inside["customer_id"]) == chosen & set(drawn["customer_id"])


def test_a_brush_over_everything_selects_also_those_thinned_out() -> None:
    brush = {"breadth": [-1, 99], "depth": [-999, 999]}
    assert len(charts.selected(results.crowd(), {"brush": brush})) == 12_000


# --- the plane ------------------------------------------------------------------------------------

WHOLE = st.lists(st.integers(0, 12), min_size=2, max_size=60)


def axis(values: list[float], cut: float) -> plane.Axis:
    own = pd.Series(values, dtype=float)
    other = pd.Series(np.arange(len(values)) % 7, dtype=float)
    return plane.axis(own, other, cut, length=800, pad=30)


@given(values=WHOLE, cut=st.floats(0, 12))
def test_scattered_points_never_cross_the_cut(values: list[int], cut: float) -> None:
    found = axis([float(v) for v in values], cut)
    if min(values) < cut <= max(values):
        assert ((found.drawn >= found.line) == (found.values >= cut)).all()


@given(values=WHOLE, cut=st.floats(0, 12))
def test_all_points_and_the_cut_lie_within_the_axis(values: list[int], cut: float) -> None:
    found = axis([float(v) for v in values], cut)
    drawn = np.append(found.drawn, found.line)
    assert found.low < drawn.min()
    assert drawn.max() < found.high
    # The margins stay free for the captions.
    edges = [found.pixel(drawn.min(), 800), found.pixel(drawn.max(), 800)]
    assert edges[0] >= 29.9
    assert edges[1] <= 770.1


@given(values=WHOLE)
def test_ticks_are_round_values_within_the_data(values: list[int]) -> None:
    found = axis([float(v) for v in values], 1)
    ticks = found.ticks()
    assert len(ticks) <= 10
    assert all(min(values) <= t <= max(values) for t in ticks)
    if found.scattered:
        assert all(t == round(t) for t in ticks)


@given(values=WHOLE)
def test_equal_values_are_spread_apart(values: list[int]) -> None:
    found = axis([float(v) for v in values], 1)
    if found.scattered:
        for value in set(values):
            own = np.sort(found.drawn[found.values == value])
            assert len(own) < 2 or np.diff(own).min() > 0.2 / len(own)


def test_one_customer_has_a_picture() -> None:
    drawn = Drawn(charts.quadrant(results.plane([3.0], [7.0], cuts=(3, 7))))
    assert len(points(drawn)) == 1
    for channel in ("x", "y"):
        (domain,) = {tuple(s["domain"]) for s in drawn.scales(channel)}
        assert domain[0] < domain[1]


def test_the_theme_knows_every_cell() -> None:
    assert set(theme.CELLS) == set(results.quadrant().cells["cell"])
