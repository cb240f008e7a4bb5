"""The header strip of every page: which data, which filters, a step back, the language."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import streamlit as st

from csdata.i18n import LANGUAGES, catalogue
from csdata.tables import Portfolio
from csui import columns, state, uploads
from csui.text import escape, language, safe, set_language, spoken, t

_LANGUAGE: Final = "ui.language"
_COLUMN: Final = "ui.filter_column"
_VALUES: Final = "ui.filter_values"
_SHOWN: Final = 3
_MISSING: Final = "\0missing"


def strip() -> None:
    """Draw it."""
    line: dict[str, Any] = {"horizontal": True, "vertical_alignment": "center", "gap": "small"}
    with st.container(**line, key="csui_header"):
        source, data = state.source(), state.portfolio()
        with st.container(**line, width="stretch"):
            if source is None or data is None:
                st.text(t("ui.not_begun" if uploads.files() else "ui.no_data"))
            else:
                _data(source, data)
                # In a container of their own: a new chip must not move the open popover beside it.
                with st.container(**line, width="content"):
                    _chips(source)
                _add(source)
                _back()
        _languages()
    with st.container():
        if state.session().link_lost:
            st.warning(t("ui.link_lost"), icon=":material/link_off:")
        for warning in data.provenance.warnings if data else ():
            st.warning(safe(warning), icon=":material/warning:")


def _data(source: Portfolio, data: Portfolio) -> None:
    """Files, customers, 基準日."""
    names = source.provenance.files
    file = names[0] if names else t("ui.sample")
    if len(names) > 1:
        file = t("ui.and_more", file=file, n=len(names) - 1)
    n, total = len(data.customers), len(source.customers)
    parts = [
        file,
        t("ui.customers", n=n) if n == total else t("ui.customers_of", n=n, total=total),
        t("ui.as_of", day=source.as_of) if source.as_of else t("ui.no_as_of"),
    ]
    parts += [t("ui.no_currency")] if columns.without_currency(source) else []
    every = escape(t("ui.list", values=names)) if len(names) > 1 else None
    if not names:
        st.badge(t("ui.made_up"), color="orange")
    st.text(" · ".join(parts), help=every)


def _chips(source: Portfolio) -> None:
    """One removable chip for each filter in force."""
    for number, (column, values) in enumerate(state.session().filters.items()):
        said = [columns.value_label(v) for v in values[:_SHOWN]]
        said += ["…"] if len(values) > _SHOWN else []
        text = t("ui.chip", column=columns.label(source, column), values=said)
        st.button(
            escape(text),
            key=f"ui.chip_{number}",
            icon=":material/close:",
            icon_position="right",
            help=t("ui.chip_help"),
            on_click=state.drop_filter,
            args=(column,),
        )


def _add(source: Portfolio) -> None:
    """The popover in which a filter is chosen."""
    possible = columns.categorical(source)
    if not possible:
        return
    if st.session_state.get(_COLUMN) not in possible:
        st.session_state.pop(_COLUMN, None)  # a column of the last file
    with st.popover(t("ui.filter"), icon=":material/filter_alt:"):
        column = st.selectbox(
            t("ui.filter_column"),
            list(possible),
            format_func=spoken(possible, lambda c: columns.label(source, c)),
            key=_COLUMN,
        )
        # A list of choices takes None for an empty place, so a missing value travels as a word.
        inside = [_MISSING if v is None else v for v in possible[column]]
        chosen = state.session().filters.get(column, ())
        # The first list has the plain key.
        key = f"{_VALUES}.{number}" if (number := state.session().choosers) > 1 else _VALUES
        st.session_state[key] = [_MISSING if v is None else v for v in chosen]
        st.multiselect(
            t("ui.filter_values"),
            inside,
            format_func=spoken(inside, lambda v: columns.value_label(None if v == _MISSING else v)),
            key=key,
            placeholder=t("ui.choose"),
            select_all=False,
            on_change=_filter,
            args=(key,),
        )
        st.caption(t("ui.filter_holds"))


def _filter(key: str) -> None:
    chosen: list[Hashable] = st.session_state[key]
    values = tuple(None if v == _MISSING else v for v in chosen)
    state.set_filter(st.session_state[_COLUMN], values)


def _back() -> None:
    """元に戻す and フィルタを解除."""
    st.button(
        t("ui.undo"),
        key="ui.undo",
        icon=":material/undo:",
        type="tertiary",
        disabled=not state.can_undo(),
        on_click=state.undo,
    )
    if state.session().filters:
        st.button(
            t("ui.clear"),
            key="ui.clear",
            icon=":material/filter_alt_off:",
            type="tertiary",
            on_click=state.drop_filters,
        )


def _languages() -> None:
    st.session_state[_LANGUAGE] = language()
    st.segmented_control(
        t("ui.language"),
        LANGUAGES,
        format_func=lambda lang: catalogue(lang)["language.name"],
        required=True,
        key=_LANGUAGE,
        label_visibility="collapsed",
        on_change=lambda: set_language(st.session_state[_LANGUAGE]),
    )
