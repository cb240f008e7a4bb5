"""The mapping table: every heading of the file, what it was taken for, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.intake.catalogue import fields
from csdata.intake.fields import Candidate
from csdata.intake.headers import normal
from csdata.schema import WANTED
from csdata.tables import Import
from csui import columns, uploads
from csui.text import escape, language, safe, spoken, t
from csui.uploads import Upload

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    Places = Sequence[DeltaGenerator]

_EXAMPLES: Final = 3
_LONGEST: Final = 24
"""Characters of an example; a remark may be a page."""
_MOST: Final = 40
"""Headings that are listed before one has to search."""
MIDNIGHT: Final = " 00:00:00"
"""What a date of a workbook carries along."""
_SEARCHED: Final = 12
"""Headings that can be taken in at a glance."""
_ALSO: Final = 3
"""Other names of a field that its option tells, so that typing one of them finds it."""
_SURE: Final = 0.9
_WIDTHS: Final = (4, 4, 5, 4)


def examples(imported: Import, header: str) -> list[str]:
    """The first few values of a column, cut short."""
    if header not in imported.raw:
        return []
    values = imported.raw[header].dropna().unique()[:_EXAMPLES]
    return [_short(" ".join(str(v).removesuffix(MIDNIGHT).split())) for v in values]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def with_examples(imported: Import, header: str) -> str:
    """A heading with examples of its values, as one line."""
    values = examples(imported, header)
    shown = t("page.import.mapping.example", values=values) if values else t("ui.missing")
    return t("page.import.mapping.with", header=header, examples=shown)


def table(upload: Upload, imported: Import, key: str) -> None:
    """One row per heading: what it is, examples, the reason; changing it reads the file again."""
    role = imported.role
    if role is None:
        return
    st.caption(t("page.import.mapping.lead"))
    headers = _shown(imported, key)
    words = ("theirs", "ours", "examples", "reason")
    for place, word in zip(st.columns(_WIDTHS), words, strict=True):
        place.caption(t(f"page.import.mapping.{word}"))
    pairs = list(imported.mapping.items())
    mapped = {header: field for field, header in reversed(pairs)}
    numbers = {str(header): number for number, header in enumerate(imported.raw.columns)}
    for header in headers:
        widget = f"import.map_{key}_{numbers[header]}"
        field, places = mapped.get(header, ""), st.columns(_WIDTHS, vertical_alignment="center")
        _row(upload, imported, header, field=field, places=places, widget=widget)


def _shown(imported: Import, key: str) -> list[str]:
    """Headings that are a field first, then the others in the order of the file."""
    every = [str(header) for header in imported.raw.columns]
    if len(every) > _SEARCHED:
        wanted = st.text_input(
            t("page.import.mapping.search", n=len(every)),
            placeholder=t("page.import.mapping.search_hint"),
            key=f"import.search_{key}",
            width=320,
        )
        every = found(imported, wanted)
        if not every:
            st.caption(t("page.import.mapping.nobody"))
    ours = [h for h in every if h in set(imported.mapping.values())]
    rest = [h for h in every if h not in ours]
    shown = [*ours, *rest][: max(_MOST, len(ours))]
    if len(shown) < len(every):
        st.caption(t("page.import.mapping.more", n=len(every) - len(shown)))
    return shown


def found(imported: Import, wanted: str) -> list[str]:
    """Headings that have ``wanted`` in them, or that are or may be a field of that name.

    A field is found by our word for it and by every heading that is known to mean it: 解約日 finds
    契約終了日, whatever its column is called in this file.
    """
    every = [str(header) for header in imported.raw.columns]
    sought = normal(wanted)
    if not sought:
        return every
    names = {
        name
        for name, field in fields(imported.role or "customers").items()
        if sought in normal(columns.word(name)) or any(sought in form for form in field.labels)
    }
    meant = {header for field, header in imported.mapping.items() if field in names}
    meant |= {c.header for c in imported.candidates if c.score and c.field in names}
    return [h for h in every if h in meant or sought in normal(h)]


def _row(
    upload: Upload, imported: Import, header: str, *, field: str, places: Places, widget: str
) -> None:
    possible = [c for c in imported.candidates if c.header == header]
    likely = [c.field for c in possible if c.score and c.field != field]
    options = list(dict.fromkeys([field, "", *likely, *fields(imported.role or "customers")]))
    st.session_state[widget] = field
    places[0].text(header)
    places[1].selectbox(
        t("page.import.mapping.of", header=escape(header)),
        options,
        format_func=spoken(options, lambda f: _said(imported, f, header, likely)),
        key=widget,
        label_visibility="collapsed",
        on_change=_set,
        args=(upload.name, header, field, widget),
    )
    places[2].text(" / ".join(examples(imported, header)) or t("ui.missing"))
    places[3].caption(_why(upload, possible, field))


def _said(imported: Import, field: str, header: str, likely: Sequence[str]) -> str:
    """A field as an option: whether it fits, whether it is needed, who has it now."""
    if not field:
        return t("page.import.mapping.plain")
    word = columns.word(field)
    holder = imported.mapping.get(field)
    if holder is not None and holder != header:
        return t("page.import.mapping.taken", field=word, header=_short(holder))
    if field in likely:
        return t("page.import.mapping.likely", field=word)
    if holder is None and field in WANTED[imported.role or "customers"]:
        return f"{also(field, imported)} {t('page.import.required')}"
    return word if holder == header else also(field, imported)


def also(field: str, imported: Import) -> str:
    """A field with other names that people have for it, in the language of the session."""
    word, known = columns.word(field), fields(imported.role or "customers").get(field)
    plain = language() != "ja"
    names = [
        label
        for label, _ in (known.labels.values() if known else ())
        if label.isascii() == plain and normal(label) != normal(word)
    ]
    if not names:
        return word
    return t("page.import.mapping.also", field=word, names=names[:_ALSO])


def _why(upload: Upload, possible: Sequence[Candidate], field: str) -> str:
    if field and field in upload.recipe.mapping:
        return t("page.import.mapping.by_hand")
    chosen = next((c for c in possible if c.chosen and c.field == field), None)
    if chosen is not None:
        sure = "sure" if chosen.score >= _SURE else "guessed"
        return t(f"page.import.mapping.{sure}", why=safe(chosen.reason))
    passed = next(iter(possible), None)
    return safe(passed.reason) if passed is not None else ""


def _set(name: str, header: str, before: str, widget: str) -> None:
    """Take another field for a heading; the field that it was is free again."""
    field: str = st.session_state[widget]
    mapping: dict[str, str | None] = {**uploads.files()[name].recipe.mapping}
    if before:
        mapping.pop(before, None)
    if field:
        mapping[field] = header
    else:
        mapping[before] = None
    uploads.correct(name, mapping=mapping)
