"""What may mislead: a box for each finding, what to do, and what was checked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd
import streamlit as st

from csdata.tables import Portfolio
from csui import columns, downloads, keeping, lists, state, uploads
from csui.text import known, safe, say, t

if TYPE_CHECKING:
    from csdata.analyses.quality import DataQuality, Finding

_Color = Literal["orange", "blue", "gray"]
_LOOKS: Final[dict[str, tuple[str, _Color]]] = {
    "higher": ("trending_up", "orange"),
    "lower": ("trending_down", "blue"),
    "either": ("swap_vert", "orange"),
    "blur": ("blur_on", "gray"),
    "none": ("info", "gray"),
}
"""Direction → icon and colour; the words stand beside them."""


def in_force(source: Portfolio) -> None:
    """That records are taken to begin late, and the way back."""
    if source.observed_from is None:
        return
    with st.container(border=True, key="csui_quality_in_force"):
        said = t("page.quality.in_force", day=source.observed_from)
        st.markdown(f":material/history: {said}")
        st.button(
            t("page.quality.take_back"),
            key="quality.take_back",
            icon=":material/undo:",
            on_click=_record_from,
            args=(None,),
        )


def boxes(source: Portfolio, result: DataQuality) -> None:
    """One box for each finding, in their order."""
    if not result.findings:
        st.success(safe(result.finding), icon=":material/check_circle:")
    for finding in result.findings:
        with st.container(border=True, key=f"csui_quality_{finding.key}"):
            direction(finding)
            st.markdown(f"**{safe(finding.message)}**")
            st.markdown(f":material/arrow_forward: {safe(finding.effect)}")
            st.markdown(t("page.quality.fix", remedy=safe(finding.remedy)))
            _apply(finding)
            _rows(source, finding)


def direction(finding: Finding) -> None:
    """Which way retention looks, as icon and words."""
    badge(finding.direction, t(f"page.quality.direction.{finding.direction}"))


def badge(direction: str, words: str) -> None:
    """A direction as icon and words."""
    icon, color = _LOOKS[direction]
    st.badge(words, icon=f":material/{icon}:", color=color)


def _apply(finding: Finding) -> None:
    if finding.observed_from is None:
        return
    st.button(
        t("page.quality.apply", day=finding.observed_from),
        key=f"quality.apply_{finding.key}",
        icon=":material/event_available:",
        type="primary",
        help=t("page.quality.apply_help"),
        on_click=_record_from,
        args=(finding.observed_from,),
    )


def _record_from(day: dt.date | None) -> None:
    """Take records to begin on that day, here and whenever these files are opened again."""
    source = state.source()
    if source is None:
        return
    state.recount(source.recorded_from(day))
    if uploads.are_open(source):
        keeping.record_from(day)


def _rows(source: Portfolio, finding: Finding) -> None:
    if finding.rows.empty:
        return
    with st.expander(t("page.quality.rows", n=len(finding.rows)), icon=":material/list:"):
        said = _readable(source, finding.rows)
        key = f"quality.rows_{finding.key}"
        with st.container(horizontal=True, vertical_alignment="center"):
            cut = t("ui.list_cut", most=lists.MOST_ROWS) if len(said) > lists.MOST_ROWS else ""
            st.caption(f"{t('ui.list_hint', n=len(said))} {cut}", width="stretch")
            downloads.table(said, name=f"quality_{finding.key}", key=f"{key}_csv")
        lists.table(said.head(lists.MOST_ROWS), key=key, ids=list(finding.rows["customer_id"]))


def _readable(source: Portfolio, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with headings in words."""
    said = columns.readable(rows)
    if "reason" in said:
        words = {r: t(f"quality.reason.{r}") for r in said["reason"].unique()}
        said = said.assign(reason=said["reason"].map(words))
    own = {c: t(f"page.quality.column.{c}") for c in said if known(f"page.quality.column.{c}")}
    return said.rename(columns=lambda c: own.get(c) or columns.label(source, str(c)))


def checked(result: DataQuality) -> None:
    """Every check and how it came out."""
    without = sum(c.state == "impossible" for c in result.checked)
    label = t("page.quality.checked", n=len(result.checked) - without, without=without)
    with st.expander(label, icon=":material/checklist:"):
        found = pd.DataFrame(
            {
                t("page.quality.column.check"): [say(c.name) for c in result.checked],
                t("page.quality.column.state"): [
                    t(f"page.quality.state.{c.state}") for c in result.checked
                ],
            }
        )
        st.dataframe(found, hide_index=True, key="quality.checked", height="content")
