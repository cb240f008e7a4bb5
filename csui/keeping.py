"""The files of a session are kept while they are worked on, and opened again at the next start."""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.errors import CsDataError
from csui import state, uploads, work, workspace
from csui.work import Begun, Kept, Upload, Work

if TYPE_CHECKING:
    from csdata.store import Analysed, Settings, StoredFile
    from csdata.tables import Portfolio

_STARTED: Final = "csui.restored"
_TRIALS: Final = 2
"""Starts at which a snapshot is opened by itself although it has never come to the end."""

_read_already: list[weakref.ref[Upload]] = []
"""What the last session has read, so that a reload need not read it again; held by nobody else."""


class _TooOften(Exception):
    """Opening it has ended the process before."""


def last() -> Kept | None:
    """What was saved of this session; None if nothing was."""
    return work.work().kept


def keep() -> None:
    """Save what has changed since the last time; on a page that changes files, in every run.

    As long as an import is worked on it is one snapshot. Once the analysis has begun, other files
    are another import, and the one before stays as it was.
    """
    now = work.work()
    if not now.files:
        _emptied(now)
        return
    try:
        if deleted_elsewhere():
            return
        _part(now)
        files, settings = tuple(map(work.stored, now.files.values())), _settings(now)
        kept = now.kept
        if kept is None or (kept.files, kept.settings) != (files, settings):
            saved = workspace.space().save(files, settings, last=kept.saved if kept else None)
            now.kept = Kept(saved, files, settings, dt.datetime.now().astimezone())
    except CsDataError as error:
        now.trouble = error.message
        return
    now.trouble, now.stopped = None, False
    if workspace.on_disk():
        # What a password has opened is not opened for the next session.
        _read_already[:] = [weakref.ref(u) for u in now.files.values() if not u.secret]


def _part(now: Work) -> None:
    """Other files than the analysis was begun with are another import, until they are gone again.

    Raises:
        CsDataError: What was saved of the other import cannot be deleted.
    """
    here = _bytes(now)
    if now.before is not None and now.before[0].data == here:
        if now.kept is not None and not now.kept.settings.begun:
            workspace.space().delete(now.kept.saved.id)
        now.begun, now.kept = now.before
        now.before = None
        # The other files took the as-of date with them, unless one was chosen for them since.
        now.as_of = now.as_of or now.begun.analysed.as_of
        if now.kept is not None:
            workspace.space().set_current(now.kept.saved.id)
    elif now.begun and now.begun.data != here:
        now.before = (now.begun, now.kept)
        now.kept = now.begun = None


def _bytes(now: Work) -> dict[str, bytes]:
    return {name: upload.data for name, upload in now.files.items()}


def _settings(now: Work) -> Settings:
    from csdata.store import Settings

    here, begun = _here(now), now.begun
    then = None if begun is None else _without_secrets(begun.analysed, now)
    changed = then is not None and then != _without_secrets(here, now)
    title = next((u.name for u in now.files.values() if _is_customers(u)), None)
    if title is None and now.kept is not None and now.kept.settings.title in now.files:
        title = now.kept.settings.title
    return Settings(here.as_of, here.rules, begun is not None, then if changed else None, title)


def _is_customers(upload: Upload) -> bool:
    return upload.used and upload.imported is not None and upload.imported.role == "customers"


def _here(now: Work) -> Analysed:
    """What an analysis that was begun now would be begun with."""
    from csdata.store import Analysed, Reading

    readings = {
        name: Reading(u.recipe, dict(u.edits), u.used, u.plain) for name, u in now.files.items()
    }
    return Analysed(now.as_of, uploads.rules(), readings)


def _without_secrets(analysed: Analysed, now: Work) -> Analysed:
    readings = {
        name: replace(r, edits={}) if name in now.files and now.files[name].secret else r
        for name, r in analysed.readings.items()
    }
    return replace(analysed, readings=readings)


def changed() -> bool:
    """Whether anything was decided otherwise since the analysis was begun, to whatever effect."""
    now = work.work()
    begun = now.before[0] if now.begun is None and now.before is not None else now.begun
    return begun is not None and (begun.data != _bytes(now) or begun.analysed != _here(now))


def deleted_elsewhere() -> bool:
    """Whether another window has deleted what this one has saved.

    Raises:
        Damaged: The workspace cannot be read any more.
    """
    now = work.work()
    if now.kept is not None and not now.gone:
        now.gone = not workspace.space().has(now.kept.saved.id)
    return now.gone


def save_again() -> None:
    """Keep what was deleted elsewhere, because the person says so."""
    now = work.work()
    now.gone, now.kept = False, None
    keep()


def _emptied(now: Work) -> None:
    """Files taken out one by one before anything was begun are not wanted; later they are.

    Nothing that was decided about them holds for the next ones; recipe files stay, for they are on
    the screen.
    """
    if not any((now.kept, now.rules, now.as_of, now.begun)):
        return
    try:
        if now.kept is not None and not deleted_elsewhere():
            if now.kept.settings.begun:
                workspace.space().set_current(None)
            else:
                workspace.space().delete(now.kept.saved.id)
    except CsDataError as error:
        now.trouble = error.message
        return
    work.replace(Work(recipes=now.recipes, told=now.told))
    forget_read()


def forget_read() -> None:
    """Nothing that was read is there any more, as in a process that has just begun."""
    _read_already.clear()


def begun() -> None:
    """The analysis begins: what is there now is an import of its own."""
    now = work.work()
    now.begun, now.before = Begun(_bytes(now), _here(now)), None
    keep()


