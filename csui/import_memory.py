"""Corrections that are used again for the next file with the same headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.intake.recipe_file import for_reuse

if TYPE_CHECKING:
    from csdata.intake import Recipe

_BOOK: Final = "csui.recipes"


def book() -> Mapping[str, Recipe]:
    """Fingerprint of headings → what was remembered for them."""
    return st.session_state.setdefault(_BOOK, {})


def knows(fingerprint: str, recipe: Recipe) -> bool:
    """Whether exactly this is remembered."""
    return book().get(fingerprint) == for_reuse(recipe)


def remember(fingerprint: str, recipe: Recipe) -> None:
    """Use the recipe for every later file with these headings."""
    st.session_state[_BOOK] = {**book(), fingerprint: for_reuse(recipe)}


def forget(fingerprint: str) -> None:
    """Do not use it any more."""
    st.session_state[_BOOK] = {f: r for f, r in book().items() if f != fingerprint}
