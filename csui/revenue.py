"""What the revenue page shows beside its first picture: lines, definitions, whose it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.analyses.portfolio_survival import FEW
from csdata.clock import fiscal_year, month_index
from csdata.tables import Portfolio
from csui import compute, downloads, figures, lists, page, widgets
from csui.text import language, safe, t

if TYPE_CHECKING:
    from altair import TopLevelMixin

    from csdata.analyses.mrr_movements import MrrMovements
    from csdata.analyses.revenue_mix import RevenueMix
    from csdata.analyses.revenue_retention import RevenueRetention

WINDOWS: Final = ("12", "6", "3")
"""Trailing windows in months; the first is the default."""
PERIODS: Final = ("month", "quarter", "year")
_TRAILING: Final = "last"
_QUICK: Final = "quick"
_LAST_MONTH: Final = 2
"""March, counted from 0: the end of a fiscal year."""


def year(movements: MrrMovements) -> int | None:
    """Which fiscal year the first picture shows; None: the trailing twelve months."""
    options = {_TRAILING: None} | {str(y): y for y in reversed(movements.fiscal_years)}
    last = movements.table["month"].iloc[-1]
    # A year whose last month is not over yet is not compared with whole ones unawares.
    running = fiscal_year(last.date()) if month_index(last.date()) % 12 != _LAST_MONTH else None

    def name(chosen: int | None) -> str:
        if chosen is None:
            return t("page.revenue.trailing")
        if chosen == running:
            return t("page.revenue.year_open", year=str(chosen))
        return t("ui.fiscal_year", year=str(chosen))

    return widgets.coded("revenue.year", options, words=name)


def retained(view: page.View, months: int) -> RevenueRetention | None:
    """NRR and GRR, said at the head of the page; None, and why, where there are not enough months.

    The rest of the page needs fewer months and goes on.
    """
    with page.user_errors(fatal=False):
        result = compute.revenue_retention(view.data, months=months)
        page.found(view, result)
        return result
    return None


def monthly(view: page.View, movements: MrrMovements) -> None:
    """The movements over time, by month, quarter or fiscal year, and as a table to save."""
    from csdata import charts

    st.subheader(t("page.revenue.monthly"), anchor=False)
    period = widgets.choice("revenue.grouped", PERIODS, words="period")
    chart = charts.mrr_movements(movements, period=period, lang=language())
    _picture(view, movements, chart, key="monthly")
    _csv(movements.by(period), name="mrr_movements", key="movements_csv")


def rates(view: page.View, result: RevenueRetention) -> None:
    """NRR and GRR over time, and the same data under every definition in use."""
    from csdata import charts

    st.subheader(t("page.revenue.over_time", months=result.months), anchor=False)
    chart = charts.revenue_retention(result, lang=language())
    _picture(view, result, chart, key="rates")
    page.said(result.compared)
    st.subheader(t("page.revenue.definitions"), anchor=False)
    lists.table(_definitions(result), key="revenue.definitions")
    latest = result.rates[result.rates["months"] == result.months]
    lines = [
        f"- **{t(f'revenue.measure.{measure}')}**: {safe(definition)}"
        for measure, definition in zip(latest["measure"], latest["definition"], strict=True)
    ]
    st.markdown("\n".join(lines))
    _csv(result.table, name="revenue_retention", key="rates_csv")


def _picture(view: page.View, result: Any, chart: TopLevelMixin, *, key: str) -> None:
    """A picture below the first one, under which the notes have been said already."""
    alt = t(f"page.revenue.alt_{key}")
    page.draw(view, replace(result, notes=()), chart, alt=alt, key=key)


def _csv(table: pd.DataFrame, *, name: str, key: str) -> None:
    """The figures of a picture, to be saved."""
    downloads.below(table, name=name, key=f"revenue.{key}", label=t(f"page.revenue.{key}"))


def _definitions(result: RevenueRetention) -> pd.DataFrame:
    """One row per definition: for a month and for the window, of what, up to when."""
    rows = result.rates
    measures = list(rows["measure"].drop_duplicates())
    shown = {t("page.revenue.definition"): [t(f"revenue.measure.{m}") for m in measures]}
    for months in rows["months"].drop_duplicates():
        own = rows[rows["months"] == months].set_index("measure", drop=False)
        found = [own.loc[m] for m in measures]
        shown[t("page.revenue.over", months=months)] = [_figure(row) for row in found]
        shown[t("page.revenue.made_of", months=months)] = [
            _parts(row, result.currency) for row in found
        ]
    latest = rows[rows["months"] == result.months].set_index("measure")
    shown[t("page.revenue.span", months=result.months)] = [
        t("page.revenue.from_to", since=latest.loc[m, "since"], until=_until(latest.loc[m], m))
        for m in measures
    ]
    return pd.DataFrame(shown)


def _until(row: pd.Series, measure: str) -> pd.Timestamp:
    """The end of the span as a person counts it.

    Amounts are compared from one end of a month to another; of contracts their last day counts,
    which is the one before the end that is counted by.
    """
    return row["until"] - pd.Timedelta(days=1) if measure == "renewal" else row["until"]


def _figure(row: pd.Series) -> str:
    if row["n"] < FEW:
        return t("page.revenue.few", n=row["n"])
    write = figures.times_with if row["measure"] == _QUICK else figures.share_with
    return write(row["value"], row["lower"], row["upper"])


def _parts(row: pd.Series, currency: str | None) -> str:
    if row["counted"] == "money":
        above, below = (figures.money(row[p], currency) for p in ("numerator", "denominator"))
        return f"{above} ÷ {below}"
    return t(
        f"page.revenue.counted.{row['counted']}", above=row["numerator"], below=row["denominator"]
    )


def cohorts(view: page.View) -> None:
    """What is left of the revenue of each start cohort, and all of it in layers."""
    from csdata import charts

    st.subheader(t("page.revenue.triangle"), anchor=False)
    period = widgets.choice(
        "revenue.cohort",
        tuple(reversed(PERIODS)),
        words="period",
        note=t("page.revenue.triangle_help"),
    )
    result = compute.revenue_cohorts(view.data, cohort=period)
    page.said(result.finding)
    chart = charts.revenue_triangle(result, lang=language())
    _picture(view, result, chart, key="triangle")
    _csv(result.table, name="revenue_cohorts", key="cohorts_csv")
    st.subheader(t("page.revenue.layers"), anchor=False)
    by_year = compute.revenue_cohorts(view.data, cohort="year")
    _picture(view, by_year, charts.revenue_cohorts(by_year, lang=language()), key="layers")


def whose(data: Portfolio) -> None:
    """How much of the revenue the largest customers pay, the new ones, and what is billed for."""
    st.subheader(t("page.revenue.whose"), anchor=False)
    with page.user_errors(fatal=False):
        result = compute.revenue_mix(data)
        page.said(result.finding)
        left, right = st.columns(2)
        with left:
            lists.table(_concentration(result), key="revenue.concentration")
        with right:
            lists.table(_sources(result), key="revenue.sources")
            if len(result.kinds):
                lists.table(_kinds(result), key="revenue.kinds")
        ids = pd.Series(result.largest, dtype=object)
        st.caption(t("page.revenue.largest", n=len(ids)))
        lists.customers(data, ids, key="revenue.customers", name="largest_customers", ordered=True)


def _concentration(result: RevenueMix) -> pd.DataFrame:
    table = result.concentration
    names = [
        t("page.revenue.top_fifth", n=row["customers"])
        if row["who"] == "top_fifth"
        else t("page.revenue.top", n=row["customers"])
        for _, row in table.iterrows()
    ]
    return _totals({t("page.revenue.customers"): names}, table, result.currency)


def _sources(result: RevenueMix) -> pd.DataFrame:
    table = result.sources[result.sources["customers"] > 0]
    names = [t(f"page.revenue.sources.{s}") for s in table["source"]]
    first = {t("page.revenue.source"): names, t("page.revenue.people"): list(table["customers"])}
    return _totals(first, table, result.currency)


def _kinds(result: RevenueMix) -> pd.DataFrame:
    names = {t("page.revenue.kind"): [t(f"field.{k}") for k in result.kinds["kind"]]}
    return _totals(names, result.kinds, result.currency, amount="amount", title="billed")


def _totals(
    first: dict[str, list[Any]],
    table: pd.DataFrame,
    currency: str | None,
    *,
    amount: str = "mrr",
    title: str = "mrr",
) -> pd.DataFrame:
    """Amounts and shares behind columns that say of what."""
    return pd.DataFrame(
        {
            **first,
            t(f"page.revenue.{title}"): [figures.money(a, currency) for a in table[amount]],
            t("page.revenue.share"): [figures.share(s) for s in table["share"]],
        }
    )
