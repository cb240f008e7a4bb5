"""Retention: how much of each start cohort is left, month by month."""

import streamlit as st

from csdata import charts
from csui import cohorts, compute, measures, page
from csui.text import language, t

view = page.view("retention", dated=True)
choices = measures.choose(view.source)
with page.user_errors():
    result = compute.retention(view.data, **choices.arguments())
if choices.picture == "map":
    picked = page.show(
        view,
        result,
        charts.retention(result, lang=language()),
        alt=t("page.retention.alt", what=t(f"retention.measure.{choices.measure}")),
        select=("pick",),
    )
else:
    picked = page.show(
        view,
        result,
        charts.retention_curves(result, lang=language()),
        alt=t("page.retention.alt_curves", what=t(f"retention.measure.{choices.measure}")),
        key="curves",
        rate=True,
    )

st.subheader(t("page.retention.overall"), anchor=False)
cohorts.overall(result)
page.said(result.why)

st.subheader(t("page.retention.behind"), anchor=False)
cohorts.members(view.data, result, choices, picked)
page.fold("retention")
