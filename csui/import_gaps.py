"""The columns that a table needs and that no heading gave away: which ones are they?"""

from __future__ import annotations

from typing import Final

import streamlit as st

from csdata.intake.gaps import Gap, gaps
from csdata.tables import Import
from csui import columns, import_mapping, uploads
from csui.text import safe, spoken, t
from csui.uploads import Upload

_NONE: Final = "\0none"


def form(upload: Upload, imported: Import, key: str) -> None:
    """One drop-down per missing field with the likeliest column chosen, and one button."""
    found = gaps(imported)
    st.caption(t("page.import.gaps.lead"))
    with st.form(f"import.gaps_{key}", border=False):
        for gap in found:
            _gap(imported, gap, f"import.gap_{key}_{gap.field}")
        st.form_submit_button(
            t("page.import.gaps.read"),
            icon=":material/check:",
            key=f"import.fill_{key}",
            on_click=_fill,
            args=(upload.name, [gap.field for gap in found], key),
        )


def _gap(imported: Import, gap: Gap, widget: str) -> None:
    mapped = {header: field for field, header in imported.mapping.items()}
    likely = [header for header, _ in gap.options]
    others = [str(h) for h in imported.raw.columns if h not in likely and h not in mapped]
    headers = [*likely, *others, _NONE]
    if st.session_state.get(widget) not in headers:
        st.session_state[widget] = likely[0] if likely else _NONE
    none = "page.import.gaps.everyone_stays" if gap.field == "end" else "page.import.gaps.none"
    needed = t("page.import.required") if gap.needed else ""
    st.selectbox(
        f"{columns.word(gap.field)} {needed}",
        headers,
        format_func=spoken(
            headers,
            lambda h: t(none) if h == _NONE else import_mapping.with_examples(imported, h),
        ),
        key=widget,
    )
    if gap.options:
        st.caption(t("page.import.gaps.reason", why=safe(gap.options[0][1])))


def _fill(name: str, names: list[str], key: str) -> None:
    upload = uploads.files()[name]
    chosen = {field: st.session_state[f"import.gap_{key}_{field}"] for field in names}
    mapping: dict[str, str | None] = {**upload.recipe.mapping}
    for field, header in chosen.items():
        if header != _NONE:
            mapping[field] = header
        elif field == "end":
            mapping[field] = None
    uploads.correct(name, mapping=mapping)
