"""Lives and contracts of a stretch of time, on every backend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from csdata import counts_periods as cp
from csdata.schema import checked
from tests.backends import on_every_backend
from tests.contracts import Term, company
from tests.portfolios import dates

Backend = Callable[[pd.DataFrame], Any]
AFTER, UNTIL = dt.date(2024, 12, 31), dt.date(2025, 12, 31)

# start, end → entry, duration (months from the start), whether they left in 2025; None: not seen
LIVES = {
    "there all the time": (("2024-01-01", None), (11 + 30 / 31, 24.0, False)),
    "left on the first day": (("2024-01-01", "2025-01-01"), (11 + 30 / 31, 12.0, True)),
    "left on the last day": (("2025-01-31", "2025-12-31"), (0.0, 11.0, True)),
    "due on the day after": (("2025-01-01", "2026-01-01"), (0.0, 12.0, False)),
    "left before": (("2024-01-01", "2024-12-31"), None),
    "starts later": (("2026-01-01", None), None),
}


@on_every_backend
@pytest.mark.parametrize(("life", "expected"), LIVES.values(), ids=list(LIVES))
def test_one_life(
    life: tuple[str, str | None], expected: tuple[float, float, bool] | None, backend: Backend
) -> None:
    start, end = life
    table = pd.DataFrame({"customer_id": ["a"], "start": dates([start]), "end": dates([end])})
    customers = checked(backend(table), "customers")
    lived = cp.lives_between(customers, after=AFTER, until=UNTIL).collect("pandas").to_native()
    if expected is None:
        assert lived.empty
        return
    row = lived.iloc[0]
    assert (row["entry"], row["duration"]) == pytest.approx(expected[:2])
    assert bool(row["event"]) == expected[2]


@on_every_backend
@pytest.mark.parametrize(
    ("own", "portfolio", "entry"),
    [
        pytest.param(None, None, 12.0, id="nobody says: from the stretch on"),
        pytest.param("2025-03-01", None, 14.0, id="their own day"),
        pytest.param("2024-06-01", None, 12.0, id="their own day before it"),
        pytest.param(None, "2025-02-01", 13.0, id="the day of all"),
        pytest.param("2025-03-01", "2025-02-01", 14.0, id="their own before that of all"),
    ],
)
def test_records_that_begin_late(
    own: str | None, portfolio: str | None, entry: float, backend: Backend
) -> None:
    table = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "start": dates(["2024-01-01", "2025-05-01"]),
            "observed_from": dates([own, "2025-06-01"]),
        }
    )
    customers = checked(backend(table), "customers")
    since = None if portfolio is None else dt.date.fromisoformat(portfolio)
    lived = cp.lives_between(customers, after=dt.date(2025, 1, 1), until=UNTIL, observed_from=since)
    rows = lived.sort("customer_id").collect("pandas").to_native()
    assert list(rows["entry"]) == pytest.approx([entry, 1.0])


TERMS = [
    Term("a", "2024-01-01", "2025-01-01"),
    Term("a", "2025-01-01", "2026-01-01"),
    Term("b", "2024-01-01", "2025-01-01", None),
    Term("c", "2024-07-01", "2025-01-01"),
    Term("c", "2025-02-15", None),  # 45 days later: not a renewal
    Term("d", "2024-01-01", "2024-07-10"),  # ended in the middle of a month
]


def read(backend: Backend) -> tuple[Any, Any]:
    whole = company(TERMS, "2025-12-31")
    return (
        checked(backend(whole.customers), "customers"),
        checked(backend(whole.contracts), "contracts"),
    )


@on_every_backend
def test_contracts_due(backend: Backend) -> None:
    rows = cp.dated_terms(*read(backend))
    found = cp.due_between(
        rows, after=dt.date(2024, 12, 31), until=dt.date(2025, 6, 30), within_days=30
    )
    assert list(found["customer_id"]) == ["a", "b", "c"]
    assert list(found["followed"]) == [True, False, False]
    assert found["mrr"].isna().tolist() == [False, True, False]
    assert cp.any_end_after(rows, dt.date(2025, 12, 31))
    assert not cp.any_end_after(rows, dt.date(2026, 1, 1))


@on_every_backend
def test_renewals_by_their_number(backend: Backend) -> None:
    found = cp.renewals_by_number(*read(backend), settled=dt.date(2025, 12, 1), within_days=30)
    # a renews its first year, b does not; c leaves its first half year; d has no whole months.
    assert found.to_dict("records") == [
        {"term": 6, "number": 1, "due": 1, "lost": 1},
        {"term": 12, "number": 1, "due": 2, "lost": 1},
    ]


@on_every_backend
def test_customers_alone_are_contracts_without_an_amount(backend: Backend) -> None:
    customers = checked(
        backend(
            pd.DataFrame(
                {
                    "customer_id": ["a", "b"],
                    "start": dates(["2024-01-01", "2024-01-01"]),
                    "end": dates(["2025-02-01", None]),
                }
            )
        ),
        "customers",
    )
    rows = cp.dated_terms(customers)
    found = cp.due_between(rows, after=AFTER, until=UNTIL, within_days=30)
    assert list(found["customer_id"]) == ["a"]
    assert found["mrr"].isna().all()
