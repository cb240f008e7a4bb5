"""Quadrant: 業務範囲 × 業務深度, and what became of each cell."""

import streamlit as st

from csdata import charts
from csui import axes, cells, compute, page
from csui.text import language, t

view = page.view("quadrant")
choices = axes.choose(view.source)
if choices is None:
    page.hint(t("page.quadrant.choose_ticks"))
with page.user_errors():
    cuts = axes.cuts(view.source, choices)
    result = compute.quadrant(view.data, cuts=cuts, **choices.arguments())
cells.kind(result)
picked = page.show(
    view,
    result,
    charts.quadrant(result, lang=language()),
    alt=t("page.quadrant.alt"),
    select=cells.SELECTIONS,
)
cells.proposal(result)

st.subheader(t("page.quadrant.summary"), anchor=False)
cells.summary(view.data, result)
cells.curves(result)

st.subheader(t("page.quadrant.behind"), anchor=False)
cells.members(view.data, result, picked)
page.fold("quadrant")
