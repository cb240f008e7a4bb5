"""Eras between named events."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import (
    NamedEvent,
    Portfolio,
    compare_retention,
    retention,
    survival,
    with_eras,
)
from csdata.analyses.eras import era_names
from csdata.errors import BadValues, NeedsDates, NotEnoughData
from tests.backends import on_every_backend
from tests.counts.test_lives import Backend
from tests.portfolios import AS_OF, LIVES, Life, days, portfolio

A = dt.date.fromisoformat(AS_OF)

RISE = NamedEvent(dt.date(2025, 4, 1), "値上げ")
PLAN = NamedEvent(dt.date(2025, 10, 1), "新プラン")


@settings(max_examples=30)
@given(LIVES, st.lists(days("2024-12-01", "2026-03-31"), min_size=1, max_size=4, unique=True))
def test_an_era_is_the_number_of_events_until_the_start(lives: list[Life], on: list[str]) -> None:
    events = [NamedEvent(dt.date.fromisoformat(day), f"出来事{day}") for day in on]
    names = era_names(events)
    column = with_eras(portfolio(lives, AS_OF), events).customers["start_era"]
    assert list(column) == [names[sum(day <= start for day in on)] for start, _ in lives]
    assert names == sorted(names)
    assert len(names) == len(on) + 1


@on_every_backend
def test_eras_on_every_backend(backend: Backend) -> None:
    lives: list[Life] = [("2025-03-31", None), ("2025-04-01", None), ("2025-12-01", None)] * 6
    plain = portfolio(lives, AS_OF)
    other = Portfolio(customers=backend(plain.customers), as_of=A, fingerprint="x")
    result = retention(with_eras(other, [PLAN, RISE]), by="start_era")
    assert result.table.groupby("cohort")["size"].first().to_dict() == {
        "① 値上げより前(〜2025/03/31)": 6,
        "② 値上げから(2025/04/01〜)": 6,
        "③ 新プランから(2025/10/01〜)": 6,
    }
    assert "どの出来事の前か後か" in "".join(note.say("ja") for note in result.notes)


def test_rows_of_an_era_are_compared_like_others() -> None:
    lives: list[Life] = [*[("2025-01-05", None)] * 30, *[("2025-05-05", "2025-07-05")] * 20]
    data = with_eras(portfolio(lives, AS_OF), [RISE], lang="en")
    before, since = era_names([RISE], lang="en")
    found = compare_retention(data, retention(data, by="start_era"), a=since, b=before, age=6)
    assert found.difference == -1.0
    assert "before 値上げ" in found.finding.say("en")


def test_eras_are_groups_of_survival_and_said_to_be_no_cause() -> None:
    lives: list[Life] = [*[("2025-01-05", None)] * 9, *[("2025-05-05", "2025-07-05")] * 9]
    result = survival(with_eras(portfolio(lives, AS_OF), [RISE]), group="start_era")
    assert result.curves.groups == era_names([RISE])
    assert "retention.group_era" in [note.key for note in result.notes]


def test_another_name_or_day_is_other_data_to_a_cache() -> None:
    data = portfolio([("2025-01-05", None)], AS_OF)
    other = NamedEvent(RISE.day, "値下げ")
    prints = {with_eras(data, [event]).fingerprint for event in (RISE, PLAN, other)}
    assert len(prints | {data.fingerprint, with_eras(data, [RISE], lang="en").fingerprint}) == 5


def test_events_of_one_day_open_one_era() -> None:
    names = era_names([RISE, NamedEvent(RISE.day, "新体制")])
    assert names[1] == "② 値上げ・新体制から(2025/04/01〜)"


@pytest.mark.parametrize(
    ("customers", "events", "error"),
    [
        pytest.param({"tenure_months": [3.0], "churned": [True]}, [RISE], NeedsDates, id="tenures"),
        pytest.param({"start": ["2025-01-01"]}, [], NotEnoughData, id="no event"),
        pytest.param({"start": ["2025-01-01"], "start_era": ["x"]}, [RISE], BadValues, id="taken"),
        pytest.param(
            {"start": ["2025-01-01"]},
            [NamedEvent(dt.date(2025, 1, d), "x") for d in range(1, 21)],
            BadValues,
            id="too many",
        ),
    ],
)
def test_where_there_can_be_no_eras(
    customers: dict[str, Any], events: list[NamedEvent], error: type[Exception]
) -> None:
    table = pd.DataFrame({"customer_id": ["a"], **customers})
    if "start" in table:
        table["start"] = pd.to_datetime(table["start"])
    with pytest.raises(error):
        with_eras(Portfolio(customers=table, as_of=A), events)
