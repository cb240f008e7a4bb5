"""Portfolios: what is checked on entry, filters, and fingerprints."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from csdata import Portfolio, survival, tenures
from csdata.errors import BadValues, MissingColumns, NotBuilt
from csdata.tables import Provenance
from tests.backends import BACKENDS, on_every_backend
from tests.counts.test_lives import Backend
from tests.portfolios import dates

A = dt.date(2026, 2, 28)


def customers(**more: list) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "start": dates(["2025-01-01", "2025-02-01", "2025-03-01"]),
            "end": dates(["2025-07-01", None, None]),
            "plan": ["6か月", "3か月", None],
            "churn_reason": ["価格", None, None],
        }
    )
    return table.assign(**more)


@on_every_backend
def test_where_filters_every_table(backend: Backend) -> None:
    usage = pd.DataFrame(
        {
            "customer_id": ["a", "b", "b"],
            "date": pd.to_datetime(["2025-01-05"] * 3),
            "category": ["経理"] * 3,
            "quantity": [1.0, 2.0, 3.0],
        }
    )
    whole = Portfolio(
        customers=backend(customers()), usage=backend(usage), as_of=A, fingerprint="f"
    )
    part = whole.where(plan=["3か月"])
    assert tenures(part).table["customer_id"].tolist() == ["b"]
    assert len(part.usage) == 2
    assert part.fingerprint not in (None, whole.fingerprint)
    assert part.provenance.filters == {"plan": ("3か月",)}
    assert part.provenance.source_fingerprint == "f"
    missing = whole.where(plan=["3か月", None])
    assert tenures(missing).table["customer_id"].tolist() == ["b", "c"]


def test_the_order_of_filter_values_does_not_matter() -> None:
    whole = Portfolio(customers=customers(), as_of=A)
    one, two = whole.where(plan=["3か月", "6か月"]), whole.where(plan=["6か月", "3か月"])
    assert one.fingerprint == two.fingerprint
    assert whole.where().fingerprint == whole.fingerprint


def test_a_filter_on_the_outcome_carries_a_warning() -> None:
    part = Portfolio(customers=customers(), as_of=A).where(churn_reason=["価格"])
    assert [w.key for w in part.provenance.warnings] == ["warning.filter_known_late"]


def test_a_header_of_the_file_finds_its_column() -> None:
    provenance = Provenance(columns={"plan": "契約プラン"})
    whole = Portfolio(customers=customers(), as_of=A, provenance=provenance)
    assert whole.resolve("契約プラン") == "plan"
    assert len(whole.where(契約プラン="3か月").customers) == 1
    with pytest.raises(MissingColumns):
        whole.resolve("そんな列")


def test_any_change_of_the_data_changes_the_fingerprint() -> None:
    base = Portfolio(customers=customers(), as_of=A)
    assert (
        base.fingerprint == Portfolio(customers=customers(), as_of=dt.date(2026, 2, 28)).fingerprint
    )
    changed = customers(plan=["6か月", "3か月", "12か月"])
    assert base.fingerprint != Portfolio(customers=changed, as_of=A).fingerprint
    assert (
        base.fingerprint != Portfolio(customers=customers(), as_of=dt.date(2026, 2, 27)).fingerprint
    )


def test_lazy_tables_have_no_fingerprint_of_their_own() -> None:
    import duckdb

    table = customers()
    assert Portfolio(customers=duckdb.from_df(table), as_of=A).fingerprint is None


@pytest.mark.parametrize(
    ("table", "as_of", "error"),
    [
        pytest.param(customers().drop(columns="customer_id"), A, MissingColumns, id="no id"),
        pytest.param(customers().drop(columns="start"), A, MissingColumns, id="neither dates"),
        pytest.param(customers(customer_id=["a", "a", "b"]), A, BadValues, id="doubled id"),
        pytest.param(customers(customer_id=["a", None, "b"]), A, BadValues, id="missing id"),
        pytest.param(customers(), None, BadValues, id="no as-of date"),
        pytest.param(customers(), "5/3/2026", BadValues, id="ambiguous as-of date"),
        pytest.param(customers(), "", BadValues, id="empty as-of date"),
        pytest.param(customers(start=["kyou"] * 3), A, BadValues, id="not a date"),
        pytest.param(customers(mrr=["a", "b", "c"]), A, BadValues, id="not a number"),
    ],
)
def test_what_cannot_be_a_portfolio(
    table: pd.DataFrame, as_of: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Portfolio(customers=table, as_of=as_of)


def test_dates_come_in_every_dress() -> None:
    expected = Portfolio(customers=customers(), as_of=A).customers
    texts = customers(
        start=["2025-01-01", "2025-02-01", "2025-03-01"], end=["2025-07-01", None, None]
    )
    days = customers(start=[d.date() for d in customers()["start"]])
    noon = customers(start=list(customers()["start"] + pd.Timedelta(hours=12)))
    for table in (texts, days, noon):
        found = Portfolio(customers=table, as_of=A).customers
        pd.testing.assert_frame_equal(found, expected)


def test_tenures_carry_groups_and_set_aside() -> None:
    table = customers(end=dates(["2025-07-01", "2025-01-15", None]).tolist())
    result = tenures(Portfolio(customers=table, as_of=A), group="plan")
    first: Any = result.table.iloc[0]
    assert result.table["plan"].tolist()[0] == "6か月"
    assert result.set_aside.to_dict("records") == [
        {"customer_id": "b", "reason": "ends_before_start"}
    ]
    assert result.counts == {"ends_before_start": 1, "ok": 2}
    assert (first["duration"], first["event"], first["cause"]) == (6.0, True, "価格")
    with pytest.raises(NotBuilt):
        tenures(Portfolio(customers=table, as_of=A), clock="week")  # pyright: ignore[reportArgumentType]


def test_a_term_that_ends_on_the_as_of_date_is_due() -> None:
    # The customer has no end yet; the contract's last day is the as-of date.
    contracts = pd.DataFrame(
        {
            "customer_id": ["a", "b", "b", "c"],
            "start": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-09-01", "2025-03-01"]),
            "end": pd.to_datetime(["2025-07-01", "2025-09-01", "2026-03-01", "2026-03-02"]),
        }
    )
    result = tenures(Portfolio(customers=customers(), contracts=contracts, as_of=A))
    assert result.due_undecided == 1
    assert "status.due_undecided" in {note.key for note in result.notes}


@pytest.mark.parametrize("name", ["pandas", "polars"])  # DuckDB keeps instants, not zones
def test_the_wall_clock_of_a_time_zone_counts(name: str) -> None:
    backend = BACKENDS[name]
    zoned = dates(["2024-01-31", "2024-02-29", "2024-03-31"]).dt.tz_localize("Asia/Tokyo")
    found = tenures(Portfolio(customers=backend(customers(start=zoned)), as_of=A, fingerprint="f"))
    plain = customers(start=zoned.dt.tz_localize(None))
    expected = tenures(Portfolio(customers=plain, as_of=A))
    assert found.table["duration"].tolist() == expected.table["duration"].tolist()


@pytest.mark.parametrize(
    ("churned", "events"),
    [
        pytest.param([True, False, False], [True, False, False], id="booleans"),
        pytest.param([1, 0, 0], [True, False, False], id="numbers"),
        pytest.param(["Yes", "No", "No"], None, id="texts"),
        pytest.param([2, 0, 0], None, id="other numbers"),
    ],
)
@on_every_backend
def test_outcomes_are_never_guessed(backend: Backend, churned: list, events: list | None) -> None:
    table = pd.DataFrame(
        {"customer_id": list("abc"), "tenure_months": [1.0, 2, 3], "churned": churned}
    )
    if events is None:
        with pytest.raises(BadValues):
            Portfolio(customers=backend(table))
    else:
        found = tenures(Portfolio(customers=backend(table), fingerprint="f"))
        assert found.table["event"].tolist() == events


def test_a_tenure_that_is_not_a_number_is_set_aside_everywhere() -> None:
    import polars as pl

    table = {"customer_id": list("abc"), "tenure_months": [1.0, float("nan"), float("inf")]}
    frame = pl.DataFrame({**table, "churned": [True, False, False]})
    assert tenures(Portfolio(customers=frame)).counts == {"no_tenure": 2, "ok": 1}


@pytest.mark.parametrize("column", ["event", "entry", "duration", "status", "cause", "due", "last"])
@on_every_backend
def test_a_column_called_like_one_of_ours(backend: Backend, column: str) -> None:
    table = customers(**{column: ["x", "y", "y"]})
    found = survival(Portfolio(customers=backend(table), as_of=A, fingerprint="f"), group=column)
    assert list(found.curves.groups) == ["x", "y"]


def test_ids_that_became_floats_still_meet() -> None:
    table = customers(customer_id=[1, 2, 3])
    usage = pd.DataFrame(
        {
            "customer_id": [1.0, 2.0, None],
            "date": dates(["2025-01-05"] * 3),
            "category": "経理",
            "quantity": 1.0,
        }
    )
    part = Portfolio(customers=table, usage=usage, as_of=A).where(customer_id=["1"])
    assert len(part.usage) == 1


def test_filters_on_one_column_narrow_each_other() -> None:
    whole = Portfolio(customers=customers(), as_of=A)
    part = whole.where(plan=["6か月", "3か月"]).where(plan=["3か月", "12か月"])
    assert part.provenance.filters == {"plan": ("3か月",)}
    assert len(whole.where(plan=[]).customers) == 0
    assert len(whole.where(plan=pd.Series(["3か月"])).customers) == 1


def test_a_running_term_without_an_end_is_not_due() -> None:
    contracts = pd.DataFrame(
        {
            "customer_id": ["b", "b"],
            "start": dates(["2025-02-01", "2026-03-01"]),
            "end": dates(["2026-03-01", None]),
        }
    )
    assert (
        tenures(Portfolio(customers=customers(), contracts=contracts, as_of=A)).due_undecided == 0
    )


def test_columns_that_mix_numbers_and_texts() -> None:
    one = Portfolio(customers=customers(plan=["A", 1, None]), as_of=A)
    other = Portfolio(customers=customers(plan=["A", "1", None]), as_of=A)
    assert one.fingerprint != other.fingerprint
