"""The renewal clock: which renewal, whose denominator, and what is settled."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata import renewal_clock
from csdata.clock import boundary
from csdata.errors import BadValues, NeedsDates, NotEnoughData
from tests.backends import on_every_backend

AS_OF = dt.date(2026, 3, 31)  # settled up to 2026-03-01


def book(*rows, backend=lambda table: table, starts=None, **options):
    """Contracts (customer, start, end, term); customers start with their first one."""
    contracts = pd.DataFrame(rows, columns=["customer_id", "start", "end", "term_months"])
    contracts = contracts.astype({"term_months": float})
    for column in ("start", "end"):
        contracts[column] = pd.to_datetime(contracts[column])
    customers = contracts.groupby("customer_id", as_index=False)["start"].min()
    for customer, start in (starts or {}).items():
        customers.loc[customers["customer_id"] == customer, "start"] = pd.Timestamp(start)
    return cs.Portfolio(
        customers=backend(customers), contracts=backend(contracts), as_of=AS_OF, **options
    )


def rows(found):
    return [
        (r.term, r.renewal if r.renewal == r.renewal else None, r.due, r.left)
        for r in found.table.itertuples()
    ]


CASES = {
    "left at the first": ([("a", "2025-01-01", "2026-01-01", 12)], [(12, 1, 1, 1)]),
    "renewed by another contract": (
        [("a", "2024-01-01", "2025-01-01", 12), ("a", "2025-01-01", "2026-01-01", 12)],
        [(12, 1, 1, 0), (12, 2, 1, 1)],
    ),
    "one contract that renews itself": (
        [("a", "2024-01-01", "2025-07-01", 6)],
        [(6, 1, 1, 0), (6, 2, 1, 0), (6, 3, 1, 1)],
    ),
    "still running without an end": (
        [("a", "2025-01-15", None, 3)],
        [(3, k, 1, 0) for k in range(1, 5)],
    ),
    "not settled": ([("a", "2025-03-15", "2026-03-15", 12)], []),
    "settled on the last day": ([("a", "2025-03-01", "2026-03-01", 12)], [(12, 1, 1, 1)]),
    "mid-term": ([("a", "2025-01-01", "2025-12-15", 12)], []),
    "changed mid-term": (
        [("a", "2024-01-01", "2024-08-10", 12), ("a", "2024-08-10", "2025-08-10", 12)],
        [(12, 1, 1, 1)],
    ),
    "a gap of 30 days is bridged": (
        [("a", "2024-01-01", "2025-01-01", 12), ("a", "2025-01-31", None, 12)],
        [(12, 1, 1, 0), (12, 2, 1, 0)],
    ),
    "a gap of 31 days is not": (
        [("a", "2024-01-01", "2025-01-01", 12), ("a", "2025-02-01", None, 12)],
        [(12, 1, 1, 1), (12, 2, 1, 0)],
    ),
    "from 3 months to 12": (
        [("a", "2024-10-01", "2025-01-01", 3), ("a", "2025-01-01", "2026-01-01", 12)],
        [(3, 1, 1, 0), (12, 2, 1, 1)],
    ),
    "the term is the length where none is given": (
        [("a", "2025-01-01", "2025-07-01", None)],
        [(6, 1, 1, 1)],
    ),
    "the end of a month": ([("a", "2025-08-31", "2026-02-28", 6)], [(6, 1, 1, 1)]),
    "another contract runs on": (
        [("a", "2025-01-01", "2026-01-01", 12), ("a", "2025-06-01", None, 12)],
        [(12, 1, 1, 0)],
    ),
}


@pytest.mark.parametrize(("contracts", "expected"), CASES.values(), ids=CASES)
def test_which_renewal_and_who_left(contracts, expected):
    other = ("z", "2020-01-01", "2022-01-01", 24)
    found = renewal_clock(book(*contracts, other))
    assert [row for row in rows(found) if row[0] != 24] == expected


def test_mid_term_exits_are_apart():
    found = renewal_clock(
        book(("a", "2024-01-01", "2025-06-15", 12), ("b", "2024-01-01", "2025-01-01", 12))
    )
    assert rows(found) == [(12, 1, 2, 1)]
    assert found.midterm.to_numpy().tolist() == [[12, 2, 1]]
    assert any("途中解約" in note.say("ja") for note in found.notes)


def test_who_began_before_their_contracts_is_at_an_unknown_renewal():
    found = renewal_clock(
        book(
            ("a", "2024-01-01", "2025-01-01", 12),
            ("b", "2024-01-01", "2025-01-01", 12),
            starts={"b": "2020-01-01"},
        )
    )
    assert rows(found) == [(12, 1, 1, 1), (12, None, 1, 1)]
    assert any("不明" in note.say("ja") for note in found.notes)


def test_renewals_before_departures_were_recorded_are_in_no_denominator():
    contracts = [("a", "2023-01-01", None, 6), ("b", "2025-01-01", "2025-07-01", 6)]
    found = renewal_clock(book(*contracts, observed_from="2025-01-01"))
    assert rows(found) == [(6, 1, 1, 1), (6, 5, 1, 0), (6, 6, 1, 0)]


def loop(contracts, settled, days=30):
    """Every date of every contract, one at a time."""
    counts = {}
    for contract in contracts.itertuples():
        own = contracts[contracts["customer_id"] == contract.customer_id]
        for k in range(1, 100):
            date = pd.Timestamp(boundary(contract.start.date(), int(k * contract.term_months)))
            if date.date() > settled or (pd.notna(contract.end) and date > contract.end):
                break
            beyond = own["end"].isna() | (own["end"] > date)
            goes_on = (beyond & ((own["start"] - date).dt.days <= days)).any()
            key = (int(contract.term_months), k)
            due, left = counts.get(key, (0, 0))
            counts[key] = (due + 1, left + (not goes_on))
    return [(*key, *value) for key, value in sorted(counts.items())]


@on_every_backend
def test_many_contracts_are_counted_as_one_date_at_a_time(backend):
    chance = np.random.default_rng(5)
    made = []
    for i in range(120):
        start = dt.date(2022, 1, 1) + dt.timedelta(days=int(chance.integers(0, 1200)))
        term = int(chance.choice([3, 6, 12]))
        end = boundary(start, term * int(chance.integers(1, 6)))
        open_ = chance.random() < 0.3
        made.append((f"c{i:03}", start.isoformat(), None if open_ else end.isoformat(), term))
    portfolio = book(*made, backend=backend)
    found = renewal_clock(portfolio)
    contracts = pd.DataFrame(made, columns=["customer_id", "start", "end", "term_months"])
    contracts = contracts.assign(
        start=pd.to_datetime(contracts["start"]), end=pd.to_datetime(contracts["end"])
    )
    assert rows(found) == loop(contracts, dt.date(2026, 3, 1))
    assert found.table["share"].between(found.table["lower"], found.table["upper"]).all()


def test_the_next_90_days():
    found = renewal_clock(
        book(
            ("runs out", "2025-04-01", "2026-04-01", 12),
            ("renews itself", "2025-06-15", None, 6),
            ("last day", "2025-06-30", "2026-06-30", 12),
            ("too late", "2025-07-01", "2026-07-01", 12),
            ("over", "2025-01-01", "2026-01-01", 12),
            ("follows", "2025-05-01", "2026-05-01", 12),
            ("follows", "2026-05-01", None, 12),
            ("starts later", "2026-05-01", None, 1),
        )
    )
    assert [
        (r.customer_id, f"{r.day:%Y-%m-%d}", r.renewal, r.followed)
        for r in found.upcoming.itertuples()
    ] == [
        ("runs out", "2026-04-01", 1, False),
        ("follows", "2026-05-01", 1, True),
        ("renews itself", "2026-06-15", 2, False),
        ("last day", "2026-06-30", 1, False),
    ]


def test_it_speaks_plainly_and_only_of_five_and_more():
    many = [(f"c{i}", "2025-01-01", "2026-01-01" if i < 2 else None, 12) for i in range(10)]
    found = renewal_clock(book(*many))
    said = found.finding.say("ja")
    assert said == (
        "12か月契約の 1 回目の更新で解約したのは 20%(95%区間 6%〜51%、10 件中 2 件)です。"
    )
    few = renewal_clock(book(*many[:4]))
    assert "まだ言えません" in few.finding.say("ja")
    assert few.table["small"].all()


def test_without_terms_dates_or_contracts_there_is_no_clock():
    with pytest.raises(NotEnoughData):
        renewal_clock(book(("a", "2025-01-01", None, None)))
    with pytest.raises(NotEnoughData):
        renewal_clock(
            cs.Portfolio(customers=book(("a", "2025-01-01", None, 3)).customers, as_of=AS_OF)
        )
    tenures = pd.DataFrame({"customer_id": ["a"], "tenure_months": [3.0], "churned": [True]})
    with pytest.raises(NeedsDates):
        renewal_clock(cs.Portfolio(customers=tenures))
    with pytest.raises(BadValues):
        renewal_clock(book(("a", "2025-01-01", None, 3)), next_days=-1)


def test_before_the_first_renewal_nothing_is_due():
    found = renewal_clock(book(("a", "2026-01-01", None, 12)))
    assert (found.n, found.table.empty, found.midterm.empty) == (0, True, True)
    assert "まだ言えません" in found.finding.say("ja")
