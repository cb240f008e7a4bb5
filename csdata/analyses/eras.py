"""Named events of the business, and the eras before, between and after them.

An era is that of a customer's *start*: it is known from the first day, so it can be compared
without a landmark.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import narwhals as nw

from csdata.errors import BadValues, NeedsDates, NotEnoughData
from csdata.i18n import DEFAULT, message, text
from csdata.schema import lazy, native_like
from csdata.tables import Portfolio

ERA: Final = "start_era"
"""Name of the column that :func:`with_eras` adds."""
MOST: Final = 19
"""Events at most: there are twenty circled numbers, and nobody reads that many rows."""
_ONE: Final = 0x2460
"""The circled 1. As the first letter it puts the eras in order wherever texts are sorted."""


@dataclass(frozen=True, slots=True, order=True)
class NamedEvent:
    """Something that happened to everybody on a day: a price rise, a new plan (値上げ 2025/04)."""

    day: dt.date
    name: str


def with_eras(
    portfolio: Portfolio, events: Sequence[NamedEvent], *, lang: str = DEFAULT
) -> Portfolio:
    """The same customers with the column ``start_era``: between which events they began.

    Somebody who begins on the day of an event belongs to the era that it opens. The values are
    texts that sort in the order of time (① … ② …), in the language asked for.

    Args:
        portfolio: Customers with ``start``; whoever has none gets no era.
        events: In any order; several of one day open one era together.
        lang: "ja" or "en".

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: No event is given.
        BadValues: The customers have a column of that name, or there are too many events.
    """
    if not portfolio.has_dates:
        raise NeedsDates(analysis=message("retention.eras.name"))
    if not events:
        raise NotEnoughData(what=message("retention.eras.needs"), found=0, needed=1)
    if ERA in portfolio.columns("customers"):
        raise BadValues(where="customers", found=ERA, remedy=message("retention.eras.taken"))
    opened = _by_day(events)
    if len(opened) > MOST:
        remedy = message("retention.eras.remedy_many", most=MOST)
        raise BadValues(where="events", found=len(opened), remedy=remedy)
    names = era_names(events, lang=lang)
    start = nw.col("start")
    era = nw.lit(names[0])
    for day, name in zip(opened, names[1:], strict=True):
        moment = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 (naive on purpose)
        later = start >= nw.lit(moment).cast(nw.Datetime("us"))
        era = nw.when(later).then(nw.lit(name)).otherwise(era)
    known = nw.when(~start.is_null()).then(era)
    rows = lazy(portfolio.customers).with_columns(**{ERA: known})
    customers: Any = native_like(portfolio.customers, rows)
    identity = portfolio.fingerprint
    if identity is not None:
        identity = hashlib.sha256(f"{identity}{ERA}{opened}{lang}".encode()).hexdigest()
    return replace(portfolio, customers=customers, fingerprint=identity)


def era_names(events: Sequence[NamedEvent], *, lang: str = DEFAULT) -> list[str]:
    """What the eras are called, the one before the first event first."""
    opened = _by_day(events)
    first_day, first = next(iter(opened.items()))
    before = first_day - dt.timedelta(days=1)
    said = [text("retention.eras.before", lang, event=first, day=before)]
    said += [text("retention.eras.since", lang, event=n, day=d) for d, n in opened.items()]
    return [f"{chr(_ONE + i)} {name}" for i, name in enumerate(said)]


def _by_day(events: Sequence[NamedEvent]) -> dict[dt.date, str]:
    """Day → name, in the order of time; events of one day are named together."""
    opened: dict[dt.date, list[str]] = {}
    for event in sorted(events):
        opened.setdefault(event.day, []).append(event.name)
    return {day: "・".join(dict.fromkeys(names)) for day, names in opened.items()}
