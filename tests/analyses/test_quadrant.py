"""The quadrant: cells that add up, stated rules for ties and gaps, and no survivorship trick."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import Categories, Portfolio, QuantityPerCategory, Ticks, quadrant
from csdata.analyses.axes import classify_ticks
from csdata.analyses.intervals import poisson_rate
from csdata.errors import BadValues, MissingColumns, NeedsDates, NotBuilt, NotEnoughData
from tests.backends import on_every_backend
from tests.counts.test_lives import Backend
from tests.portfolios import dates

SIZES = st.none() | st.integers(0, 6).map(float)


def snapshot(**columns: Any) -> Portfolio:
    """Customers without dates: tenure 10 months, nobody left."""
    n = len(next(iter(columns.values())))
    customers = pd.DataFrame(
        {"customer_id": [f"c{i:02d}" for i in range(n)], "tenure_months": 10.0, "churned": False}
    )
    return Portfolio(customers=customers.assign(**columns))


def dated(
    rows: Sequence[tuple[str, str | None]],
    usage: list[tuple[int, str, str, float]],
    as_of: str = "2026-06-30",
    recorded: str | None = None,
    **more: Any,
) -> Portfolio:
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(rows))],
            "start": dates(s for s, _ in rows),
            "end": dates(e for _, e in rows),
        }
    )
    # A row of nobody's, so that usage counts as recorded up to the as-of date.
    usage = [*usage, (99, recorded or as_of, "経理", 1.0)]
    used = pd.DataFrame(usage, columns=["customer_id", "date", "category", "quantity"])
    used["customer_id"] = "c" + used["customer_id"].astype(str)
    used["date"] = pd.to_datetime(used["date"])
    return Portfolio(customers=customers, usage=used, as_of=dt.date.fromisoformat(as_of), **more)


@settings(max_examples=80)
@given(
    st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=30),
    st.sampled_from(["median", "mean", (2.0, 3.0)]),
)
def test_cells_add_up_and_follow_the_rule(points: list[tuple], cuts: Any) -> None:
    breadth, depth = (pd.Series(v, dtype=float) for v in zip(*points, strict=True))
    result = quadrant(snapshot(b=breadth, d=depth), breadth="b", depth="d", cuts=cuts)
    assert result.cells["n"].sum() == result.n == len(points)
    assert result.cells["share"].sum() == pytest.approx(1)
    rows: Any = result.table.itertuples()
    for row in rows:
        if np.isnan(row.breadth) or np.isnan(row.depth):
            assert row.cell == "undecidable"
        else:
            wide = "wide" if row.breadth >= result.breadth_cut else "narrow"
            deep = "deep" if row.depth >= result.depth_cut else "shallow"
            assert row.cell == f"{wide}_{deep}"


def cells(result: Any) -> dict[str, int]:
    return dict(zip(result.cells["cell"], result.cells["n"], strict=True))


def test_a_customer_on_the_cut_is_wide_and_deep() -> None:
    result = quadrant(snapshot(b=[1, 2, 3], d=[1, 2, 3]), breadth="b", depth="d")
    assert (result.breadth_cut, result.depth_cut) == (2, 2)
    assert cells(result)["wide_deep"] == 2


def test_a_cut_with_nobody_below_moves_to_the_next_value() -> None:
    result = quadrant(snapshot(b=[1, 1, 1, 5], d=[1, 2, 3, 4]), breadth="b", depth="d")
    assert result.breadth_cut == 5
    assert "quadrant.cut.moved" in {n.key for n in result.notes}


def test_a_constant_axis_gives_two_cells_and_says_so() -> None:
    result = quadrant(snapshot(b=[4, 4, 4], d=[1, 2, 3]), breadth="b", depth="d")
    assert {c for c, n in cells(result).items() if n} == {"wide_deep", "wide_shallow"}
    assert "quadrant.cut.constant" in {n.key for n in result.notes}


def test_one_customer_and_an_axis_without_values() -> None:
    result = quadrant(snapshot(b=[np.nan], d=[1.0]), breadth="b", depth="d")
    assert cells(result)["undecidable"] == 1
    assert result.curves is None


TICKS = [
    pytest.param("Yes", True, id="yes"),
    pytest.param("No", False, id="no"),
    pytest.param("No internet service", False, id="begins with no"),
    pytest.param("Normal", True, id="a word that merely begins with those letters"),
    pytest.param("DSL", True, id="a kind"),
    pytest.param("TRUE", True, id="true"),
    pytest.param("false", False, id="false"),
    pytest.param("０", False, id="full-width zero"),
    pytest.param("なし", False, id="nashi"),
    pytest.param("未導入", False, id="not yet"),
    pytest.param("無", False, id="without"),
    pytest.param("×", False, id="cross"),
    pytest.param("○", True, id="circle"),
    pytest.param("✓", True, id="check mark"),
    pytest.param("いいえ", False, id="iie"),
]


@pytest.mark.parametrize(("value", "ticked"), TICKS)
def test_tick_rules(value: str, ticked: bool) -> None:  # noqa: FBT001
    reads = classify_ticks(snapshot(x=[value]), ["x"])
    assert reads["ticked"].tolist() == [ticked]


def test_blank_is_unticked_only_without_an_explicit_negative() -> None:
    reads = classify_ticks(snapshot(x=["○", None], y=["Yes", None]), ["x", "y"])
    assert reads.loc[reads["value"].isna(), "ticked"].tolist() == [False, False]
    result = quadrant(snapshot(x=["Yes", "No", None], d=[1, 2, 3]), breadth=["x"], depth="d")
    assert cells(result)["undecidable"] == 1


def test_a_tick_can_be_corrected() -> None:
    table = snapshot(x=["DSL", "None"], d=[1, 2])
    axis = Ticks(("x",), {"x": {"DSL": False, "None": True}})
    assert quadrant(table, breadth=axis, depth="d").table["breadth"].tolist() == [0, 1]


def test_booleans_and_numbers_are_ticks() -> None:
    table = snapshot(x=[True, False, True], y=[1, 0, 2], d=[1, 2, 3])
    result = quadrant(table, breadth=["x", "y"], depth="d")
    assert result.table["breadth"].tolist() == [2, 0, 2]


USED = [
    (0, "2025-01-10", "経理", 10.0),
    (0, "2025-02-10", "経理", 20.0),
    (0, "2025-02-11", "採用", 2.0),
    (0, "2025-09-01", "営業", 99.0),  # outside the window
    (1, "2025-01-10", "経理", 4.0),
    (2, "2025-01-10", "経理", 1.0),
]


def test_axes_from_usage_in_the_window() -> None:
    table = dated([("2025-01-01", None)] * 4, USED)
    result = quadrant(table, breadth=Categories(), depth=QuantityPerCategory())
    assert result.table["breadth"].tolist() == [2, 1, 1, 0]
    assert result.table["depth"].tolist() == [16, 4, 1, 0]  # median of 30 and 2; nothing used is 0
    assert quadrant(table, breadth=Categories(min_quantity=3), depth=QuantityPerCategory()).table[
        "breadth"
    ].tolist() == [1, 1, 0, 0]
    assert {"quadrant.idle"} <= {n.key for n in result.notes}


def test_the_landmark_leaves_out_and_counts() -> None:
    rows: list[tuple[str, str | None]] = [
        ("2025-01-01", "2025-04-01"),  # left at the landmark itself
        ("2025-01-01", None),
        ("2026-05-01", None),  # two months old
        ("2024-12-31", None),  # its window begins before usage is recorded
    ]
    result = quadrant(dated(rows, USED), breadth=Categories(), depth=QuantityPerCategory())
    assert result.excluded == {
        "window_unobserved": 1,
        "ended_by_landmark": 1,
        "not_yet_old": 1,
        "seen_after_landmark": 0,
    }
    kept = result.table.iloc[0]
    assert (result.n, result.landmark, kept["customer_id"], kept["duration"]) == (1, 3, "c1", 15)


def test_nobody_is_dropped_for_never_appearing_in_the_usage() -> None:
    # Dropping them would keep the idle only if they used something later: a survivorship trick.
    table = dated([("2025-01-01", None), ("2025-01-01", None)], USED[:1])
    result = quadrant(table, breadth=Categories(), depth=QuantityPerCategory())
    assert result.table["breadth"].tolist() == [1, 0]


def test_columns_of_a_file_make_a_description() -> None:
    result = quadrant(snapshot(b=[1, 2], d=[1, 2]), breadth="b", depth="d")
    assert (result.dated, result.landmark) == (False, None)
    assert result.finding.key == "quadrant.finding_description"


def test_one_undated_axis_makes_a_description_from_the_landmark() -> None:
    table = dated([("2025-01-01", None)] * 3, USED)
    result = quadrant(
        Portfolio(customers=table.customers.assign(d=[1.0, 2.0, 3.0]), usage=table.usage,
                  as_of=table.as_of),
        breadth=Categories(), depth="d",
    )  # fmt: skip
    assert (result.dated, result.landmark) == (False, 3)
    assert result.finding.key == "quadrant.finding_description"


def test_cell_figures() -> None:
    rows: list[tuple[str, str | None]] = [("2025-01-01", "2025-06-01")] * 3
    rows += [("2025-01-01", None)] * 5
    usage = [(i, "2025-01-05", "経理", 5.0) for i in range(3)]
    usage += [(i, "2025-01-05", c, 5.0) for i in range(3, 8) for c in ("経理", "採用")]
    table = dated(rows, usage)
    mrr = [100.0] * 3 + [200.0, 200, 200, 300, 300]
    priced = Portfolio(
        customers=table.customers.assign(mrr=mrr), usage=table.usage, as_of=table.as_of
    )
    result = quadrant(priced, breadth=Categories(), depth=QuantityPerCategory())
    figures: Any = result.cells.set_index("cell")
    narrow, wide = figures.loc["narrow_deep"], figures.loc["wide_deep"]
    assert (narrow["n"], narrow["events"], narrow["customer_months"]) == (3, 3, 6)
    rate = poisson_rate(3, 6)
    expected = (0.5, float(rate.lower), float(rate.upper))
    assert tuple(narrow[f"event_rate{s}"] for s in ("", "_lower", "_upper")) == expected
    assert narrow["median"] == 2
    assert (wide["retention_12"], wide["mrr"]) == (1, 240)
    # Everybody stayed: the interval is exact, never 100 to 100 %.
    assert wide["retention_12_lower"] == pytest.approx(0.025 ** (1 / 5))
    assert 200 <= wide["mrr_lower"] < 240 < wide["mrr_upper"] <= 300
    assert (narrow["mrr_lower"], narrow["mrr_upper"]) == (100, 100)


def test_borderline_needs_something_that_varies() -> None:
    values = list(range(40))
    fixed = quadrant(snapshot(b=values, d=values), breadth="b", depth="d", cuts=(19.5, 19.5))
    assert not fixed.table["borderline"].any()
    median = quadrant(snapshot(b=values, d=values), breadth="b", depth="d").table
    marked = median["borderline"].tolist()
    assert (marked[0], marked[19], marked[20], marked[39]) == (False, True, True, False)


def test_a_customer_of_one_busy_month_is_borderline() -> None:
    # c0 used two categories once in three months; drawn months miss that one 8 times in 27.
    usage = [(0, "2025-02-05", "採用", 5.0)]
    usage += [(0, f"2025-0{m}-05", "経理", 5.0) for m in (1, 2, 3)]
    usage += [(i, f"2025-0{m}-05", c, 5.0) for m in (1, 2, 3) for i in (1, 2) for c in "ab"]
    usage += [(3, f"2025-0{m}-05", "a", 5.0) for m in (1, 2, 3)]
    table = dated([("2025-01-01", None)] * 4, usage)
    result = quadrant(table, breadth=Categories(), depth=QuantityPerCategory(), cuts=(2, 0))
    assert result.table["borderline"].tolist() == [True, False, False, False]


@on_every_backend
def test_every_backend_gives_the_same_cells(backend: Backend) -> None:
    plain = dated([("2025-01-01", None), ("2025-01-01", "2025-09-01"), ("2025-02-01", None)], USED)
    other = Portfolio(
        customers=backend(plain.customers),
        usage=backend(plain.usage),
        as_of=plain.as_of,
        fingerprint=plain.fingerprint,
    )
    axes: dict[str, Any] = {"breadth": Categories(), "depth": QuantityPerCategory()}
    expected, result = quadrant(plain, **axes), quadrant(other, **axes)
    pd.testing.assert_frame_equal(result.table, expected.table, check_dtype=False)
    pd.testing.assert_frame_equal(result.cells, expected.cells)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        pytest.param({"breadth": "nowhere"}, MissingColumns, id="no such column"),
        pytest.param({"breadth": "plan"}, BadValues, id="text column"),
        pytest.param({"breadth": []}, BadValues, id="nothing ticked"),
        pytest.param({"cuts": "best"}, NotBuilt, id="cuts not built"),
        pytest.param({"window": (3, 3)}, BadValues, id="empty window"),
        pytest.param({"breadth": Categories()}, NeedsDates, id="usage without dates"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict, error: type[Exception]) -> None:
    table = snapshot(b=[1, 2], d=[1, 2], plan=["x", "y"])
    with pytest.raises(error):
        quadrant(table, **{"breadth": "b", "depth": "d", **options})


def test_a_landmark_inside_the_window_is_refused() -> None:
    table = dated([("2025-01-01", None)], USED)
    with pytest.raises(BadValues):
        quadrant(table, breadth=Categories(), depth=QuantityPerCategory(), landmark=2)


def test_nobody_old_enough() -> None:
    table = dated([("2026-06-01", None)], USED)
    with pytest.raises(NotEnoughData):
        quadrant(table, breadth=Categories(), depth=QuantityPerCategory())


def test_a_landmark_that_hides_the_first_renewal_proposes_an_earlier_one() -> None:
    plain = dated([("2025-01-01", "2025-04-01"), ("2025-01-01", None)], USED)
    contracts = pd.DataFrame(
        {
            "customer_id": ["c0", "c1"],
            "start": pd.to_datetime(["2025-01-01"] * 2),
            "end": pd.to_datetime(["2025-04-01", "2026-01-01"]),
            "term_months": [3, 12],
        }
    )
    table = Portfolio(
        customers=plain.customers, usage=plain.usage, contracts=contracts, as_of=plain.as_of
    )
    result = quadrant(table, breadth=Categories(), depth=QuantityPerCategory())
    (note,) = [n for n in result.notes if n.key == "quadrant.shorter"]
    assert (note.values["term"], note.values["m"]) == (3, 2)


def test_a_month_after_the_usage_record_is_unknown_not_unused() -> None:
    rows: list[tuple[str, str | None]] = [("2025-01-01", None), ("2025-02-15", None)]
    early = [row for row in USED if row[1] < "2025-09"]
    table = dated(rows, early, recorded="2025-04-10")  # April is recorded, May is not
    options: dict[str, Any] = {"breadth": Categories(), "depth": QuantityPerCategory()}
    result = quadrant(table, **options)
    assert (result.n, result.excluded["window_unobserved"]) == (1, 1)
    description = quadrant(table, **options, landmark=None)
    assert cells(description)["undecidable"] == 1
    assert description.finding.key == "quadrant.finding_lifetime"
    # The record is that of the whole table, whoever is looked at.
    assert quadrant(table.where(customer_id="c0"), **options).n == 1


def test_usage_of_other_customers_is_refused() -> None:
    table = dated([("2025-01-01", None)], [(7, "2025-01-10", "経理", 1.0)])
    with pytest.raises(NotEnoughData):
        quadrant(table, breadth=Categories(), depth=QuantityPerCategory())


def test_a_cell_of_tenure_0_only_has_no_months_and_stops_nobody() -> None:
    table = snapshot(b=[1, 1, 2, 2], d=[1, 1, 1, 2])
    tenure = table.customers.assign(tenure_months=[20.0, 30, 25, 0])
    result = quadrant(Portfolio(customers=tenure), breadth="b", depth="d", cuts=(2, 2))
    figures: Any = result.cells.set_index("cell")
    assert result.tau == 24
    assert np.isnan(figures.loc["wide_deep", "rmst"])
    assert figures.loc["narrow_shallow", "rmst"] == 24


def test_rounding_does_not_make_a_constant_axis_vary() -> None:
    # The mean of twelve times 0.1 is a little more than 0.1.
    result = quadrant(snapshot(b=[0.1] * 12, d=range(12)), breadth="b", depth="d", cuts="mean")
    assert result.breadth_cut == 0.1
    assert "quadrant.cut.constant" in {n.key for n in result.notes}


def test_every_word_for_no_of_the_import_is_no_tick() -> None:
    import tomllib
    from importlib import resources

    text = resources.files("csdata.intake").joinpath("fields.toml").read_text("utf-8")
    words = tomllib.loads(text)["boolean"]["no"]
    words = words[: words.index("未") + 1]  # what follows says that a customer stays
    reads = classify_ticks(snapshot(x=words), ["x"])
    assert not reads["ticked"].any()
