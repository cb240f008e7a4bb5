"""Corrections of a file: remembered for the next one with these headings, saved, or taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from csdata.intake.recipe import Recipe
from csdata.intake.recipe_file import dump, for_reuse
from csdata.tables import Import
from csui import import_memory, uploads
from csui.text import t
from csui.uploads import Upload


def offer(upload: Upload, imported: Import, key: str) -> None:
    """Nothing where nothing was corrected; else what can be done with the corrections."""
    if upload.recipe == Recipe() and not upload.edits:
        _unused(upload, imported, key)
        return
    lasting = for_reuse(upload.recipe)
    known = lasting != Recipe() and import_memory.knows(imported.fingerprint, upload.recipe)
    with st.container(horizontal=True, vertical_alignment="center", key=f"csui_keep_{key}"):
        if known:
            st.badge(t("page.import.keep.on"), color="blue", icon=":material/bookmark_added:")
        st.caption(t(f"page.import.keep.{'known' if known else 'corrected'}"), width="content")
        if known:
            _button("forget", "bookmark_remove", key, _forget, upload.name, imported.fingerprint)
        elif upload.imported is not None and lasting != Recipe():
            st.button(
                t("page.import.keep.remember"),
                key=f"import.remember_{key}",
                icon=":material/bookmark_add:",
                help=t("page.import.keep.remember_help"),
                on_click=_remember,
                args=(upload.name, imported.fingerprint),
            )
        if lasting != Recipe():
            _save(upload, lasting, key)
        _button("back", "undo", key, uploads.forget_corrections, upload.name)


def _unused(upload: Upload, imported: Import, key: str) -> None:
    """Something is remembered for these headings, but the person does not want it for this file."""
    if not upload.plain or imported.fingerprint not in import_memory.book():
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"csui_keep_{key}"):
        st.caption(t("page.import.keep.unused"), width="content")
        _button("use", "bookmark", key, uploads.use_remembered, upload.name)


def _save(upload: Upload, lasting: Recipe, key: str) -> None:
    st.download_button(
        t("page.import.keep.save"),
        dump(lasting),
        file_name=f"{PurePath(upload.name).stem}.toml",
        mime="application/toml",
        key=f"import.save_{key}",
        icon=":material/download:",
        type="tertiary",
        help=t("page.import.keep.save_help"),
        on_click="ignore",
    )


def take_back(upload: Upload, key: str) -> None:
    """A correction that made things worse can be taken back."""
    if upload.recipe != Recipe() or upload.edits:
        _button("back", "undo", key, uploads.forget_corrections, upload.name)


def _button(word: str, icon: str, key: str, action: Callable[..., None], *args: str) -> None:
    st.button(
        t(f"page.import.keep.{word}"),
        key=f"import.{word}_{key}",
        icon=f":material/{icon}:",
        type="tertiary",
        on_click=action,
        args=args,
    )


def _remember(name: str, fingerprint: str) -> None:
    upload = uploads.files()[name]
    import_memory.remember(fingerprint, upload.recipe)
    upload.remembered = fingerprint


def _forget(name: str, fingerprint: str) -> None:
    """What was corrected here stays; it can be taken back beside."""
    import_memory.forget(fingerprint)
    uploads.files()[name].remembered = ""
