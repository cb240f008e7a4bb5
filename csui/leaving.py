"""When, which and why customers leave: the sections of the survival page below its curves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csui import columns, compute, curves, downloads, figures, lists, nav, page
from csui.text import language, t

if TYPE_CHECKING:
    from csdata.analyses.churn_reasons import ChurnReasons
    from csdata.analyses.renewal_clock import RenewalClock

_DRAWN: Final = frozenset({"renewals.midterm", "causes.unknown", "causes.not_without"})
"""Notes that are in the caption of the picture."""


def renewals(view: page.View, *, narrowed: bool) -> None:
    """The share leaving at the first, second … renewal, by contract term.

    Args:
        view: The page.
        narrowed: Whether the curves above are of some customers only or in groups.
    """
    from csdata import charts

    _heading("renewals", narrowed=narrowed)
    if view.data.contracts is None or not view.data.has_dates:
        _missing("renewals")
        return
    with page.user_errors(fatal=False):
        result = compute.renewal_clock(view.data)
        page.said(result.finding)
        page.draw(
            view,
            replace(result, notes=tuple(n for n in result.notes if n.key not in _DRAWN)),
            charts.renewal_clock(result, lang=language()),
            alt=t("page.leaving.renewals_alt"),
            key="renewals",
        )
        lists.table(_renewals(result), key="survival.renewals_table")
        _csv(_with_midterm(result), "renewals")


def _with_midterm(result: RenewalClock) -> pd.DataFrame:
    """The renewals, and who left between two of them, in rows of their own where need be."""
    keys = ["term", "renewal"]
    midterm = result.midterm.rename(columns={"left": "midterm"})
    both = result.table.merge(midterm, on=keys, how="outer")
    counts = ["due", "left", "midterm"]
    both[counts] = both[counts].fillna(0).astype(int)
    return both.sort_values(keys, na_position="last", ignore_index=True)


def _renewals(result: RenewalClock) -> pd.DataFrame:
    rows = _with_midterm(result)
    return pd.DataFrame(
        {
            t("page.leaving.term"): [t("ui.months", m=term) for term in rows["term"]],
            t("page.leaving.renewal"): [
                t("chart.renewals.unknown")
                if pd.isna(renewal)
                else t("chart.renewals.nth", nth=renewal)
                for renewal in rows["renewal"]
            ],
            t("page.leaving.due"): rows["due"],
            t("page.leaving.left"): rows["left"],
            t("page.leaving.share"): [
                figures.share_with(row["share"], row["lower"], row["upper"])
                for _, row in rows.iterrows()
            ],
            t("page.leaving.midterm"): rows["midterm"],
        }
    )


def reasons(view: page.View, *, narrowed: bool) -> None:
    """The share gone by each month, by reason; ``narrowed`` as for :func:`renewals`."""
    from csdata import charts

    _heading("reasons", narrowed=narrowed)
    customers = view.data.customers
    if "churn_reason" not in customers or customers["churn_reason"].isna().all():
        _missing("reasons")
        return
    with page.user_errors(fatal=False):
        result = compute.churn_reasons(view.data)
        page.said(result.finding)
        page.draw(
            view,
            replace(result, notes=tuple(n for n in result.notes if n.key not in _DRAWN)),
            charts.churn_reasons(result, lang=language()),
            alt=t("page.leaving.reasons_alt"),
            key="reasons",
        )
        lists.table(_reasons(result), key="survival.reasons_table")
        _csv(_named(result.incidence.table), "reasons")


def _reasons(result: ChurnReasons) -> pd.DataFrame:
    """One row per reason, the commonest first: departures, and the share gone by fixed months."""
    at = result.incidence.at(list(curves.READ_AT), exact_ends=True)
    order = result.table.sort_values("events", ascending=False, kind="stable").index
    rows = pd.DataFrame(
        {
            t("page.leaving.reason"): [_reason(r) for r in result.table["reason"]],
            t("page.leaving.gone"): result.table["events"],
        }
    )
    for time in curves.READ_AT:
        part = at[at["time"] == time]
        rows[t("page.leaving.gone_by", m=time)] = [
            figures.rate_with(row["incidence"], row["lower"], row["upper"])
            for _, row in part.iterrows()
        ]
    return rows.loc[order]


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """The curves as they are saved: a reason that is not known has a name there too."""
    return table.drop(columns="group").assign(cause=[_reason(c) for c in table["cause"]])


def _reason(reason: Any) -> str:
    return t("chart.reasons.unknown") if pd.isna(reason) else columns.value_label(reason)


def _heading(name: str, *, narrowed: bool = False) -> None:
    st.subheader(t(f"page.leaving.{name}"), anchor=False)
    if narrowed:
        st.caption(t("page.leaving.everyone"))


def _missing(name: str) -> None:
    """What the data lacks for a section, and the way to mend it."""
    st.info(t(f"page.leaving.{name}_needs"), icon=":material/info:")
    nav.link("import", label=t("ui.to_import"))


def _csv(table: Any, name: str) -> None:
    """The figures of a section, to be saved."""
    label = t(f"page.leaving.{name}_csv")
    downloads.below(table, name=f"survival_{name}", key=f"survival.{name}_csv", label=label)
