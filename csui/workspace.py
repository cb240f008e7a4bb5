"""The workspace of this app: on the disk of the one person who uses it, else in memory only."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from csdata.store import Workspace

_KEY: Final = "csui.workspace"
_SETTING: Final = "CSDATA_WORKSPACE"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

_open: dict[Path, Workspace] = {}
_lock = threading.Lock()


def on_disk() -> bool:
    """Whether imports are kept beyond this process.

    Only where nobody else can open the app: there is no login, and what one person has imported
    would be opened for the next.
    """
    local = st.get_option("server.address") in _LOOPBACK
    return local and os.environ.get(_SETTING) != "memory"


def exists() -> bool:
    """Whether there may be anything to restore."""
    from csdata.store import home

    return on_disk() and (home() / "workspace").exists()


def space() -> Workspace:
    """The workspace: one for the process where it is on disk, one for each session otherwise."""
    from csdata.store import Workspace, home

    if not on_disk():
        if _KEY not in st.session_state:
            st.session_state[_KEY] = Workspace.open(durable=False)
        return st.session_state[_KEY]
    folder = home() / "workspace"
    with _lock:
        if folder not in _open:
            _open[folder] = Workspace.open(folder)
        return _open[folder]


def close() -> None:
    """Let every file go, as at the end of the process."""
    with _lock:
        for opened in _open.values():
            opened.close()
        _open.clear()
