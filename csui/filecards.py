"""The cards of the import page: one file each, what it was taken for, and what is still open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import streamlit as st

from csdata.schema import SOURCES
from csdata.tables import Import
from csui import (
    import_alike,
    import_facts,
    import_keep,
    import_mapping,
    import_password,
    import_problems,
    import_questions,
    import_rows,
    import_settings,
    import_sheets,
    uploads,
)
from csui.text import safe, spoken, t
from csui.uploads import Upload

_UNUSED: Final = "unused"
_LOOKS: Final[Mapping[str, tuple[Literal["green", "orange", "red", "gray"], str]]] = {
    "ready": ("green", "check"),
    "open": ("orange", "help"),
    "locked": ("orange", "lock"),
    "empty": ("red", "error"),
    "failed": ("red", "error"),
    "unused": ("gray", "block"),
}
FEW: Final = 3
"""Files up to which each card shows its first rows at once."""

Part = Callable[[Upload, Import, str], None]


def card(upload: Upload) -> None:
    """One file."""
    key = uploads.key_of(upload)
    with st.container(border=True, key=f"csui_file_{key}"):
        _head(upload, key)
        if upload.locked:
            import_password.ask(upload, key)
            return
        if upload.error is not None and upload.draft is None:
            st.error(safe(upload.error), icon=":material/error:")
        found = upload.imported or upload.draft
        if found is None:
            _failed(upload, key)
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _role(upload, found, key)
            if upload.imported is not None:
                import_facts.recognised(upload.imported)
        if not upload.used:
            return
        if upload.imported is not None:
            import_facts.counted(upload.imported)
            import_facts.refused(upload)
        import_questions.ask(upload, found, key)
        import_alike.offer(upload, found, key)
        import_keep.offer(upload, found, key)
        _look(upload, found, key)


def _head(upload: Upload, key: str) -> None:
    """Name, state, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(key=f"csui_name_{key}"):
            st.text(upload.name)
        state = _state(upload)
        n = max(import_questions.open_count(upload), 1)
        color, icon = _LOOKS[state]
        said = t(f"page.import.states.{state}", n=n)
        st.badge(said, color=color, icon=f":material/{icon}:")
        st.button(
            t("page.import.remove"),
            key=f"import.remove_{key}",
            icon=":material/delete:",
            type="tertiary",
            on_click=uploads.drop,
            args=(upload.name,),
        )


def _failed(upload: Upload, key: str) -> None:
    """Out of a dead end: another sheet, another line of headings, or no correction."""
    if upload.cells is not None:
        with st.expander(t("page.import.looks.sheets"), icon=":material/table_rows:"):
            import_sheets.choose(upload, upload.cells, key)
    import_keep.take_back(upload, key)


def _state(upload: Upload) -> str:
    """Whether anything is left to do: one of the states below."""
    if upload.locked or not upload.used:
        return "locked" if upload.locked else "unused"
    if upload.imported is None:
        return "failed" if upload.draft is None else "open"
    if import_questions.open_count(upload):
        return "open"
    return "empty" if upload.imported.table.empty else "ready"


def _role(upload: Upload, imported: Import, key: str) -> None:
    widget = f"import.role_{key}"
    st.session_state[widget] = imported.role if upload.used and imported.role else _UNUSED
    roles = [*SOURCES, _UNUSED]
    st.selectbox(
        t("page.import.role"),
        roles,
        format_func=spoken(roles, lambda role: t(f"page.import.roles.{role}")),
        key=widget,
        on_change=_set_role,
        args=(upload.name, widget),
        width=320,
    )


def _set_role(name: str, widget: str) -> None:
    role: str = st.session_state[widget]
    uploads.files()[name].used = role != _UNUSED
    if role != _UNUSED:
        uploads.correct(name, role=role)


def _look(upload: Upload, imported: Import, key: str) -> None:
    """What can be looked at, one thing at a time."""
    parts: dict[str, Part] = {"mapping": import_mapping.table}
    counts = {"notes": len(imported.notes), "aside": len(imported.set_aside)}
    counts["problems"], counts["infos"] = map(len, import_problems.split(imported.issues))
    if upload.imported is not None:
        parts = {"rows": import_rows.first, **parts, "notes": import_facts.notes}
        parts |= {"problems": import_problems.problems} if counts["problems"] else {}
        parts |= {"infos": import_problems.infos} if counts["infos"] else {}
        parts |= {"aside": import_rows.aside} if counts["aside"] else {}
        if import_settings.offered(upload, imported):
            parts["settings"] = import_settings.table
    parts |= {"sheets": import_sheets.choose}
    widget = f"import.look_{key}"
    if st.session_state.get(widget, "") not in parts:
        few = len(uploads.files()) <= FEW and upload.imported is not None
        st.session_state[widget] = "rows" if few and widget not in st.session_state else None
    names = list(parts)
    chosen = st.segmented_control(
        t("page.import.look"),
        names,
        format_func=spoken(names, lambda p: t(f"page.import.looks.{p}", n=counts.get(p, 0))),
        key=widget,
        label_visibility="collapsed",
    )
    if chosen is not None:
        parts[chosen](upload, imported, key)
