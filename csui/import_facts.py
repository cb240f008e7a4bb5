"""What a file was recognised as, where each of its rows went, and the sentences on both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from csdata.i18n import Message
from csdata.tables import Import
from csui.text import escape, known, safe, t
from csui.uploads import Upload

_LOUD: Final = (
    *("lost_characters", "cut_off", "swap_found", "swap_kept", "currencies_mixed"),
    *("ids_suspect", "collision", "formulas_unread", "as_of_unclear"),
)
"""Notes of what may mislead: their keys have one of these words."""


def recognised(imported: Import) -> None:
    """Kind of file, sheet, line of the headings, 基準日."""
    kind = f"page.import.kinds.{imported.kind}"
    parts = [t(kind) if known(kind) else imported.kind]
    if imported.sheet and imported.kind not in {"csv", "html"}:
        parts.append(t("page.import.facts.sheet", sheet=imported.sheet))
    parts.append(t("page.import.facts.header_row", n=imported.header_row))
    if imported.as_of is not None:
        parts.append(t("ui.as_of", day=imported.as_of))
    st.caption(escape(" · ".join(parts)))


def counted(imported: Import) -> None:
    """Rows in the file = used + set aside + dropped, and why."""
    aside, dropped = len(imported.set_aside), sum(imported.dropped.values())
    st.markdown(
        t(
            "page.import.facts.rows",
            total=imported.rows_read,
            used=len(imported.table),
            aside=aside,
            dropped=dropped,
        )
    )
    said: list[str] = []
    if aside:
        reasons = imported.set_aside["reason"].value_counts()
        said.append(_why("aside", aside, {str(r): int(n) for r, n in reasons.items()}))
    if dropped:
        said.append(_why("dropped", dropped, imported.dropped))
    if said:
        st.caption("\n".join(f"- {line}" for line in said))
    for note in imported.notes:
        if any(word in note.key for word in _LOUD):
            st.warning(safe(note), icon=":material/warning:")


def refused(upload: Upload) -> None:
    """Corrections of the last time that could not be taken."""
    if upload.refused:
        lines = "\n".join(f"- {safe(said)}" for said in upload.refused)
        st.error(lines, icon=":material/edit_off:")


def _why(what: str, n: int, reasons: Mapping[str, int]) -> str:
    parts = [t("page.import.facts.reason", why=told(r), n=m) for r, m in reasons.items() if m]
    return escape(t(f"page.import.facts.{what}", n=n, reasons=parts))


def told(rule: str) -> str:
    """What a rule is called on the screen."""
    for key in (f"page.import.dropped.{rule}", f"rule.{rule}"):
        if known(key):
            return t(key)
    return rule


def notes(_upload: Upload, imported: Import, _key: str) -> None:
    """Everything that was done to the file, as sentences."""
    listed(imported.notes)


def listed(said: tuple[Message, ...]) -> None:
    """Sentences under each other."""
    st.markdown("\n".join(f"- {safe(note)}" for note in said))
