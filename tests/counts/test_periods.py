"""Lives and contracts of a stretch of time, on every backend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import counts_periods as cp
from csdata.schema import checked
from tests.backends import on_every_backend
from tests.contracts import Term, company
from tests.portfolios import dates, days

Backend = Callable[[pd.DataFrame], Any]
AFTER, UNTIL = dt.date(2024, 12, 31), dt.date(2025, 12, 31)

# start, end → entry, duration (months from the start), whether they left in 2025; None: not seen
LIVES = {
    "there all the time": (("2024-01-01", None), (11 + 30 / 31, 24.0, False)),
    "left on the first day": (("2024-01-01", "2025-01-01"), (11 + 30 / 31, 12.0, True)),
    "left on the last day": (("2025-01-31", "2025-12-31"), (0.0, 11.0, True)),
    "due on the day after": (("2025-01-01", "2026-01-01"), (0.0, 12.0, False)),
    "left before": (("2024-01-01", "2024-12-31"), None),
    "left on the day of the start, before": (("2024-12-31", "2024-12-31"), None),
    "left on the day of the start": (("2025-05-01", "2025-05-01"), (0.0, 0.0, True)),
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


# A start on the 31st has its boundary of February on 1 March, and 28 February counts as it.
CLIPPED = {
    "leaves on the boundary": ("2024-08-31", "2025-03-01", 6.0, True),
    "leaves on the day after": ("2024-08-31", "2025-03-02", 6 + 1 / 30, True),
    "stays, at risk on the boundary too": ("2024-08-31", None, 7 + 1 / 31, False),
    "start on the 30th": ("2024-08-30", "2025-03-01", 6.0, True),
}


@on_every_backend
@pytest.mark.parametrize(("start", "end", "duration", "left"), CLIPPED.values(), ids=list(CLIPPED))
def test_who_enters_at_the_end_of_a_short_month_is_at_risk_on_the_boundary(
    start: str, end: str | None, duration: float, *, left: bool, backend: Backend
) -> None:
    table = pd.DataFrame({"customer_id": ["a"], "start": dates([start]), "end": dates([end])})
    customers = checked(backend(table), "customers")
    lived = cp.lives_between(customers, after=dt.date(2025, 2, 28), until=dt.date(2025, 3, 31))
    row = lived.collect("pandas").to_native().iloc[0]
    assert (row["duration"], bool(row["event"])) == (pytest.approx(duration), left)
    assert row["entry"] < 6.0
    assert row["entry"] == pytest.approx(6.0, abs=1e-3)


_LIVES = st.lists(
    st.tuples(days("2023-12-25", "2024-12-31"), st.none() | st.integers(0, 500)),
    min_size=1,
    max_size=12,
)
_CUTS = st.lists(st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 31)), max_size=4)


@settings(max_examples=10, deadline=None)
@given(_LIVES, _CUTS)
def test_neighbouring_stretches_hold_every_departure_once(
    lives: list[tuple[str, int | None]], cuts: list[dt.date]
) -> None:
    ends = [
        None if n is None else (dt.date.fromisoformat(s) + dt.timedelta(days=n)).isoformat()
        for s, n in lives
    ]
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(lives))],
            "start": dates(s for s, _ in lives),
            "end": dates(ends),
        }
    )
    bounds = sorted({dt.date(2023, 1, 1), *cuts, dt.date(2026, 12, 31)})
    left: list[str] = []
    for after, until in pairwise(bounds):
        seen = cp.lives_between(table, after=after, until=until).collect("pandas").to_native()
        gone = seen[seen["event"].astype(bool)]
        left += list(gone["customer_id"])
        assert (gone["entry"] <= gone["duration"]).all()
        late = gone[gone["start"] <= pd.Timestamp(after)]
        assert (late["entry"] < late["duration"]).all()
    assert sorted(left) == sorted(f"c{i}" for i, end in enumerate(ends) if end is not None)


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
def test_renewals_before_the_records_begin_are_not_counted(backend: Backend) -> None:
    """b began before its first known contract: which renewal it is nobody knows."""
    whole = company(
        [Term("a", f"{y}-01-01", f"{y + 1}-01-01") for y in (2021, 2022, 2023)]
        + [Term("b", "2022-01-01", "2023-01-01"), Term("b", "2023-01-01", "2024-01-01")],
        "2025-12-31",
    )
    begun = whole.customers.assign(start=dates(["2021-01-01", "2021-01-01"]))
    found = cp.renewals_by_number(
        checked(backend(begun), "customers"),
        checked(backend(whole.contracts), "contracts"),
        settled=dt.date(2025, 12, 1),
        within_days=30,
        observed_from=dt.date(2022, 6, 1),
    )
    assert found.to_dict("records") == [
        {"term": 12, "number": 2, "due": 1, "lost": 0},
        {"term": 12, "number": 3, "due": 1, "lost": 1},
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
