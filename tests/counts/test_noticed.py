"""解約予告: a count of its own while the contract runs, and never an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import csdata as cs
from csdata.tables import Portfolio
from tests.backends import on_every_backend
from tests.intake.exports import read_rows
from tests.portfolios import dates

Backend = Callable[[pd.DataFrame], Any]
AS_OF = "2026-02-28"

CASES = [
    pytest.param("2025-01-01", None, "2026-02-01", True, id="given, no end yet"),
    pytest.param("2025-01-01", "2026-06-01", "2026-02-28", True, id="given on the day, ends later"),
    pytest.param("2025-01-01", "2026-03-01", "2026-01-10", True, id="last day is the as-of date"),
    pytest.param("2025-01-01", "2026-02-28", "2026-01-10", False, id="has left by then"),
    pytest.param("2025-01-01", "2025-12-01", "2026-01-10", False, id="notice after the end"),
    pytest.param("2025-01-01", None, "2026-03-01", False, id="given later"),
    pytest.param("2025-01-01", None, None, False, id="never given"),
    pytest.param("2026-01-01", None, "2025-10-01", False, id="of an earlier life"),
    pytest.param("2026-03-15", None, "2026-02-01", False, id="not begun"),
]


def customers(start: str, end: str | None, notice: str | None) -> pd.DataFrame:
    columns = {"start": [start], "end": [end], "notice": [notice]}
    table = pd.DataFrame({name: dates(values) for name, values in columns.items()})
    return table.astype("datetime64[us]").assign(customer_id="A")


def of(backend: Backend, table: pd.DataFrame, contracts: pd.DataFrame | None = None) -> Portfolio:
    terms = None if contracts is None else backend(contracts)
    return Portfolio(customers=backend(table), contracts=terms, as_of=dt.date.fromisoformat(AS_OF))


@on_every_backend
@pytest.mark.parametrize(("start", "end", "notice", "counts"), CASES)
def test_who_has_given_notice(
    backend: Backend, start: str, end: str | None, notice: str | None, *, counts: bool
) -> None:
    found = cs.tenures(of(backend, customers(start, end, notice)))
    assert found.noticed == counts
    assert ("status.noticed" in {n.key for n in found.notes}) == counts


@on_every_backend
def test_notice_on_a_running_contract_counts_once_and_on_an_ended_one_not(backend: Backend) -> None:
    table = pd.concat(
        [
            customers("2025-01-01", None, "2026-02-01"),
            customers("2025-01-01", None, None).assign(customer_id="B"),
            customers("2025-01-01", None, None).assign(customer_id="C"),
        ],
        ignore_index=True,
    )
    terms = pd.concat(
        [
            customers("2025-01-01", None, "2026-02-01"),
            customers("2025-01-01", "2026-06-01", "2026-02-02").assign(customer_id="B"),
            customers("2025-07-01", "2026-07-01", "2026-02-02").assign(customer_id="B"),
            # Gave notice, and signed again.
            customers("2025-01-01", "2026-01-01", "2025-11-01").assign(customer_id="C"),
            customers("2026-01-01", None, None).assign(customer_id="C"),
        ],
        ignore_index=True,
    )
    assert cs.tenures(of(backend, table, terms)).noticed == 2


def test_notice_is_no_event_and_is_told_wherever_lives_are_counted() -> None:
    imported = read_rows(
        ("取引先 ID", "契約開始日", "解約日", "解約予告日"),
        ["A", "2025-01-01", "", "2026-02-10"],
        ["B", "2025-01-01", "2025-08-31", "2025-09-30"],
        ["C", "2025-01-01", "", ""],
    )
    assert imported.set_aside.empty
    data = Portfolio.from_imports([imported], as_of=AS_OF)
    found = cs.tenures(data)
    assert found.table["event"].tolist() == [False, True, False]
    assert found.noticed == 1
    for result in (found, cs.retention(data), cs.survival(data)):
        assert "status.noticed" in {note.key for note in result.notes}


def test_tenures_without_dates_know_of_no_notice() -> None:
    table = pd.DataFrame({"customer_id": ["A"], "tenure_months": [3.0], "churned": [False]})
    assert cs.tenures(Portfolio(customers=table)).noticed == 0
