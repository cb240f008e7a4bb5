"""Buttons that hand out pictures and tables."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd
import streamlit as st

from csui.text import t

if TYPE_CHECKING:
    import altair as alt


_FORMS: Final[tuple[Literal["png", "svg"], ...]] = ("png", "svg")
_MIME: Final = {"png": "image/png", "svg": "image/svg+xml"}


def _image(chart: alt.TopLevelMixin, form: Literal["png", "svg"]) -> bytes:
    from csdata.export import image

    return image(chart, format=form)


def _csv(table: pd.DataFrame) -> bytes:
    from csdata.export import csv_bytes

    return csv_bytes(table)


def pictures(chart: alt.TopLevelMixin, *, name: str, key: str) -> None:
    """PNG and SVG; drawn only when asked for, in a process of their own."""
    for form in _FORMS:
        st.download_button(
            form.upper(),
            functools.partial(_image, chart, form),
            file_name=f"{name}.{form}",
            mime=_MIME[form],
            key=f"{key}.{form}",
            help=t(f"ui.{form}"),
            on_click="ignore",
            icon=":material/image:",
            type="tertiary",
        )


def table(frame: pd.DataFrame, *, name: str, key: str, label: str | None = None) -> None:
    """The rows as CSV, guarded against formulas in a spreadsheet."""
    st.download_button(
        label or t("ui.csv"),
        functools.partial(_csv, frame),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def below(frame: pd.DataFrame, *, name: str, key: str, label: str) -> None:
    """The rows as CSV, at the right under the picture or the table that is made of them."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        table(frame, name=name, key=key, label=label)
