"""What is behind the retention picture: the rows for everyone, and the customers of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.clock import cohort_index, cohort_months
from csdata.tables import Portfolio
from csui import columns, compute, downloads, figures, lists, widgets
from csui.text import escape, say, t

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
        width = 1 if result.measure == "bracket" else cohort_months(result.period)
        first = table["age"] * width
        cells = table.assign(first=first, last=first + width - 1)[first.isin(_READ_AT)]
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
    if result.measure == "alive" or row["first"] == row["last"]:
        return t("ui.months", m=row["first"])
    return _months(int(row["first"]), int(row["last"]))


def age(result: Retention, key: str, *, default: int) -> int:
    """One column of the picture. The control knows its months: they stay when columns get wider."""
    found = result.table.drop_duplicates("age").sort_values("age").to_dict("records")
    spans = {int(r["first"]): (int(r["age"]), int(r["last"])) for r in found}
    alive = result.measure == "alive"
    chosen: int = widgets.coded(
        key,
        {str(first): first for first in spans},
        words=lambda first: _months(first, first if alive else spans[first][1]),
        default=next((first for first, span in spans.items() if span[0] == default), None),
    )
    return spans[chosen][0]


def usual_age(result: Retention) -> int:
    """The age that is followed over time."""
    from csdata.analyses.retention_compare import default_age

    return age(result, "retention.age", default=default_age(result))


def members(
    data: Portfolio, result: Retention, choices: Choices, selections: Mapping[str, Any]
) -> None:
    """The customers of what was clicked, in three lists; else those of a row that is chosen."""
    from csdata.charts import picked

    part = picked(result, selections)
    if part is None:
        st.caption(
            t("page.retention.click" if choices.picture == "map" else "page.retention.row_hint")
        )
        _of_row(data, result)
        return
    scope: str = part.part
    if scope == "cell":
        scope = widgets.choice(
            "retention.scope", ("cell", "row", "column"), words="page.retention.scopes"
        )
    if scope == "row":
        st.caption(t("page.retention.row_is", row=escape(label(part.cohort, result))))
        _listed_row(data, result, part.cohort)
        return
    at = part.age or 0
    if scope == "column":
        found = compute.column_members(data, age=at, **choices.arguments())
        row = t("page.retention.every_row")
    else:
        found = compute.cell_members(data, row=part.cohort, age=at, **choices.arguments())
        row = label(part.cohort, result)
    _by_standing(data, result, found, row=row, at=at)


def _by_standing(
    data: Portfolio, result: Retention, found: pd.DataFrame, *, row: str, at: int
) -> None:
    """Those who left, who stayed and of whom nobody can know yet, one list at a time."""
    n = found["standing"].value_counts()
    kind = "alive" if result.measure == "alive" else "use"
    cell = result.table[result.table["age"] == at].iloc[0]
    when = _months(int(cell["first"]), int(cell["last"]))
    st.caption(t("page.retention.cell_is", row=escape(row), when=when, n=len(found)))
    standing = widgets.choice(
        "retention.standing",
        _STANDINGS,
        words=lambda s: t(f"page.retention.{kind}_{s}", n=int(n.get(s, 0))),
    )
    if standing == "unobserved":
        st.caption(t("page.retention.unobserved_help"))
    rows = found[found["standing"] == standing]
    name = f"{result.measure}_{at}_{standing}"
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
        cohort: Any = pd.Timestamp(f"{chosen}-01")
    else:
        place: int = widgets.one_of(
            "retention.value",
            list(range(len(rows))),
            words=lambda i: label(rows[i], result),
            default=0,
        )
        cohort = rows[place]
    _listed_row(data, result, cohort)


def _listed_row(data: Portfolio, result: Retention, cohort: Any) -> None:
    """The customers of one row, with how many of them are still there."""
    if result.by is None:
        starts = data.customers["start"]
        months = starts.dt.year * 12 + starts.dt.month - 1
        index = cohort_index(months, result.cohort, result.fiscal_start)
        own = data.customers[index == cohort.year * 12 + cohort.month - 1]
        name = f"cohort_{cohort:%Y-%m}"
    else:
        value = data.customers[result.by]
        own = data.customers[value.isna() if cohort is None else value == cohort]
        name = f"cohort_{list(dict.fromkeys(result.table['cohort'])).index(cohort) + 1}"
    standing = compute.standing(data).reindex(own.index)
    if not data.provenance.first_use:
        stayed, left = (int((standing == s).sum()) for s in ("staying", "left"))
        st.caption(t("page.retention.members_are", n=len(own), stayed=stayed, left=left))
    lists.customers(data, own["customer_id"], key="retention.customers", name=name)


def _months(first: int, last: int) -> str:
    months = str(first) if first == last else f"{first}–{last}"
    return t("page.retention.when", months=months)


def label(cohort: Any, result: Retention) -> str:
    """2026/03, 2026年度 Q1 or 2026年度; or an attribute's value."""
    if result.by is not None:
        return columns.value_label(cohort)
    from csdata.analyses.retention_rows import row_name

    return say(row_name(result, cohort))
