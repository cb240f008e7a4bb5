"""Pictures of revenue draw the figures of the result, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

import csdata as cs
from csdata import charts
from csdata.charts.months_axis import months
from csdata.i18n import text
from tests.charts import results
from tests.charts.drawn import Drawn, tooltip
from tests.contracts import Term, company

MOVES = ("new", "reactivation", "expansion", "contraction", "churn")
MAN = 1e4


@pytest.mark.parametrize("year", [None, 2024, 2025])
def test_the_bridge_draws_its_steps(year: int | None) -> None:
    result = results.mrr_movements()
    drawn = Drawn(charts.mrr_bridge(result, year=year))
    bars = drawn.rows(drawn.layer(mark="bar"))
    steps = result.bridge(year)
    assert list(bars["step"]) == ["opening", *MOVES, "closing"]
    for drawn_edge, edge in (("base", "lower"), ("top", "upper")):
        assert (bars[drawn_edge] * MAN).tolist() == pytest.approx(steps[edge].tolist())
    assert text("revenue.move.churn", "ja") in set(bars["name"])
    assert "万円" in " ".join(drawn.titles())
    chosen = result.in_year(year)
    assert drawn.spec["description"] == chosen.finding.say("ja")
    assert drawn.says(f"n={chosen.n}")


def test_each_bar_of_the_bridge_begins_where_the_one_before_ends() -> None:
    drawn = Drawn(charts.mrr_bridge(results.mrr_movements()))
    bars = drawn.rows(drawn.layer(mark="bar")).set_index("label")
    for row in drawn.rows(drawn.layer(mark="rule", style="leader")).itertuples():
        both = (bars.loc[row.label], bars.loc[row.next])
        assert all(row.level in (bar["base"], bar["top"]) for bar in both)


def test_signs_of_the_bridge_are_those_of_the_movements() -> None:
    drawn = Drawn(charts.mrr_bridge(results.mrr_movements(), lang="en"))
    bars = drawn.rows(drawn.layer(mark="bar")).set_index("step")["amount_text"]
    assert bars["new"].startswith("+¥")
    assert bars["churn"].startswith("−¥")
    assert bars["opening"].startswith("¥")


def test_the_movements_stack_to_the_change_of_every_month() -> None:
    result = results.mrr_movements()
    drawn = Drawn(charts.mrr_movements(result))
    bars = drawn.rows(drawn.layer(mark="bar"))
    bars["size"] = (bars["top"] - bars["base"]) * MAN
    names = {text(f"revenue.move.{m}", "ja"): m for m in MOVES}
    sums = bars.groupby(bars["name"].map(names))["size"].sum()
    for move in set(MOVES) & set(sums.index):
        assert sums[move] == pytest.approx(result.table[move].sum())
    above = bars.groupby("label")["top"].max()
    assert (bars["base"] >= 0).eq(~bars["name"].map(names).isin(["contraction", "churn"])).all()
    assert above.max() * MAN == pytest.approx(
        result.table[["new", "reactivation", "expansion"]].sum(axis=1).max()
    )
    net = drawn.rows(drawn.layers(mark="point")[-1])["net"] * MAN
    change = result.table["closing"] - result.table["opening"]
    assert net.tolist() == pytest.approx(change.tolist())


def test_lines_and_bands_are_the_rates() -> None:
    result = results.revenue_retention()
    drawn = Drawn(charts.revenue_retention(result))
    rows = drawn.rows(drawn.layer(mark="line", style="line"))
    bands = drawn.rows(drawn.layers(mark="area")[0])
    for measure in ("nrr", "grr"):
        own = rows[(rows["measure"] == measure) & ~rows["small"]]
        table = result.table[result.table["customers"] >= 5]
        assert own["rate"].tolist() == pytest.approx(table[measure].tolist())
        band = bands[(bands["measure"] == measure) & ~bands["small"]]
        assert band["low"].tolist() == pytest.approx(table[f"{measure}_lower"].dropna().tolist())
    assert tooltip(drawn.layers(mark="point")[-1])["customers"] == "期首の社数"


def test_months_of_few_customers_are_grey() -> None:
    terms = [Term(f"a{i}", f"2024-0{1 + i // 3}-01", None, 10.0 + i) for i in range(9)]
    result = cs.revenue_retention(company(terms, "2025-12-31"))
    drawn = Drawn(charts.revenue_retention(result))
    rows = drawn.rows(drawn.layer(mark="line", style="small_line"))
    small = rows[rows["small"]]
    # The first window has three customers; the grey stretch reaches to the second.
    assert sorted(small["place"].unique()) == [0, 1]
    assert drawn.says(text("chart.sign_small_curve", "ja", n=5))


def test_the_layers_add_up_to_the_revenue() -> None:
    result = results.revenue_cohorts()
    drawn = Drawn(charts.revenue_cohorts(result))
    rows = drawn.rows(drawn.layer(mark="area"))
    top = rows.groupby("place")["top"].max() * MAN
    total = result.layers.groupby("month")["mrr"].sum()
    assert top.tolist() == pytest.approx(total.tolist())
    assert (rows["top"] >= rows["base"] - 1e-9).all()


@pytest.mark.parametrize(
    ("count", "room", "expected"),
    [
        (3, 900, ["2025/11", "2025/12", "2026/01"]),
        (24, 400, ["2026/04", "2026/10", "2027/04", "2027/10"]),
    ],
    ids=["every month", "halves of fiscal years"],
)
def test_months_are_labelled_as_there_is_room(count: int, room: float, expected: list[str]) -> None:
    days = list(pd.date_range("2025-11-30", periods=count, freq="ME"))
    axis = months(days, "ja", room=room)
    assert [axis.labels[i] for i in axis.ticks] == expected
    assert len(axis.labels) == count


def test_dollars_are_not_ten_thousand_yen() -> None:
    whole = company([Term("a", "2025-01-01", None, 1200.0)], "2025-12-31", currency="USD")
    drawn = Drawn(charts.mrr_bridge(cs.mrr_movements(whole)))
    assert "月額(USD)" in set(drawn.titles())
    assert drawn.rows(drawn.layer(mark="bar"))["top"].max() == 1200
