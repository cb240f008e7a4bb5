"""How many customers and months it takes to see a difference, so that nobody reads noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd

from csdata.analyses.intervals import alpha, z_value
from csdata.errors import BadValues
from csdata.i18n import Message, message

YEAR: Final = 12
FOLLOW_UPS: Final = (3, 6, 12, 18, 24, 36)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ComparisonPlan:
    """What it takes to tell two groups apart.

    ``events``: departures needed in both together; ``hazard_ratio``: how many times as fast the
    second group leaves. ``table`` has one row per follow-up: ``follow_up`` (months after the last
    customer has begun), ``leaving`` (expected share who leave while watched), ``customers``
    (needed in both), ``first``, ``second`` (in each), ``months`` (from the first start to the
    reading). ``customers`` is the number for the follow-up asked about.
    """

    events: int
    hazard_ratio: float
    customers: int
    table: pd.DataFrame
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message


def plan_comparison(
    *,
    retention: float,
    other: float,
    power: float = 0.8,
    share: float = 0.5,
    accrual: float = 0.0,
    follow_up: float = 12.0,
    confidence: float = 0.95,
) -> ComparisonPlan:
    """Departures, customers and months needed to see a difference in 12-month retention.

    Departures D = (z_{1−α/2} + z_power)² ÷ (p (1 − p) (ln HR)²), HR = ln other ÷ ln retention.
    Customers = D ÷ the share expected to leave while they are watched, at a constant rate per month
    in each group, customers beginning evenly over ``accrual`` months and watched for ``follow_up``
    months after the last of them has begun.

    Args:
        retention: 12-month retention of the first group, between 0 and 1.
        other: The one of the second group that should be told apart from it.
        power: Probability with which the difference is found if it is there.
        share: Share of the customers who are in the second group.
        accrual: Months over which the customers begin; 0: all at once.
        follow_up: Months of watching after the last has begun.
        confidence: 1 − the level of the two-sided log-rank test.

    Raises:
        BadValues: A share is not between 0 and 1, the two are the same, or months are negative.

    Source: Schoenfeld (1983), Biometrics 39.

    >>> plan_comparison(retention=0.8, other=0.9).customers
    372
    """
    alpha(confidence)
    _check({"retention": retention, "other": other, "power": power, "share": share})
    _check_months(accrual, follow_up)
    rates = (-np.log(retention) / YEAR, -np.log(other) / YEAR)
    ratio = rates[1] / rates[0]
    reach = z_value(confidence) + NormalDist().inv_cdf(power)
    events = reach**2 / (share * (1 - share) * np.log(ratio) ** 2)
    table = _follow_ups(events, rates, share=share, accrual=accrual, asked=follow_up)
    asked = table[table["follow_up"] == follow_up].iloc[0]
    customers = int(asked["customers"])
    values = {"retention": retention, "other": other, "power": power}
    needed = int(np.ceil(events))
    return ComparisonPlan(
        events=needed,
        hazard_ratio=float(ratio),
        customers=customers,
        table=table,
        definition=message("definition.planning.schoenfeld", confidence=confidence),
        n=customers,
        notes=(message("planning.assumes"), message("planning.once")),
        finding=message(
            "planning.finding",
            events=needed,
            customers=customers,
            months=accrual + follow_up,
            **values,
        ),
    )


def _check(shares: Mapping[str, float]) -> None:
    for where, value in shares.items():
        if not 0 < value < 1:
            remedy = message("survival.remedy.confidence")
            raise BadValues(where=where, found=value, remedy=remedy)
    if shares["retention"] == shares["other"]:
        remedy = message("planning.remedy_same")
        raise BadValues(where="other", found=shares["other"], remedy=remedy)


def _check_months(accrual: float, follow_up: float) -> None:
    if not (0 <= accrual < np.inf and 0 < follow_up < np.inf):
        found = f"{accrual:g}, {follow_up:g}"
        raise BadValues(where="months", found=found, remedy=message("planning.remedy_months"))


def _follow_ups(
    events: float, rates: tuple[float, float], *, share: float, accrual: float, asked: float
) -> pd.DataFrame:
    rows: list[dict[str, float]] = []
    for months in sorted({*FOLLOW_UPS, asked}):
        leaving = (1 - share) * _leaving(rates[0], accrual, months)
        leaving += share * _leaving(rates[1], accrual, months)
        customers = int(np.ceil(events / leaving))
        second = round(customers * share)
        rows.append(
            {
                "follow_up": months,
                "leaving": leaving,
                "customers": customers,
                "first": customers - second,
                "second": second,
                "months": accrual + months,
            }
        )
    return pd.DataFrame(rows)


def _leaving(rate: float, accrual: float, follow_up: float) -> float:
    """Share who leave at a constant rate, beginning evenly over the accrual."""
    if accrual == 0:
        return float(-np.expm1(-rate * follow_up))
    begun = np.exp(-rate * follow_up) * -np.expm1(-rate * accrual) / (rate * accrual)
    return float(1 - begun)
