"""What a person has said of their company for good: kept in the workspace, whatever the file is."""

from __future__ import annotations

from typing import Final

import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csui import workspace

_KEY: Final = "csui.preferences"
_TROUBLE: Final = "csui.preferences_trouble"


def kept(name: str) -> str | None:
    """What is kept under a name; None where nothing is."""
    return _known().get(name)


def keep(name: str, body: str) -> None:
    """Keep it for this session, and in the workspace where there is one on the disk."""
    _known()[name] = body
    if not workspace.on_disk():
        return
    try:
        workspace.space().keep_preset(name, body)
    except CsDataError as error:
        st.session_state[_TROUBLE] = error.message


def lasting() -> bool:
    """Whether what is kept outlives the session."""
    return workspace.on_disk()


def trouble() -> Message | None:
    """Why it is kept for this session only; said once."""
    return st.session_state.pop(_TROUBLE, None)


def _known() -> dict[str, str]:
    if _KEY not in st.session_state:
        # A workspace is opened for it only where there already is one.
        found = workspace.space().presets() if workspace.exists() else {}
        st.session_state[_KEY] = dict(found)
    return st.session_state[_KEY]
