"""What is behind the quadrant: what kind of statement it is, the cells, the customers picked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.tables import Portfolio
from csui import columns, downloads, figures, lists, screen, state, widgets
from csui.text import escape, language, t

if TYPE_CHECKING:
    from csdata.analyses.quadrant import Quadrant

CELLS: Final = ("wide_deep", "narrow_deep", "wide_shallow", "narrow_shallow", "undecidable")
SELECTIONS: Final = ("brush", "pick")


def kind(result: Quadrant) -> None:
    """安全な見方 or 説明だけ: what may be concluded from this picture."""
    if result.landmark is not None and result.dated:
        st.badge(t("page.quadrant.is_safe"), icon=":material/verified:", color="green")
    else:
        st.badge(t("page.quadrant.is_description"), icon=":material/info:", color="orange")


def summary(data: Portfolio, result: Quadrant) -> None:
    """One row per cell: n, share, months, retention, money, departures per month."""
    cells = result.cells.set_index("cell").reindex(list(CELLS)).reset_index()
    cells = cells[(cells["cell"] != "undecidable") | (cells["n"] > 0)]
    rows = pd.DataFrame({t("page.quadrant.cell"): [t(f"quadrant.cell.{c}") for c in cells["cell"]]})
    rows[t("page.quadrant.n")] = cells["n"].to_numpy()
    rows[t("page.quadrant.share")] = [figures.share(v) for v in cells["share"]]
    rows[t("page.quadrant.retention_12")] = _each(cells, "retention_12", figures.share_with)
    rows[t("page.quadrant.median")] = _each(cells, "median", figures.months_with)
    rows[t("page.quadrant.event_rate")] = _each(cells, "event_rate", figures.rate_with)
    if cells["mrr"].notna().any():
        rows[columns.taxed(data, "mrr", t("page.quadrant.mrr"))] = [
            figures.money_with(v, lo, up, data.currency)
            for v, lo, up in zip(cells["mrr"], cells["mrr_lower"], cells["mrr_upper"], strict=True)
        ]
    if cells["total_billing"].notna().any():
        rows[columns.taxed(data, "total_billing", t("page.quadrant.total_billing"))] = [
            figures.money(v, data.currency) for v in cells["total_billing"]
        ]
    lists.table(rows, key="quadrant.cells")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("page.quadrant.billing_note"), width="stretch")
        downloads.table(
            result.cells, name="quadrant_cells", key="quadrant.cells_csv", label=t("ui.csv")
        )


def proposal(result: Quadrant) -> None:
    """A landmark that hides the first renewal is said to, with the earlier one at hand."""
    for note in result.notes:
        if note.key == "quadrant.shorter":
            months = int(str(note.values["m"]).removesuffix(".0"))  # noqa: PD011 (a mapping)
            st.button(
                t("page.quadrant.shorten", m=months),
                key="quadrant.shorten",
                icon=":material/keyboard_tab_rtl:",
                on_click=_shorten,
                args=(months,),
            )


def _shorten(months: int) -> None:
    state.put("quadrant.window_to", months)
    state.put("quadrant.extra", 0)


def curves(result: Quadrant) -> None:
    """How long the customers of each cell stay; drawn when it is opened."""
    box = st.expander(
        t("page.quadrant.curves"),
        icon=":material/show_chart:",
        key="quadrant.curves_box",
        on_change="rerun",
    )
    if not box.open:
        return
    from csdata import charts

    chart = charts.quadrant_curves(result, lang=language())
    if chart is None:
        return
    with box:
        on_screen, notes = screen.of(chart, result)
        alt = t("page.quadrant.curves_alt")
        st.altair_chart(on_screen, theme=None, key="quadrant.curves", alt=alt)
        st.caption(escape(notes))
        with st.container(horizontal=True, horizontal_alignment="right"):
            downloads.pictures(chart, name="quadrant_curves", key="quadrant.curves_image")


def _each(cells: pd.DataFrame, name: str, say_it: Any) -> list[str]:
    return [
        say_it(v, lo, up)
        for v, lo, up in zip(
            cells[name], cells[f"{name}_lower"], cells[f"{name}_upper"], strict=True
        )
    ]


def members(data: Portfolio, result: Quadrant, picked: Mapping[str, Any]) -> None:
    """The customers of the brush, or of the cells ticked; all of them without a selection."""
    present = [c for c in CELLS if (result.table["cell"] == c).any()]
    chosen = widgets.ticked("quadrant.cells_shown", present, words="quadrant.cell")
    rows = result.table
    if picked:
        from csdata.charts import selected

        rows = rows[rows["customer_id"].isin(selected(result, picked))]
        st.caption(t("page.quadrant.picked", n=len(rows)))
    if chosen:
        rows = rows[rows["cell"].isin(chosen)]
    extra = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            t("page.quadrant.cell"): [t(f"quadrant.cell.{c}") for c in rows["cell"]],
            t("page.quadrant.borderline"): [t("ui.yes") if b else "" for b in rows["borderline"]],
            t("quadrant.breadth"): rows["breadth"],
            t("quadrant.depth"): rows["depth"],
        }
    )
    lists.customers(
        data,
        rows["customer_id"],
        key="quadrant.customers",
        name="quadrant_customers",
        extra=extra,
    )
