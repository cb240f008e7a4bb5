"""What is behind the retention picture: the rows for everyone, and the customers of one cohort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.clock import cohort_index, fiscal_year
from csdata.tables import Portfolio
from csui import columns, compute, downloads, figures, lists, widgets
from csui.text import escape, t

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention
    from csui.measures import Choices

_READ_AT: Final = (1, 3, 6, 12, 18, 24, 36)
_MOST: Final = 8
"""Brackets of a free length that are read out."""
_STANDINGS: Final = ("left", "stayed", "unobserved")


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
        if result.measure == "bracket":
            cells = table.head(_MOST)
        rows[t(f"page.retention.{key}")] = {
            _column(result, row): t(
                "ui.cell",
                share=figures.share_with(row["share"], row["lower"], row["upper"]),
                n=row[base],
            )
            for _, row in cells.iterrows()
        }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis(t("page.retention.row"))
    lists.table(shown.reset_index(), key="retention.overall")
    st.caption(t(f"page.retention.n_is{'' if result.measure == 'alive' else '_use'}", n=result.n))
    downloads.below(
        result.table,
        name="retention",
        key="retention.cells_csv",
        label=t("page.retention.cells_csv"),
    )


def _column(result: Retention, row: pd.Series) -> str:
    if result.measure != "bracket":
        return t("ui.months", m=row["age"])
    return _months(int(row["first"]), int(row["last"]))


def members(
    data: Portfolio, result: Retention, choices: Choices, picked: Mapping[str, Any]
) -> None:
    """The customers of the cell that was clicked, in three lists; else those of a whole row."""
    from csdata.charts import picked_cell

    cell = picked_cell(result, picked)
    if cell is None:
        st.caption(
            t("page.retention.click" if choices.picture == "map" else "page.retention.row_hint")
        )
        _of_row(data, result)
        return
    row, age = cell
    found = compute.cell_members(data, row=row, age=age, **choices.arguments())
    n = found["standing"].value_counts()
    kind = "alive" if result.measure == "alive" else "use"
    at = result.table[result.table["age"] == age].iloc[0]
    st.caption(
        t(
            "page.retention.cell_is",
            row=escape(label(row, result)),
            when=_months(int(at["first"]), int(at["last"])),
            n=len(found),
        )
    )
    standing = widgets.choice(
        "retention.standing",
        _STANDINGS,
        words=lambda s: t(f"page.retention.{kind}_{s}", n=int(n.get(s, 0))),
    )
    if standing == "unobserved":
        st.caption(t("page.retention.unobserved_help"))
    rows = found[found["standing"] == standing]
    name = f"{result.measure}_{age}_{standing}"
    lists.customers(data, rows["customer_id"], key="retention.cell_customers", name=name)


def _of_row(data: Portfolio, result: Retention) -> None:
    """Choose a cohort, or a value; who left, who stayed."""
    rows = list(dict.fromkeys(result.table["cohort"]))
    if result.by is None:
        chosen: Any = widgets.one_of(
            "retention.members",
            [f"{c:%Y-%m}" for c in rows],
            words=lambda c: label(pd.Timestamp(f"{c}-01"), result),
            default=f"{rows[-1]:%Y-%m}",
        )
        starts = data.customers["start"]
        index = cohort_index(starts.dt.year * 12 + starts.dt.month - 1, result.cohort)
        wanted = pd.Timestamp(f"{chosen}-01")
        own = data.customers[index == wanted.year * 12 + wanted.month - 1]
    else:
        place: int = widgets.one_of(
            "retention.value",
            list(range(len(rows))),
            words=lambda i: columns.value_label(rows[i]),
            default=0,
        )
        value = data.customers[result.by]
        own = data.customers[value.isna() if rows[place] is None else value == rows[place]]
        chosen = place + 1
    standing = compute.standing(data).reindex(own.index)
    if not data.provenance.first_use:
        stayed, left = (int((standing == s).sum()) for s in ("staying", "left"))
        st.caption(t("page.retention.members_are", n=len(own), stayed=stayed, left=left))
    lists.customers(data, own["customer_id"], key="retention.customers", name=f"cohort_{chosen}")


def _months(first: int, last: int) -> str:
    months = str(first) if first == last else f"{first}–{last}"
    return t("page.retention.when", months=months)


def label(cohort: Any, result: Retention) -> str:
    """2026/03, 2026年度 Q1 or 2026年度; or an attribute's value."""
    if result.by is not None:
        return columns.value_label(cohort)
    day = cohort.date()
    if result.cohort == "month":
        return t("ui.year_month", year=f"{day:%Y}", month=f"{day:%m}")
    year = fiscal_year(day)
    if result.cohort == "year":
        return t("ui.fiscal_year", year=str(year))
    return t("ui.fiscal_quarter", year=str(year), quarter=(day.month - 4) % 12 // 3 + 1)
