"""What is behind the retention picture: the rows for everyone, and the customers of one cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from csdata.clock import cohort_index, fiscal_year
from csdata.tables import Portfolio
from csui import compute, downloads, figures, lists, widgets
from csui.text import t

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention

_READ_AT: Final = (1, 3, 6, 12, 18, 24, 36)


def overall(result: Retention) -> None:
    """The pooled row and the Kaplan–Meier row side by side at the usual ages."""
    rows: dict[str, dict[str, str]] = {}
    for key, table, base in (
        ("pooled", result.pooled, "eligible"),
        ("curve", result.kaplan_meier, "at_risk"),
    ):
        if table.empty:
            continue
        cells = table[table["age"].isin(_READ_AT)]
        rows[t(f"page.retention.{key}")] = {
            t("ui.months", m=row["age"]): t(
                "ui.cell",
                share=figures.share_with(row["share"], row["lower"], row["upper"]),
                n=row[base],
            )
            for _, row in cells.iterrows()
        }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis(t("page.retention.row"))
    lists.table(shown.reset_index(), key="retention.overall")
    with st.container(horizontal=True, horizontal_alignment="right"):
        downloads.table(
            result.table,
            name="retention",
            key="retention.cells_csv",
            label=t("page.retention.cells_csv"),
        )


def members(data: Portfolio, result: Retention) -> None:
    """Choose a cohort; who left, who stayed."""
    cohorts = list(result.table["cohort"].drop_duplicates())
    chosen = widgets.one_of(
        "retention.members",
        [f"{c:%Y-%m}" for c in cohorts],
        words=lambda c: label(pd.Timestamp(f"{c}-01"), result),
        default=f"{cohorts[-1]:%Y-%m}",
    )
    starts = data.customers["start"]
    index = cohort_index(starts.dt.year * 12 + starts.dt.month - 1, result.cohort)
    wanted = pd.Timestamp(f"{chosen}-01")
    rows = data.customers[index == wanted.year * 12 + wanted.month - 1]
    standing = compute.standing(data).reindex(rows.index)
    st.caption(
        t(
            "page.retention.members_are",
            n=len(rows),
            stayed=int((standing == "staying").sum()),
            left=int((standing == "left").sum()),
        )
    )
    lists.customers(data, rows["customer_id"], key="retention.customers", name=f"cohort_{chosen}")


def label(cohort: pd.Timestamp, result: Retention) -> str:
    """2026/03, 2026年度 Q1 or 2026年度."""
    day = cohort.date()
    if result.cohort == "month":
        return t("ui.year_month", year=f"{day:%Y}", month=f"{day:%m}")
    year = fiscal_year(day)
    if result.cohort == "year":
        return t("ui.fiscal_year", year=str(year))
    return t("ui.fiscal_quarter", year=str(year), quarter=(day.month - 4) % 12 // 3 + 1)
