"""Survival curves as steps with bands, and the table of numbers at risk under the same axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import altair as alt
import pandas as pd

from csdata.charts import frame, labels, step_rows, theme
from csdata.charts.step_rows import NAME_LIMIT, Group
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.portfolio_survival import Survival
    from csdata.analyses.quadrant import Quadrant
    from csdata.analyses.survival import SurvivalCurves

_HEIGHT: Final = 420
_ROW: Final = 20
_TABLE_TOP: Final = 66
"""From the plotting area down to the heading of the table: axis labels and title lie between."""
_MANY: Final = 4
"""More bands than this hide each other and are drawn fainter."""
_NAME_GAP: Final = 44
"""From a group's name to the first number; the swatch lies between."""
_LATE: Final = frozenset({"survival.late", "survival.given"})


def survival(
    result: Survival | SurvivalCurves, *, lang: str = "ja", width: float = frame.WIDTH
) -> alt.LayerChart:
    """Kaplan–Meier steps with bands, ticks where observation ended, and numbers at risk beneath.

    The numbers at risk hang on the same x scale as the curves. Stretches with fewer than five at
    risk are grey. Every curve carries its name; a long one is cut, and whole in the tooltip.

    Args:
        result: From ``csdata.survival``, or ``kaplan_meier`` on a table in months.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    return _picture(
        cast("SurvivalCurves", getattr(result, "curves", result)),
        about=result,
        title=text("chart.survival_title", lang),
        landmark=getattr(result, "landmark", None),
        lang=lang,
        width=width,
    )


def quadrant_curves(
    result: Quadrant, *, lang: str = "ja", width: float = frame.WIDTH
) -> alt.LayerChart | None:
    """The survival curves of the quadrant's cells in their colours; None if nobody has a cell.

    Args:
        result: From ``csdata.quadrant``.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    if result.curves is None:
        return None
    return _picture(
        result.curves,
        about=result,
        title=text("chart.quadrant_curves_title", lang),
        landmark=result.landmark,
        lang=lang,
        width=width,
    )


def _picture(
    curves: SurvivalCurves,
    *,
    about: frame.Result,
    title: str,
    landmark: float | None,
    lang: str,
    width: float,
) -> alt.LayerChart:
    found = step_rows.groups(curves, lang)
    last = max(float(curves.table["time"].max()), 1.0) if len(curves.table) else 1.0
    ticks = frame.month_ticks(last, width - 2 * NAME_LIMIT, smallest=52)
    key = "chart.months_from_landmark" if landmark else "chart.months_from_start"
    x = alt.X(
        "time:Q",
        title=text(key, lang, m=landmark or 0),
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(values=ticks, grid=False, format="d", titlePadding=6),
    )
    rows = step_rows.steps(curves, found, last=last)
    ended = step_rows.endings(rows, last=last)
    layers = [
        *_bands(rows, x, found),
        *_lines(rows, x, found, lang),
        *_endings(ended, x, found),
        *_hover(rows, x, found, lang),
    ]
    if len(found) > 1:
        layers += _names(rows, x, found, last=last)
    return frame.framed(
        [*layers, *_risk_table(curves, x, found, ticks, lang)],
        result=about,
        title=title,
        notes=_notes(about, rows, ended, lang),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _notes(about: frame.Result, rows: pd.DataFrame, ended: pd.DataFrame, lang: str) -> list[str]:
    """Words for the signs that occur, and from where a curve is known when it begins late."""
    said = [text("chart.sign_ended", lang)] if len(ended) else []
    if rows["small"].any():
        said.append(text("chart.sign_small_curve", lang, n=theme.SMALL_N))
    late = [note.say(lang) for note in about.notes if note.key in _LATE]
    return [*([text("chart.signs", lang, signs=said)] if said else []), *late]


def _color(found: list[Group]) -> alt.Color:
    scale = alt.Scale(domain=[g.id for g in found], range=[g.color for g in found])
    return alt.Color("id:N", legend=None, scale=scale)


def _dash(found: list[Group]) -> alt.StrokeDash:
    scale = alt.Scale(domain=[g.id for g in found], range=[g.dash for g in found])
    return alt.StrokeDash("id:N", legend=None, scale=scale)


def _y(field: str, lang: str) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        title=text("chart.share", lang),
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )


def _bands(rows: pd.DataFrame, x: alt.X, found: list[Group]) -> list[alt.Chart]:
    data = step_rows.bands(rows)[["id", "piece", "small", "time", "lower", "upper"]]
    base = alt.Chart(frame.inline(data)).encode(x=x, y="lower:Q", y2="upper:Q", detail="piece:N")
    opacity = 0.16 if len(found) <= _MANY else 0.07
    return [
        base.transform_filter("!datum.small")
        .mark_area(interpolate="step-after", opacity=opacity)
        .encode(color=_color(found)),
        base.transform_filter("datum.small").mark_area(
            interpolate="step-after", style="small_band", opacity=opacity
        ),
    ]


def _lines(rows: pd.DataFrame, x: alt.X, found: list[Group], lang: str) -> list[alt.Chart]:
    data = frame.inline(rows[["id", "piece", "small", "time", "survival"]])
    base = alt.Chart(data).encode(
        x=x, y=_y("survival", lang), detail="piece:N", strokeDash=_dash(found)
    )
    return [
        base.transform_filter("datum.small").mark_line(
            interpolate="step-after", style="small_line"
        ),
        base.transform_filter("!datum.small")
        .mark_line(interpolate="step-after", style="line")
        .encode(color=_color(found)),
    ]


