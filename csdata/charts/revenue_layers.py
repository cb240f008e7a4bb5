"""Monthly revenue stacked by the time at which customers began: the layer cake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd

from csdata.charts import cells, frame, labels, theme
from csdata.charts.months_axis import Months, money_axis, months
from csdata.i18n import text
from csdata.i18n.money import said

if TYPE_CHECKING:
    from csdata.analyses.revenue_cohorts import RevenueCohorts

_HEIGHT: Final = 360
_NAMES: Final = 140
_AXIS: Final = 80
_SHADES: Final = theme.RATES[2:]
_THIN: Final = 0.03
"""A layer thinner than this share of the picture has no name beside it."""


def revenue_cohorts(
    result: RevenueCohorts, *, lang: str = "ja", width: float = frame.WIDTH
) -> alt.LayerChart:
    """Revenue of every month by start cohort, the oldest at the bottom and darkest.

    Args:
        result: From ``csdata.revenue_cohorts``; by fiscal year it is readable.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    layers = result.layers
    days = layers["month"].drop_duplicates()
    axis = months(days, lang, room=width - _NAMES - _AXIS)
    total = float(layers.groupby("month")["mrr"].sum().max())
    unit, title = money_axis(total, result.currency, lang)
    rows = _rows(result, lang, unit)
    y = alt.Y(
        "base:Q",
        title=title,
        scale=alt.Scale(domain=[0, total / unit * 1.05], nice=False),
        axis=alt.Axis(format=",~f", tickCount=6),
    )
    order = list(rows["cohort"].drop_duplicates())
    base = alt.Chart(frame.inline(rows)).encode(x=axis.x(), y=y)
    return frame.framed(
        [
            base.mark_area().encode(y2="top:Q", color=_color(order)),
            _names(rows, axis, total / unit * 1.05),
            _hover(rows, axis, order, lang),
        ],
        result=result,
        title=text("chart.revenue.layers_title", lang),
        notes=[text("chart.signs", lang, signs=[text("chart.revenue.sign_layers", lang)])],
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _rows(result: RevenueCohorts, lang: str, unit: float) -> pd.DataFrame:
    """Each layer's lower and upper edge at every month."""
    rows = result.layers.copy()
    days = {day: place for place, day in enumerate(rows["month"].drop_duplicates())}
    rows["place"] = rows["month"].map(days)
    rows["top"] = rows.groupby("month")["mrr"].cumsum() / unit
    rows["base"] = rows["top"] - rows["mrr"] / unit
    names = {c: cells.cohort_label(c, result.cohort, lang) for c in rows["cohort"].unique()}
    rows["name"] = rows["cohort"].map(names)
    rows["amount"] = [said(float(a), result.currency, lang) for a in rows["mrr"]]
    rows["people"] = [text("chart.revenue.people", lang, n=n) for n in rows["customers"]]
    rows["said"] = [text("chart.day", lang, day=day) for day in rows["month"]]
    columns = ["cohort", "name", "place", "base", "top", "amount", "people", "said"]
    return rows[columns].assign(cohort=rows["cohort"].dt.strftime("%Y-%m-%d"))


def _color(order: list[str]) -> alt.Color:
    last = max(len(order) - 1, 1)
    shades = [_SHADES[-1 - round(i / last * (len(_SHADES) - 1))] for i in range(len(order))]
    return alt.Color("cohort:N", legend=None, scale=alt.Scale(domain=order, range=shades))


def _names(rows: pd.DataFrame, axis: Months, highest: float) -> alt.Chart:
    """The names beside the layers' ends, the newest on top."""
    ends = rows[rows["place"] == rows["place"].max()]
    ends = ends[ends["top"] - ends["base"] >= _THIN * highest]
    middles = (ends["base"] + ends["top"]) / 2
    gap = theme.FONT * theme.PRESENTING * 1.25
    places = labels.spread(
        [_HEIGHT * (1 - m / highest) for m in middles], gap=gap, lowest=0, highest=_HEIGHT
    )
    named = ends[["name", "place"]].assign(level=[(1 - p / _HEIGHT) * highest for p in places])
    return (
        alt.Chart(frame.inline(named))
        .mark_text(style="ink", align="left", dx=10)
        .encode(x=axis.x(), y="level:Q", text="name:N")
    )


def _tooltip(lang: str) -> list[alt.Tooltip]:
    titles = {"name": "start", "said": "month", "amount": "amount_plain", "people": "customers"}
    return [
        alt.Tooltip(field, type="nominal", title=text(f"chart.revenue.{key}", lang))
        for field, key in titles.items()
    ]


def _hover(rows: pd.DataFrame, axis: Months, order: list[str], lang: str) -> alt.Chart:
    """A dot on the upper edge of a layer at the nearest month; an area knows no single month."""
    near = frame.nearest("cohort", "place")
    return (
        alt.Chart(frame.inline(rows))
        .mark_point(filled=True, size=60)
        .encode(
            x=axis.x(),
            y="top:Q",
            color=_color(order),
            opacity=alt.condition(near, alt.value(1), alt.value(0)),
            tooltip=_tooltip(lang),
        )
        .add_params(near)
    )