def record_from(day: dt.date | None) -> None:
    """Take departures to be recorded from that day on, in the analysis and in what is open."""
    now = work.work()
    now.rules = replace(uploads.rules(), observed_from=day)
    if now.begun is not None:
        analysed = now.begun.analysed
        rules = replace(analysed.rules, observed_from=day)
        now.begun = Begun(now.begun.data, replace(analysed, rules=rules))
    keep()


def start_anew() -> None:
    """Take everything off; what was saved stays in the list.

    Raises:
        NotSaved: It cannot be noted that nothing is open.
    """
    workspace.space().set_current(None)
    _close()


def _close() -> None:
    work.replace(Work())
    forget_read()
    state.open_data(None)


# ------------------------------------------------------------------------------------ opening


def restore() -> bool:
    """Open what was there when the app was left, once in a session.

    A run that is broken off while it reads, because the person has gone to another page, is taken
    up again by the next one.

    Returns:
        Whether there are files now: nothing else is to be opened over them.
    """
    if work.work().opening:
        _shown(_go_on)
    elif _STARTED in st.session_state or state.source() is not None:
        return True
    elif workspace.exists() and not uploads.files():
        _shown(_open_current)
    st.session_state[_STARTED] = True
    return bool(uploads.files())


def _shown(action: Callable[[], None]) -> None:
    """Do it with a place for how far it is; what goes wrong is said on the import page."""
    place = st.empty()
    with place.container():
        try:
            action()
        except CsDataError as error:
            work.work().trouble = error.message
    place.empty()


def _open_current() -> None:
    """The snapshot that was open last, unless it has never come to the end."""
    id_ = workspace.space().current()
    if id_ is None:
        return
    try:
        open_snapshot(id_, trials=_TRIALS)
    except _TooOften:
        work.work().stopped = True


def open_snapshot(id_: str, *, trials: int | None = None) -> None:
    """Make a snapshot the data of this session.

    Args:
        id_: Which one.
        trials: How often that may have ended a process; default any number of times.

    Raises:
        CsDataError: It is gone, damaged, or cannot be noted as the current one.
    """
    space = workspace.space()
    with space.opening(id_) as before:
        if trials is not None and before >= trials:
            raise _TooOften
        from csdata.store import Saved

        snapshot = space.load(id_)
        space.set_current(id_)
        settings, at = snapshot.settings, snapshot.summary.saved_at.astimezone()
        saved = Saved(id_, snapshot.summary.revision)
        then = settings.analysed or _analysed(snapshot.files, settings)
        data = {file.name: file.data for file in snapshot.files}
        opened = Work(
            {file.name: _upload(file) for file in snapshot.files},
            rules=settings.rules,
            as_of=settings.as_of,
            begun=Begun(data, then) if settings.begun else None,
            kept=Kept(saved, snapshot.files, settings, at),
            opening=True,
        )
        work.replace(opened)
        state.open_data(None)
        _read(opened)


def portfolio_of(id_: str) -> Portfolio | None:
    """What a snapshot was analysed as, read again beside the data of this session.

    Returns:
        None where a file of it cannot be read, or waits for its password.

    Raises:
        CsDataError: It is gone or damaged, or its files cannot be joined.
    """
    snapshot, mine = workspace.space().load(id_), work.work()
    then = snapshot.settings.analysed or _analysed(snapshot.files, snapshot.settings)
    files = {file.name: _upload(file) for file in snapshot.files}
    begun = Begun({file.name: file.data for file in snapshot.files}, then)
    try:
        work.replace(_begun_with(Work(files), begun))
        uploads.read()
        if not uploads.all_read():
            return None
        return uploads.portfolio(then.as_of or uploads.stated_as_of())
    finally:
        work.replace(mine)


def _go_on() -> None:
    opened = work.work()
    if opened.kept is None:
        opened.opening = False
        return
    with workspace.space().opening(opened.kept.saved.id):
        _read(opened)


def _read(opened: Work) -> None:
    """Read the files, and what the analysis was begun with; one that is broken off is not done."""
    try:
        if opened.begun is not None and opened.kept and opened.kept.settings.analysed:
            _open_analysis(_begun_with(opened, opened.begun))
            work.replace(opened)
        uploads.read()
        if opened.begun is not None and opened.kept and not opened.kept.settings.analysed:
            opened.begun = Begun(_bytes(opened), _here(opened))
            _open_analysis(opened)
    except Exception:
        opened.opening = False
        raise
    finally:
        work.replace(opened)
    opened.opening = False


def _open_analysis(then: Work) -> None:
    work.replace(then)
    uploads.read()
    if uploads.all_read():
        state.open_data(uploads.portfolio(then.as_of or uploads.stated_as_of()))


def _begun_with(opened: Work, begun: Begun) -> Work:
    """The files as they were read then; a file that is read alike today is read once."""
    from csdata.store import Reading

    analysed, files = begun.analysed, dict(opened.files)
    for name, upload in opened.files.items():
        reading = analysed.readings.get(name, Reading())
        file = work.stored(upload)
        if file.reading != reading:
            files[name] = work.unread(file.read_as(reading))
    return Work(files, rules=analysed.rules, as_of=analysed.as_of)


def _analysed(files: tuple[StoredFile, ...], settings: Settings) -> Analysed:
    from csdata.store import Analysed

    return Analysed(settings.as_of, settings.rules, {file.name: file.reading for file in files})


def _upload(file: StoredFile) -> Upload:
    """The file as it was read by the session before, if that was in this process."""
    for ref in _read_already:
        known = ref()
        if known is None or known.imported is None or known.secret:
            continue
        if work.stored(known) == file:
            return replace(known, edits=dict(known.edits))
    return work.unread(file)


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
    _close()
