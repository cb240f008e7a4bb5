"""One way to cache: per session, keyed by the fingerprint of the data, never by a frame.

Streamlit samples large frames when it hashes them, so that an edit can go unseen, and its caches
belong to all users unless told otherwise. Results are frozen, so they are handed out as they are
(``cache_resource``) and not pickled on every call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

from csdata.tables import Portfolio

P = ParamSpec("P")
R = TypeVar("R")

_ENTRIES = 16
"""Filtered tables are among what is kept, so not many."""


def _identity(portfolio: Portfolio) -> tuple[object, ...]:
    """The data, and what its files and columns are called, since pages name them."""
    origin = portfolio.provenance
    return portfolio.fingerprint, origin.files, tuple(sorted(origin.columns.items()))


def cached(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function of portfolios and plain values returned, as long as the session lasts.

    Cached functions are called in the script thread only; ``__wrapped__`` is the function itself.
    """
    return st.cache_resource(
        scope="session",
        max_entries=_ENTRIES,
        show_spinner=False,
        hash_funcs={Portfolio: _identity},
    )(function)
