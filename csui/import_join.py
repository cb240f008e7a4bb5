"""How rows become customers: one fold 「顧客の数え方」, and names that may be the same customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, get_args

import pandas as pd
import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csdata.intake import accounts
from csdata.intake.join_rules import Excluded, JoinRules
from csui import import_memory, lists, uploads
from csui.text import spoken, t

_CUSTOMER: Final = ("account", "group", "contract")
_LIVES: Final = ("", "customers", "contracts")
_RETURNING: Final = ("new", "one")
_ATTRIBUTES: Final = ("", "last", "first")
_AMOUNTS: Final = ("", "sum", "once")
_REPEATED: Final = frozenset({"repeated_last", "repeated_first", "repeated_group"})
_MOST_SHOWN: Final = 200


def fold() -> None:
    """The rules, folded: nobody has to touch them."""
    rules = uploads.rules()
    label = t("page.import.join.title")
    with st.expander(label, icon=":material/groups:", key="import.join"):
        st.caption(t("page.import.join.lead"))
        left, right = st.columns(2)
        with left:
            _choice("customer", _CUSTOMER, rules.customer)
            _choice("returning", _RETURNING, rules.returning)
        with right:
            _choice("lives", _LIVES, rules.lives or "")
            _bridge(rules)
            if _dated():
                _observed_from(rules)
        _repeats(rules)
        _exclusions(rules)
        _usual(rules)


def _usual(rules: JoinRules) -> None:
    """The same rules for the next files; who is who belongs to these."""
    if rules.of_any_files() == import_memory.usual_rules():
        return
    st.button(
        t("page.import.join.usual"),
        key="import.join_usual",
        icon=":material/bookmark_add:",
        type="tertiary",
        help=t("page.import.join.usual_help"),
        on_click=import_memory.keep_rules,
        args=(rules,),
    )


def _choice(name: str, options: tuple[str, ...], value: str) -> None:
    widget = f"import.join_{name}"
    st.session_state[widget] = value
    st.selectbox(
        t(f"page.import.join.{name}"),
        options,
        format_func=spoken(options, lambda o: t(f"page.import.join.{name}_{o or 'auto'}")),
        key=widget,
        help=t(f"page.import.join.{name}_help"),
        on_change=_set,
        args=(name, widget),
    )


def _repeats(rules: JoinRules) -> None:
    """Which of several rows of a customer counts; only where there are such rows, or a choice."""
    said = {note.key.removeprefix("note.") for note in _told()}
    if not said & _REPEATED and rules.attributes is None and rules.amounts is None:
        return
    left, right = st.columns(2)
    with left:
        _choice("attributes", _ATTRIBUTES, rules.attributes or "")
    with right:
        _choice("amounts", _AMOUNTS, rules.amounts or "")


def _told() -> tuple[Message, ...]:
    """What joining did; nothing while the files cannot be joined."""
    try:
        return uploads.matched().rules
    except CsDataError:
        return ()


def _bridge(rules: JoinRules) -> None:
    widget = "import.join_bridge_days"
    st.session_state[widget] = rules.bridge_days
    st.number_input(
        t("page.import.join.bridge_days"),
        min_value=0,
        max_value=3650,
        step=1,
        value=None,
        placeholder=t("page.import.join.bridge_days_auto"),
        key=widget,
        help=t("page.import.join.bridge_days_help"),
        on_change=_set,
        args=("bridge_days", widget),
    )


def _observed_from(rules: JoinRules) -> None:
    widget = "import.join_observed_from"
    st.session_state[widget] = rules.observed_from
    st.date_input(
        t("page.import.join.observed_from"),
        value=None,
        key=widget,
        format="YYYY/MM/DD",
        help=t("page.import.join.observed_from_help"),
        on_change=_set,
        args=("observed_from", widget),
    )


def _dated() -> bool:
    """Whether a day can matter: lives with nothing but a length have no beginning."""
    try:
        return uploads.dated()
    except CsDataError:
        return True


def _exclusions(rules: JoinRules) -> None:
    kinds = get_args(Excluded)
    widget = "import.join_exclude"
    st.session_state[widget] = list(rules.exclude)
    found = _candidates()
    counts = found.groupby("kind")["customer_id"].nunique()

    def said(kind: str) -> str:
        words, n = t(f"page.import.join.exclude_{kind}"), int(counts.get(kind, 0))
        return t("page.import.join.exclude_n", kind=words, n=n) if n else words

    st.pills(
        t("page.import.join.exclude"),
        kinds,
        selection_mode="multi",
        format_func=spoken(kinds, said),
        key=widget,
        help=t("page.import.join.exclude_help"),
        on_change=_set,
        args=("exclude", widget),
    )
    if found.empty:
        return
    st.caption(t("page.import.join.exclude_lead", n=int(found["customer_id"].nunique())))
    shown = found.assign(
        kind=found["kind"].map({k: t(f"page.import.join.exclude_{k}") for k in kinds})
    )
    shown.columns = [t(f"page.import.join.left_out_{column}") for column in shown.columns]
    lists.table(shown.head(_MOST_SHOWN), key="import.join_candidates")


def _candidates() -> pd.DataFrame:
    """Accounts that may be no customers; none while the files cannot be joined."""
    try:
        return uploads.matched().exclusions
    except CsDataError:
        return accounts.NONE


def _set(name: str, widget: str) -> None:
    value: Any = st.session_state[widget]
    if name == "exclude":
        value = tuple(value)
    elif name in ("lives", "attributes", "amounts"):
        value = value or None
    uploads.set_rules(replace(uploads.rules(), **{name: value}))
