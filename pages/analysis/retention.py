"""Retention: how much of each start cohort is left, month by month."""

import streamlit as st

from csdata import charts
from csui import cohorts, compare, compute, events, measures, page
from csui.text import language, t

view = events.with_eras(page.view("retention", dated=True))
choices = measures.choose(view.source)
with page.user_errors():
    result = compute.retention(view.data, **choices.arguments())
what = t(f"retention.measure.{choices.measure}")
selections = {}
if choices.picture == "time":
    age = cohorts.usual_age(result)
    timed = compute.retention_over_time(view.data, age=age, **choices.arguments())
    page.show(
        view,
        timed,
        charts.retention_over_time(timed, events=events.known(), lang=language()),
        alt=t("page.retention.alt_time", what=what),
        key="over_time",
        rate=True,
    )
elif choices.picture == "map":
    selections = page.show(
        view,
        result,
        charts.retention(result, lang=language(), intervals=choices.intervals),
        alt=t("page.retention.alt", what=what),
        select=("pick",),
    )
else:
    page.show(
        view,
        result,
        charts.retention_curves(result, lang=language()),
        alt=t("page.retention.alt_curves", what=what),
        key="curves",
        rate=True,
    )

st.subheader(t("page.retention.overall"), anchor=False)
cohorts.overall(result)
page.said(result.why)

st.subheader(t("page.retention.compare"), anchor=False)
compare.two_rows(view, result, choices)

st.subheader(t("page.retention.behind"), anchor=False)
cohorts.members(view.data, result, choices, selections)
page.fold("retention")
