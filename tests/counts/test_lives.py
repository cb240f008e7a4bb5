"""Lives on every backend against one customer at a time in plain Python."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import clock as ck
from csdata import counts
from csdata.schema import checked
from csdata.tables import Portfolio
from tests.backends import BACKENDS, on_every_backend
from tests.portfolios import AS_OF, LIVES, Life, portfolio

Backend = Callable[[pd.DataFrame], Any]
A = dt.date.fromisoformat(AS_OF)


def one_life(life: Life, as_of: dt.date, observed: dt.date | None) -> dict[str, Any]:
    """What the definitions say of a single customer."""
    start = dt.date.fromisoformat(life[0])
    end = None if life[1] is None else dt.date.fromisoformat(life[1])
    late = observed is not None and observed > start
    left = end is not None and end <= as_of
    stop = end if left and end else as_of + dt.timedelta(days=1)
    entry = ck.months_between(start, observed) if late and observed else 0.0
    duration = ck.months_between(start, stop)
    if start > as_of:
        status = "starts_later"
    elif end is not None and end < start:
        status = "ends_before_start"
    elif end is not None and late and observed and end <= observed:
        status = "left_before_observation"
    elif late and entry >= duration:
        status = "entry_after_end"
    else:
        status = counts.OK
    alive = max((k for k in range(-1, 60) if duration > k), default=-1)
    return {
        "status": status,
        "duration": duration,
        "entry": entry,
        "event": left,
        "due": end == as_of + dt.timedelta(days=1),
        "follow": ck.age(start, as_of),
        "last": alive if left else counts.ALWAYS,
    }


def lived(lives: list[Life], backend: Backend, observed: dt.date | None) -> pd.DataFrame:
    customers = checked(backend(portfolio(lives, AS_OF).customers), "customers")
    frame = counts.lives(customers, as_of=A, observed_from=observed)
    table = frame.collect("pandas").to_native()
    order = table["customer_id"].str[1:].astype(int).sort_values().index
    return table.loc[order].reset_index(drop=True)


@pytest.mark.parametrize("name", list(BACKENDS))
@settings(max_examples=25)
@given(LIVES, st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2026, 2, 28)))
def test_lives_are_what_the_definitions_say(
    name: str, lives: list[Life], observed: dt.date | None
) -> None:
    found = lived(lives, BACKENDS[name], observed)
    for row, life in zip(found.to_dict("records"), lives, strict=True):
        expected = one_life(life, A, observed)
        assert row["status"] == expected["status"]
        if expected["status"] == counts.OK:
            assert {k: row[k] for k in expected} == expected


@on_every_backend
def test_a_contract_ending_after_the_as_of_date_is_undecided(backend: Backend) -> None:
    # 2026-02-28 is the last day with a contract: due, renewal unknown.
    found = lived([("2025-03-01", "2026-03-01")], backend, None).iloc[0]
    assert (found["event"], found["due"], found["duration"]) == (False, True, 12.0)


@on_every_backend
def test_usage_falls_into_contract_months(backend: Backend) -> None:
    customers = portfolio([("2025-01-31", None), ("2025-02-10", None)], AS_OF).customers
    usage = pd.DataFrame(
        [
            ("c0", "2025-01-30", "before", 1.0),  # the day before the start
            ("c0", "2025-01-31", "経理", 2.0),  # month 0
            ("c0", "2025-02-28", "経理", 3.0),  # month 0: boundary 1 is 03-01
            ("c0", "2025-03-01", "経理", 4.0),  # month 1
            ("c0", "2025-04-30", "経理", 5.0),  # month 2: boundary 3 is 05-01
            ("c1", "2025-02-10", "採用", 6.0),
            ("c9", "2025-02-10", "採用", 7.0),  # nobody's
        ],
        columns=["customer_id", "date", "category", "quantity"],
    ).assign(date=lambda t: pd.to_datetime(t["date"]))
    found = counts.window_usage(
        checked(backend(customers), "customers"), checked(backend(usage), "usage"), window=(0, 2)
    )
    rows = list(found.itertuples(index=False, name=None))
    assert rows == [("c0", 0, "経理", 5.0), ("c0", 1, "経理", 4.0), ("c1", 0, "採用", 6.0)]


@on_every_backend
def test_tenures_without_dates(backend: Backend) -> None:
    table = pd.DataFrame(
        {
            "customer_id": list("abcd"),
            "tenure_months": [5.0, 0.0, -1.0, None],
            "churned": [True, False, False, True],
        }
    )
    frame = counts.lives(Portfolio(customers=backend(table)).customers, as_of=None)
    assert counts.count_statuses(frame) == {"negative_tenure": 1, "no_tenure": 1, "ok": 2}


def test_deep_expressions_stay_small_enough_for_duckdb() -> None:
    # Nested formulas once made DuckDB run out of memory on a single row.
    table = portfolio([("2025-01-01", None)], AS_OF).customers
    frame = counts.lives(checked(BACKENDS["duckdb"](table), "customers"), as_of=A)
    members = counts.cohort_lives(frame, period="year")
    assert counts.count_cohorts(members)["n"].sum() == 1
