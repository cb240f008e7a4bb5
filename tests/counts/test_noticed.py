"""解約予告: a count of its own while the contract runs, and never an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import csdata as cs
from csdata.errors import BadValues
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


# ------------------------------------------------------------------------------ without a day


@on_every_backend
@pytest.mark.parametrize(
    ("tick", "notice", "end", "noticed", "undated"),
    [
        pytest.param(True, None, None, 1, 1, id="ticked, day unknown"),
        pytest.param(True, "2026-02-01", None, 1, 0, id="ticked, and the day is known"),
        pytest.param(False, "2026-02-01", None, 1, 0, id="the day alone"),
        pytest.param(True, None, "2026-06-01", 1, 1, id="runs out later"),
        pytest.param(True, None, "2026-02-01", 0, 0, id="has left"),
        pytest.param(False, None, None, 0, 0, id="will stay"),
        pytest.param(None, None, None, 0, 0, id="nobody has said"),
    ],
)
def test_a_tick_counts_as_announced_on_an_unknown_day(
    backend: Backend,
    *,
    tick: bool | None,
    notice: str | None,
    end: str | None,
    noticed: int,
    undated: int,
) -> None:
    table = customers("2025-01-01", end, notice)
    table["not_renewing"] = pd.array([tick], dtype="boolean")
    # Another one who stays: no column is empty for all.
    other = customers("2025-01-01", None, None).assign(customer_id="Z", not_renewing=False)
    table = pd.concat([table, other.astype({"not_renewing": "boolean"})], ignore_index=True)
    found = cs.tenures(of(backend, table))
    assert (found.noticed, found.noticed_undated) == (noticed, undated)
    assert found.table["event"].sum() == (end == "2026-02-01")
    assert ("status.noticed_undated" in {n.key for n in found.notes}) == (undated > 0)


@on_every_backend
def test_a_tick_on_a_running_contract_counts_and_on_an_ended_one_not(backend: Backend) -> None:
    table = pd.concat(
        [customers("2025-01-01", None, None).assign(customer_id=i) for i in "ABC"],
        ignore_index=True,
    )
    terms = pd.concat(
        [
            customers("2025-01-01", "2026-06-01", None).assign(not_renewing=True),
            customers("2025-01-01", "2026-01-01", None).assign(customer_id="B", not_renewing=True),
            customers("2026-01-01", None, None).assign(customer_id="B", not_renewing=False),
            customers("2025-01-01", None, "2026-02-01").assign(customer_id="C", not_renewing=True),
        ],
        ignore_index=True,
    )
    found = cs.tenures(of(backend, table, terms.astype({"not_renewing": "boolean"})))
    assert (found.noticed, found.noticed_undated) == (2, 1)


@pytest.mark.parametrize(
    "values", [[1, 0], [1.0, None], [True, None], [True, False]], ids=["0/1", "1/-", "T/-", "T/F"]
)
def test_ticks_of_a_data_frame_are_zeros_ones_or_booleans(values: list[Any]) -> None:
    table = pd.DataFrame({"customer_id": ["A", "B"], "start": ["2025-01-01"] * 2})
    table["not_renewing"] = pd.Series(values, dtype=object)
    assert cs.tenures(Portfolio(customers=table, as_of=dt.date.fromisoformat(AS_OF))).noticed == 1


def test_a_tick_that_is_none_is_refused() -> None:
    table = pd.DataFrame({"customer_id": ["A"], "start": ["2025-01-01"], "not_renewing": ["no"]})
    with pytest.raises(BadValues, match="not_renewing"):
        Portfolio(customers=table, as_of=dt.date.fromisoformat(AS_OF))


@pytest.mark.parametrize(
    "heading", ["更新しない通知", "解約予告", "解約予告日", "更新しない通知日"]
)
@pytest.mark.parametrize(
    ("cells", "noticed", "undated"),
    [
        pytest.param(("○", "", ""), 1, 1, id="ticks"),
        pytest.param(("TRUE", "FALSE", "TRUE"), 2, 2, id="true and false"),
        pytest.param(("2026-02-10", "", "2026-03-10"), 1, 0, id="days, one of them later"),
        pytest.param(("2026-02-10", "○", "×"), 2, 1, id="days and ticks"),
    ],
)
def test_a_column_of_days_or_ticks_or_both(
    heading: str, cells: tuple[str, ...], noticed: int, undated: int
) -> None:
    rows = [[f"C{i}", "2025-01-01", "", cell] for i, cell in enumerate(cells)]
    imported = read_rows(("取引先 ID", "契約開始日", "解約日", heading), *rows)
    assert imported.issues.empty
    found = cs.tenures(Portfolio.from_imports([imported], as_of=AS_OF))
    assert (found.noticed, found.noticed_undated) == (noticed, undated)
    assert not found.table["event"].any()


def test_what_is_neither_a_day_nor_a_tick_is_listed_once() -> None:
    cells = ("2026-02-10", "○", "未定", "2026-01-10", "○")
    rows = [[f"C{i}", "2025-01-01", "", cell] for i, cell in enumerate(cells)]
    imported = read_rows(("取引先 ID", "契約開始日", "解約日", "解約予告"), *rows)
    assert imported.issues["row"].tolist() == [4]
    assert imported.issues["rule"].tolist() == ["not_a_date"]


def test_a_contract_that_is_not_renewed_counts_through_the_files() -> None:
    accounts = read_rows(("取引先 ID", "取引先名"), ["A", "Alpha"], ["B", "Beta"], name="accounts")
    contracts = read_rows(
        ("取引先 ID", "契約番号", "契約開始日", "契約終了日", "更新しない通知"),
        *(
            ["A", "N1", "2025-04-01", "2026-03-31", "○"],
            ["B", "N2", "2025-04-01", "2026-03-31", ""],
        ),
        name="contracts",
    )
    data = Portfolio.from_imports([accounts, contracts], as_of=AS_OF)
    found = cs.tenures(data)
    assert (found.noticed, found.noticed_undated) == (1, 1)
    assert not found.table["event"].any()
