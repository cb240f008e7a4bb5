"""Whether an analysis that was begun now would show other figures than the one that is open."""

from __future__ import annotations

from typing import Final

import streamlit as st

from csdata.errors import CsDataError
from csdata.tables import Portfolio
from csui import keeping, nav, state, uploads
from csui.text import t

_ANSWERED: Final = "csui.outdated"
"""What was asked the last time, and the answer: joining large files takes a while."""


def pending() -> bool:
    """Whether what was corrected since the beginning of the analysis would change it.

    What was changed and changed back would not; neither would a rule that meets no customer.
    """
    if not keeping.changed():
        return False
    source = state.source()
    if source is None:
        return True
    asked = (source.fingerprint, uploads.chosen_as_of(), uploads.rules(), _readings())
    answered = st.session_state.get(_ANSWERED)
    if answered is None or answered[0] != asked:
        answered = (asked, _differs(source))
        st.session_state[_ANSWERED] = answered
    return answered[1]


def mark() -> None:
    """One line on an analysis page, with the way to the page where the corrections wait."""
    source = state.source()
    if source is None or not source.provenance.files or not pending():
        return
    with st.container(horizontal=True, vertical_alignment="center", key="csui_outdated"):
        st.caption(f":material/pending: {t('outdated.here')}", width="content")
        nav.link("import", label=t("outdated.to_import"))


def _readings() -> list[tuple[object, ...]]:
    """How each file is read, without its rows, which are not to be held here."""
    return [
        (u.name, hash(u.data), u.recipe, dict(u.edits), u.used, u.plain, u.imported is None)
        for u in uploads.files().values()
    ]


def _differs(source: Portfolio) -> bool:
    try:
        new = uploads.portfolio(uploads.chosen_as_of() or uploads.stated_as_of())
    except CsDataError:
        return True
    return _identity(new) != _identity(source)


def _identity(portfolio: Portfolio) -> tuple[object, ...]:
    """Everything that the analyses compute from, or say beside their figures."""
    said = portfolio.provenance
    rules = sorted(map(repr, said.rules))
    return portfolio.fingerprint, dict(said.columns), dict(said.set_aside), rules, said.waiting
