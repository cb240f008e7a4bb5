"""Customers that another file calls otherwise: suggested, never joined without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from csui import uploads
from csui.text import escape, t

_MOST: Final = 20
"""Suggestions that are listed; all of them can be accepted at once."""


def suggestions(offered: pd.DataFrame | None) -> None:
    """Each suggestion with a button, all of them with one, and a way back.

    Args:
        offered: ``given`` (the customer as the other file has it), ``customer_id``, optionally
            ``name`` (of that customer) and ``file``.
    """
    _accepted()
    if offered is None or offered.empty or "given" not in offered:
        return
    st.markdown(t("page.import.names.lead", n=len(offered)))
    for number, row in enumerate(offered.head(_MOST).to_dict("records")):
        given, customer = str(row["given"]), str(row["customer_id"])
        name = str(row.get("name") or customer)
        with st.container(horizontal=True, vertical_alignment="center"):
            said = t("page.import.names.same", given=given, name=name, id=customer)
            st.markdown(escape(said), width="content")
            st.button(
                t("page.import.names.accept"),
                key=f"import.same_{number}",
                on_click=_accept,
                args=({given: customer},),
            )
    if len(offered) > 1:
        st.button(
            t("page.import.names.accept_all", n=len(offered)),
            key="import.same_all",
            icon=":material/done_all:",
            on_click=_accept,
            args=(dict(zip(offered["given"], offered["customer_id"], strict=True)),),
        )


def _accepted() -> None:
    taken = uploads.rules().accepted
    if not taken:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("page.import.names.taken", n=len(taken)), width="content")
        st.button(
            t("page.import.names.back"),
            key="import.same_back",
            icon=":material/undo:",
            type="tertiary",
            on_click=_take_back,
        )


def _accept(more: Mapping[str, str]) -> None:
    rules = uploads.rules()
    uploads.set_rules(replace(rules, accepted={**rules.accepted, **more}))


def _take_back() -> None:
    uploads.set_rules(replace(uploads.rules(), accepted={}))
