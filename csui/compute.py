"""Every calculation that a page asks for, cached for the session by the fingerprint of the data.

Models and readers are imported on first use: the first page should not wait for lifelines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from csdata.i18n import message
from csdata.tables import Portfolio
from csui import columns
from csui.cache import cached

if TYPE_CHECKING:
    from csdata.analyses._customer_place import Mates
    from csdata.analyses.churn_reasons import ChurnReasons
    from csdata.analyses.customer import Customer
    from csdata.analyses.mrr_movements import MrrMovements
    from csdata.analyses.overview import Overview
    from csdata.analyses.portfolio_survival import Survival
    from csdata.analyses.quadrant import Quadrant
    from csdata.analyses.quality import DataQuality
    from csdata.analyses.renewal_clock import RenewalClock
    from csdata.analyses.retention import Retention
    from csdata.analyses.retention_compare import RetentionComparison
    from csdata.analyses.retention_over_time import RetentionOverTime
    from csdata.analyses.revenue_cohorts import RevenueCohorts
    from csdata.analyses.revenue_mix import RevenueMix
    from csdata.analyses.revenue_retention import RevenueRetention
    from csdata.analyses.survival_differences import SurvivalDifferences
    from csdata.analyses.tenures import Tenures
    from csdata.clock import Period

AxisSpec = tuple[Any, ...]
"""("usage", least quantity) | ("ticks", columns, corrections) | ("column", name)."""
CutSpec = Literal["median", "mean"] | tuple[float, float]
Conditions = tuple[tuple[str, tuple[Hashable, ...]], ...]


@cached
def filtered(portfolio: Portfolio, conditions: Conditions) -> Portfolio:
    """The customers that the chips of the header strip leave."""
    return portfolio.where(**dict(conditions))


@cached
def tenures(portfolio: Portfolio) -> Tenures:
    """One row per customer: how long, and whether gone."""
    from csdata.analyses.tenures import tenures

    return tenures(portfolio)


@cached
def standing(portfolio: Portfolio) -> pd.Series:
    """Each row of the customers: "staying" or "left" on the 基準日, or "unusable" for a count.

    Of customers made from records of use nobody knows.
    """
    if portfolio.provenance.first_use:
        return pd.Series("unusable", index=portfolio.customers.index)
    table = tenures(portfolio).table.set_index("customer_id")["event"]
    event = portfolio.customers["customer_id"].map(table)
    words = event.map({True: "left", False: "staying"})
    return words.where(event.notna(), "unusable")


@cached
def start_months(portfolio: Portfolio) -> int:
    """Calendar months in which anybody starts, up to the 基準日; 0 without dates."""
    if not portfolio.has_dates or portfolio.as_of is None:
        return 0
    starts = portfolio.customers["start"].dropna()
    starts = starts[starts <= pd.Timestamp(portfolio.as_of)]
    return int((starts.dt.year * 12 + starts.dt.month).nunique())


@cached
def groups(portfolio: Portfolio) -> list[str]:
    """Columns that may split the customers; one that only says who left explains nothing."""
    if portfolio.provenance.first_use:
        return columns.groups(portfolio)
    left = standing(portfolio) == "left"
    return [
        column
        for column in columns.groups(portfolio)
        if left.groupby(portfolio.customers[column], dropna=False, observed=True).nunique().max()
        > 1
    ]


@cached
def retention(portfolio: Portfolio, **options: Any) -> Retention:
    """Share of each start cohort that is still there; options of :func:`csdata.retention`."""
    from csdata.analyses.retention import retention

    return retention(portfolio, **options)


@cached
def cell_members(portfolio: Portfolio, *, row: Hashable, age: int, **options: Any) -> pd.DataFrame:
    """Who is behind one cell of the triangle that the same options give."""
    from csdata.analyses.retention_members import members

    return members(portfolio, retention(portfolio, **options), cohort=row, age=age)


@cached
def column_members(portfolio: Portfolio, *, age: int, **options: Any) -> pd.DataFrame:
    """Who is behind one column of the triangle that the same options give."""
    from csdata.analyses.retention_members import members_at

    return members_at(portfolio, retention(portfolio, **options), age=age)


@cached
def retention_over_time(portfolio: Portfolio, *, age: int, **options: Any) -> RetentionOverTime:
    """One column of the triangle that the same options give, in the order of time."""
    from csdata.analyses.retention_over_time import retention_over_time

    return retention_over_time(retention(portfolio, **options), age=age)


@cached
def retention_comparison(
    portfolio: Portfolio, *, a: Hashable, b: Hashable, age: int, **options: Any
) -> RetentionComparison:
    """Two rows of the triangle that the same options give, at one age."""
    from csdata.analyses.retention_compare import compare_retention

    return compare_retention(portfolio, retention(portfolio, **options), a=a, b=b, age=age)


@cached
def with_eras(portfolio: Portfolio, events: tuple[tuple[str, str], ...], lang: str) -> Portfolio:
    """The customers with the era in which they began, between events of (ISO day, name)."""
    from csdata.analyses.eras import NamedEvent, with_eras

    told = [NamedEvent(dt.date.fromisoformat(day), name) for day, name in events]
    return with_eras(portfolio, told, lang=lang)


@cached
def mates(portfolio: Portfolio, *, fiscal_start: int) -> Mates:
    """What the place of every customer is read from."""
    from csdata.analyses.customer import mates

    return mates(portfolio, fiscal_start=fiscal_start)


@cached
def customer(portfolio: Portfolio, *, customer_id: str, fiscal_start: int) -> Customer:
    """One customer's history, place and gaps."""
    from csdata.analyses.customer import customer

    return customer(portfolio, customer_id, everybody=mates(portfolio, fiscal_start=fiscal_start))


