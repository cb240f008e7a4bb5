"""Problems of a file by row: to filter, to correct in place, to take to Excel.

What is only worth knowing (a blank that reads as unknown, a cell corrected by hand) stands apart:
counted among the problems it would hide them.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

import pandas as pd
import streamlit as st

from csdata.tables import Import
from csui import downloads, import_who, lists, uploads
from csui.import_facts import told
from csui.import_match import in_words
from csui.text import language, spoken, t
from csui.uploads import Upload

_MOST_SHOWN: Final = 200
_FILTERS: Final = ("severity", "rule", "column")
_INFO: Final = "info"


def split(issues: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The problems, and what is only worth knowing."""
    info = issues["severity"] == _INFO
    return issues[~info], issues[info]


def problems(upload: Upload, imported: Import, key: str) -> None:
    """Every problem, filtered as the person likes, and the ways to mend them."""
    issues = _filtered(split(imported.issues)[0], key)
    shown = _listed(imported, issues, key=f"import.issues_{key}")
    with st.container(horizontal=True):
        _workbook(imported, key)
        downloads.table(shown, name="problems", key=f"import.issues_csv_{key}")
    _editor(upload, imported, issues, key)


def infos(upload: Upload, imported: Import, key: str) -> None:
    """What is only worth knowing: nothing has to be done about it, though it can be corrected."""
    st.caption(t("page.import.infos_lead"))
    part = f"{key}_info"
    issues = _filtered(split(imported.issues)[1], part)
    shown = _listed(imported, issues, key=f"import.issues_{part}")
    downloads.table(shown, name="infos", key=f"import.issues_csv_{part}")
    _editor(upload, imported, issues, part)


def _listed(imported: Import, issues: pd.DataFrame, *, key: str) -> pd.DataFrame:
    """The issues in words, each with the customer that its row is of."""
    shown = pd.DataFrame(
        {
            t("page.import.row"): issues["row"],
            t("field.name"): import_who.names(imported, issues["row"]),
            t("page.import.column"): issues["column"],
            t("page.import.value"): issues["value"],
            t("page.import.rule"): in_words(issues["rule"], told),
            t("page.import.action"): in_words(
                issues["action"], lambda a: t(f"page.import.actions.{a}")
            ),
            t("page.import.severity"): in_words(issues["severity"], _severity),
        }
    )
    lists.table(shown.head(_MOST_SHOWN), key=key)
    if len(shown) > _MOST_SHOWN:
        st.caption(t("page.import.cut", most=_MOST_SHOWN, n=len(shown)))
    return shown


def _severity(severity: str) -> str:
    return t(f"page.import.severities.{severity}")


def _filtered(issues: pd.DataFrame, key: str) -> pd.DataFrame:
    """The issues that the filters leave; a filter with one choice only is not shown."""
    says = {"severity": _severity, "rule": told, "column": str}
    chosen: dict[str, Sequence[str]] = {}
    offered = {name: sorted(map(str, issues[name].unique())) for name in _FILTERS}
    with st.container(horizontal=True):
        for name, options in offered.items():
            if len(options) > 1:
                chosen[name] = st.multiselect(
                    t(f"page.import.{name}"),
                    options,
                    format_func=spoken(options, says[name]),
                    placeholder=t("page.import.filter_all"),
                    key=f"import.filter_{name}_{key}",
                )
    for name, values in chosen.items():
        if values:
            issues = issues[issues[name].isin(values)]
    return issues


def _workbook(imported: Import, key: str) -> None:
    from csdata.export import error_workbook

    stem = PurePath(imported.name).stem
    st.download_button(
        t("page.import.workbook"),
        functools.partial(error_workbook, imported, language()),
        # The time stamp of an export stays the end of the name: it may state the 基準日.
        file_name=f"{t('page.import.workbook_name')}-{stem}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"import.workbook_{key}",
        help=t("page.import.workbook_help"),
        on_click="ignore",
        icon=":material/table_view:",
    )


def _editor(upload: Upload, imported: Import, issues: pd.DataFrame, key: str) -> None:
    """The offending cells with a place for what they should say."""
    cells = correctable(imported, issues).head(_MOST_SHOWN)
    if cells.empty:
        return
    st.markdown(t("page.import.edit_lead"))
    # What was typed belongs to the cells as they were shown: not to others in their places, and
    # not to the same ones once they say something else.
    shown = hashlib.sha256(repr(cells.to_numpy().tolist()).encode())
    widget = f"import.edit_{key}_{shown.hexdigest()[:8]}"
    old, new = t("page.import.value"), t("page.import.new_value")
    st.data_editor(
        pd.DataFrame(
            {
                t("page.import.row"): cells["row"],
                t("field.name"): import_who.names(imported, cells["row"]),
                t("page.import.column"): cells["column"],
                old: cells["value"],
                new: cells["value"],
            }
        ),
        key=widget,
        hide_index=True,
        disabled=[t(w) for w in ("page.import.row", "field.name", "page.import.column")] + [old],
        num_rows="fixed",
    )
    st.button(
        t("page.import.edit_apply"),
        key=f"import.edit_apply_{key}",
        icon=":material/edit:",
        on_click=_apply,
        args=(upload.name, cells, widget, new),
    )


def correctable(imported: Import, issues: pd.DataFrame) -> pd.DataFrame:
    """Cells with a problem that another text would mend, once each: ``row``, ``column``, ``value``.

    Duplicated rows are not mended by a cell; what was dropped as no data has none.
    """
    cells = issues[issues["action"].isin(["set_aside", "missing"])]
    cells = cells[cells["column"].isin(list(imported.raw.columns))]
    cells = cells[cells["row"].isin(imported.raw.index) & ~cells["rule"].isin(["duplicate_row"])]
    return cells.drop_duplicates(["row", "column"])[["row", "column", "value"]]


def _apply(name: str, cells: pd.DataFrame, widget: str, new: str) -> None:
    changed = edits_of(st.session_state.get(widget, {}), cells, new)
    if changed:
        uploads.edit(name, changed)


def edits_of(state: Mapping[str, Any], cells: pd.DataFrame, new: str) -> dict[tuple[int, str], str]:
    """What was typed into the editor: (line in the file, heading) → text.

    Args:
        state: The editor's state; ``edited_rows`` has place → column → value.
        cells: The cells that it shows, in order.
        new: What its column of new texts is called.
    """
    found: dict[tuple[int, str], str] = {}
    for place, values in state.get("edited_rows", {}).items():
        if new in values:
            cell = cells.iloc[int(place)]
            found[int(cell["row"]), str(cell["column"])] = str(values[new] or "")
    return found
