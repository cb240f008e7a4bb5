"""Rows of a file on its card: the first ones, problems, and those set aside."""

from __future__ import annotations

from typing import Final

import streamlit as st

from csdata.tables import Import
from csui import columns, downloads, lists
from csui.import_facts import told
from csui.import_match import in_words
from csui.text import known, t
from csui.uploads import Upload

_FIRST_ROWS: Final = 5
_MOST_SHOWN: Final = 200


def first(_upload: Upload, imported: Import, key: str) -> None:
    """The first rows, our fields before the file's own columns."""
    ours = [c for c in imported.mapping if c in imported.table]
    rows = imported.table[[*ours, *(c for c in imported.table if c not in ours)]]
    rows = columns.readable(rows.head(_FIRST_ROWS))
    lists.table(rows.rename(columns=_words(imported)), key=f"import.rows_{key}")


def _words(imported: Import) -> dict[str, str]:
    """Column → our word with the file's header, or the header alone."""
    said: dict[str, str] = {}
    for column in imported.table:
        header = imported.columns.get(str(column), str(column))
        word = columns.word(str(column)) if known(f"field.{column}") else header
        said[str(column)] = word if word == header else f"{word} ← {header}"
    return said


def aside(_upload: Upload, imported: Import, key: str) -> None:
    """The rows that are not used, as the file has them, each with its reason."""
    rows = imported.set_aside
    said = rows.assign(reason=in_words(rows["reason"], told))
    said = said[["row", "reason", *(c for c in said if c not in ("row", "reason"))]]
    said = said.rename(columns={"row": t("page.import.row"), "reason": t("ui.reason")})
    lists.table(said.head(_MOST_SHOWN), key=f"import.aside_{key}")
    if len(said) > _MOST_SHOWN:
        st.caption(t("page.import.cut", most=_MOST_SHOWN, n=len(said)))
    downloads.table(said, name="set_aside", key=f"import.aside_csv_{key}")
