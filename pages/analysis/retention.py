"""Retention: how much of each start cohort is left, month by month."""

import streamlit as st

from csdata import charts
from csui import cohorts, compute, page, widgets
from csui.text import language, t

view = page.view("retention", dated=True)
with page.controls():
    cohort = widgets.choice("retention.cohort", ("month", "quarter", "year"), words="period")
    clock = widgets.choice(
        "retention.clock",
        ("contract", "calendar"),
        words="page.retention.clocks",
        note=t("page.retention.clock_help"),
    )
    picture = widgets.choice(
        "retention.picture", ("map", "curves"), words="page.retention.pictures"
    )

with page.user_errors():
    result = compute.retention(view.data, cohort=cohort, clock=clock)
if picture == "map":
    page.show(view, result, charts.retention(result, lang=language()), alt=t("page.retention.alt"))
else:
    page.show(
        view,
        result,
        charts.retention_curves(result, lang=language()),
        alt=t("page.retention.alt_curves"),
        key="curves",
        rate=True,
    )

st.subheader(t("page.retention.overall"), anchor=False)
cohorts.overall(result)
page.said(result.why)

st.subheader(t("page.retention.behind"), anchor=False)
cohorts.members(view.data, result)
page.fold("retention")
