"""The pictures of leaving: at each renewal, and by reason."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import csdata as cs
from csdata import charts
from csdata.errors import NotBuilt
from csdata.i18n import text
from tests.charts import results
from tests.charts.drawn import Drawn, Layer, tooltip


def points(drawn: Drawn) -> Layer:
    """The layer of the large renewals; its data has the small ones too."""
    return next(layer for layer in drawn.layers(mark="point") if "style" not in layer["mark"])


def test_every_renewal_is_a_point_with_its_interval_and_its_contracts() -> None:
    result = results.renewal_clock()
    drawn = Drawn(charts.renewal_clock(result))
    rows = drawn.rows(points(drawn))
    for field, column in {"leaving": "share", "least": "lower", "most": "upper"}.items():
        assert list(rows[field]) == list(result.table[column])
    first = result.table.iloc[0]
    assert rows["counted"].iloc[0] == f"{first['due']:,} 件中 {first['left']:,} 件"
    assert set(tooltip(points(drawn))) >= {"contract", "which", "percent", "interval", "counted"}
    numbers = next(
        drawn.rows(layer)
        for layer in drawn.layers(mark="text", style="ink")
        if layer["encoding"]["text"]["field"] == "due"
    )
    assert list(numbers["due"]) == list(result.table["due"])


def test_terms_stand_in_panels_that_do_not_overlap() -> None:
    drawn = Drawn(charts.renewal_clock(results.renewal_clock()))
    places = drawn.rows(points(drawn)).groupby("id")["place"].agg(["min", "max"])
    assert (places["min"].to_numpy()[1:] > places["max"].to_numpy()[:-1]).all()
    heads = drawn.rows(drawn.layer(mark="text", style="strong"))
    assert list(heads["heading"]) == [f"{m}か月契約" for m in (3, 6, 12)]


def test_few_contracts_are_grey_and_said_to_be() -> None:
    drawn = Drawn(charts.renewal_clock(results.renewal_clock()))
    assert drawn.rows(points(drawn))["small"].any()
    assert drawn.layers(mark="point", style="small_dot")
    assert drawn.says(text("chart.renewals.sign_small", "ja", n=5))


def test_the_axis_begins_at_nothing_and_holds_every_interval() -> None:
    result = results.renewal_clock()
    (low, high), *_ = [s["domain"] for s in Drawn(charts.renewal_clock(result)).scales("y")]
    assert low == 0
    assert result.table["upper"].max() <= high <= 1


def test_what_has_no_room_is_counted() -> None:
    result = results.renewal_clock()
    year = result.table.iloc[:40].copy()
    many = pd.concat([year.assign(renewal=float(k), term=1) for k in range(1, 41)])
    many = many.drop_duplicates("renewal").reset_index(drop=True)
    drawn = Drawn(charts.renewal_clock(replace(result, table=many)))
    shown = len(drawn.rows(points(drawn)))
    assert 0 < shown < len(many)
    assert drawn.says(text("chart.renewals.hidden", "ja", n=len(many) - shown))


def test_exits_between_renewals_are_said_apart() -> None:
    result = results.renewal_clock()
    n = int(result.midterm["left"].sum())
    assert n > 0
    assert Drawn(charts.renewal_clock(result)).says(text("renewals.midterm", "ja", n=n))
    none = replace(result, midterm=result.midterm.iloc[:0])
    assert "途中解約" not in Drawn(charts.renewal_clock(none)).caption()


def test_a_renewal_whose_number_is_not_known_comes_last_and_says_so() -> None:
    result = results.renewal_clock()
    table = result.table[result.table["term"] == result.table["term"].min()].copy()
    table.loc[table.index[-1], "renewal"] = float("nan")
    drawn = Drawn(charts.renewal_clock(replace(result, table=table)))
    assert drawn.rows(points(drawn))["which"].iloc[-1] == "不明"


def reasons_of(customers: int = 60, kinds: int = 3, *, unknown: bool = False) -> cs.ChurnReasons:
    """Every second customer left, one a month, for one reason after the other."""
    n = range(customers)
    reasons = [f"理由{i % kinds}" if i % 2 else None for i in n]
    if unknown:
        reasons[1] = None
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in n],
            "tenure_months": [float(1 + i % 20) for i in n],
            "churned": [i % 2 == 1 for i in n],
            "churn_reason": reasons,
        }
    )
    return cs.churn_reasons(cs.Portfolio(customers=table))


def areas(drawn: Drawn) -> pd.DataFrame:
    return drawn.rows(drawn.layers(mark="area")[0])


@pytest.mark.parametrize(
    "result",
    [results.churn_reasons(), reasons_of(), reasons_of(unknown=True), reasons_of(200, 14)],
    ids=["company", "few", "unknown", "many kinds"],
)
def test_the_areas_add_up_to_everyone_at_every_month(result: cs.ChurnReasons) -> None:
    rows = areas(Drawn(charts.churn_reasons(result)))
    height = (rows["upper"] - rows["lower"]).groupby([rows["id"], rows["time"]]).last()
    total = height.groupby("time").sum()
    assert total.to_numpy() == pytest.approx(1)
    assert (height >= -1e-12).all()
    assert rows.loc[rows["id"] == "stays", "upper"].to_numpy() == pytest.approx(1)


def test_an_area_is_as_high_as_the_incidence_of_its_reason() -> None:
    result = results.churn_reasons()
    drawn = Drawn(charts.churn_reasons(result))
    rows = areas(drawn)
    (named,) = [r for r in map(drawn.rows, drawn.layers(mark="text")) if "said" in r]
    at = result.incidence.at([12]).set_index("cause")["incidence"]
    for key, name in zip(named["id"], named["name"], strict=True):
        if key == "stays":
            continue
        own = rows[(rows["id"] == key) & (rows["time"] <= 12)].iloc[-1]
        assert own["upper"] - own["lower"] == pytest.approx(at[name])


def test_a_reason_that_is_not_known_has_an_area_and_is_said() -> None:
    result = reasons_of(unknown=True)
    drawn = Drawn(charts.churn_reasons(result))
    assert "unknown" in set(areas(drawn)["id"])
    assert drawn.says(text("causes.unknown", "ja", n=1, left=30))


def test_rare_reasons_are_drawn_together_and_counted() -> None:
    drawn = Drawn(charts.churn_reasons(reasons_of(200, 28)))
    assert drawn.says(text("chart.reasons.together", "ja", n=6))  # 14 kinds happen, 8 stand alone
    assert areas(drawn)["id"].nunique() == 10


def test_the_picture_ends_where_few_are_left() -> None:
    result = results.churn_reasons()
    curve = result.incidence.parts[0].curve
    last = curve.time[curve.at_risk >= 5].max()
    drawn = Drawn(charts.churn_reasons(result))
    assert areas(drawn)["time"].max() == last < curve.time.max()
    assert drawn.says(text("chart.reasons.until", "ja", m=last, n=5))


def test_reasons_in_groups_are_not_drawn() -> None:
    with pytest.raises(NotBuilt, match="plan"):
        charts.churn_reasons(cs.churn_reasons(results.company(), group="plan"))
