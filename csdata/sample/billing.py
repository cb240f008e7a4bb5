"""Contract terms and what was billed for them up to the as-of date."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from csdata.sample.lives import MONTHS, Lives, Starts
from csdata.sample.people import Bools, Floats, Ints
from csdata.sample.truth import INCLUDED_HOURS, PLANS, Plan
from csdata.sample.work import Usage

_MOST_UNITS: Final = 3
_SETUP_SHARE: Final = 0.15
_SETUP_FEES: Final = (50_000, 100_000)
"""Share of customers who buy a consultation at the start, and what it costs."""


def terms(
    rng: np.random.Generator, began: Starts, life: Lives, plan: Ints, used: Usage
) -> pd.DataFrame:
    """One row per contract term begun by the as-of date, sorted by customer and start.

    ``customer``, ``plan`` are indices, ``start`` and ``end`` day numbers (``end`` of a running
    term lies in the future). ``fixed`` and ``overage`` are yen for the months begun so far;
    ``other`` is a consultation in the first term. From the second term on a customer takes as
    many units of hours as the term before needed on average, so the monthly fee can grow.
    """
    count = len(plan)
    cells = used.customer * MONTHS + used.month
    total: Floats = np.bincount(cells, used.hours, count * MONTHS).astype(float)
    hours = total.reshape(count, MONTHS)
    bounds = began.boundaries()
    begun = bounds[:, :-1] < life.until[:, None]
    parts = [
        _terms_of(chosen, np.flatnonzero(plan == i), bounds=bounds, begun=begun, hours=hours)
        for i, chosen in enumerate(PLANS)
    ]
    table = pd.concat(parts, ignore_index=True)
    whose = table["customer"].to_numpy()
    start, end = table["start"].to_numpy(), table["end"].to_numpy()
    table["plan"] = plan[whose]
    # A mid-term exit cuts its term short; one that has not happened yet is not known.
    table["end"] = np.where(life.left[whose], np.minimum(end, life.exit[whose]), end)
    setup = np.where(rng.random(count) < _SETUP_SHARE, rng.choice(_SETUP_FEES, count), 0)
    table["other"] = np.where(start == began.number[whose], setup[whose], 0)
    return table.sort_values(["customer", "start"], ignore_index=True)


def _terms_of(
    plan: Plan, customer: Ints, *, bounds: Ints, begun: Bools, hours: Floats
) -> pd.DataFrame:
    """The terms of the customers of one plan; arrays are customer × term × month within it."""
    length = plan.term_months
    shape = (len(customer), MONTHS // length, length)
    begun = begun[customer].reshape(shape)
    hours = hours[customer].reshape(shape)
    needed: Floats = np.round(hours.mean(axis=2) / INCLUDED_HOURS)
    units = np.ones(shape[:2])
    units[:, 1:] = np.clip(needed[:, :-1], 1, _MOST_UNITS)
    over = np.maximum(hours - INCLUDED_HOURS * units[:, :, None], 0).sum(axis=2)
    row, term = np.nonzero(begun[:, :, 0])
    return pd.DataFrame(
        {
            "customer": customer[row],
            "start": bounds[customer[row], term * length],
            "end": bounds[customer[row], (term + 1) * length],
            "term_months": length,
            "mrr": units[row, term] * plan.price,
            "fixed": units[row, term] * plan.price * begun.sum(axis=2)[row, term],
            "overage": over[row, term] * plan.rate,
        }
    )
