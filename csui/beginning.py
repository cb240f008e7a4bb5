"""The end of the import page: the match between files, 基準日, and 分析をはじめる."""

from __future__ import annotations

import datetime as dt
from typing import Final

import streamlit as st

from csui import downloads, lists, nav, page, state, uploads
from csui.text import safe, t

_AS_OF: Final = "import.as_of"
_MOST_SHOWN: Final = 200


def match() -> None:
    """How well the files fit together, both ways; nothing to say about a single one."""
    if len(uploads.used()) < 2:  # noqa: PLR2004 (files to fit together)
        return
    st.subheader(t("page.import.match"), anchor=False)
    with page.user_errors(fatal=False):
        found = uploads.matched()
        for note in found.notes:
            st.markdown(f"- {safe(note)}")
        if len(found.leftovers):
            said = found.leftovers.assign(
                role=[t(f"page.import.roles.{r}") for r in found.leftovers["role"]],
                side=[t(f"page.import.sides.{s}") for s in found.leftovers["side"]],
            )
            said.columns = [t(f"page.import.left_{c}") for c in said.columns]
            with st.expander(t("page.import.leftovers", n=len(said)), icon=":material/link_off:"):
                lists.table(said.head(_MOST_SHOWN), key="import.leftovers")
                downloads.table(said, name="leftovers", key="import.leftovers_csv")


def as_of() -> dt.date | None:
    """基準日: from a file, else asked; never today's without a word."""
    if not uploads.dated():
        return None
    st.subheader(t("page.import.as_of_title"), anchor=False)
    stated, latest = uploads.stated_as_of(), uploads.latest_date()
    st.session_state[_AS_OF] = st.session_state.get(uploads.AS_OF) or stated
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input(
            t("page.import.as_of"),
            value=None,
            key=_AS_OF,
            format="YYYY/MM/DD",
            on_change=_choose,
            width=220,
        )
        if stated is None and latest is not None:
            st.button(
                t("page.import.use_latest", day=latest),
                key="import.latest",
                on_click=_choose,
                args=(latest,),
            )
    if stated is not None:
        st.caption(t("page.import.as_of_stated", day=stated))
    else:
        st.caption(t("page.import.as_of_ask"))
    return st.session_state[_AS_OF]


def _choose(day: dt.date | None = None) -> None:
    st.session_state[uploads.AS_OF] = day or st.session_state[_AS_OF]


def begin(day: dt.date | None) -> None:
    """One button."""
    filled = any(i.role == "customers" and len(i.table) for i in uploads.used())
    ready = filled and (day is not None or not uploads.dated())
    st.markdown(t("page.import.not_yet"))
    if not filled:
        st.error(t("page.import.no_customers"), icon=":material/error:")
    if st.button(
        t("page.import.begin"),
        type="primary",
        icon=":material/play_arrow:",
        key="import.begin",
        disabled=not ready,
    ):
        with page.user_errors(fatal=False):
            with st.spinner(t("page.import.beginning")):
                state.open_data(uploads.portfolio(day))
            nav.go(nav.HOME)
    if filled and not ready:
        st.caption(t("page.import.needs_as_of"))
