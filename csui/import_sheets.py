"""Which sheet of a workbook is read, and which line has the headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from csdata.tables import Import, SheetPreview
from csui import lists, uploads
from csui.import_mapping import MIDNIGHT
from csui.text import escape, t
from csui.uploads import Upload

if TYPE_CHECKING:
    from csdata.intake.workbook import Cells

_MOST: Final = 20
"""Sheets that are shown; a workbook may have hundreds."""


def choose(upload: Upload, imported: Import | Cells, key: str) -> None:
    """The sheets with their first rows, and the line of the headings."""
    best = sorted(imported.previews, key=lambda p: (p.name != imported.sheet, -p.score))
    for number, preview in enumerate(best[:_MOST]):
        _sheet(upload, imported, preview, f"{key}_{number}")
    unseen = [s for s in imported.sheets if s not in {p.name for p in best[:_MOST]}]
    if unseen:
        _other(upload, imported, key)
    widget = f"import.header_row_{key}"
    found = imported.header_row if isinstance(imported, Import) else upload.recipe.header_row
    st.session_state[widget] = found or 1
    st.number_input(
        t("page.import.sheets.header_row"),
        min_value=1,
        step=1,
        key=widget,
        help=t("page.import.sheets.header_row_help"),
        on_change=lambda: uploads.correct(upload.name, header_row=st.session_state[widget]),
        width=220,
    )


def _sheet(upload: Upload, imported: Import | Cells, preview: SheetPreview, key: str) -> None:
    current = preview.name == imported.sheet
    with st.container(horizontal=True, vertical_alignment="center"):
        if imported.sheets:
            said = t("page.import.sheets.size", rows=preview.height, columns=preview.width)
            st.markdown(f"**{escape(preview.name)}** {escape(said)}", width="content")
        if current and imported.sheets:
            st.badge(t("page.import.sheets.current"), icon=":material/check:")
        elif not current:
            st.button(
                t("page.import.sheets.read"),
                key=f"import.sheet_{key}",
                on_click=_read,
                args=(upload.name, preview.name),
            )
    if preview.rows:
        width = max(map(len, preview.rows))
        lines = [[cell.removesuffix(MIDNIGHT) for cell in row] for row in preview.rows]
        rows = pd.DataFrame([[*line, *[""] * (width - len(line))] for line in lines])
        rows.columns = [str(c + 1) for c in range(width)]
        rows.insert(0, t("page.import.row"), range(1, len(rows) + 1))
        lists.table(rows, key=f"import.preview_{key}")


def _other(upload: Upload, imported: Import | Cells, key: str) -> None:
    """A drop-down for the sheets without a preview."""
    widget = f"import.sheet_{key}"
    st.session_state[widget] = imported.sheet
    st.selectbox(
        t("page.import.sheet"),
        imported.sheets,
        key=widget,
        on_change=lambda: _read(upload.name, st.session_state[widget]),
        width=320,
    )


def _read(name: str, sheet: str) -> None:
    """Another sheet has other headings: what was said of the first one does not hold."""
    recipe = type(uploads.files()[name].recipe)(sheet=sheet)
    uploads.replace_recipe(name, recipe)
