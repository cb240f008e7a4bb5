"""The cards of the import page: what each file was taken for, and the corrections."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from csdata.intake.catalogue import fields
from csdata.schema import REQUIRED, ROLES
from csdata.tables import Import
from csui import columns, downloads, lists, uploads
from csui.text import known, safe, spoken, t
from csui.uploads import Upload

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_FIRST_ROWS: Final = 4
_EXAMPLES: Final = 3
_MOST_SHOWN: Final = 200
_SURE: Final = 0.9
_UNUSED: Final = "unused"
_YES_NO: Final = ("end_is_last_day", "day_first")


def card(upload: Upload) -> None:
    """One file."""
    key = hashlib.sha256(upload.name.encode()).hexdigest()[:8]
    with st.container(border=True, key=f"csui_file_{key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(key=f"csui_name_{key}"):
                st.text(upload.name)
            st.button(
                t("page.import.remove"),
                key=f"import.remove_{key}",
                icon=":material/delete:",
                type="tertiary",
                on_click=uploads.drop,
                args=(upload.name,),
            )
        if upload.error is not None:
            st.error(safe(upload.error), icon=":material/error:")
            _again(upload, key)
        if upload.imported is not None:
            _understood(upload, upload.imported, key)


def _again(upload: Upload, key: str) -> None:
    """A correction that made things worse can be taken back."""
    from csdata.intake.recipe import Recipe

    if upload.recipe != Recipe():
        st.button(
            t("page.import.take_back"),
            key=f"import.back_{key}",
            icon=":material/undo:",
            on_click=uploads.forget_corrections,
            args=(upload.name,),
        )


def _understood(upload: Upload, imported: Import, key: str) -> None:
    _role(upload, imported, key)
    issues = imported.issues
    serious = int((issues["severity"] != "info").sum())
    st.markdown(
        t(
            "page.import.rows",
            used=len(imported.table),
            aside=len(imported.set_aside),
            problems=serious,
        )
    )
    for question in imported.questions:
        if question.key != "question.as_of":  # asked once for all files, below the cards
            st.info(safe(question), icon=":material/help:")
    for name in _YES_NO:
        _yes_no(upload, imported, name, key)
    if imported.notes:
        st.caption("\n".join(f"- {safe(note)}" for note in imported.notes))
    st.markdown(f"**{t('page.import.first_rows')}**")
    ours = [c for c in imported.mapping if c in imported.table]
    first = imported.table[[*ours, *(c for c in imported.table if c not in ours)]]
    first = columns.readable(first.head(_FIRST_ROWS))
    lists.table(first.rename(columns=_words(imported)), key=f"import.rows_{key}")
    _mapping(upload, imported, key)
    _problems(imported, key)
    _aside(imported, key)


def _words(imported: Import) -> dict[str, str]:
    """Column → our word with the file's header, or the header alone."""
    said: dict[str, str] = {}
    for column in imported.table:
        header = imported.columns.get(str(column), str(column))
        word = columns.word(str(column)) if known(f"field.{column}") else header
        said[str(column)] = word if word == header else f"{word} ← {header}"
    return said


def _role(upload: Upload, imported: Import, key: str) -> None:
    widget = f"import.role_{key}"
    st.session_state[widget] = imported.role if upload.used and imported.role else _UNUSED
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            t("page.import.role"),
            [*ROLES, _UNUSED],
            format_func=spoken([*ROLES, _UNUSED], lambda role: t(f"page.import.roles.{role}")),
            key=widget,
            on_change=_set_role,
            args=(upload.name, widget),
            width=320,
        )
        if len(imported.sheets) > 1:
            sheet = f"import.sheet_{key}"
            st.session_state[sheet] = imported.sheet
            st.selectbox(
                t("page.import.sheet"),
                imported.sheets,
                key=sheet,
                on_change=lambda: uploads.correct(upload.name, sheet=st.session_state[sheet]),
                width=320,
            )


def _set_role(name: str, widget: str) -> None:
    role: str = st.session_state[widget]
    uploads.files()[name].used = role != _UNUSED
    if role != _UNUSED:
        uploads.correct(name, role=role)


