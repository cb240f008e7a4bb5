"""Retention and departures, each against the period before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata.analyses import intervals
from csdata.analyses._curves import Curve
from csdata.analyses.intervals import Interval
from csdata.analyses.overview.result import UNKNOWN, YEAR, Change, Figure
from csdata.analyses.portfolio_survival import FEW, Survival
from csdata.analyses.survival import SurvivalCurves, kaplan_meier
from csdata.counts_periods import lives_between
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

HORIZON: Final = 12
"""Months of the retention."""


@dataclass(frozen=True, eq=False, slots=True)
class Stretch:
    """The lives seen from the day after ``after`` to ``until``, as a curve."""

    after: dt.date
    until: dt.date
    curves: SurvivalCurves
    began_with: int
    """Who was a customer on the day before it, as far as they were seen from then on."""
    whole: bool
    """Whether everybody was seen from its beginning."""

    @property
    def curve(self) -> Curve:
        """The one curve there is."""
        return self.curves.parts[0]

    @property
    def departures(self) -> int:
        """Who left in it."""
        return self.curve.events_total

    @property
    def n(self) -> int:
        """Who was seen in it."""
        return self.curve.n

    @property
    def months(self) -> float:
        """Months of all its customers together."""
        left, entered = self.curve.left, self.curve.entered
        passed = left.time @ np.diff(left.total) - entered.time @ np.diff(entered.total)
        return float(passed)

    @property
    def rate(self) -> Interval:
        """Departures per customer and month."""
        found = intervals.poisson_rate(self.departures, self.months)
        return Interval(*map(float, found))

    def retention(self) -> Interval:
        """Share that would stay 12 months if everybody left as in this stretch.

        NaN where too few began in it, or too few were seen at that age.
        """
        at = self.curves.at(HORIZON, exact_ends=True).iloc[0]
        if self.curve.start != 0 or at["at_risk"] < FEW:
            return UNKNOWN
        return Interval(*(float(at[c]) for c in ("survival", "lower", "upper")))


def stretch(portfolio: Portfolio, after: dt.date, until: dt.date) -> Stretch | None:
    """What was seen of the customers in a stretch of time; None if nobody was there."""
    lived = lives_between(
        portfolio.customers, after=after, until=until, observed_from=portfolio.observed_from
    )
    try:
        curves = kaplan_meier(lived.to_native(), duration="duration", event="event", entry="entry")
    except NotEnoughData:
        return None
    began, late = _beginning(lived, after)
    observed = portfolio.observed_from
    whole = late == 0 and (observed is None or observed <= after)
    return Stretch(after, until, curves, began, whole)


def _beginning(lived: nw.LazyFrame[Any], after: dt.date) -> tuple[int, int]:
    """Who had begun by the day before a stretch: seen from then on, and seen only from later on."""
    day = dt.datetime(after.year, after.month, after.day)  # noqa: DTZ001 (naive on purpose)
    begun = lived.filter(nw.col("start") <= day)
    late = nw.when(nw.col("observed_from") > day).then(nw.lit(1)).otherwise(nw.lit(0))
    table = begun.select(late=late).collect("pandas").to_native()
    n = int(table["late"].sum())
    return len(table) - n, n


@dataclass(frozen=True, eq=False, slots=True)
class Years:
    """The last twelve months, the twelve before, and the last month that is over."""

    now: Stretch | None
    then: Stretch | None
    month: Stretch | None
    month_end: dt.date
    no_change: Message | None


def years(portfolio: Portfolio) -> Years | None:
    """None where customers have no dates."""
    as_of = portfolio.as_of
    if not portfolio.has_dates or as_of is None:
        return None
    before, earlier = (ck.months_before(as_of, k * YEAR) for k in (1, 2))
    month_end = as_of if as_of == ck.month_end(as_of) else ck.months_before(ck.month_end(as_of), 1)
    then = stretch(portfolio, earlier, before)
    return Years(
        now=stretch(portfolio, before, as_of),
        then=then,
        month=stretch(portfolio, ck.months_before(month_end, 1), month_end),
        month_end=month_end,
        no_change=_why_not(portfolio, then, earlier),
    )


def _why_not(portfolio: Portfolio, then: Stretch | None, earlier: dt.date) -> Message | None:
    """Why the period before says nothing; None where it does."""
    observed = portfolio.observed_from
    if observed is not None and observed > earlier:
        return message("overview.no_change.observed", day=observed)
    if then is None or then.began_with < FEW:
        n = 0 if then is None else then.began_with
        return message("overview.no_change.few", n=n, day=earlier, few=FEW)
    return None


def retention(portfolio: Portfolio, lived: Survival, seen: Years | None) -> Figure:
    """The share of customers who stay longer than 12 months, over everybody observed."""
    at = lived.curves.at(HORIZON, exact_ends=True).iloc[0]
    curve = lived.curves.parts[0]
    page = "retention" if portfolio.has_dates else "survival"
    definition = message("overview.definition.retention")
    if pd.isna(at["survival"]):
        return Figure(
            key="retention",
            unit="share",
            definition=definition,
            n=lived.n,
            page=page,
            missing=message("overview.missing.horizon", m=HORIZON),
            remedy=message("overview.get.horizon"),
        )
    details: list[Message] = []
    if at["at_risk"] < FEW:
        details.append(message("overview.detail.few_at_risk", n=int(at["at_risk"]), m=HORIZON))
    if curve.start > 0:
        details.append(message("overview.detail.given", start=curve.start))
    change, why = _retention_change(seen)
    return Figure(
        key="retention",
        value=float(at["survival"]),
        lower=float(at["lower"]),
        upper=float(at["upper"]),
        unit="share",
        n=lived.n,
        base=message("overview.base.retention", n=lived.n),
        definition=definition,
        until=portfolio.as_of,
        details=tuple(details),
        change=change,
        no_change=why,
        page=page,
    )


def _retention_change(seen: Years | None) -> tuple[Change | None, Message | None]:
    if seen is None:
        return None, message("overview.no_change.dates")
    if seen.no_change is not None or seen.now is None or seen.then is None:
        return None, seen.no_change or message("overview.no_change.nobody")
    now, then = seen.now.retention(), seen.then.retention()
    if np.isnan(now.estimate) or np.isnan(then.estimate):
        return None, message("overview.no_change.starts")
    return _change("share", now, then, seen.then), None


def _change(unit: str, now: Interval, then: Interval, before: Stretch) -> Change:
    """Both stretches see their own departures, so that the two are independent."""
    found = intervals.mover(now, then)
    return Change(
        now=now.estimate,
        then=then.estimate,
        difference=float(found.estimate),
        lower=float(found.lower),
        upper=float(found.upper),
        unit="share" if unit == "share" else "rate",
        n=before.n if unit == "share" else before.departures,
        since=before.after + dt.timedelta(days=1),
        until=before.until,
    )


def departures(portfolio: Portfolio, lived: Survival, seen: Years | None) -> Figure:
    """How many left in the last twelve months, and in the last month that is over."""
    definition = message("overview.definition.departures")
    if seen is None:
        n = int(lived.groups["events"].sum())
        return Figure(
            key="departures",
            value=float(n),
            unit="customers",
            n=lived.n,
            base=message("overview.base.ever", n=lived.n),
            definition=message("overview.definition.departures_ever"),
            no_change=message("overview.no_change.dates"),
            page="survival",
        )
    if seen.now is None:
        return Figure(
            key="departures",
            unit="customers",
            definition=definition,
            page="survival",
            missing=message("overview.missing.nobody_seen"),
            remedy=message("overview.get.as_of"),
        )
    change = None
    if seen.no_change is None and seen.then is not None:
        change = _change("rate", seen.now.rate, seen.then.rate, seen.then)
    return Figure(
        key="departures",
        value=float(seen.now.departures),
        unit="customers",
        n=seen.now.n,
        base=_base(seen.now),
        definition=definition,
        since=seen.now.after + dt.timedelta(days=1),
        until=portfolio.as_of,
        details=_departure_details(portfolio, seen, seen.now),
        change=change,
        no_change=seen.no_change,
        page="survival",
    )


def _base(now: Stretch) -> Message:
    """Among whom they were counted; who was there at the start only where that is known."""
    if not now.whole:
        return message("overview.base.departures_late", seen=now.n)
    return message("overview.base.departures", n=now.began_with, seen=now.n)


def _departure_details(portfolio: Portfolio, seen: Years, now: Stretch) -> tuple[Message, ...]:
    rate = now.rate
    month = 0 if seen.month is None else seen.month.departures
    found = [
        message("overview.detail.rate", rate=rate.estimate, lower=rate.lower, upper=rate.upper),
        message(
            "overview.detail.month",
            since=ck.months_before(seen.month_end, 1),
            until=seen.month_end - dt.timedelta(days=1),
            n=month,
        ),
    ]
    observed = portfolio.observed_from
    if observed is not None and observed > now.after:
        found.append(message("overview.detail.observed", day=observed))
    return tuple(found)
