"""Where data comes from when no file is dropped: the made-up company."""

from __future__ import annotations

import os
from typing import Final

import streamlit as st

from csdata.tables import Portfolio
from csui import state

_OPEN: Final = "CSDATA_OPEN"
_OPENED: Final = "csui.opened"


@st.cache_resource(show_spinner=False)
def company() -> Portfolio:
    """The made-up company; nothing in it is confidential, so all sessions share it."""
    from csdata import sample

    return sample.company()


def open_at_start() -> None:
    """Open what the environment asks for, once in a session."""
    if _OPENED in st.session_state:
        return
    st.session_state[_OPENED] = True
    if os.environ.get(_OPEN) == "sample":
        open_sample()


def open_sample() -> None:
    """サンプル企業で試す."""
    state.open_data(company())
