"""The pictures of leaving: at each renewal, and by reason."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from csdata import charts
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
