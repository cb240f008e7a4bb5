"""The made-up company as a portfolio: every part drawn from its own stream of one seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from csdata.errors import BadValues
from csdata.i18n import message
from csdata.sample import billing, hearings, people, work
from csdata.sample.lives import Lives, Starts, lives, starts
from csdata.sample.people import Bools, Ints, pick, stream, texts
from csdata.sample.truth import CHANNEL_SHARES, CHANNELS, PLANS, TRUTH
from csdata.schema import as_date
from csdata.tables import Portfolio, Provenance

AS_OF: Final = dt.date(2026, 10, 31)
SEED: Final = 20261031

_OWNER_SHARES: Final = (0.24, 0.20, 0.18, 0.16, 0.12, 0.10)
_INDUSTRY_SHARES: Final = (0.24, 0.18, 0.14, 0.12, 0.10, 0.09, 0.07, 0.06)
_REGION_SHARES: Final = (0.46, 0.14, 0.11, 0.09, 0.07, 0.05, 0.04, 0.04)
_NOTICE_DAYS: Final = (30, 61)
"""Those who leave say so this many days ahead (the upper end excluded)."""
_COLUMNS: Final = (
    "customer_id",
    "name",
    "start",
    "end",
    "notice",
    "plan",
    "owner",
    "channel",
    "industry",
    "region",
    "mrr",
    "total_billing",
    "satisfaction",
    "churn_reason",
)


def company(*, seed: int = SEED, customers: int = 600, as_of: dt.date | str = AS_OF) -> Portfolio:
    """A made-up online-assistant service and its customers of the 48 months up to ``as_of``.

    All four tables are there. customers: ``end`` is missing for everybody still under contract at
    ``as_of``, also where ``notice`` says that they will leave; ``mrr`` is the monthly fee of the
    latest term, ``total_billing`` everything billed up to ``as_of``, ``satisfaction`` the score of
    the first hearing. contracts: one row per term; the running one ends after ``as_of``. usage:
    hours per contract month and category of work. touches: hearings. What makes customers leave
    is written down in :data:`csdata.sample.TRUTH`.

    Args:
        seed: Same seed, same company, to the byte. Not negative.
        customers: Number of customers, at least 1.
        as_of: Last day that the tables know about.

    Raises:
        BadValues: ``customers`` or ``seed`` is out of range.

    >>> company(customers=20).as_of
    datetime.date(2026, 10, 31)
    """
    if customers < 1 or seed < 0:
        found = f"customers={customers}, seed={seed}"
        raise BadValues(where="company", found=found, remedy=message("sample.remedy_size"))
    day = as_date(as_of) or AS_OF
    drawn = _draw(seed, customers, day)
    began, life = drawn.began, drawn.life
    used = work.usage(stream(seed, "usage"), drawn.habit, began, life)
    terms = billing.terms(stream(seed, "billing"), began, life, drawn.plan, used)
    held = hearings.touches(stream(seed, "touches"), began, life, drawn.satisfied)
    ids = np.array(people.record_ids(seed, customers), dtype=object)
    return Portfolio(
        customers=_customers(seed, ids, drawn, terms, held),
        contracts=_contracts(ids, terms),
        usage=_usage(ids, used),
        touches=_touches(ids, held),
        as_of=day,
        currency="JPY",
        provenance=Provenance(notes=(message("sample.made_up", service=people.SERVICE),)),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    """What decides a customer's life, and the life; one element per customer in every array."""

    began: Starts
    plan: Ints
    channel: Ints
    satisfied: Ints
    habit: work.Habits
    life: Lives


def _draw(seed: int, customers: int, as_of: dt.date) -> _Drawn:
    began = starts(stream(seed, "starts"), customers, as_of)
    plan = pick(stream(seed, "plans"), [p.share for p in PLANS], customers)
    channel = pick(stream(seed, "channels"), CHANNEL_SHARES, customers)
    satisfied = hearings.satisfaction(stream(seed, "satisfaction"), customers)
    habit = work.habits(stream(seed, "habits"), TRUTH, customers)
    life = lives(
        stream(seed, "lives"),
        TRUTH,
        began,
        as_of=as_of,
        plan=plan,
        channel=channel,
        depth_hours=habit.depth_hours,
        breadth=habit.breadth,
        satisfaction=satisfied,
    )
    return _Drawn(began, plan, channel, satisfied, habit, life)


def _customers(
    seed: int, ids: npt.NDArray[Any], drawn: _Drawn, terms: pd.DataFrame, held: pd.DataFrame
) -> pd.DataFrame:
    life = drawn.life
    depth_hours = drawn.habit.depth_hours
    reason = hearings.reasons(stream(seed, "reasons"), TRUTH, depth_hours, drawn.satisfied)
    bills = terms.groupby("customer")
    scores = held[held["kind"] == hearings.FIRST_HEARING].set_index("customer")["score"]
    table = _who(seed, ids).assign(
        start=_dates(drawn.began.number),
        end=_dates(life.exit, life.left),
        notice=_notice(stream(seed, "notice"), drawn.began, life),
        plan=texts([p.name for p in PLANS], drawn.plan),
        channel=texts(CHANNELS, drawn.channel),
        mrr=bills["mrr"].last(),
        total_billing=bills[["fixed", "overage", "other"]].sum().sum(axis=1),
        satisfaction=scores,
        churn_reason=texts((*hearings.REASONS, None), np.where(life.left, reason, -1)),
    )
    return table[list(_COLUMNS)]


def _who(seed: int, ids: npt.NDArray[Any]) -> pd.DataFrame:
    """Ids, names and the attributes that have no effect on anything."""
    count = len(ids)
    return pd.DataFrame(
        {
            "customer_id": ids,
            "name": people.company_names(stream(seed, "names"), count),
            "owner": texts(people.OWNERS, pick(stream(seed, "owners"), _OWNER_SHARES, count)),
            "industry": texts(
                people.INDUSTRIES, pick(stream(seed, "industries"), _INDUSTRY_SHARES, count)
            ),
            "region": texts(people.REGIONS, pick(stream(seed, "regions"), _REGION_SHARES, count)),
        }
    )


def _notice(rng: np.random.Generator, began: Starts, life: Lives) -> npt.NDArray[Any]:
    """Days on which customers said that they would leave, as far as known at the as-of date."""
    day = np.maximum(life.exit - rng.integers(*_NOTICE_DAYS, len(life.exit)), began.number)
    return _dates(day, day <= life.as_of)


def _contracts(ids: npt.NDArray[Any], terms: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ids[terms["customer"]],
            "start": _dates(terms["start"].to_numpy()),
            "end": _dates(terms["end"].to_numpy()),
            "plan": texts([p.name for p in PLANS], terms["plan"].to_numpy()),
            **{c: terms[c] for c in ("term_months", "mrr", "fixed", "overage", "other")},
        }
    )


def _usage(ids: npt.NDArray[Any], used: work.Usage) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ids[used.customer],
            "date": _dates(used.day),
            "category": texts(work.CATEGORIES, used.category),
            "quantity": used.hours,
        }
    )


def _touches(ids: npt.NDArray[Any], held: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ids[held["customer"]],
            "date": _dates(held["day"].to_numpy()),
            **{c: held[c] for c in ("kind", "score", "note")},
        }
    )


def _dates(numbers: Ints, known: Bools | None = None) -> npt.NDArray[Any]:
    """Day numbers as datetimes; NaT where not known."""
    days = numbers.astype("datetime64[D]").astype("datetime64[us]")
    return days if known is None else np.where(known, days, np.datetime64("NaT", "us"))
