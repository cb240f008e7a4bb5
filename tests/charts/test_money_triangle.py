"""The triangle of revenue says what its result says, cell by cell."""

from __future__ import annotations

import pandas as pd
import pytest

import csdata as cs
from csdata import charts
from csdata.charts import cells
from tests.charts.drawn import Drawn, tooltip
from tests.contracts import Term, company

AS_OF = "2025-12-31"
GROWING = [
    *[Term(f"a{i}", "2024-04-01", "2025-01-01", 100.0) for i in range(6)],
    *[Term(f"a{i}", "2025-01-01", None, 140.0) for i in range(6)],
    *[Term(f"b{i}", "2025-04-01", "2025-10-01" if i < 3 else None, 200.0) for i in range(6)],
    Term("c", "2025-10-01", None, 50.0),
]


def shown(terms: list[Term] = GROWING, cohort: str = "quarter") -> tuple[Drawn, pd.DataFrame]:
    result = cs.revenue_cohorts(company(terms, AS_OF, currency="JPY"), cohort=cohort)  # type: ignore[arg-type]
    drawn = Drawn(charts.revenue_triangle(result))
    return drawn, drawn.rows(drawn.layers(mark="rect")[0])


def test_cells_are_quarters_of_age_with_their_shares_and_amounts() -> None:
    _, rows = shown()
    first = rows[rows["row"] == "2024-04-01"].sort_values("age")
    assert first["age"].tolist() == list(range(7))
    assert first["share"].tolist() == pytest.approx([1, 1, 1, 1.4, 1.4, 1.4, 1.4])
    assert first["amounts"].iloc[3] == "600円 → 840円"
    second = rows[rows["row"] == "2025-04-01"].sort_values("age")
    assert second["text"].tolist() == ["100", "100", "50"]


def test_the_scale_reaches_as_far_as_the_revenue_grew() -> None:
    drawn, _ = shown()
    assert drawn.scales("color")[0]["domain"] == [0, 1.5]
    shrinking = [t for t in GROWING if t.who.startswith("b")]
    drawn, _ = shown(shrinking)
    assert drawn.scales("color") == [{"domain": [0, 1]}]


def test_few_customers_are_grey_and_do_not_stretch_the_scale() -> None:
    few = [Term("x", "2024-04-01", "2025-01-01", 1.0), Term("x", "2025-01-01", None, 9.0)]
    drawn, rows = shown([*[t for t in GROWING if t.who.startswith("b")], *few])
    assert set(rows[rows["row"] == "2024-04-01"]["look"]) == {"small"}
    assert drawn.scales("color") == [{"domain": [0, 1]}]


def test_what_is_not_complete_is_hatched_and_says_when_it_will_be() -> None:
    staggered = [Term(f"s{i}", f"2025-0{(4, 5, 8)[i % 3]}-01", None, 100.0) for i in range(9)]
    drawn, rows = shown(staggered, "year")
    last = rows[rows["row"] == "2025-04-01"].sort_values("age").iloc[-1]
    assert (last["age"], last["incomplete"]) == (2, True)
    assert last["known"] == "対象 6 社(開始 9 社中)"
    # Those of August are six months old at the end of February.
    assert last["completes"] == "2026/02/28(まだ途中)"
    assert drawn.layers(mark="rule", style="hatch")
    whole = rows[rows["row"] == cells.POOLED]
    assert not whole["incomplete"].any()


def test_every_cell_says_of_how_many_and_how_sure() -> None:
    drawn, rows = shown()
    titles = tooltip(drawn.layers(mark="rect")[0])
    assert {"percent", "interval", "known", "amounts", "completes"} <= set(titles)
    assert all(titles.values())
    assert set(titles) <= set(rows.columns)
