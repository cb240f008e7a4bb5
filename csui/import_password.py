"""A locked workbook asks for its password on its own card."""

from __future__ import annotations

import streamlit as st

from csui import uploads
from csui.text import safe, t
from csui.uploads import Upload


def ask(upload: Upload, key: str) -> None:
    """The field; what is typed opens the file and is not kept."""
    widget = f"import.password_{key}"
    if upload.error is not None:
        box = st.error if upload.locked == "wrong" else st.info
        box(safe(upload.error), icon=":material/lock:")
    with st.form(f"import.unlock_{key}", border=False, clear_on_submit=True):
        st.text_input(
            t("page.import.password.label"),
            type="password",
            key=widget,
            autocomplete="off",
            width=320,
        )
        st.form_submit_button(
            t("page.import.password.open"),
            key=f"import.open_{key}",
            icon=":material/lock_open:",
            on_click=_open,
            args=(upload.name, widget),
        )


def _open(name: str, widget: str) -> None:
    uploads.unlock(name, st.session_state.pop(widget, ""))
