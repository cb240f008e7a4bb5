"""How well several files fit together: ids without a partner on both sides, names alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Final

import pandas as pd
import streamlit as st

from csdata.errors import CsDataError
from csui import downloads, import_names, lists, uploads
from csui.text import safe, t

_MOST_SHOWN: Final = 200


def report() -> None:
    """Sentences, the ids that matched nothing, suggestions; nothing to say about a single file."""
    if len(uploads.used()) < 2:  # noqa: PLR2004 (files to fit together)
        return
    # The box above has said why they cannot be joined.
    with contextlib.suppress(CsDataError):
        found = uploads.matched()
        if not found.notes:
            return
        st.subheader(t("page.import.match"), anchor=False)
        st.markdown("\n".join(f"- {safe(note)}" for note in found.notes))
        import_names.suggestions(getattr(found, "suggestions", None))
        if len(found.leftovers):
            _leftovers()


def in_words(column: pd.Series, words: Callable[[str], str]) -> pd.Series:
    """A column of few distinct ids in words: there may be as many rows as customers."""
    return column.map({value: words(value) for value in column.unique()})


def _leftovers() -> None:
    leftovers = uploads.matched().leftovers
    said = leftovers.assign(
        role=in_words(leftovers["role"], lambda r: t(f"page.import.roles.{r}")),
        side=in_words(leftovers["side"], lambda s: t(f"page.import.sides.{s}")),
    )
    said.columns = [t(f"page.import.left_{c}") for c in said.columns]
    with st.expander(t("page.import.leftovers", n=len(said)), icon=":material/link_off:"):
        lists.table(said.head(_MOST_SHOWN), key="import.leftovers")
        if len(said) > _MOST_SHOWN:
            st.caption(t("page.import.cut", most=_MOST_SHOWN, n=len(said)))
        downloads.table(said, name="leftovers", key="import.leftovers_csv")
