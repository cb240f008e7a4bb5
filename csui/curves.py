"""What is behind the survival picture: read-outs, medians, customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.tables import Portfolio
from csui import columns, downloads, figures, lists, widgets
from csui.text import t

if TYPE_CHECKING:
    from csdata.analyses.portfolio_survival import Survival

READ_AT: Final = (6, 12, 24)
_ALL: Final = "all"


def group_name(group: Any) -> str:
    """A group's name on the screen."""
    if isinstance(group, str) and group == _ALL:
        return t("survival.group_all")
    return columns.value_label(None if pd.isna(group) else group)


def readout(result: Survival) -> None:
    """Share still there at 6, 12 and 24 months, and the median, one row per group."""
    curves = result.curves
    at = curves.at(list(READ_AT), exact_ends=True)
    rows = pd.DataFrame({t("page.survival.group_name"): [group_name(g) for g in curves.groups]})
    rows[t("page.survival.n")] = curves.medians["n"].to_numpy()
    rows[t("page.survival.events")] = curves.medians["events"].to_numpy()
    rows[t("page.survival.median")] = [
        figures.months_with(m["median"], m["lower"], m["upper"])
        for _, m in curves.medians.iterrows()
    ]
    for time in READ_AT:
        part = at[at["time"] == time]
        rows[t("page.survival.at", m=time)] = [
            t(
                "ui.cell",
                share=figures.share_with(row["survival"], row["lower"], row["upper"]),
                n=row["at_risk"],
            )
            for _, row in part.iterrows()
        ]
    lists.table(rows, key="survival.readout")
    downloads.below(result.table, name="survival", key="survival.csv", label=t("page.survival.csv"))


def members(data: Portfolio, result: Survival, *, group: str | None) -> None:
    """The customers behind the curves, all or those of one group."""
    rows = data.customers
    if group is not None:
        groups = [None if pd.isna(g) else g for g in result.curves.groups]
        chosen = widgets.one_of("survival.members", groups, words=group_name)
        rows = rows[rows[group].isna() if chosen is None else rows[group] == chosen]
    lists.customers(data, rows["customer_id"], key="survival.customers", name="survival_customers")
    aside = result.set_aside
    if len(aside):
        with st.expander(t("page.survival.aside", n=len(aside))):
            named = aside.assign(reason=[t(f"status.{r}", n=1) for r in aside["reason"]])
            lists.table(named.rename(columns=_aside_words()), key="survival.aside")


def _aside_words() -> dict[str, str]:
    return {"customer_id": columns.word("customer_id"), "reason": t("ui.reason")}
