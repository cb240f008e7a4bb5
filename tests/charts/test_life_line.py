"""The picture of one customer: everything hangs on one axis of months."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import csdata as cs
from csdata import charts
from csdata.i18n import text
from tests.charts.drawn import Drawn
from tests.contracts import Term, company
from tests.portfolios import dates

AS_OF = "2026-01-31"
TERMS = [
    Term("a", "2025-02-01", "2025-05-01", 100.0),
    Term("a", "2025-05-01", "2025-08-01", 100.0),
    Term("a", "2025-07-16", "2025-11-01", 300.0),
]


def known(terms: list[Term] = TERMS, **tables: Any) -> cs.Customer:
    whole = company(terms, AS_OF)
    told = cs.Portfolio(
        customers=whole.customers, contracts=whole.contracts, as_of=whole.as_of, **tables
    )
    return cs.customer(told, "a")


def usage(
    category: list[str | None], quantity: list[float], month: str = "2025-03"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": "a",
            "date": pd.Timestamp(f"{month}-10"),
            "category": pd.Series(category, dtype=object),
            "quantity": quantity,
        }
    )


def marks(drawn: Drawn, field: str) -> pd.DataFrame:
    """The rows of the first layer whose data have a field."""
    found = (drawn.rows(layer) for layer in drawn.spec["layer"])
    return next(rows for rows in found if field in rows)


def test_every_layer_has_the_same_axis() -> None:
    drawn = Drawn(charts.customer(known(usage=usage(["x"], [1.0]))))
    scales = drawn.scales("x")
    assert scales
    assert all(scale == scales[0] for scale in scales)
    # February 2025 to January 2026.
    assert scales[0]["domain"] == [0, 12]


def test_contracts_lie_where_their_days_are_and_overlaps_beneath_each_other() -> None:
    bars = marks(Drawn(charts.customer(known())), "plan").sort_values("begin")
    assert bars["begin"].tolist() == pytest.approx([0, 3, 5 + 15 / 31], abs=1e-4)
    assert bars["end"].tolist() == [3, 6, 9]
    lanes = bars["top"].rank(method="dense").tolist()
    assert lanes == [1, 1, 2]
    assert bars["until"].tolist() == ["2025/04/30", "2025/07/31", "2025/10/31"]


def test_the_amount_goes_in_steps_and_ends_with_the_last_contract() -> None:
    drawn = Drawn(charts.customer(known()))
    (layer,) = drawn.layers(mark="rule", style="line")
    steps = drawn.rows(layer)
    assert steps["amount"].tolist() == ["100", "400", "300"]
    assert steps["begin"].tolist() == pytest.approx([0, 5 + 15 / 31, 6], abs=1e-4)
    assert steps["end"].iloc[-1] == 9


def test_stacks_of_use_stand_on_each_other_and_small_kinds_are_one() -> None:
    many = usage([f"k{i}" for i in range(9)], [float(9 - i) for i in range(9)])
    rows = marks(Drawn(charts.customer(known(usage=many))), "name")
    assert rows["name"].tolist() == ["k0", "k1", "k2", "k3", "k4", text("chart.life.others", "ja")]
    assert rows["bottom"].tolist()[1:] == rows["top"].tolist()[:-1]
    assert rows["amount"].tolist() == ["9", "8", "7", "6", "5", "10"]
    assert rows["begin"].between(1, 2).all()


def test_lines_are_named_apart_from_each_other() -> None:
    whole = company(TERMS, AS_OF)
    customers = whole.customers.assign(notice=dates(["2025-10-20"]))
    told = cs.Portfolio(customers=customers, contracts=whole.contracts, as_of=whole.as_of)
    rows = marks(Drawn(charts.customer(cs.customer(told, "a"))), "event")
    assert set(rows["event"]) == {"start", "notice", "last_day", "as_of"}
    assert rows.set_index("event")["said"]["last_day"] == text(
        "chart.life.event_last_day", "ja", day=dt.date(2025, 10, 31)
    )
    assert rows.set_index("event")["place"]["as_of"] == 12
    near = rows[rows["event"].isin(["notice", "last_day"])]
    assert near["level"].nunique() == 2


def test_what_runs_beyond_the_date_is_cut_half_a_year_on() -> None:
    drawn = Drawn(charts.customer(known([Term("a", "2025-09-01", "2029-09-01", 10.0)])))
    assert drawn.scales("x")[0]["domain"] == [0, 12]
    line = marks(drawn, "event").set_index("event")["place"]
    assert line["as_of"] == 6


def test_a_long_history_is_drawn_from_ten_years_back() -> None:
    drawn = Drawn(charts.customer(known([Term("a", "1990-01-01", None, 10.0)])))
    assert drawn.scales("x")[0]["domain"] == [0, 120]
    assert marks(drawn, "plan")["begin"].tolist() == [0]


def test_a_note_cannot_be_endless() -> None:
    touches = pd.DataFrame(
        {
            "customer_id": ["a"],
            "date": dates(["2025-03-03"]),
            "kind": ["電話"],
            "note": ["長" * 500],
        }
    )
    rows = marks(Drawn(charts.customer(known(touches=touches))), "note")
    assert len(rows["note"].iloc[0]) < 100
    assert rows["score"].tolist() == ["–"]
