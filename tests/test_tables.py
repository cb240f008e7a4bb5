"""Portfolios: what is checked on entry, filters, and fingerprints."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from csdata import Portfolio, tenures
from csdata.errors import BadValues, MissingColumns, NotBuilt
from csdata.tables import Provenance
from tests.backends import on_every_backend
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
    ],
)
def test_what_cannot_be_a_portfolio(
    table: pd.DataFrame, as_of: dt.date | None, error: type[Exception]
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
