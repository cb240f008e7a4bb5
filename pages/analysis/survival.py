"""Survival: when customers leave, and how groups differ."""

import streamlit as st

from csdata import charts
from csui import compute, curves, differences, events, leaving, page, widgets
from csui.text import language, t

view = events.with_eras(page.view("survival"))
with page.controls():
    group = widgets.column(
        "survival.group", compute.groups(view.source), portfolio=view.source, optional=True
    )
    later = widgets.number(
        "survival.landmark",
        lower=0.0,
        upper=60.0,
        default=0.0,
        step=1.0,
        note=t("page.survival.landmark_help"),
    )

with page.user_errors():
    result = compute.survival(view.data, group=group, landmark=later or None)
page.show(
    view, result, charts.survival(result, lang=language()), alt=t("page.survival.alt"), rate=True
)

st.subheader(t("page.survival.readout"), anchor=False)
curves.readout(result)
differences.between(view, group=group, landmark=later or None)

leaving.renewals(view, narrowed=bool(group or later))
leaving.reasons(view, narrowed=bool(group or later))

st.subheader(t("page.survival.behind"), anchor=False)
curves.members(view.data, result, group=group)
page.fold("survival")
