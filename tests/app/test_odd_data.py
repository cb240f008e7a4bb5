"""Tables that nobody hopes for: names that collide, columns of nothing, values of every kind."""

from __future__ import annotations

import datetime as dt
import inspect

import pandas as pd
import pytest

import csdata as cs
from csdata.i18n import text
from csui import columns
from tests.app.driver import PAGES, control, plain, ran, raw_keys, says, shown

N = 24
AS_OF = dt.date(2025, 3, 31)


def odd() -> cs.Portfolio:
    rows = range(N)
    starts = pd.to_datetime([f"2024-{1 + i % 12:02d}-{1 + i:02d}" for i in rows])
    ends = pd.Series(starts + pd.to_timedelta([40 * (i % 7) + 30 for i in rows], unit="D"))
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in rows],
            "name": [f"<b>{i}</b> ![x](y)" if i % 3 else None for i in rows],
            "start": starts,
            "end": ends.where(ends.index % 3 != 0),
            "plan": ["A", "B", None] * (N // 3),
            "プラン": ["x", "y"] * (N // 2),
            "象限": [1, 2, 3, 4] * (N // 4),
            "境界": pd.array([True, False, None] * (N // 3), dtype="boolean"),
            "empty": [None] * N,
            "constant": ["same"] * N,
            "whole": pd.array([1, 2, None] * (N // 3), dtype="Int64"),
            "flag": [True, False] * (N // 2),
            "level": pd.Categorical(["low", "high"] * (N // 2), categories=["low", "high"]),
            "when": starts + pd.Timedelta(days=3),
            "mrr": [float(i * 1000) for i in rows],
            "a.b|c:d": ["p", "q"] * (N // 2),
            "": ["p", "q"] * (N // 2),
        }
    )
    return cs.Portfolio(customers=customers, as_of=AS_OF)


@pytest.fixture(scope="module")
def data() -> cs.Portfolio:
    return odd()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_copes(page: str, data: cs.Portfolio) -> None:
    app = shown(page, data=data, lang="ja")
    assert says(app, text("ui.customers", "ja", n=N))
    assert not raw_keys(app)


def test_what_can_be_filtered(data: cs.Portfolio) -> None:
    found = inspect.unwrap(columns.categorical)(data)
    assert found["plan"] == ("A", "B", None)
    assert found["flag"] == (False, True)
    assert set(found["境界"]) == {True, False, None}
    assert not {"customer_id", "name", "start", "when", "empty", "constant", "mrr"} & set(found)


def test_what_can_be_an_axis(data: cs.Portfolio) -> None:
    assert inspect.unwrap(columns.numeric)(data) == ["mrr", "象限", "whole"]


@pytest.mark.parametrize(
    ("column", "values"),
    [("plan", [None]), ("flag", [False]), ("境界", [True]), ("level", ["high"]), ("", ["p"])],
    ids=["missing", "bool", "nullable", "category", "no name"],
)
def test_every_kind_of_value_can_be_kept(
    column: str, values: list[object], data: cs.Portfolio
) -> None:
    app = shown("survival", data=data, lang="ja")
    ran(app.selectbox(key="ui.filter_column").set_value(column))
    inside = ["\0missing" if v is None else v for v in values]
    ran(app.multiselect(key="ui.filter_values").set_value(inside))
    kept = data.where(**{column: values}).customers
    assert 0 < len(kept) < N
    assert says(app, text("ui.customers_of", "ja", n=len(kept), total=N))


def test_columns_with_the_name_of_ours_stay_apart(data: cs.Portfolio) -> None:
    app = shown("survival", data=data, lang="ja")
    names = next(list(d.value.columns) for d in app.dataframe if "顧客名" in d.value.columns)
    assert {"プラン", "プラン (2)"} <= set(names)
    assert len(names) == len(set(names))


def test_groups_with_a_missing_value(data: cs.Portfolio) -> None:
    app = shown("survival", data=data, lang="ja")
    ran(app.selectbox(key="survival.group").set_value("plan"))
    ran(control(app, "survival.members").set_value(""))
    assert says(app, text("ui.list_hint", "ja", n=N // 3))


def test_nothing_to_make_an_axis_of(data: cs.Portfolio) -> None:
    bare = data.customers[["customer_id", "start", "end", "empty", "constant"]]
    app = shown("quadrant", data=cs.Portfolio(customers=bare, as_of=AS_OF), lang="ja")
    assert plain(app.info[0].value) == text("page.quadrant.no_axes", "ja")


def test_a_single_customer() -> None:
    one = cs.Portfolio(customers=odd().customers.head(1), as_of=AS_OF)
    for page in PAGES:
        shown(page, data=one, lang="en")


def test_an_impossible_window_is_said_to_be(company: cs.Portfolio) -> None:
    app = shown("quadrant", data=company, lang="ja")
    ran(app.number_input(key="quadrant.window_from").set_value(5))
    assert text("quadrant.remedy.window", "ja") in plain(app.error[0].value)
    ran(app.number_input(key="quadrant.window_to").set_value(8))
    assert not app.error


def test_the_proposed_window_lets_the_first_renewal_in(company: cs.Portfolio) -> None:
    app = shown("quadrant", data=company, lang="ja")
    ran(app.button(key="quadrant.shorten").click())
    assert app.number_input(key="quadrant.window_to").value == 2
    assert not [b for b in app.button if b.key == "quadrant.shorten"]
