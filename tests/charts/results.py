"""Results for the pictures: of the made-up company, and small ones with what it lacks."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import numpy as np
import pandas as pd

import csdata as cs
from csdata import sample
from csdata.analyses.survival import SurvivalCurves, kaplan_meier
from tests.portfolios import portfolio


@functools.cache
def company() -> cs.Portfolio:
    return sample.company(customers=200)


@functools.cache
def retention(cohort: Any = "month", clock: Any = "contract") -> cs.Retention:
    return cs.retention(company(), cohort=cohort, clock=clock)


@functools.cache
def late_retention() -> cs.Retention:
    """Some customers began long before departures were recorded."""
    starts = ["2024-01-15"] * 12 + ["2025-02-10"] * 12
    ends = [None, "2025-06-15", "2025-09-15"] * 8
    whole = portfolio(zip(starts, ends, strict=True), "2025-12-31")
    return cs.retention(
        cs.Portfolio(
            customers=whole.customers, as_of=whole.as_of, observed_from=dt.date(2025, 1, 1)
        )
    )


@functools.cache
def over_time(cohort: Any = "month") -> cs.RetentionOverTime:
    return cs.retention_over_time(retention(cohort), age=12)


@functools.cache
def survival(group: str | None = "plan", landmark: float | None = None) -> cs.Survival:
    return cs.survival(company(), group=group, landmark=landmark)


@functools.cache
def renewal_clock() -> cs.RenewalClock:
    return cs.renewal_clock(company())


@functools.cache
def churn_reasons() -> cs.ChurnReasons:
    return cs.churn_reasons(company())


@functools.cache
def mrr_movements() -> cs.MrrMovements:
    return cs.mrr_movements(company())


@functools.cache
def revenue_retention() -> cs.RevenueRetention:
    return cs.revenue_retention(company())


@functools.cache
def revenue_cohorts(cohort: Any = "year") -> cs.RevenueCohorts:
    return cs.revenue_cohorts(company(), cohort=cohort)


@functools.cache
def customer(place: int = 3) -> cs.Customer:
    whole = company()
    named = whole.customers.assign(name="Plain Name Ltd.")  # a name is in no language
    told = cs.Portfolio(
        customers=named,
        contracts=whole.contracts,
        usage=whole.usage,
        touches=whole.touches,
        as_of=whole.as_of,
        currency=whole.currency,
    )
    return cs.customer(told, named["customer_id"].iloc[place])


@functools.cache
def bare_customer() -> cs.Customer:
    """A customer of whom there is nothing but a start."""
    return cs.customer(portfolio([("2025-03-10", None)], "2025-12-31"), "c0")


@functools.cache
def many_groups(number: int = 12) -> SurvivalCurves:
    """As many groups, one of them without a name, one with a very long one, one very small."""
    rng = np.random.default_rng(5)
    n = 40 * number
    names: list[str | None] = [f"株式会社の部門{i}" for i in range(number - 2)]
    names += ["オンライン秘書サービスの企画開発および運用保守を担当する部門", None]
    table = pd.DataFrame(
        {
            "months": np.ceil(rng.exponential(20, n)).clip(1, 36),
            "left": rng.random(n) < 0.7,
            "group": [names[i % number] for i in range(n)],
        }
    )
    table = table.drop(table.index[table["group"] == names[0]][3:])
    return kaplan_meier(table, duration="months", event="left", group="group")


@functools.cache
def quadrant() -> cs.Quadrant:
    return cs.quadrant(company(), breadth=cs.Categories(), depth=cs.QuantityPerCategory())


def plane(breadth: Any, depth: Any, *, cuts: Any = "median", **more: Any) -> cs.Quadrant:
    """A quadrant of two numeric columns of customers without dates."""
    n = len(breadth)
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i:05d}" for i in range(n)],
            "tenure_months": [12.0] * n,
            "churned": [False] * n,
            "b": breadth,
            "d": depth,
            **more,
        }
    )
    return cs.quadrant(cs.Portfolio(customers=customers), breadth="b", depth="d", cuts=cuts)


@functools.cache
def undecided() -> cs.Quadrant:
    """Three of forty lack an axis."""
    rng = np.random.default_rng(2)
    breadth = rng.integers(0, 5, 40).astype(float)
    breadth[[3, 4, 5]] = np.nan
    return plane(breadth, rng.normal(50, 10, 40), name=[f"顧客{i}" for i in range(40)])


@functools.cache
def crowd() -> cs.Quadrant:
    """More customers than are drawn."""
    rng = np.random.default_rng(3)
    n = 12_000
    return plane(
        rng.integers(0, 9, n).astype(float),
        rng.normal(60, 20, n),
        mrr=rng.gamma(2, 50_000, n),
        name=[f"顧客{i}" for i in range(n)],
    )
