"""Named events of the company (値上げ 2025/04): told once, used on every page that shows time."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from csui import compute, figures, preferences
from csui.page import View
from csui.text import escape, language, safe, t

if TYPE_CHECKING:
    from csdata.analyses.eras import NamedEvent

_NAME: Final = "events"
MOST: Final = 12
LONGEST: Final = 40
_WRONG: Final = "csui.events_wrong"
_DAY: Final = re.compile(r"((?:19|20)\d\d)[/.年-](\d{1,2})(?:[/.月-](\d{1,2})日?|月)?")


def known() -> tuple[NamedEvent, ...]:
    """The events in the order of time."""
    from csdata.analyses.eras import NamedEvent

    return tuple(NamedEvent(dt.date.fromisoformat(day), name) for day, name in _told())


def with_eras(view: View) -> View:
    """The page's data with a column of the eras in which customers began, if there are events."""
    told = _told()
    if not told or not view.source.has_dates:
        return view
    data, source = (compute.with_eras(d, told, language()) for d in (view.data, view.source))
    return replace(view, data=data, source=source)


def editor() -> None:
    """The list of events, where one is added or taken away."""
    told = _told()
    label = t("events.button", n=len(told)) if told else t("events.button_none")
    with st.popover(label, icon=":material/event:", help=t("events.help")):
        if (why := preferences.trouble()) is not None:
            st.warning(safe(why), icon=":material/warning:")
        for number, (day, name) in enumerate(told):
            with st.container(horizontal=True, vertical_alignment="center"):
                when = figures.day(dt.date.fromisoformat(day))
                st.markdown(f"{when} {escape(name)}", width="stretch")
                st.button(
                    t("events.remove"),
                    key=f"events.remove_{number}",
                    icon=":material/close:",
                    type="tertiary",
                    on_click=_remove,
                    args=(number,),
                )
        if len(told) >= MOST:
            st.caption(t("events.full", most=MOST))
            return
        with st.form("events.form", clear_on_submit=True, border=False):
            st.text_input(
                t("events.name"),
                key="events.name",
                max_chars=LONGEST,
                placeholder=t("events.example"),
            )
            st.text_input(
                t("events.day"),
                key="events.day",
                max_chars=LONGEST,
                placeholder=t("events.day_example"),
                help=t("events.day_help"),
            )
            st.form_submit_button(
                t("events.add"), key="events.add", icon=":material/add:", on_click=_add
            )
        if st.session_state.pop(_WRONG, None):
            st.warning(t("events.wrong"), icon=":material/warning:")
        st.caption(t("events.where" if preferences.lasting() else "events.where_session"))


def _told() -> tuple[tuple[str, str], ...]:
    """Pairs of ISO day and name; what cannot be read is nothing."""
    try:
        said: Any = json.loads(preferences.kept(_NAME) or "[]")
        pairs = [
            (dt.date.fromisoformat(day).isoformat(), str(name)[:LONGEST]) for day, name in said
        ]
    except (TypeError, ValueError):
        return ()
    return tuple(sorted(set(pairs)))[:MOST]


def read_day(text: str) -> dt.date | None:
    """2025/04/01, 2025-4-1 or 2025年4月1日; without a day the first of the month."""
    said = _DAY.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if said is None:
        return None
    year, month, day = said.groups()
    try:
        return dt.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None


def _add() -> None:
    name = " ".join(str(st.session_state["events.name"] or "").split())
    day = read_day(str(st.session_state["events.day"] or ""))
    if name and day is not None:
        _keep([*_told(), (day.isoformat(), name)])
    else:
        st.session_state[_WRONG] = True


def _remove(number: int) -> None:
    _keep([event for place, event in enumerate(_told()) if place != number])


def _keep(events: list[tuple[str, str]]) -> None:
    preferences.keep(_NAME, json.dumps(sorted(set(events)), ensure_ascii=False))
