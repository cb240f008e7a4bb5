"""What begins the analysis: files in a line, 基準日 once for all of them, one button."""

from __future__ import annotations

import datetime as dt
from typing import Final

import streamlit as st

from csdata.errors import CsDataError
from csui import import_asof, import_questions, keeping, nav, outdated, page, state, uploads, work
from csui.text import escape, t

_AS_OF: Final = "import.as_of"
_MOST_FILES: Final = 4
"""Files that are named in the summary; with more of them the kinds are enough."""


def box() -> None:
    """Summary, 基準日 and the button, in the first place that is looked at after the drop."""
    with st.container(border=True, key="csui_begin"), page.user_errors(fatal=False):
        rows = uploads.customers()
        _summary()
        filled = rows is not None and len(rows) > 0
        if not filled:
            st.error(t("page.import.no_customers"), icon=":material/error:")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            day = _as_of() if uploads.dated() else None
            _begin(day, ready=filled and (day is not None or not uploads.dated()))
        if uploads.dated():
            _explain(day)
        if outdated.pending():
            st.caption(f":material/pending: {t('page.import.saving.pending')}")
        _open_questions()


def _summary() -> None:
    """How many rows of which kind go into the analysis, and which files do not."""
    kinds: dict[str, int] = {}
    for imported in uploads.used():
        kinds[imported.role or ""] = kinds.get(imported.role or "", 0) + len(imported.table)
    parts = [
        t("page.import.summary.kind", role=t(f"page.import.roles.{role}"), n=n)
        for role, n in kinds.items()
    ]
    st.markdown(f"**{escape(' ・ '.join(parts))}**")
    left = [u.name for u in uploads.files().values() if u.used and u.imported is None]
    if left:
        named = left if len(left) <= _MOST_FILES else [*left[:_MOST_FILES], "…"]
        st.caption(escape(t("page.import.summary.left", n=len(left), files=named)))


def _open_questions() -> None:
    """Questions hold nobody up; all of them can be answered as proposed at once."""
    waiting = {
        u.name: n
        for u in uploads.files().values()
        if u.used and u.imported is not None and (n := import_questions.open_count(u))
    }
    if not waiting:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("page.import.ask.waiting", n=sum(waiting.values())), width="content")
        if len(waiting) > 1:
            st.button(
                t("page.import.ask.accept_all"),
                key="import.accept_all",
                icon=":material/done_all:",
                type="tertiary",
                on_click=import_questions.accept,
                args=(list(waiting),),
            )


def _as_of() -> dt.date | None:
    """基準日: from a file, else asked; never today's without a word."""
    stated, latest = uploads.stated_as_of(), uploads.latest_date()
    st.session_state[_AS_OF] = uploads.chosen_as_of() or stated
    st.date_input(
        t("page.import.as_of"),
        value=None,
        key=_AS_OF,
        format="YYYY/MM/DD",
        on_change=_choose,
        width=300,
    )
    import_asof.offer(_choose)
    if stated is None and latest is not None and st.session_state[_AS_OF] is None:
        st.button(
            t("page.import.use_latest", day=latest),
            key="import.latest",
            on_click=_choose,
            args=(latest,),
        )
    return st.session_state[_AS_OF]


def _explain(day: dt.date | None) -> None:
    """Where the day comes from."""
    stated = uploads.stated_as_of()
    if stated is not None:
        st.caption(t("page.import.as_of_stated", day=stated))
    elif day is None:
        st.caption(import_asof.asked())


def _choose(day: dt.date | None = None) -> None:
    uploads.choose_as_of(day or st.session_state[_AS_OF])


def _begin(day: dt.date | None, *, ready: bool) -> None:
    """One button; what it asks for is done by the first run that comes to its end.

    A run that another press breaks off has already taken the press, and the next one knows nothing
    of it: so the wish is noted in the callback, which runs before anything can be broken off.
    """
    st.button(
        t("page.import.begin"),
        type="primary",
        icon=":material/play_arrow:",
        key="import.begin",
        disabled=not ready,
        on_click=_wish,
    )
    now = work.work()
    now.beginning = now.beginning and ready
    if not now.beginning:
        return
    with st.spinner(t("page.import.beginning")):
        try:
            portfolio = uploads.portfolio(day)
        except CsDataError:
            now.beginning = False
            raise
        state.open_data(portfolio)
        keeping.begun()
    now.beginning = False
    nav.go(nav.HOME)


def _wish() -> None:
    work.work().beginning = True
