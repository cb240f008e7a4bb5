"""The files of a session are kept while they are worked on, and opened again at the next start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csui import nav, state, uploads, workspace
from csui.text import safe, t
from csui.uploads import Upload

if TYPE_CHECKING:
    from csdata.store import Saved, Settings, StoredFile, Summary

_KEPT: Final = "csui.kept"
_TROUBLE: Final = "csui.not_saved"
_BEGUN: Final = "csui.begun"
_STARTED: Final = "csui.restored"
_STOPPED: Final = "csui.not_restored"
_TRIALS: Final = 2
"""Starts at which a snapshot is opened by itself although it has never come to the end."""

_read_already: list[Upload] = []
"""What the last session of this process has read, so that a reload need not read it again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of the session that is in the workspace."""

    saved: Saved
    files: tuple[StoredFile, ...]
    settings: Settings
    at: dt.datetime


def _stored(upload: Upload) -> StoredFile:
    from csdata.store import StoredFile

    return StoredFile(
        upload.name, upload.data, upload.recipe, dict(upload.edits), upload.used, upload.plain
    )


def _place(upload: Upload) -> bool:
    """The customers' file gives the import its name."""
    return upload.imported is None or upload.imported.role != "customers"


def last() -> Kept | None:
    """What was saved of this session; None if nothing was."""
    return st.session_state.get(_KEPT)


def keep() -> None:
    """Save what has changed since the last time; on a page that changes files, in every run.

    As long as an import is worked on it is one snapshot. Once the analysis has begun, other files
    are another import, and the one before stays as it was.
    """
    from csdata.store import Settings

    files = tuple(map(_stored, sorted(uploads.files().values(), key=_place)))
    kept = last()
    if not files:
        _emptied(kept)
        return
    held = kept.files if kept else ()
    if kept and kept.settings.begun and _bytes(held) != _bytes(files):
        kept = None
        st.session_state[_BEGUN] = False
    begun = st.session_state.get(_BEGUN, False)
    settings = Settings(st.session_state.get(uploads.AS_OF), uploads.rules(), begun)
    if kept is None or (kept.files, kept.settings) != (files, settings):
        try:
            saved = workspace.space().save(files, settings, last=kept.saved if kept else None)
        except CsDataError as error:
            st.session_state[_TROUBLE] = error.message
            return
        now = dt.datetime.now().astimezone()
        st.session_state[_KEPT] = Kept(saved, files, settings, now)
    st.session_state.pop(_TROUBLE, None)
    if workspace.on_disk():
        _read_already[:] = uploads.files().values()


def _bytes(files: tuple[StoredFile, ...]) -> list[tuple[str, bytes]]:
    return [(file.name, file.data) for file in files]


def _emptied(kept: Kept | None) -> None:
    """Files taken out one by one before anything was begun are not wanted; later they are."""
    if kept is None:
        return
    try:
        if kept.settings.begun:
            workspace.space().set_current(None)
        else:
            workspace.space().delete(kept.saved.id)
    except CsDataError as error:
        st.session_state[_TROUBLE] = error.message
        return
    _forget_session()


def forget_read() -> None:
    """Nothing that was read is there any more, as in a process that has just begun."""
    _read_already.clear()


def _forget_session() -> None:
    for key in (_KEPT, _TROUBLE, _BEGUN, _STOPPED):
        st.session_state.pop(key, None)
    forget_read()


def begun() -> None:
    """The analysis begins: what is there now is an import of its own."""
    st.session_state[_BEGUN] = True
    keep()


def start_anew() -> None:
    """Take everything off; what was saved stays in the list."""
    uploads.replace_all([])
    workspace.space().set_current(None)
    _forget_session()
    state.open_data(None)


# ------------------------------------------------------------------------------------ opening


def restore() -> bool:
    """Open what was there when the app was left, once in a session.

    Returns:
        Whether there are files now: nothing else is to be opened over them.
    """
    if _STARTED in st.session_state or state.source() is not None:
        return True
    st.session_state[_STARTED] = True
    if workspace.exists() and not uploads.files():
        place = st.empty()
        with place.container():
            _open_current()
        place.empty()
    return bool(uploads.files())


def _open_current() -> None:
    """The snapshot that was open last, unless it has never come to the end."""
    try:
        space = workspace.space()
        id_ = space.current()
        if id_ is None:
            return
        if space.opening() >= _TRIALS:
            st.session_state[_STOPPED] = True
            return
        open_snapshot(id_)
    except CsDataError as error:
        st.session_state[_TROUBLE] = error.message


def open_snapshot(id_: str) -> None:
    """Make a snapshot the data of this session.

    Raises:
        CsDataError: It is gone, damaged, or cannot be noted as the current one.
    """
    from csdata.store import Saved

    space = workspace.space()
    snapshot = space.load(id_)
    _forget_session_but_read()
    uploads.replace_all(
        [_upload(file) for file in snapshot.files],
        as_of=snapshot.settings.as_of,
        rules=snapshot.settings.rules,
    )
    uploads.read()
    saved = Saved(id_, snapshot.summary.revision)
    at = snapshot.summary.saved_at.astimezone()
    st.session_state[_KEPT] = Kept(saved, snapshot.files, snapshot.settings, at)
    st.session_state[_BEGUN] = snapshot.settings.begun
    state.open_data(None)
    if snapshot.settings.begun and uploads.all_read():
        state.open_data(uploads.portfolio(snapshot.settings.as_of or uploads.stated_as_of()))
    space.set_current(id_)


def _forget_session_but_read() -> None:
    before = list(_read_already)
    _forget_session()
    _read_already[:] = before


def _upload(file: StoredFile) -> Upload:
    """The file as it was read by the session before, if that was in this process."""
    for known in _read_already:
        # What a password has opened is not opened for the next session.
        if known.imported is not None and not known.secret and _stored(known) == file:
            return replace(known, edits=dict(known.edits))
    return Upload(
        file.name,
        file.data,
        file.recipe,
        used=file.used,
        edits=dict(file.edits),
        plain=file.plain,
    )


def delete(id_: str) -> None:
    """Delete a snapshot; the one that is open is closed as well.

    Raises:
        NotSaved: It cannot be deleted.
    """
    workspace.space().delete(id_)
    kept = last()
    if kept is not None and kept.saved.id == id_:
        start_anew()
    forget_read()


def forget_everything() -> None:
    """Delete all that was kept, and close what is open.

    Raises:
        NotSaved: It cannot be deleted.
    """
    workspace.space().forget_everything()
    start_anew()


# ------------------------------------------------------------------------------------- saying


def title(summary: Summary) -> str:
    """What a snapshot is called: its own name, else its files."""
    if summary.name:
        return summary.name
    if len(summary.files) > 1:
        return t("ui.and_more", file=summary.files[0], n=len(summary.files) - 1)
    return summary.files[0] if summary.files else "–"


def status() -> None:
    """Whether what is on the screen would survive a reload, in a line."""
    space = workspace.space() if uploads.files() or workspace.exists() else None
    for note in space.notes if space else ():
        st.warning(safe(note), icon=":material/warning:")
    trouble: Message | None = st.session_state.get(_TROUBLE)
    if trouble is not None:
        st.warning(safe(trouble), icon=":material/warning:")
    if st.session_state.get(_STOPPED):
        st.warning(t("page.import.saved.stopped"), icon=":material/history:")
    kept = last()
    if kept is None or space is None or trouble is not None:
        return
    if space.why_not is not None:
        st.caption(f":material/warning: {safe(space.why_not)}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        said = t("page.import.saved.done", at=kept.at)
        st.caption(f":material/save: {said}", width="content")
        nav.link("saved")
