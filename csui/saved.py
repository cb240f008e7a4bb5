"""The list of saved imports: open, rename, write out, delete; and what is remembered besides."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.errors import CsDataError
from csui import import_memory, keeping, nav, state, workspace
from csui.text import escape, safe, t

if TYPE_CHECKING:
    from csdata.store import Summary

_MOST_FILES: Final = 4
_MEGABYTE: Final = 1_000_000
_TROUBLE: Final = "csui.saved_trouble"


def where() -> None:
    """Where it is kept, or why it is not."""
    space = workspace.space()
    for note in space.notes:
        st.warning(safe(note), icon=":material/warning:")
    if space.why_not is not None:
        st.warning(safe(space.why_not), icon=":material/memory:")
    else:
        st.caption(t("page.saved.where", path=escape(space.path)))
    trouble = st.session_state.pop(_TROUBLE, None)
    if trouble is not None:
        st.error(safe(trouble), icon=":material/error:")


def imports() -> None:
    """A box for each of them, the latest first."""
    found = workspace.space().snapshots()
    if not found:
        st.info(t("page.saved.none"), icon=":material/inbox:")
        nav.link("import", label=t("ui.to_import"))
        return
    kept = keeping.last()
    for summary in found:
        _box(summary, is_open=kept is not None and kept.saved.id == summary.id)


def _box(summary: Summary, *, is_open: bool) -> None:
    key = summary.id[:12]
    with st.container(border=True, key=f"csui_saved_{key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape(title(summary))}**", width="content")
            if is_open:
                st.badge(t("page.saved.open_now"), color="green", icon=":material/check:")
            if not summary.begun:
                st.badge(t("page.saved.not_begun"), color="gray", icon=":material/pending:")
        st.caption(_facts(summary))
        with st.container(horizontal=True, vertical_alignment="center"):
            if not is_open:
                _open(summary, key)
            _rename(summary, key)
            st.download_button(
                t("page.saved.export"),
                functools.partial(_exported, summary.id),
                file_name=f"{PurePath(title(summary)).stem}.zip",
                mime="application/zip",
                key=f"saved.export_{key}",
                icon=":material/download:",
                type="tertiary",
                help=t("page.saved.export_help"),
                on_click="ignore",
            )
            _confirmed(
                "delete",
                key,
                t("page.saved.delete_sure", name=escape(title(summary))),
                functools.partial(keeping.delete, summary.id),
            )


def title(summary: Summary) -> str:
    """What a snapshot is called: its own name, else the customers' file, else its first one."""
    if summary.name:
        return summary.name
    if not summary.files:
        return "–"
    file, more = summary.title or summary.files[0], len(summary.files) - 1
    return t("ui.and_more", file=file, n=more) if more else file


def _facts(summary: Summary) -> str:
    files = list(summary.files[:_MOST_FILES]) + ["…"] * (len(summary.files) > _MOST_FILES)
    return t(
        "page.saved.facts",
        at=summary.saved_at.astimezone(),
        n=len(summary.files),
        files=[escape(file) for file in files],
        size=max(summary.size / _MEGABYTE, 0.1),
    )


def _open(summary: Summary, key: str) -> None:
    if not st.button(
        t("page.saved.open"),
        key=f"saved.open_{key}",
        icon=":material/folder_open:",
        type="primary",
    ):
        return
    try:
        keeping.open_snapshot(summary.id)
    except CsDataError as error:
        st.error(safe(error.message), icon=":material/error:")
        return
    nav.go("import" if state.source() is None else nav.HOME)


def _rename(summary: Summary, key: str) -> None:
    widget = f"saved.name_{key}"
    with st.popover(t("page.saved.rename"), icon=":material/edit:", type="tertiary"):
        st.text_input(
            t("page.saved.name"),
            value=summary.name or "",
            max_chars=200,
            key=widget,
            placeholder=title(summary),
        )
        st.button(
            t("page.saved.rename_do"),
            key=f"saved.rename_{key}",
            on_click=_do,
            args=(lambda: workspace.space().rename(summary.id, st.session_state[widget]),),
        )


def _confirmed(word: str, key: str, question: str, action: Callable[[], None]) -> None:
    """A button that asks first."""
    with st.popover(t(f"page.saved.{word}"), icon=":material/delete:", type="tertiary"):
        st.markdown(question)
        st.button(
            t(f"page.saved.{word}_do"),
            key=f"saved.{word}_{key}",
            type="primary",
            icon=":material/delete_forever:",
            on_click=_do,
            args=(action,),
        )


def _do(action: Callable[[], None]) -> None:
    """From a callback: what goes wrong is said at the top of the page."""
    try:
        action()
    except CsDataError as error:
        st.session_state[_TROUBLE] = error.message


def _exported(id_: str) -> bytes:
    return workspace.space().export(id_)


def remembered() -> None:
    """The recipes in the workspace, each with a way to forget it."""
    book = import_memory.book()
    if not book:
        return
    with st.expander(t("page.saved.recipes", n=len(book)), icon=":material/bookmark:"):
        st.caption(t("page.saved.recipes_lead"))
        for fingerprint, recipe in book.items():
            headings = [escape(h) for h in recipe.mapping.values() if h][:_MOST_FILES]
            role = t(f"page.import.roles.{recipe.role}") if recipe.role else t("page.saved.any")
            with st.container(horizontal=True, vertical_alignment="center"):
                text = t("ui.list", values=headings)
                st.markdown(f"**{role}** {text}".strip(), width="content")
                st.button(
                    t("page.saved.forget"),
                    key=f"saved.forget_{fingerprint}",
                    icon=":material/bookmark_remove:",
                    type="tertiary",
                    on_click=_do,
                    args=(functools.partial(import_memory.forget, fingerprint),),
                )


def everything() -> None:
    """すべて削除."""
    with st.container(horizontal=True):
        if keeping.last() is not None:
            st.button(
                t("page.saved.anew"),
                key="saved.anew",
                icon=":material/add:",
                help=t("page.saved.anew_help"),
                on_click=_do,
                args=(keeping.start_anew,),
            )
        _confirmed("forget_all", "all", t("page.saved.forget_all_sure"), keeping.forget_everything)
