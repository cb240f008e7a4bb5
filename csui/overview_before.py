"""The figures of an earlier import beside those of now: read again when the person asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import message
from csdata.tables import Portfolio
from csui import compute, keeping, page, saved, state, workspace
from csui.overview_words import difference
from csui.text import escape, say, t

if TYPE_CHECKING:
    from csdata.analyses.overview import Figure, Overview
    from csdata.i18n import Message
    from csdata.store import Summary

_BEFORE: Final = "csui.overview_before"


@dataclass(frozen=True, eq=False, slots=True)
class Before:
    """An earlier import, read again; or why it cannot be."""

    id: str
    revision: int
    portfolio: Portfolio | None
    trouble: Message | None = None


def choose(view: page.View) -> None:
    """Offer the import before this one, where there is one."""
    earlier = _earlier(view)
    if earlier is None:
        return
    known, name = _known(earlier), escape(saved.title(earlier))
    if known is None:
        st.button(
            t("page.overview.compare", name=name, at=earlier.saved_at.astimezone()),
            key="overview.compare",
            icon=":material/history:",
            type="tertiary",
            help=t("page.overview.compare_help"),
            on_click=_ask,
            args=(earlier.id,),
        )
    elif known.trouble is not None:
        st.caption(escape(say(known.trouble)))
    else:
        st.caption(t("page.overview.compared", name=name))


def _earlier(view: page.View) -> Summary | None:
    """The latest import that was analysed before the one that is open."""
    kept = keeping.last()
    if kept is None or not view.source.provenance.files:
        return None
    try:
        found = workspace.space().snapshots()
    except CsDataError:
        return None  # said on the import page
    mine = next((s.saved_at for s in found if s.id == kept.saved.id), None)
    others = [s for s in found if s.begun and s.id != kept.saved.id]
    return next((s for s in others if mine is None or s.saved_at <= mine), None)


def _known(summary: Summary) -> Before | None:
    known: Before | None = st.session_state.get(_BEFORE)
    same = known is not None and (known.id, known.revision) == (summary.id, summary.revision)
    return known if same else None


def _ask(id_: str) -> None:
    st.session_state[f"{_BEFORE}.asked"] = id_


def figures(view: page.View) -> Overview | None:
    """The figures of the earlier import under the filters in force; None if nobody asked."""
    earlier = _earlier(view)
    if earlier is None:
        return None
    if st.session_state.pop(f"{_BEFORE}.asked", None) == earlier.id:
        st.session_state[_BEFORE] = _read(earlier)
    known = _known(earlier)
    if known is None or known.portfolio is None:
        return None
    try:
        with st.spinner(t("ui.computing")):
            part = compute.filtered(known.portfolio, tuple(state.session().filters.items()))
            return compute.overview(part, known.portfolio) if len(part.customers) else None
    except CsDataError:
        return None  # a column or a value that it does not have


def _read(summary: Summary) -> Before:
    place = st.empty()
    try:
        with place.container():
            portfolio = keeping.portfolio_of(summary.id)
    except CsDataError as error:
        return Before(summary.id, summary.revision, None, error.message)
    finally:
        place.empty()
    trouble = None if portfolio is not None else message("page.overview.not_read")
    return Before(summary.id, summary.revision, portfolio, trouble)


def beside(figure: Figure, earlier: Overview | None) -> None:
    """The line under a figure: by how much it differs from that of the earlier import."""
    if earlier is None:
        return
    before = earlier[figure.key]
    day = t("ui.day", day=earlier.as_of) if earlier.as_of else t("page.overview.undated")
    if before.missing is not None:
        st.caption(t("page.overview.since_none", day=day))
        return
    if figure.unit == "money" and before.currency != figure.currency:
        st.caption(t("page.overview.since_currency", day=day))
        return
    gap = difference(figure.value - before.value, figure.unit, figure.currency)
    st.caption(escape(t("page.overview.since", day=day, difference=gap)))
