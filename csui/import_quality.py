"""What may mislead, in a few sentences before the analysis begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from csdata.errors import CsDataError
from csui import nav, quality, state, uploads
from csui.text import safe, t

if TYPE_CHECKING:
    from csdata.analyses.quality import DataQuality

_FOUND: Final = "csui.import_quality"
_MOST: Final = 3


def panel() -> None:
    """The findings that matter most, and the way to all of them; nothing without a 基準日."""
    result = _found()
    if result is None:
        return
    if not result.findings:
        st.caption(f":material/check_circle: {safe(result.finding)}")
        return
    with st.container(border=True, key="csui_import_quality"):
        st.markdown(f"**{t('page.quality.lead_import')}**")
        for finding in result.findings[:_MOST]:
            quality.direction(finding)
            st.markdown(safe(finding.message))
        if len(result.findings) > _MOST:
            st.caption(t("page.quality.more", n=len(result.findings) - _MOST))
        source = state.source()
        if source is not None and uploads.are_open(source):
            nav.link("quality")
        else:
            st.caption(t("page.quality.later"))


def _found() -> DataQuality | None:
    """The findings on what would be analysed now; looked for once, not in every run.

    Whatever hinders them has been said above, or will be at the beginning of the analysis.
    """
    try:
        day = uploads.chosen_as_of() or uploads.stated_as_of()
        if uploads.customers() is None or (day is None and uploads.dated()):
            return None
        asked: Any = (uploads.matched(), day)
        last = st.session_state.get(_FOUND)
        if last is None or last[0][0] is not asked[0] or last[0][1] != day:
            from csdata.analyses.quality import data_quality

            last = (asked, data_quality(uploads.portfolio(day)))
            st.session_state[_FOUND] = last
    except CsDataError:
        return None
    return last[1]
