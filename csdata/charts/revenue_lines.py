"""NRR and GRR over time, each with its band."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd

from csdata.charts import frame, labels, theme
from csdata.charts.months_axis import Months, months
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.revenue_retention import RevenueRetention

_HEIGHT: Final = 320
_NAMES: Final = 190
"""Room for the names at the right edge."""
_AXIS: Final = 80
_MEASURES: Final = ("nrr", "grr")
_STEP: Final = 0.1
_MOST: Final = 2.0
"""An upper bound beyond 200 % does not stretch the axis."""


def revenue_retention(
    result: RevenueRetention, *, lang: str = "ja", width: float = frame.WIDTH
) -> alt.LayerChart:
    """NRR and GRR of the trailing window at every month end, with bands, and the line at 100 %.

    Months whose base has fewer than five customers are grey.

    Args:
        result: From ``csdata.revenue_retention``.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    rows = _rows(result, lang)
    stretches = _stretches(rows)
    axis = months(result.table["month"], lang, room=width - _NAMES - _AXIS)
    low, high = _limits(rows)
    x = axis.x()
    y = alt.Y(
        "rate:Q",
        title=text("chart.revenue.rate", lang, months=result.months),
        scale=alt.Scale(domain=[low, high], nice=False, clamp=True),
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    return frame.framed(
        [
            *_bands(stretches, x, y),
            alt.Chart(frame.records([{"rate": 1}])).mark_rule(style="cut").encode(y="rate:Q"),
            *_lines(stretches, x, y),
            *_names(rows, axis, lang, limits=(low, high)),
            _hover(rows, x, lang),
        ],
        result=result,
        title=text("chart.revenue.retention_title", lang, months=result.months),
        notes=_notes(rows, lang),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _rows(result: RevenueRetention, lang: str) -> pd.DataFrame:
    """One row per measure and month that has a figure."""
    table = result.table
    parts = [
        pd.DataFrame(
            {
                "measure": measure,
                "name": text(f"revenue.measure.{measure}", lang),
                "place": range(len(table)),
                "month": [text("chart.day", lang, day=day) for day in table["month"]],
                "since": [text("chart.day", lang, day=day) for day in table["since"]],
                "rate": table[measure],
                "low": table[f"{measure}_lower"],
                "high": table[f"{measure}_upper"],
                "customers": table["customers"],
                "small": table["customers"] < theme.SMALL_N,
            }
        )
        for measure in _MEASURES
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["percent"] = [text("chart.percent1", lang, share=r) for r in rows["rate"]]
    ends = zip(rows["low"], rows["high"], strict=True)
    rows["interval"] = [frame.interval(low, high, lang) for low, high in ends]
    return rows


def _stretches(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in unbroken runs (``piece``); a grey one reaches to its neighbours."""
    parts: list[pd.DataFrame] = []
    for measure, own in rows.groupby("measure", sort=False):
        line = own.reset_index(drop=True)
        for number, run in line.groupby((line["small"] != line["small"].shift()).cumsum()):
            small, first, last = bool(run["small"].iloc[0]), run.index[0], run.index[-1]
            part = line.iloc[max(first - 1, 0) : last + 2] if small else run
            parts.append(part.assign(piece=f"{measure}{number}", small=small))
    return pd.concat(parts, ignore_index=True)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """From a whole ten percent to another that hold the figures, 100 % and the bands."""
    known = rows[~rows["small"]] if (~rows["small"]).any() else rows
    low = min(float(known[["rate", "low"]].min().min()), 1)
    high = max(float(known[["rate", "high"]].max().max()), 1)
    down = _STEP * math.floor(low / _STEP)
    up = _STEP * math.ceil(min(high, _MOST) / _STEP)
    return round(down, 2), round(max(up, 1 + _STEP), 2)


def _color() -> alt.Color:
    colors = [theme.category(i) for i in range(len(_MEASURES))]
    scale = alt.Scale(domain=list(_MEASURES), range=colors)
    return alt.Color("measure:N", legend=None, scale=scale)


def _bands(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    data = rows[rows["low"].notna()][["measure", "piece", "small", "place", "low", "high"]]
    base = alt.Chart(frame.inline(data)).encode(
        x=x, y=frame.at_field(y, "low"), y2="high:Q", detail="piece:N"
    )
    return [
        base.transform_filter("!datum.small").mark_area(opacity=0.16).encode(color=_color()),
        base.transform_filter("datum.small").mark_area(style="small_band"),
    ]


def _lines(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    data = rows[["measure", "piece", "small", "place", "rate"]]
    base = alt.Chart(frame.inline(data)).encode(x=x, y=y, detail="piece:N")
    return [
        base.transform_filter("datum.small").mark_line(style="small_line"),
        base.transform_filter("!datum.small").mark_line(style="line").encode(color=_color()),
    ]


def _names(
    rows: pd.DataFrame, axis: Months, lang: str, *, limits: tuple[float, float]
) -> list[alt.Chart]:
    """Each line's name and latest figure at the right edge, apart from the other."""
    low, high = limits
    ends = rows.groupby("measure", sort=False).tail(1)
    heights = [_HEIGHT * (high - rate) / (high - low) for rate in ends["rate"]]
    gap = theme.FONT * theme.PRESENTING * 1.4
    places = labels.spread(heights, gap=gap, lowest=0, highest=_HEIGHT)
    named = ends[["measure", "name", "place", "rate"]].assign(
        said=[
            text("chart.revenue.named", lang, name=row.name_, share=row.rate)
            for row in frame.rows(ends.rename(columns={"name": "name_"}))
        ],
        level=[high - place / _HEIGHT * (high - low) for place in places],
    )
    base = alt.Chart(frame.inline(named)).encode(x=axis.x())
    return [
        base.mark_point(filled=True, size=70, opacity=1).encode(y="rate:Q", color=_color()),
        base.mark_text(style="ink", align="left", dx=12).encode(y="level:Q", text="said:N"),
    ]


def _hover(rows: pd.DataFrame, x: alt.X, lang: str) -> alt.Chart:
    """A dot on the nearest figure under the pointer, with what it is made of."""
    titles = {
        "name": "chart.revenue.measure",
        "since": "chart.revenue.since",
        "month": "chart.revenue.until",
        "percent": "chart.revenue.value",
        "interval": "chart.interval_title",
        "customers": "chart.revenue.customers_base",
    }
    near = frame.nearest("measure", "place")
    return (
        alt.Chart(frame.inline(rows[["measure", "place", "rate", *titles]]))
        .mark_point(filled=True, size=70)
        .encode(
            x=x,
            y="rate:Q",
            color=_color(),
            opacity=alt.condition(near, alt.value(1), alt.value(0)),
            tooltip=[
                alt.Tooltip(field, type="nominal", title=text(key, lang))
                for field, key in titles.items()
            ],
        )
        .add_params(near)
    )


def _notes(rows: pd.DataFrame, lang: str) -> list[str]:
    said = [text("chart.sign_band", lang), text("chart.revenue.sign_whole", lang)]
    if rows["small"].any():
        said.append(text("chart.sign_small_curve", lang, n=theme.SMALL_N))
    return [text("chart.signs", lang, signs=said)]
