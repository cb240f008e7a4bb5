"""Data quality: what may mislead, in which direction, and what to do about it."""

import streamlit as st

from csui import compute, page, quality, quality_also
from csui.text import say, t

view = page.view("quality")
with page.user_errors():
    result = compute.data_quality(view.source)
quality.in_force(view.source)
if result.findings:
    view.head.text(say(result.finding))
if view.data is not view.source:
    st.caption(t("page.quality.whole"))
quality.boxes(view.source, result)
quality_also.notes(view.source)
quality.checked(result)
page.fold("quality")
