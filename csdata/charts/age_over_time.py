"""One age over time: a point with its interval for every start cohort, and what happened when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata import clock as ck
from csdata.charts import cells as cl
from csdata.charts import fonts, frame, theme
from csdata.charts.event_lines import event_lines
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.eras import NamedEvent
    from csdata.analyses.retention_over_time import RetentionOverTime

_HEIGHT: Final = 400
_AXIS: Final = 90
_STEPS: Final = (1, 2, 3, 4, 6, 12, 24)
_BAR: Final = (3, 26)
"""Width of the band of one cohort, in pixels."""
_NAMED: Final = ("title", "percent", "interval", "known", "completes")


def retention_over_time(
    result: RetentionOverTime,
    *,
    events: Sequence[NamedEvent] = (),
    lang: str = "ja",
    width: float = frame.WIDTH,
) -> alt.LayerChart:
    """The share at one age by start cohort, with bands, all complete cohorts as a line, and events.

    A point stands in the middle of its cohort, so that it lies right of an event with whose day the
    cohort begins. Cohorts that have not reached the age as a whole are hollow, those of fewer than
    five are grey; only the complete ones are joined.

    Args:
        result: From ``csdata.retention_over_time``.
        events: Named events to draw as lines.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    rows = _rows(result, lang)
    first = pd.Timestamp(result.table["cohort"].iloc[0])
    last = float(rows["place"].max() + ck.cohort_months(result.cohort) / 2)
    room = width - _AXIS - 2 * frame.MARGIN
    x = _axis(result, lang, last=last, room=room)
    y = alt.Y(
        "share:Q",
        title=cl.share_title(result, lang),
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    bar = min(max(0.6 * room * ck.cohort_months(result.cohort) / last, _BAR[0]), _BAR[1])
    return frame.framed(
        [
            *_whole(result, y),
            *_bands(rows, x, y, bar),
            *_points(rows, x, y, _tooltip(result, lang)),
            *event_lines(events, x, first=first.date(), last=last, room=room),
        ],
        result=result,
        title=_title(result, lang),
        notes=_notes(result, rows, lang, events=bool(events)),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _axis(result: RetentionOverTime, lang: str, *, last: float, room: float) -> alt.X:
    """Months from the first cohort's beginning, each cohort named at its middle as room allows."""
    width = ck.cohort_months(result.cohort)
    first = ck.month_index(pd.Timestamp(result.table["cohort"].iloc[0]).date())
    names: dict[float, str] = {}
    for months in range(0, round(last), width):
        day = pd.Timestamp(ck.first_of_index(first + months))
        names[months + width / 2] = cl.cohort_label(
            day, result.cohort, lang, fiscal_start=result.fiscal_start
        )
    wide = max(fonts.width(name, theme.FONT * theme.PRESENTING) for name in names.values()) + 14
    # Where not all have room, those at the beginnings of (parts of) fiscal years are named.
    since = (first - (result.fiscal_start - 1)) // width
    parts = ([at for i, at in enumerate(names) if (since + i) % step == 0] for step in _STEPS)
    shown = next((part for part in parts if len(part) * wide <= room), [])
    written = json.dumps({f"{at:g}": name for at, name in names.items()}, ensure_ascii=False)
    axis = alt.Axis(
        values=shown or list(names)[:1], grid=False, labelExpr=f"{written}[datum.value]"
    )
    scale = alt.Scale(domain=[0, last], nice=False)
    return alt.X("place:Q", title=text("chart.cohort", lang), scale=scale, axis=axis)


def _title(result: RetentionOverTime, lang: str) -> str:
    share = text(f"chart.title_{result.measure}", lang)
    if result.measure != "alive" and result.last > result.first:
        age = text("chart.over_time.ages", lang, first=result.first, last=result.last)
    else:
        age = text("chart.over_time.age", lang, first=result.first)
    cohort = text(f"chart.by_{result.cohort}", lang)
    return text("chart.over_time.title", lang, share=share, age=age, cohort=cohort)


def _rows(result: RetentionOverTime, lang: str) -> pd.DataFrame:
    """One row per cohort with its place on the axis and its words."""
    table = result.table
    index = table["cohort"].dt.year * 12 + table["cohort"].dt.month
    rows = table[["share", "lower", "upper"]].astype(float)
    rows["place"] = index - index.iloc[0] + ck.cohort_months(result.cohort) / 2
    looks = zip(table["small"], table["complete"] & ~table["conditional"], strict=True)
    rows["look"] = ["small" if small else "whole" if whole else "open" for small, whole in looks]
    words: list[dict[str, Any]] = [_words(r, result, lang) for r in frame.rows(table)]
    return rows.assign(**{name: [w[name] for w in words] for name in _NAMED})


def _words(r: Any, result: RetentionOverTime, lang: str) -> dict[str, str]:
    day = None if pd.isna(r.completes_on) else r.completes_on
    completes = text(
        "chart.completes_never" if day is None else "chart.completes_on", lang, day=day
    )
    return {
        "title": cl.cohort_label(r.cohort, result.cohort, lang, fiscal_start=result.fiscal_start),
        "percent": text("chart.percent", lang, share=r.share),
        "interval": frame.interval(r.lower, r.upper, lang),
        "known": text("chart.known", lang, eligible=int(r.eligible), size=int(r.size)),
        "completes": text("chart.complete", lang) if r.complete else completes,
    }


def _tooltip(result: RetentionOverTime, lang: str) -> list[alt.Tooltip]:
    titles = (
        text("chart.cohort", lang),
        cl.share_title(result, lang),
        *(text(f"chart.{key}", lang) for key in ("interval_title", "n", "completeness")),
    )
    return [
        alt.Tooltip(field, type="nominal", title=title)
        for field, title in zip(_NAMED, titles, strict=True)
    ]


def _whole(result: RetentionOverTime, y: alt.Y) -> list[alt.Chart]:
    """The share of all complete cohorts together, across the picture."""
    if pd.isna(result.share):
        return []
    level = {"share": result.share, "lower": result.lower, "upper": result.upper}
    base = alt.Chart(frame.records([level]))
    return [
        base.mark_rect(style="ink_band").encode(y=frame.at_field(y, "lower"), y2="upper:Q"),
        base.mark_rule(style="muted", strokeWidth=1.5).encode(y=y),
    ]


def _bands(rows: pd.DataFrame, x: alt.X, y: alt.Y, bar: float) -> list[alt.Chart]:
    data = rows[rows["lower"].notna()][["place", "lower", "upper", "look"]]
    base = alt.Chart(frame.inline(data)).encode(
        x=frame.at_field(x, "place"), y=frame.at_field(y, "lower"), y2="upper:Q"
    )
    band: dict[str, Any] = {"width": bar}
    return [
        base.transform_filter("datum.look !== 'small'").mark_bar(style="km_band", **band),
        base.transform_filter("datum.look === 'small'").mark_bar(style="small_band", **band),
    ]


def _points(rows: pd.DataFrame, x: alt.X, y: alt.Y, tooltip: list[alt.Tooltip]) -> list[alt.Chart]:
    base = alt.Chart(frame.inline(rows[["place", "share", "look", *_NAMED]])).encode(
        x=frame.at_field(x, "place"), y=y
    )
    dots = base.encode(tooltip=tooltip)
    blue = theme.category(0)
    return [
        base.transform_filter("datum.look === 'whole'").mark_line(style="km_line"),
        dots.transform_filter("datum.look === 'whole'").mark_point(
            filled=True, size=64, opacity=1, color=blue
        ),
        dots.transform_filter("datum.look === 'open'").mark_point(
            filled=False, size=64, opacity=1, color=blue, strokeWidth=1.8
        ),
        dots.transform_filter("datum.look === 'small'").mark_point(style="small_dot", size=48),
    ]


def _notes(result: RetentionOverTime, rows: pd.DataFrame, lang: str, *, events: bool) -> list[str]:
    there = {
        "over_time.sign_band": True,
        "over_time.sign_whole": not pd.isna(result.share),
        "over_time.sign_open": (rows["look"] == "open").any(),
        "sign_small_curve": (rows["look"] == "small").any(),
    }
    there["over_time.sign_event"] = events
    said = [text(f"chart.{k}", lang, n=theme.SMALL_N) for k, shown in there.items() if shown]
    return [text("chart.signs", lang, signs=said)]
