"""Honest exports, and the same with one flaw planted in it."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import numpy as np
import pandas as pd

from csdata import Portfolio, sample
from csdata.i18n import message
from csdata.tables import Provenance

AS_OF = pd.Timestamp("2026-10-31")
CUT = pd.Timestamp("2024-11-01")
MOVED = pd.Timestamp("2024-04-11")
TIDIED = pd.Timestamp("2025-08-20")


def honest(seed: int) -> Portfolio:
    """50 to 2,000 customers over 6 to 72 months, leaving at renewals or on any day, with usage."""
    rng = np.random.default_rng(seed)
    n, months = int(rng.integers(50, 2001)), int(rng.integers(6, 73))
    hazard = float(np.exp(rng.uniform(np.log(0.003), np.log(0.08))))
    began = (months * rng.random(n) ** rng.uniform(0.5, 1.2)).astype(int) - (months - 1)
    month = np.datetime64("2026-10", "M") + began
    start = month.astype("datetime64[D]")
    if rng.random() < 0.7:  # otherwise everybody begins on the first
        start = start + rng.integers(0, 28, n)
    start = pd.Series(start.astype("datetime64[us]"))
    start = start.where(start <= AS_OF, AS_OF)
    days = np.minimum(rng.exponential(30.44 / hazard, n), 20_000).astype(int) + 1
    if rng.random() < 0.6:  # at renewals, mostly
        term = rng.choice([1, 3, 6, 12], n)
        terms = np.minimum(rng.geometric(1 - np.exp(-hazard * term)) * term, 600)
        due = [
            pd.Timestamp(str(s)) + pd.DateOffset(months=int(m))
            for s, m in zip(start, terms, strict=True)
        ]
        end = pd.Series(due).where(pd.Series(rng.random(n) > 0.15), start + _days(days))
    else:
        end = start + _days(days)
    left = end <= AS_OF
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "name": [f"株式会社{rng.integers(60)}の{rng.integers(30)}" for _ in range(n)],
            "start": start,
            "end": end.where(left),
            "industry": rng.choice(list("ABCDEFGH"), n),
            "status": np.where(left, "解約", "契約中"),
            "last_modified": AS_OF - _days(rng.integers(0, 200, n)),
        }
    )
    return Portfolio(customers=customers, usage=_usage(rng, customers), as_of=AS_OF.date())


def _usage(rng: np.random.Generator, customers: pd.DataFrame) -> pd.DataFrame:
    """A row about every 20 days under contract."""
    stop = customers["end"].fillna(AS_OF + pd.Timedelta(days=1))
    length = (stop - customers["start"]).dt.days.clip(lower=1)
    place = np.repeat(np.arange(len(customers)), length // 20 + 1)
    days = (rng.random(len(place)) * length.to_numpy()[place]).astype(int)
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy()[place],
            "date": customers["start"].to_numpy()[place] + _days(days).to_numpy(),
            "category": "経理",
            "quantity": 1.0,
        }
    )


def _days(numbers: Any) -> pd.Series:
    return pd.Series(pd.to_timedelta(np.asarray(numbers), unit="D"))


def _with(whole: Portfolio, customers: pd.DataFrame, **more: Any) -> Portfolio:
    return Portfolio(customers=customers, as_of=whole.as_of, **more)


def _leavers(customers: pd.DataFrame, seed: int, share: float) -> pd.Series:
    rng = np.random.default_rng(seed)
    return customers["end"].notna() & (rng.random(len(customers)) < share)


def nobody_left(whole: Portfolio, _seed: int) -> Portfolio:
    return _with(whole, whole.customers[whole.customers["end"].isna()])


def late_records(whole: Portfolio, _seed: int) -> Portfolio:
    """Who had left by the end of October 2024 was deleted."""
    return _with(whole, whole.customers[~(whole.customers["end"] <= CUT)])


def starts_piled(whole: Portfolio, _seed: int) -> Portfolio:
    """Moved into a new system on 2024-04-11: former customers were left behind."""
    kept = whole.customers[~(whole.customers["end"] <= MOVED)]
    return _with(whole, kept.assign(start=kept["start"].where(kept["start"] > MOVED, MOVED)))


def ends_piled(whole: Portfolio, seed: int) -> Portfolio:
    """Three in ten departures were entered on one Wednesday."""
    rows = whole.customers
    on = _leavers(rows, seed, 0.3) & (rows["start"] < TIDIED)
    return _with(whole, rows.assign(end=rows["end"].mask(on, TIDIED + pd.Timedelta(days=1))))


def ends_modified(whole: Portfolio, seed: int) -> Portfolio:
    rows = whole.customers
    changed = rows["end"].where(_leavers(rows, seed, 0.8), AS_OF)
    return _with(whole, rows.assign(last_modified=changed.dt.strftime("%Y/%m/%d 9:05")))


def ends_weekdays(whole: Portfolio, seed: int) -> Portfolio:
    """Departures on any day of a month, moved from the weekend to the Monday after."""
    rows = whole.customers
    rng = np.random.default_rng(seed)
    last = rows["end"] + _days(rng.integers(2, 25, len(rows))).set_axis(rows.index)
    weekend = last.dt.dayofweek >= 5
    last = last + _days((7 - last.dt.dayofweek).where(weekend, 0).astype(int)).set_axis(rows.index)
    end = (last + pd.Timedelta(days=1)).where(last < AS_OF)
    return _with(whole, rows.assign(end=end))


def ends_one_day(whole: Portfolio, _seed: int) -> Portfolio:
    """Every departure at the end of its month."""
    end = whole.customers["end"]
    turn = (end + pd.offsets.MonthBegin()).where(~end.dt.is_month_start, end)
    return _with(whole, whole.customers.assign(end=turn.where(turn <= AS_OF)))


def renewed_as_new(whole: Portfolio, seed: int) -> Portfolio:
    """Three in ten departures were renewals under a new id."""
    rows = whole.customers
    old = rows[_leavers(rows, seed, 0.3) & (rows["end"] < "2026-06-01")]
    both = pd.concat([rows, old], ignore_index=True)
    new = both.index >= len(rows)
    both["start"] = both["start"].mask(new, both["end"])
    ids = both["customer_id"].mask(new, both["customer_id"] + "x")
    return _with(whole, both.assign(customer_id=ids, end=both["end"].mask(new)))


def same_company(whole: Portfolio, seed: int) -> Portfolio:
    """One in twenty of today's customers is registered twice."""
    rows = whole.customers
    rng = np.random.default_rng(seed)
    twice = rows[rows["end"].isna() & (rng.random(len(rows)) < 0.05)]
    twice = twice.assign(
        customer_id=twice["customer_id"] + "x", name=twice["name"].str.replace("株式会社", "㈱")
    )
    return _with(whole, pd.concat([rows, twice], ignore_index=True))


