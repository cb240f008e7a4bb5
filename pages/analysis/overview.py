"""Overview: the key figures against the period before, and what the data say."""

from dataclasses import replace

import streamlit as st

from csdata import charts
from csui import compute, overview, overview_before, page
from csui.text import language, t

view = page.view("overview")
with page.user_errors():
    result = compute.overview(view.data, view.source)
    curves = compute.survival(view.data)
overview.cards(view, result)
overview_before.choose(view)

st.subheader(t("page.overview.findings"), anchor=False)
overview.sentences(view, result)
overview.coming(view, result)
overview.evidence(view.data, result)

overview.timeline(view)
st.subheader(t("page.overview.curve"), anchor=False)
page.draw(
    view,
    replace(curves, notes=()),  # said under the sentences
    charts.survival(curves, lang=language()),
    alt=t("page.survival.alt"),
    key="chart",
    rate=True,
)
page.fold("overview")
