"""Columns that nobody has given a field although their headings are spelt like one of ours."""

from __future__ import annotations

from typing import Final

import streamlit as st

from csdata.tables import Import
from csui import columns, uploads
from csui.text import escape, t
from csui.uploads import Upload

_ALIKE: Final = ("intake.reason_similar",)


def offer(upload: Upload, imported: Import, key: str) -> None:
    """The columns with what they may be, and one button: nothing is taken without a word."""
    found = alike(imported)
    if not found or upload.imported is None:
        return
    with st.container(border=True, key=f"csui_alike_{key}"):
        st.markdown(t("page.import.alike_headings.lead"))
        said = [
            t("page.import.alike_headings.pair", header=header, field=columns.word(field))
            for field, header in found.items()
        ]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape(t('ui.list', values=said))}**", width="content")
            st.button(
                t("page.import.alike_headings.use", n=len(found)),
                key=f"import.alike_{key}",
                icon=":material/check:",
                on_click=_use,
                args=(upload.name, found),
            )


def alike(imported: Import) -> dict[str, str]:
    """Field without a column → the heading that is spelt most like it; each heading once."""
    proposed = [
        c
        for c in imported.candidates
        if not c.chosen
        and c.score
        and c.reason.key in _ALIKE
        and c.field not in imported.recipe.mapping
    ]
    found: dict[str, str] = {}
    for candidate in sorted(proposed, key=lambda c: -c.score):
        taken = {*imported.mapping.values(), *found.values()}
        free = candidate.field not in imported.mapping and candidate.field not in found
        if free and candidate.header not in taken:
            found[candidate.field] = candidate.header
    return found


def _use(name: str, found: dict[str, str]) -> None:
    mapping = {**uploads.files()[name].recipe.mapping, **found}
    uploads.correct(name, mapping=mapping)