def says_left(whole: Portfolio, seed: int) -> Portfolio:
    """Of one departure in ten nobody entered the date."""
    rows = whole.customers
    blank = _leavers(rows, seed, 0.1)
    status = rows["end"].notna().map({True: "解約済み", False: "契約中(解約予定を含む)"})
    return _with(whole, rows.assign(end=rows["end"].mask(blank), status=status))


def says_active(whole: Portfolio, seed: int) -> Portfolio:
    rows = whole.customers
    on = _leavers(rows, seed, 0.2)
    return _with(whole, rows.assign(status=np.where(on | rows["end"].isna(), "利用中", "解約")))


def used_after_end(whole: Portfolio, seed: int) -> Portfolio:
    rows = whole.customers
    late = rows[_leavers(rows, seed, 0.1) & (rows["end"] < "2026-08-01")]
    more = whole.usage.iloc[: len(late)].assign(
        customer_id=late["customer_id"].to_numpy(),
        date=(late["end"] + pd.Timedelta(days=60)).to_numpy(),
    )
    return _with(whole, rows, usage=pd.concat([whole.usage, more], ignore_index=True))


def no_usage(whole: Portfolio, seed: int) -> Portfolio:
    """The usage of half of those who left was not exported."""
    gone = whole.customers.loc[_leavers(whole.customers, seed, 0.5), "customer_id"]
    return _with(whole, whole.customers, usage=whole.usage[~whole.usage["customer_id"].isin(gone)])


def not_counted(whole: Portfolio, seed: int) -> Portfolio:
    rng = np.random.default_rng(seed)
    blank = rng.random(len(whole.customers)) < 0.1
    return _with(whole, whole.customers.assign(start=whole.customers["start"].mask(blank)))


def starts_later(whole: Portfolio, _seed: int) -> Portfolio:
    return Portfolio(customers=whole.customers, as_of=dt.date(2026, 4, 30))


def cut_off(whole: Portfolio, _seed: int) -> Portfolio:
    notes = (message("note.cut_off", n=2000, what=message("intake.cut_screen")),)
    return _with(whole, whole.customers, provenance=Provenance(notes=notes))


PLANTS = {
    f.__name__: (f, direction)
    for f, direction in (
        (nobody_left, "higher"),
        (late_records, "higher"),
        (cut_off, "either"),
        (not_counted, "either"),
        (starts_later, "none"),
        (says_left, "higher"),
        (says_active, "lower"),
        (used_after_end, "lower"),
        (starts_piled, "blur"),
        (ends_piled, "higher"),
        (ends_modified, "higher"),
        (ends_weekdays, "higher"),
        (ends_one_day, "blur"),
        (renewed_as_new, "lower"),
        (same_company, "blur"),
        (no_usage, "higher"),
    )
}
"""Check → how its flaw is planted, and the direction that it has."""


@functools.cache
def company(seed: int) -> Portfolio:
    """The made-up company, in one of four sizes."""
    return sample.company(seed=2000 + seed, customers=(400, 600, 1000, 2000)[seed % 4])
