"""The two days that a file may mean by the 基準日 that it states, to choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import streamlit as st

from csui import uploads
from csui.text import t


def offer(choose: Callable[[dt.date], None]) -> None:
    """A button for each of the days, until one is chosen; nothing where the day is clear.

    Args:
        choose: Takes the day as the 基準日.
    """
    if uploads.chosen_as_of() is not None:
        return
    for day in uploads.as_of_candidates():
        st.button(
            t("page.import.use_candidate", day=day),
            key=f"import.candidate_{day:%Y%m%d}",
            icon=":material/event:",
            help=t("page.import.use_candidate_help"),
            on_click=choose,
            args=(day,),
        )


def asked() -> str:
    """What is asked where no file states a day that is clear."""
    return t("page.import.as_of_two" if uploads.as_of_candidates() else "page.import.as_of_ask")
