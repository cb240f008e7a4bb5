"""Recipe files that were dropped: used for every file that has the headings they speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csui import work
from csui.text import safe, t

if TYPE_CHECKING:
    from csdata.intake import Recipe

KINDS: Final = ("toml",)
"""Endings of recipe files."""


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """One of them, or why it is none."""

    name: str
    recipe: Recipe | None
    error: Message | None = None


def _files() -> dict[str, RecipeFile]:
    return work.work().recipes


def take(name: str, data: bytes) -> bool:
    """Take in a file if its name says that it is a recipe; whether it does."""
    from csdata.intake.recipe_file import load

    if not name.lower().endswith(tuple(f".{kind}" for kind in KINDS)):
        return False
    try:
        found = RecipeFile(name, load(data.decode("utf-8-sig", errors="replace"), name=name))
    except CsDataError as error:
        found = RecipeFile(name, None, error.message)
    _files()[name] = found
    return True


def fitting(headers: Sequence[str], role: str | None) -> Recipe | None:
    """The recipe for a file with these headings; the last one that came, of several."""
    for file in reversed(list(_files().values())):
        recipe = file.recipe
        if recipe is None:
            continue
        named = {header for header in recipe.mapping.values() if header is not None}
        # One that names no heading says something about a kind of table only.
        if named <= set(headers) and (named or recipe.role in (None, role)):
            return recipe
    return None


def cards() -> None:
    """A line for each recipe file: in use, or what is wrong with it."""
    for number, file in enumerate(list(_files().values())):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(key=f"csui_name_recipe_{number}"):
                st.text(file.name)
            if file.error is None:
                st.badge(t("page.import.recipe_file"), color="blue", icon=":material/rule:")
            st.button(
                t("page.import.remove"),
                key=f"import.remove_recipe_{number}",
                icon=":material/delete:",
                type="tertiary",
                on_click=_drop,
                args=(file.name,),
            )
        if file.error is not None:
            st.error(safe(file.error), icon=":material/error:")


def _drop(name: str) -> None:
    _files().pop(name, None)
