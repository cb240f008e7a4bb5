"""Overview: the key figures with their intervals, each a way to its page."""

import streamlit as st

from csdata import charts
from csui import compute, keyfigures, page
from csui.text import language, t

view = page.view("overview")
with page.user_errors():
    result = compute.survival(view.data)
keyfigures.cards(view.data, result)

st.subheader(t("page.overview.curve"), anchor=False)
page.show(
    view, result, charts.survival(result, lang=language()), alt=t("page.survival.alt"), rate=True
)

st.subheader(t("page.overview.findings"), anchor=False)
keyfigures.sentences(view.data)
page.fold("overview")
