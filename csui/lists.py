"""Customers as a table: readable, downloadable, a click away from their page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from csdata.intake.headers import unique_names
from csdata.tables import Portfolio
from csui import columns, downloads, figures, nav, state, url
from csui.text import t

CUSTOMER: Final = "customer.id"
_FIRST: Final = ("name", "customer_id", "start", "end", "tenure_months", "churned", "plan", "mrr")
MOST_ROWS: Final = 5000
"""Rows that go to the browser; the download has all of them."""
_HEIGHT: Final = 320
_FIT: Final = 8
"""Rows that are shown without scrolling."""


def customers(
    data: Portfolio,
    ids: pd.Series | None,
    *,
    key: str,
    name: str,
    extra: pd.DataFrame | None = None,
    ordered: bool = False,
) -> None:
    """The customers ``ids`` (all when None), with columns of a result before their own.

    Args:
        data: The portfolio that they are in.
        ids: Their ids.
        key: Key of the table, ``page.name``.
        name: Name of the file that a download gets.
        ordered: Whether to list them in the order of ``ids``, not in that of the portfolio.
        extra: ``customer_id`` and columns to put first, already named for the screen.
    """
    rows = data.customers
    if ids is not None:
        rows = rows[rows["customer_id"].isin(ids)]
        if ordered:
            place = {customer: i for i, customer in enumerate(ids)}
            rows = rows.sort_values("customer_id", key=lambda column: column.map(place))
    rows = rows[[*[c for c in _FIRST if c in rows], *[c for c in rows if c not in _FIRST]]]
    shown = list(rows["customer_id"])
    said = columns.readable(rows).rename(columns=lambda c: columns.label(data, str(c)))
    if extra is not None:
        # After name and id; a column of the file may have the same name.
        place = sum(c in rows for c in ("name", "customer_id"))
        own = extra.set_index("customer_id").reindex(shown)
        for number, title in enumerate(own):
            said.insert(place + number, str(title), own[title].to_numpy(), allow_duplicates=True)
    said.columns = unique_names([str(c) for c in said.columns])
    with st.container(horizontal=True, vertical_alignment="center", key=f"csui_list_{key}"):
        hint = t("ui.list_hint", n=len(said))
        cut = t("ui.list_cut", most=MOST_ROWS) if len(said) > MOST_ROWS else ""
        st.caption(f"{hint} {cut}", width="stretch")
        downloads.table(said, name=name, key=f"{key}_csv")
    table(said.head(MOST_ROWS), key=key, ids=shown)


def table(frame: pd.DataFrame, *, key: str, ids: Sequence[str] | None = None) -> None:
    """A frame on the screen; with ``ids`` a click on a row opens that customer."""
    frame = frame.set_axis(unique_names([str(c) for c in frame.columns]), axis="columns")
    dates = [c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]
    frame = frame.assign(**{str(c): frame[c].map(figures.day, na_action="ignore") for c in dates})
    config = {
        column: st.column_config.NumberColumn(format="localized")
        for column in frame
        if pd.api.types.is_numeric_dtype(frame[column])
        and not pd.api.types.is_bool_dtype(frame[column])
    }
    look: dict[str, Any] = {
        "hide_index": True,
        "column_config": config,
        "key": key,
        "height": _HEIGHT if len(frame) > _FIT else "auto",
        "placeholder": "",
    }
    if ids is None:
        st.dataframe(frame, **look)
        return
    picked = st.dataframe(frame, **look, on_select="rerun", selection_mode="single-row")
    rows = picked["selection"]["rows"]
    if rows:
        open_customer(ids[rows[0]])


def open_customer(customer_id: str) -> None:
    """Go to the page of one customer."""
    state.put(CUSTOMER, customer_id)
    nav.go("customer", id=url.opaque(state.data_key(), CUSTOMER, customer_id))
