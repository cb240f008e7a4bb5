"""Estimates for many small groups, such as persons in charge: raw, and drawn towards the whole.

A person with four customers of whom two left has a raw rate that says little. If groups of
customers were alike, each would lose as many as its customers' months of contract let expect. How
far the groups really differ is learnt from all of them together, and each is drawn towards the
whole by as much as its own customers are too few to speak.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.analyses._excess import excess, grouped_lives
from csdata.analyses._lives import group_column
from csdata.analyses.intervals import alpha
from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.survival import kaplan_meier
from csdata.analyses.tenures import tenures
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

Floats = NDArray[np.float64]

HORIZON: Final = 12
SPREADS: Final = np.linspace(0.02, 1.5, 38)
"""Standard deviations of the groups' true ratios that are weighed, each as likely beforehand."""

RATIOS: Final = np.exp(np.linspace(np.log(1e-3), np.log(50), 801))
"""Ratios at which the distribution of a group is written out, to find its quantiles."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SmallGroups:
    """Groups beside each other, raw and drawn towards the whole.

    ``table``: ``group``, ``n``, ``events``, ``expected`` (departures if all groups were alike),
    ``raw_12``, ``raw_lower``, ``raw_upper`` (12-month retention of the group alone: Kaplan–Meier),
    ``ratio`` (how many times as fast as the whole it leaves, drawn), ``ratio_lower``,
    ``ratio_upper``, ``retention_12``, ``lower``, ``upper`` (12-month retention that goes with it),
    ``small`` (fewer than 5 customers), ``differs`` (the whole interval lies on one side of 1).
    ``spread``: mean standard deviation of the true ratios.
    """

    table: pd.DataFrame
    spread: float
    whole_12: float
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message


def small_groups(portfolio: Portfolio, *, group: str, confidence: float = 0.95) -> SmallGroups:
    """How each person in charge (or channel …) keeps customers, with small numbers held in check.

    Departures of a group are Poisson with the mean ratio × expected, the ratios gamma with mean 1
    and a spread that is weighed over what the data allow, so that the intervals hold its
    uncertainty as well. Expected is what the group's customers would lose month by month at the
    rates of the whole (as in the log-rank test): old and new customers are each judged by their own
    age, and late entry and censoring count as they should.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``.
        group: A column of the customers. Those without a value are left out and counted.
        confidence: Of the intervals, two-sided.

    Raises:
        MissingColumns: There is no such column.
        NotEnoughData: There are not two groups, or nobody left.

    Source: Clayton & Kaldor (1987), Biometrics 43 (gamma–Poisson), the spread integrated out.
    """
    alpha(confidence)
    lived = tenures(portfolio, group=group)
    by = lived.groups[0]
    options: dict[str, Any] = {"duration": "duration", "event": "event", "entry": "entry"}
    lives = grouped_lives(lived.table, **options, group=by)
    found = excess(lives)
    if found.observed.sum() == 0:
        raise NotEnoughData(found=0, needed=1, what=message("causes.what"))
    named = lived.table[lived.table[by].notna()]
    ratio, lower, upper, spread = shrunken(found.observed, found.expected, confidence=confidence)
    curves = kaplan_meier(named, **options, group=by, min_at_risk=1, confidence=confidence)
    raw = curves.at(HORIZON, exact_ends=True)
    whole = float(kaplan_meier(named, **options).at(HORIZON)["survival"].iloc[0])
    table = pd.DataFrame(
        {
            "group": group_column(found.labels),
            "n": found.n,
            "events": found.observed.astype(int),
            "expected": found.expected,
            "raw_12": raw["survival"],
            "raw_lower": raw["lower"],
            "raw_upper": raw["upper"],
            "ratio": ratio,
            "ratio_lower": lower,
            "ratio_upper": upper,
            "retention_12": whole**ratio,
            "lower": whole**upper,
            "upper": whole**lower,
            "small": found.n < FEW,
            "differs": (lower > 1) | (upper < 1),
        }
    )
    notes = [*lived.notes, message("small_groups.drawn")]
    if left_out := len(lived.table) - len(named):
        notes.append(message("small_groups.no_group", n=left_out))
    told = int(table["differs"].sum())
    return SmallGroups(
        table=table,
        spread=spread,
        whole_12=whole,
        definition=message("definition.small_groups.ratio", confidence=confidence),
        as_of=portfolio.as_of,
        n=int(found.n.sum()),
        notes=tuple(notes),
        finding=message(
            f"small_groups.{'some' if told else 'none'}", n=len(table), told=told, share=whole
        ),
    )


def shrunken(
    observed: Floats, expected: Floats, *, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats, float]:
    """Ratios of observed to expected, drawn towards 1, with their intervals, and their spread.

    A group with nothing expected gets the ratio that could be any group's.
    """
    from scipy.special import gammainc, gammaln

    d, e = np.asarray(observed, float), np.asarray(expected, float)
    shape = 1 / SPREADS[:, None] ** 2
    # The Poisson part that all spreads share is left out.
    fit = gammaln(d + shape) - gammaln(shape) + shape * np.log(shape)
    fit = (fit - (d + shape) * np.log(e + shape)).sum(axis=1)
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    tail = alpha(confidence) / 2
    mean = weight @ ((d + shape) / (e + shape))
    bounds = np.empty((2, len(d)))
    for i in range(len(d)):
        below = weight @ gammainc(d[i] + shape, RATIOS * (e[i] + shape))
        bounds[:, i] = np.interp([tail, 1 - tail], below, RATIOS)
    return mean, bounds[0], bounds[1], float(weight @ SPREADS)
