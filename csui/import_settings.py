"""How single columns are read: shares, lists in a cell, last days, currency, tax, time zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from csdata.schema import AMOUNTS
from csdata.tables import Import
from csui import uploads
from csui.text import escape, known, spoken, t
from csui.uploads import Upload

_CURRENCIES: Final = ("", "JPY", "USD", "EUR", "GBP", "CNY", "KRW")
_TAX: Final = ("", "excluded", "included")
_ZONES: Final = (
    "",
    "Asia/Tokyo",
    "UTC",
    "America/Los_Angeles",
    "America/New_York",
    "Europe/London",
)


def offered(upload: Upload, imported: Import) -> bool:
    """Whether there is anything to set for this table."""
    about = ("timezone", "percent_", "several_")
    return (
        "end" in imported.mapping
        or bool(upload.recipe.multiple)
        or any(c in imported.table for c in AMOUNTS)
        or any(_spoken_of(imported, beginning) for beginning in about)
    )


def table(upload: Upload, imported: Import, key: str) -> None:
    """What was decided by itself and can be decided otherwise; nothing has to be touched."""
    st.caption(t("page.import.settings.lead"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if "end" in imported.mapping:
            _yes_no(upload, "end_is_last_day", key)
        if any(c in imported.table for c in AMOUNTS):
            _one(upload, "currency", _CURRENCIES, key)
            _one(upload, "tax", _TAX, key)
        if _spoken_of(imported, "timezone"):
            _one(upload, "timezone", _ZONES, key)
    for number, header in enumerate(_spoken_of(imported, "percent_")):
        _percent(upload, header, f"{key}_{number}")
    _multiple(upload, imported, key)


def _spoken_of(imported: Import, beginning: str) -> list[str]:
    """The headings that notes with such a key are about."""
    about = [
        n.values.get("column") for n in imported.notes if n.key.startswith(f"note.{beginning}")
    ]
    return list(dict.fromkeys(str(header) for header in about if header))


def _yes_no(upload: Upload, name: str, key: str) -> None:
    widget = f"import.set_{key}_{name}"
    st.session_state[widget] = getattr(upload.recipe, name)
    st.segmented_control(
        t(f"page.import.asked.{name}"),
        (True, False),
        format_func=spoken((True, False), lambda yes: t(f"answer.{name}_{'yes' if yes else 'no'}")),
        key=widget,
        on_change=_set,
        args=(upload.name, name, widget),
    )


def _one(upload: Upload, name: str, options: Sequence[str], key: str) -> None:
    """One of several words; the first one leaves it to the reader."""
    widget = f"import.set_{key}_{name}"
    chosen = getattr(upload.recipe, name) or ""
    every = [*options, *([chosen] if chosen not in options else [])]
    st.session_state[widget] = chosen
    st.selectbox(
        t(f"page.import.asked.{name}"),
        every,
        format_func=spoken(every, lambda option: _word(name, option)),
        key=widget,
        on_change=_set,
        args=(upload.name, name, widget),
        width=240,
    )


def _word(name: str, option: str) -> str:
    if not option:
        return t("page.import.settings.auto")
    key = f"answer.{name}_{option}"
    return t(key) if known(key) else option


def _set(name: str, attribute: str, widget: str) -> None:
    value: Any = st.session_state[widget]
    uploads.correct(name, **{attribute: None if value == "" else value})


def _percent(upload: Upload, header: str, key: str) -> None:
    widget = f"import.set_{key}_percent"
    kinds = ("percent", "fraction")
    st.session_state[widget] = upload.recipe.percent.get(header)
    st.segmented_control(
        t("page.import.settings.percent", column=escape(header)),
        kinds,
        format_func=spoken(kinds, lambda kind: t(f"answer.percent_{kind}")),
        key=widget,
        on_change=_set_percent,
        args=(upload.name, header, widget),
    )


def _set_percent(name: str, header: str, widget: str) -> None:
    rest = {h: k for h, k in uploads.files()[name].recipe.percent.items() if h != header}
    kind = st.session_state[widget]
    uploads.correct(name, percent={**rest, header: kind} if kind else rest)


def _multiple(upload: Upload, imported: Import, key: str) -> None:
    """Columns with several values in a cell, to be split into one column per value."""
    possible = list(dict.fromkeys([*upload.recipe.multiple, *_spoken_of(imported, "several_")]))
    if not possible:
        return
    widget = f"import.set_{key}_multiple"
    st.session_state[widget] = list(upload.recipe.multiple)
    st.multiselect(
        t("page.import.settings.multiple"),
        possible,
        key=widget,
        placeholder=t("ui.choose"),
        select_all=False,
        on_change=_set_multiple,
        args=(upload.name, widget),
    )


def _set_multiple(name: str, widget: str) -> None:
    uploads.correct(name, multiple=tuple(st.session_state[widget]))
