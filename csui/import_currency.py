"""Amounts that name no currency: said once for all files that have such amounts."""

from __future__ import annotations

from typing import Final

import streamlit as st

from csdata.schema import MONEY
from csui import uploads
from csui.text import t
from csui.uploads import Upload

_OFFERED: Final = ("JPY", "USD", "EUR")
"""The likely ones; any other is chosen on the card of a file."""


def line() -> None:
    """One line with a button for each likely currency; nothing where every amount has one."""
    names = [upload.name for upload in uploads.files().values() if _unsaid(upload)]
    if not names:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="csui_import_currency"):
        st.markdown(t("page.import.currency.lead"), width="content")
        for number, code in enumerate(_OFFERED):
            st.button(
                t(f"page.import.currency.{code}"),
                key=f"import.currency_{code}",
                type="tertiary" if number else "secondary",
                on_click=_say,
                args=(names, code),
            )


def _unsaid(upload: Upload) -> bool:
    """Whether a file has amounts, and neither it nor the person says in what currency.

    Where it names several, the card asks which one is meant.
    """
    imported = upload.imported
    if imported is None or not upload.used or imported.currency or upload.recipe.currency:
        return False
    asked = any(question.key == "question.currency" for question in imported.questions)
    return not asked and any(c in imported.table for c in MONEY)


def _say(names: list[str], code: str) -> None:
    for name in names:
        uploads.correct(name, currency=code)
