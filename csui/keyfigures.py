"""The overview's figures: each with its interval, each a way to the page that explains it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csdata.tables import Portfolio
from csui import columns, compute, figures, nav, page
from csui.text import t

if TYPE_CHECKING:
    from csdata.analyses.portfolio_survival import Survival
    from csdata.analyses.quadrant import Quadrant

_HORIZON = 12


class Card(NamedTuple):
    """One figure."""

    label: str
    value: str
    note: str
    leads_to: str


def cards(data: Portfolio, result: Survival) -> None:
    """The figures that can be computed now, in one row."""
    shown = [_customers(data), _departures(data), _retention(data, result), _median(result)]
    if "mrr" in data.columns("customers"):
        shown.append(_mrr(data))
    cells = default_quadrant(data)
    if cells is not None:
        shown.append(_wide_deep(cells))
    for place, card in zip(st.columns(len(shown)), shown, strict=True):
        with place.container(border=True, height="stretch"):
            nav.arrow(card.leads_to, label=card.label)
            st.metric(card.label, card.value, label_visibility="collapsed")
            st.caption(card.note)


def _customers(data: Portfolio) -> Card:
    n = int((compute.standing(data) == "staying").sum())
    note = t("page.overview.of_all", n=len(data.customers))
    known = compute.tenures(data)
    if undated := known.noticed_undated:
        note = t("page.overview.with_undated", all=note, n=known.noticed, undated=undated)
    elif known.noticed:
        note = t("page.overview.with_notice", all=note, n=known.noticed)
    return Card(t("page.overview.customers"), f"{n:,}", note, "customer")


def _departures(data: Portfolio) -> Card:
    known = compute.tenures(data)
    n = int(known.table["event"].sum())
    return Card(
        t("page.overview.departures"),
        f"{n:,}",
        t("page.overview.departed_share", share=n / max(known.n, 1)),
        "survival",
    )


def _retention(data: Portfolio, result: Survival) -> Card:
    at = result.curves.at([_HORIZON], exact_ends=True).iloc[0]
    return Card(
        t("page.overview.retention", m=_HORIZON),
        figures.share(at["survival"]),
        figures.share_interval(at["lower"], at["upper"]),
        "retention" if data.has_dates else "survival",
    )


def _median(result: Survival) -> Card:
    row = result.curves.medians.iloc[0]
    return Card(
        t("page.overview.median"),
        figures.months(row["median"]),
        figures.months_interval(row["lower"], row["upper"]),
        "survival",
    )


def _mrr(data: Portfolio) -> Card:
    paying = data.customers.loc[compute.standing(data) == "staying", "mrr"]
    missing = int(paying.isna().sum())
    note = t("page.overview.mrr_missing", n=missing) if missing else t("page.overview.mrr_total")
    name = columns.taxed(data, "mrr", t("page.overview.mrr"))
    return Card(name, figures.money(paying.sum(), data.currency), note, "customer")


def _wide_deep(result: Quadrant) -> Card:
    row = result.cells[result.cells["cell"] == "wide_deep"].iloc[0]
    return Card(
        t("page.overview.wide_deep"),
        f"{int(row['n']):,}",
        t("page.overview.wide_deep_of", share=row["share"], n=result.n),
        "quadrant",
    )


def default_quadrant(data: Portfolio) -> Quadrant | None:
    """The quadrant of the usage with the careful defaults; None where it cannot be computed."""
    if not columns.has_categories(data) or not data.has_dates:
        return None
    try:
        return compute.quadrant(
            data, breadth=("usage", 0.0), depth=("usage", 0.0), window=(0, 3), landmark="window"
        )
    except CsDataError:
        return None


def sentences(data: Portfolio) -> None:
    """What the other pages find, one sentence each, with the way there."""
    found: list[tuple[str, Callable[[], Message]]] = []
    if data.has_dates:
        found.append(("retention", lambda: compute.retention(data).finding))
    found.append(("survival", lambda: compute.survival(data).finding))
    if (cells := default_quadrant(data)) is not None:
        found.append(("quadrant", lambda: cells.finding))
    for name, find in found:
        way, words = st.columns([1, 6], vertical_alignment="center")
        with way:
            nav.link(name)
        with words:
            try:
                page.said(find())
            except CsDataError as error:
                page.said(error.message)