def _yes_no(upload: Upload, imported: Import, name: str, key: str) -> None:
    """A question with two answers, asked when it is open and kept at hand once answered."""
    asked = any(q.key == f"question.{name}" for q in imported.questions)
    given = getattr(upload.recipe, name)
    if not asked and given is None:
        return
    widget = f"import.{name}_{key}"
    st.session_state[widget] = given
    st.segmented_control(
        t(f"page.import.{name}"),
        (True, False),
        format_func=spoken(
            (True, False), lambda yes: t(f"page.import.{name}_{'yes' if yes else 'no'}")
        ),
        key=widget,
        on_change=lambda: uploads.correct(upload.name, **{name: st.session_state[widget]}),
    )


def _mapping(upload: Upload, imported: Import, key: str) -> None:
    """Our field ← their column, with examples and how sure that is."""
    if imported.role is None:
        return
    box = st.expander(
        t("page.import.mapping"),
        icon=":material/sync_alt:",
        key=f"import.mapping_{key}",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        widths = [3, 4, 5, 2]
        for place, word in zip(
            st.columns(widths), ("ours", "theirs", "examples", "sureness"), strict=True
        ):
            place.caption(t(f"page.import.{word}"))
        known_fields = fields(imported.role)
        for name in sorted(known_fields, key=lambda f: f not in imported.mapping):
            _field(upload, imported, name, st.columns(widths), key=f"import.map_{key}_{name}")


def _field(
    upload: Upload,
    imported: Import,
    name: str,
    places: Sequence[DeltaGenerator],
    *,
    key: str,
) -> None:
    """One row: a field, the column it comes from, examples, how sure."""
    role, header = imported.role, imported.mapping.get(name)
    if role is None:
        return
    mark = t("page.import.required") if name in REQUIRED[role] else ""
    places[0].markdown(f"{columns.word(name)} {mark}")
    st.session_state[key] = header or ""
    headers = ["", *map(str, imported.raw.columns)]
    places[1].selectbox(
        columns.word(name),
        headers,
        format_func=spoken(headers, lambda h: h or t("ui.nothing")),
        key=key,
        label_visibility="collapsed",
        on_change=lambda: uploads.correct(
            upload.name, mapping={**upload.recipe.mapping, name: st.session_state[key] or None}
        ),
    )
    if header is None:
        return
    if header in imported.raw:
        values = imported.raw[header].dropna().unique()[:_EXAMPLES]
        places[2].text(" / ".join(map(str, values)))
    found = next((c for c in imported.candidates if c.field == name and c.chosen), None)
    if found is not None:
        by_hand = name in upload.recipe.mapping
        word = "by_hand" if by_hand else "sure" if found.score >= _SURE else "guessed"
        places[3].caption(t(f"page.import.{word}"), help=safe(found.reason))


def _problems(imported: Import, key: str) -> None:
    issues = imported.issues
    if issues.empty:
        return
    with st.expander(t("page.import.problems", n=len(issues)), icon=":material/report:"):
        shown = pd.DataFrame(
            {
                t("page.import.row"): issues["row"],
                t("page.import.column"): issues["column"],
                t("page.import.value"): issues["value"],
                t("page.import.rule"): [_told("rule", r) for r in issues["rule"]],
                t("page.import.action"): [t(f"page.import.actions.{a}") for a in issues["action"]],
                t("page.import.severity"): [
                    t(f"page.import.severities.{s}") for s in issues["severity"]
                ],
            }
        )
        lists.table(shown.head(_MOST_SHOWN), key=f"import.issues_{key}")
        downloads.table(shown, name="problems", key=f"import.issues_csv_{key}")


def _aside(imported: Import, key: str) -> None:
    aside = imported.set_aside
    if aside.empty:
        return
    with st.expander(t("page.import.aside", n=len(aside)), icon=":material/inventory_2:"):
        said = aside.assign(reason=[_told("rule", r) for r in aside["reason"]])
        said = said.rename(columns={"row": t("page.import.row"), "reason": t("ui.reason")})
        lists.table(said.head(_MOST_SHOWN), key=f"import.aside_{key}")
        downloads.table(said, name="set_aside", key=f"import.aside_csv_{key}")


def _told(section: str, name: object) -> str:
    key = f"{section}.{name}"
    return t(key) if known(key) else str(name)