@cached
def mrr_movements(portfolio: Portfolio) -> MrrMovements:
    """Why the monthly revenue changed, month by month."""
    from csdata.analyses.mrr_movements import mrr_movements

    return mrr_movements(portfolio)


@cached
def revenue_retention(portfolio: Portfolio, *, months: int = 12) -> RevenueRetention:
    """NRR, GRR and the other rates over a trailing window."""
    from csdata.analyses.revenue_retention import revenue_retention

    return revenue_retention(portfolio, months=months)


@cached
def revenue_cohorts(portfolio: Portfolio, *, cohort: Period) -> RevenueCohorts:
    """Revenue by the month, quarter or fiscal year in which customers began."""
    from csdata.analyses.revenue_cohorts import revenue_cohorts

    return revenue_cohorts(portfolio, cohort=cohort)


@cached
def revenue_mix(portfolio: Portfolio) -> RevenueMix:
    """Whose the monthly revenue is."""
    from csdata.analyses.revenue_mix import revenue_mix

    return revenue_mix(portfolio)


@cached
def survival(
    portfolio: Portfolio, *, group: str | None = None, landmark: float | None = None
) -> Survival:
    """Kaplan–Meier curves, of everyone or by a column."""
    from csdata.analyses.portfolio_survival import survival

    return survival(portfolio, group=group, landmark=landmark)


@cached
def renewal_clock(portfolio: Portfolio) -> RenewalClock:
    """Share of the contracts that leave at each renewal."""
    from csdata.analyses.renewal_clock import renewal_clock

    return renewal_clock(portfolio)


@cached
def survival_differences(
    portfolio: Portfolio, *, group: str, landmark: float | None = None
) -> SurvivalDifferences:
    """By how much the customers of one group stay longer than those of another."""
    from csdata.analyses.survival_differences import survival_differences

    return survival_differences(portfolio, group=group, landmark=landmark)


@cached
def churn_reasons(portfolio: Portfolio) -> ChurnReasons:
    """The share that has left by each month, by reason."""
    from csdata.analyses.churn_reasons import churn_reasons

    return churn_reasons(portfolio)


@cached
def data_quality(portfolio: Portfolio) -> DataQuality:
    """What may mislead, and in which direction."""
    from csdata.analyses.quality import data_quality

    return data_quality(portfolio)


@cached
def overview(portfolio: Portfolio, source: Portfolio) -> Overview:
    """The key figures; flaws are looked for in ``source``, the data without filters."""
    from csdata.analyses.overview import overview

    return overview(portfolio, quality=data_quality(source))


@cached
def quadrant(
    portfolio: Portfolio,
    *,
    breadth: AxisSpec,
    depth: AxisSpec,
    window: tuple[int, int],
    landmark: float | Literal["window"] | None,
    cuts: CutSpec = "median",
) -> Quadrant:
    """Customers by breadth and depth, and how each cell fared."""
    from csdata.analyses import axes
    from csdata.analyses.quadrant import quadrant

    def axis(spec: AxisSpec, usage: Any) -> Any:
        match spec:
            case ("usage", least):
                return usage(min_quantity=least)
            case ("ticks", names, corrections):
                said: dict[str, dict[str, bool]] = {}
                for column, value, ticked in corrections:
                    said.setdefault(column, {})[value] = ticked
                return axes.Ticks(names, said)
            case _:
                return axes.Column(spec[1])

    result = quadrant(
        portfolio,
        breadth=axis(breadth, axes.Categories),
        depth=axis(depth, axes.QuantityPerCategory),
        window=window,
        landmark=landmark,
        cuts=cuts,
    )
    # A column is called on the picture as it is called on the page.
    named = {
        f"{side}_name": message("quadrant.axis.column", name=columns.named(portfolio, spec[1]))
        for side, spec in (("breadth", breadth), ("depth", depth))
        if spec[0] == "column"
    }
    return replace(result, **named)
