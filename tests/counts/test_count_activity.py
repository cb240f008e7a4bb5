"""Months of use on every backend against a loop over customers and their rows."""

import datetime as dt
from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import clock as ck
from csdata import counts
from csdata.counts_activity import WORD, count_activity
from csdata.schema import checked
from tests.backends import BACKENDS, on_every_backend
from tests.counts.test_lives import Backend
from tests.portfolios import AS_OF, LIVES, Life, days, portfolio

A = dt.date.fromisoformat(AS_OF)

Use = tuple[int, str, float | None]
"""Number of the customer, day, quantity."""

USES = st.lists(
    st.tuples(
        st.integers(0, 9),
        days("2024-12-01", "2026-03-31"),
        st.none() | st.sampled_from([0.0, 0.5, 1.0, 2.5]),
    ),
    max_size=60,
)


def usage(uses: list[Use]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": pd.Series([f"c{who}" for who, _, _ in uses], dtype=object),
            "date": pd.to_datetime(pd.Series([day for _, day, _ in uses], dtype=object)),
            "category": pd.Series(["経理"] * len(uses), dtype=object),
            "quantity": pd.Series([q for _, _, q in uses], dtype=float),
        }
    )


def month_of_life(start: dt.date, day: dt.date, clock: ck.Clock) -> int:
    if clock == "calendar":
        return ck.month_index(day) - ck.month_index(start)
    return next(k for k in range(200) if ck.boundary(start, k + 1) > day)


def months_used(
    life: Life, rows: list[tuple[str, float | None]], clock: ck.Clock, least: float | None
) -> set[int]:
    """What the definitions say of a single customer."""
    start = dt.date.fromisoformat(life[0])
    in_month: dict[int, list[float | None]] = {}
    for text, quantity in rows:
        day = dt.date.fromisoformat(text)
        if start <= day <= A:
            in_month.setdefault(month_of_life(start, day, clock), []).append(quantity)
    if least is None:
        return {k for k, q in in_month.items() if any(v is None or v > 0 for v in q)}
    return {k for k, q in in_month.items() if sum(v or 0 for v in q) >= least}


def months_over(start: dt.date, clock: ck.Clock) -> int:
    if clock == "contract":
        return max(k for k in range(-1, 60) if ck.boundary(start, k) <= A + dt.timedelta(days=1))
    return ck.month_index(A + dt.timedelta(days=1)) - ck.month_index(start)


def expected(
    lives: list[Life], uses: list[Use], clock: ck.Clock, least: float | None
) -> Counter[tuple]:
    found: Counter[tuple] = Counter()
    for number, life in enumerate(lives):
        start = dt.date.fromisoformat(life[0])
        end = None if life[1] is None else dt.date.fromisoformat(life[1])
        if start > A or (end is not None and end < start):
            continue
        rows = [(day, q) for who, day, q in uses if who == number]
        used = frozenset(months_used(life, rows, clock, least))
        found[ck.month_index(start), months_over(start, clock), used] += 1
    return found


def counted(lives: list[Life], uses: list[Use], backend: Backend, **options: Any) -> Counter[tuple]:
    clock = options.pop("clock", "contract")
    customers = checked(backend(portfolio(lives, AS_OF).customers), "customers")
    lived = counts.lives(customers, as_of=A, clock=clock)
    table = count_activity(
        counts.cohort_lives(lived, period="month"),
        checked(backend(usage(uses)), "usage"),
        as_of=A,
        clock=clock,
        **options,
    )
    found: Counter[tuple] = Counter()
    for row in table.to_dict("records"):
        words = [c for c in table if str(c).startswith("word")]
        bits = {WORD * i + k for i, w in enumerate(words) for k in range(WORD) if row[w] >> k & 1}
        found[row["cohort"], row["full"], frozenset(bits)] += row["n"]
    return found


@pytest.mark.parametrize("native", [True, False], ids=["native", "portable"])
@pytest.mark.parametrize("name", list(BACKENDS))
@settings(max_examples=12)
@given(
    LIVES,
    USES,
    st.tuples(
        st.sampled_from(["contract", "calendar"]), st.none() | st.sampled_from([0.5, 2.0, 3.0])
    ),
)
def test_months_of_use_are_those_of_a_loop(
    name: str,
    native: bool,  # noqa: FBT001 (a case of the table)
    lives: list[Life],
    uses: list[Use],
    how: tuple[ck.Clock, float | None],
) -> None:
    clock, least = how
    found = counted(lives, uses, BACKENDS[name], clock=clock, min_quantity=least, native=native)
    assert found == expected(lives, uses, clock, least)


@pytest.mark.parametrize("native", [True, False], ids=["native", "portable"])
@on_every_backend
def test_as_many_months_as_there_are(backend: Backend, native: bool) -> None:  # noqa: FBT001
    # Fifteen years need four numbers; the last bit of each is the one that could be lost.
    months = {0, 49, 50, 99, 100, 149, 150, 181}
    start = dt.date(2010, 12, 31)
    uses: list[Use] = [(0, ck.boundary(start, k).isoformat(), 1.0) for k in sorted(months)]
    found = counted([("2010-12-31", None)], uses, backend, native=native)
    assert [used for _, _, used in found] == [frozenset(months)]


@on_every_backend
def test_what_is_known_is_told_apart_from_what_is_not(backend: Backend) -> None:
    lives: list[Life] = [("2025-01-15", None), ("2025-04-15", None)]
    customers = checked(backend(portfolio(lives, AS_OF).customers), "customers")
    observed = dt.date(2025, 3, 1)
    lived = counts.lives(customers, as_of=A, observed_from=observed)
    table = count_activity(
        counts.cohort_lives(lived, period="month"),
        checked(backend(usage([(0, "2025-05-01", 1.0)])), "usage"),
        as_of=A,
        recorded_from=dt.date(2025, 5, 1),
    )
    # Months 3 and 0 began before 05-01, of which nothing was recorded.
    assert table["first"].tolist() == [4, 1]
    assert table["late"].tolist() == [1, 0]
    assert table["full"].tolist() == [13, 10]


@pytest.mark.parametrize("native", [True, False], ids=["native", "portable"])
@pytest.mark.parametrize("clock", ["contract", "calendar"])
@on_every_backend
def test_ids_that_were_numbers_meet_the_same_texts_only(
    backend: Backend,
    clock: ck.Clock,
    native: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    customers = pd.DataFrame(
        {"customer_id": ["7", "007", "8"], "start": pd.to_datetime(["2025-01-15"] * 3)}
    )
    # In its first month 7 was used before the start only, 8 before and after.
    used = pd.DataFrame(
        {
            "customer_id": [7, 7, 8, 8, 9],
            "date": pd.to_datetime(
                ["2025-01-10", "2025-03-20", "2025-01-10", "2025-01-15", "2025-02-01"]
            ),
            "quantity": [1.0] * 5,
            "start": [0] * 5,
            "place": [0] * 5,
            "month": [0] * 5,
        }
    )
    lived = counts.lives(checked(backend(customers), "customers"), as_of=A, clock=clock)
    table = count_activity(
        counts.cohort_lives(lived, period="month"),
        checked(backend(used), "usage"),
        by="customer_id",
        as_of=A,
        clock=clock,
        native=native,
    )
    assert dict(zip(table["customer_id"], table["word0"], strict=True)) == {
        "7": 4,
        "007": 0,
        "8": 1,
    }