def _endings(ended: pd.DataFrame, x: alt.X, found: list[Group]) -> list[alt.Chart]:
    """Short upright ticks where the observation of somebody who stayed ends."""
    if ended.empty:
        return []
    base = alt.Chart(frame.inline(ended[["id", "small", "time", "survival"]])).encode(
        x=x, y="survival:Q"
    )
    tick: dict[str, Any] = {"orient": "vertical", "size": 9, "thickness": 1.2, "opacity": 0.75}
    return [
        base.transform_filter("!datum.small").mark_tick(**tick).encode(color=_color(found)),
        base.transform_filter("datum.small").mark_tick(style="small_line", **tick),
    ]


def _hover(rows: pd.DataFrame, x: alt.X, found: list[Group], lang: str) -> list[alt.Chart]:
    """A dot on the nearest step under the pointer, with its figures."""
    data = rows[~rows["closing"].astype(bool)].copy()
    data["percent"] = [text("chart.percent1", lang, share=s) for s in data["survival"]]
    data["interval"] = [
        frame.interval(low, high, lang)
        for low, high in zip(data["lower"], data["upper"], strict=True)
    ]
    columns = ["id", "name", "time", "survival", "percent", "interval", "at_risk", "events"]
    titles = {
        "name": "group",
        "percent": "share",
        "interval": "interval_title",
        "at_risk": "at_risk",
        "events": "events",
    }
    near = frame.nearest("id", "time")
    return [
        alt.Chart(frame.inline(data[columns]))
        .mark_point(filled=True, size=70)
        .encode(
            x=x,
            y="survival:Q",
            color=_color(found),
            opacity=alt.condition(near, alt.value(1), alt.value(0)),
            tooltip=[
                *(
                    alt.Tooltip(f, type="nominal", title=text(f"chart.{key}", lang))
                    for f, key in titles.items()
                ),
                alt.Tooltip("time:Q", format=".1f", title=text("chart.months", lang)),
            ],
        )
        .add_params(near)
    ]


def _names(rows: pd.DataFrame, x: alt.X, found: list[Group], *, last: float) -> list[alt.Chart]:
    """Each curve's name at the right edge, apart from the others, with a line to its end."""
    ends = rows.drop_duplicates("id", keep="last")[["id", "name", "time", "survival"]]
    gap = theme.FONT * theme.PRESENTING * 1.25
    places = labels.spread(
        [_HEIGHT * (1 - s) for s in ends["survival"]], gap=gap, lowest=0, highest=_HEIGHT
    )
    short = {g.id: g.short for g in found}
    named = ends.assign(
        short=ends["id"].map(short), edge=last, level=[1 - place / _HEIGHT for place in places]
    )
    base = alt.Chart(frame.inline(named))
    edge = frame.at_field(x, "edge")
    full = alt.Tooltip("name:N")
    return [
        base.mark_rule(style="leader", x2Offset=14).encode(
            x=x, x2="edge", y="survival:Q", y2="level"
        ),
        base.mark_rule(strokeWidth=3, xOffset=16, x2Offset=30).encode(
            x=edge, x2="edge", y="level:Q", color=_color(found), strokeDash=_dash(found)
        ),
        base.mark_text(style="ink", align="left", dx=36).encode(
            x=edge, y="level:Q", text="short:N", tooltip=full
        ),
    ]


def _risk_table(
    curves: SurvivalCurves, x: alt.X, found: list[Group], ticks: list[int], lang: str
) -> list[alt.Chart]:
    """Numbers at risk just before each tick, one row per group."""
    tops = {g.id: _level(_TABLE_TOP + _ROW * (i + 1)) for i, g in enumerate(found)}
    at = curves.at(ticks)
    numbers = [
        {
            "id": g.id,
            "name": g.name,
            "level": tops[g.id],
            "time": float(r.time),
            "n": int(r.at_risk),
        }
        for g in found
        for r in frame.rows(step_rows.of_group(at, g))
    ]
    names = [{"id": g.id, "name": g.name, "short": g.short, "level": tops[g.id]} for g in found]
    heading = {"level": _level(_TABLE_TOP), "heading": text("chart.risk_table", lang)}
    full = alt.Tooltip("name:N")
    named = alt.Chart(frame.records(names)).encode(y="level:Q", tooltip=full)
    layers = [
        alt.Chart(frame.records([heading]))
        .mark_text(style="muted", align="left")
        .encode(x=alt.value(0), y="level:Q", text="heading:N"),
        alt.Chart(frame.records(numbers))
        .mark_text(style="ink")
        .encode(x=x, y="level:Q", text=alt.Text("n:Q", format=","), tooltip=full),
        named.mark_text(style="ink", align="right").encode(x=alt.value(-_NAME_GAP), text="short:N"),
    ]
    if len(found) > 1:
        swatch = named.mark_rule(strokeWidth=3).encode(
            x=alt.value(-_NAME_GAP + 5),
            x2=alt.value(-_NAME_GAP + 19),
            color=_color(found),
            strokeDash=_dash(found),
        )
        layers.append(swatch)
    return layers


def _level(below: float) -> float:
    """Where on the y axis lies a place so many pixels below the plotting area."""
    return -below / _HEIGHT
