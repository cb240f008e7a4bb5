"""Departures that are not in the records: nobody left at all, or nobody before some date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from csdata.analyses.quality.facts import Facts, month_of
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Finding
from csdata.clock import first_of_index

Floats = npt.NDArray[np.float64]

EXPECTED: Final = 7.0
"""Departures that should have been there: none at all then has a probability below 0.001."""
RARE: Final = 0.001
MOSTLY_GONE: Final = 0.1
"""Departures found against those expected; records with more than this are not cut, but differ."""
LATER: Final = 10
"""Departures after the date: with fewer, how many should have been before cannot be said."""
LOW_HAZARD: Final = 0.01
"""Monthly share of leavers that a contract business hardly ever stays below; used where nobody has
left and the data tell no share of their own."""
_LONGEST: Final = 600
"""Months that are looked back upon; whoever has been a customer for longer counts as so long."""


def nobody_left(facts: Facts) -> Finding | None:
    """No departure although there was time enough for several.

    Expected departures are customer-months × 1 % (``LOW_HAZARD``); the alarm is at 7 of them, where
    none has a probability below 0.001. No retention can be calculated, so it comes first.
    """
    if len(facts.left):
        return None
    months = float((facts.counted["_duration"] - facts.counted["_entry"]).sum())
    if months * LOW_HAZARD < EXPECTED:
        return None
    return made(
        "nobody_left",
        "higher",
        facts,
        facts.counted,
        "start",
        "end",
        "tenure_months",
        of=len(facts.counted),
        size=np.inf,
        months=months,
    )


@dataclass(frozen=True, slots=True)
class _Months:
    """Counts by age (months since the start's month) and calendar month.

    ``at_risk`` and ``events`` are ages × months; the first month is ``first`` (month index).
    """

    at_risk: Floats
    events: Floats
    first: int


def late_records(facts: Facts) -> Finding | None:
    """Hardly any departure before some month, although many were customers then.

    How many there should have been follows from what customers of the same age do afterwards:
    Σ over ages of (customer-months before) × (departures ÷ customer-months afterwards). Two of its
    standard errors are taken off. Of all months the one is taken at which the records change most
    (Poisson likelihood ratio); the alarm is at 7 expected, at most a tenth of them seen, and a
    probability below 0.001. The remedy is late entry from the first day of that month, which is
    also what the size is measured by.
    """
    from scipy.special import pdtr

    if len(facts.left) < LATER:
        return None
    month = _months(facts)
    before, at_risk = (np.cumsum(a, axis=1) - a for a in (month.events, month.at_risk))
    after, later = (np.cumsum(a[:, ::-1], axis=1)[:, ::-1] for a in (month.events, month.at_risk))
    hazard = np.divide(after, later, out=np.zeros_like(after), where=later > 0)
    per_event = np.divide(at_risk, later, out=np.zeros_like(after), where=later > 0)
    seen, expected = before.sum(axis=0), (at_risk * hazard).sum(axis=0)
    low = expected - 2 * np.sqrt((per_event**2 * after).sum(axis=0))
    possible = (month.events.sum(axis=0) > 0) & (after.sum(axis=0) >= LATER)
    possible &= (low >= EXPECTED) & (seen <= MOSTLY_GONE * expected)
    possible &= pdtr(seen, np.maximum(low, 0)) < RARE
    if not possible.any():
        return None
    ratio = np.full(len(seen), -np.inf)
    ratio[possible] = expected[possible] - seen[possible]
    some = possible & (seen > 0)
    ratio[some] += seen[some] * np.log(seen[some] / expected[some])
    place = int(ratio.argmax())
    return _told(facts, first_of_index(month.first + place), expected[place])


def _told(facts: Facts, day: dt.date, expected: float) -> Finding:
    older = facts.counted[facts.counted["start"] < pd.Timestamp(day)]
    gone = older["_last"] < pd.Timestamp(day)
    return made(
        "late_records",
        "higher",
        facts,
        older,
        "start",
        "end",
        of=len(facts.counted),
        after=facts.retention(observed_from=day),
        observed_from=day,
        day=day,
        expected=expected,
        seen=int(gone.sum()),
    )


def _months(facts: Facts) -> _Months:
    """Customers at risk and leaving, counted by age and month."""
    rows = facts.counted
    now = int(month_of(pd.Series([facts.as_of])).iloc[0])
    began = month_of(rows["start"]).to_numpy(int)
    seen = month_of(_seen(facts, rows)).to_numpy(int)
    until = month_of(rows["_last"].fillna(facts.as_of)).to_numpy(int)
    first = max(int(began.min()), now - _LONGEST)
    began, seen, until = (np.clip(a, first, now) - first for a in (began, seen, until))
    span = now - first + 1
    cohorts = np.zeros((span, span + 1))
    np.add.at(cohorts, (began, seen), 1)
    np.add.at(cohorts, (began, until + 1), -1)
    events = np.zeros((span, span))
    left = rows["_left"].to_numpy(bool)
    np.add.at(events, (began[left], until[left]), 1)
    return _Months(_by_age(np.cumsum(cohorts, axis=1)[:, :span]), _by_age(events), first)


def _by_age(cohorts: Floats) -> Floats:
    """Cohorts × months as ages × months."""
    span = len(cohorts)
    age, month = np.indices((span, span))
    return np.where(month >= age, cohorts[np.maximum(month - age, 0), month], 0.0)


def _seen(facts: Facts, rows: pd.DataFrame) -> pd.Series:
    """First day on which a customer's departure would have been recorded."""
    since = pd.Series(pd.Timestamp(facts.portfolio.observed_from or "1900-01-01"), rows.index)
    if "observed_from" in rows:
        since = rows["observed_from"].fillna(since)
    return since.where(since > rows["start"], rows["start"])
