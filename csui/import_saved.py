"""Whether what is on the screen would survive a reload, and what the last drop has done."""

from __future__ import annotations

import streamlit as st

from csui import keeping, nav, uploads, work, workspace
from csui.text import safe, t


def status() -> None:
    """A line, and what stands in the way."""
    now = work.work()
    for said, wrong in now.told:
        show, icon = (st.error, "error") if wrong else (st.info, "info")
        show(safe(said), icon=f":material/{icon}:")
    space = workspace.space() if uploads.files() or workspace.exists() else None
    for note in space.notes if space else ():
        st.warning(safe(note), icon=":material/warning:")
    if now.trouble is not None:
        st.warning(safe(now.trouble), icon=":material/warning:")
    if now.stopped:
        st.warning(t("page.import.saved.stopped"), icon=":material/history:")
    if now.kept is None or space is None or now.trouble is not None:
        return
    if space.why_not is not None:
        st.caption(f":material/warning: {safe(space.why_not)}")
    elif now.gone:
        _gone()
    else:
        _done(now.kept)


def _done(kept: work.Kept) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        said = t("page.import.saved.done", at=kept.at)
        st.caption(f":material/save: {said}", width="content")
        nav.link("saved")
    if any(u.secret and u.edits for u in uploads.files().values()):
        st.caption(f":material/lock: {t('page.import.saving.secret')}")


def _gone() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(t("page.import.saving.gone"), icon=":material/delete:")
        st.button(
            t("page.import.saving.again"),
            key="import.save_again",
            icon=":material/save:",
            on_click=keeping.save_again,
        )
