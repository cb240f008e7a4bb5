"""Why customers leave: the share gone by each month as areas, one per reason, up to 100 %."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import numpy as np
import pandas as pd

from csdata.charts import fonts, frame, labels, step_rows, theme
from csdata.charts.step_rows import NAME_LIMIT
from csdata.errors import NotBuilt, NotEnoughData
from csdata.i18n import message, text

if TYPE_CHECKING:
    from csdata.analyses._curves import Floats
    from csdata.analyses.churn_reasons import ChurnReasons

_HEIGHT: Final = 420
_MOST: Final = 9
"""Reasons with an area of their own; where there are more, the rarest are drawn as one."""
_STEPS: Final = 240
_ROW: Final = 66
"""From the plotting area down to the heading of the numbers of customers."""
_STAYS: Final = "stays"
_UNKNOWN: Final = "unknown"
_GREY: Final = MappingProxyType({_UNKNOWN: "thin", _STAYS: "ink_band"})
"""Styles of the areas that are no reason."""
_LEAST: Final = 10
"""Customers observed at once, from which a curve that begins late is drawn."""
_FAINT: Final = (0.9, 0.5)
"""How strong a colour is, and when it comes a second time."""


def churn_reasons(
    result: ChurnReasons, *, lang: str = "ja", width: float = frame.WIDTH
) -> alt.LayerChart:
    """Areas of those gone by each month, the commonest reason at the bottom, those there on top.

    At each month the areas add up to 100 %. Departures without a reason are grey. The picture ends
    where fewer than five customers are still under observation.

    Args:
        result: From ``csdata.churn_reasons``, of everyone.
        lang: "ja" or "en".
        width: Total width in pixels.

    Raises:
        NotBuilt: The result is in groups.
        NotEnoughData: Too few were ever observed together.
    """
    if result.group is not None:
        raise NotBuilt(option="group", value=result.group, choices=["None"])
    time = result.incidence.parts[0].curve.time
    if not len(time):
        raise NotEnoughData(found=result.n, needed=_LEAST, what=message("survival.what.lives"))
    last = _end(result)
    layers, together = _layers(result, lang, at=int(np.searchsorted(time, last, side="right")) - 1)
    rows = _rows(result, layers, lang, last=last)
    ticks = frame.month_ticks(last, width - 2 * NAME_LIMIT, smallest=52)
    x = alt.X(
        "time:Q",
        title=text("chart.months_from_start", lang),
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(values=ticks, grid=False, format="d", titlePadding=6),
    )
    y = alt.Y(
        "lower:Q",
        title=text("chart.reasons.share", lang),
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    return frame.framed(
        [
            *_areas(layers, rows, x, y),
            *_names(layers, rows, x, y),
            _hover(rows, x, y, lang),
            *_people(result, x, y, ticks, lang),
        ],
        result=result,
        title=text("chart.reasons.title", lang),
        notes=_notes(result, lang, together=together, last=last),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


@dataclass(frozen=True, slots=True)
class _Layer:
    """One area: its id, its name, its height at every time, its bounds where there are any."""

    id: str
    name: str
    height: Floats
    bounds: tuple[Floats, Floats] | None


def _layers(result: ChurnReasons, lang: str, *, at: int) -> tuple[list[_Layer], int]:
    """The areas from the bottom up, and how many reasons are drawn as one.

    Args:
        result: The incidences.
        lang: "ja" or "en".
        at: Place of the time by whose heights the reasons are ordered.
    """
    found = result.incidence
    known = sorted(
        (p for p in found.parts if p.cause is not None), key=lambda p: -float(p.value[at])
    )
    single = known if len(known) <= _MOST else known[: _MOST - 1]
    rest = known[len(single) :]
    layers = [
        _Layer(
            f"r{i}",
            step_rows.group_name(p.cause, lang),
            p.value,
            p.bounds(confidence=found.confidence),
        )
        for i, p in enumerate(single)
    ]
    if rest:
        name = text("chart.reasons.rest", lang, n=len(rest))
        together = np.sum([p.value for p in rest], axis=0)
        layers.append(_Layer(f"r{len(single)}", name, together, None))
    for part in found.parts:
        if part.cause is None:
            name = text("chart.reasons.unknown", lang)
            bounds = part.bounds(confidence=found.confidence)
            layers.append(_Layer(_UNKNOWN, name, part.value, bounds))
    name = text("chart.reasons.stays", lang)
    return [*layers, _Layer(_STAYS, name, found.parts[0].curve.survival, None)], len(rest)


def _end(result: ChurnReasons) -> float:
    """Where the picture ends: the last time at which enough were still observed."""
    curve = result.incidence.parts[0].curve
    watched = curve.time[curve.at_risk >= theme.SMALL_N]
    return max(float((watched if len(watched) else curve.time).max()), 1.0)


def _rows(result: ChurnReasons, layers: list[_Layer], lang: str, *, last: float) -> pd.DataFrame:
    """Lower and upper edge of every area at the times that a pixel can show."""
    time = result.incidence.parts[0].curve.time
    place = pd.DataFrame({"time": time, "at": np.arange(len(time))})
    shown = step_rows.thinned(place[place["time"] <= last], last / _STEPS)["at"].to_numpy()
    base = np.zeros(len(time))
    pieces: list[pd.DataFrame] = []
    for layer in layers:
        top = base + layer.height
        piece = pd.DataFrame(
            {
                "id": layer.id,
                "name": layer.name,
                "time": time[shown],
                "lower": base[shown],
                "upper": top[shown],
                "middle": ((base + top) / 2)[shown],
                "percent": [text("chart.percent1", lang, share=s) for s in layer.height[shown]],
                "interval": _intervals(layer, shown, lang),
                "month": [text("chart.reasons.month", lang, m=m) for m in time[shown]],
            }
        )
        # The level of a step holds until the next one, and the last one to the edge.
        pieces += [piece, piece.tail(1).assign(time=last)]
        base = top
    return pd.concat(pieces, ignore_index=True)


def _intervals(layer: _Layer, shown: Any, lang: str) -> list[str]:
    if layer.bounds is None:
        return ["–"] * len(shown)
    lower, upper = (bound[shown] for bound in layer.bounds)
    ends = zip(lower.tolist(), upper.tolist(), strict=True)
    return [frame.interval(low, high, lang) for low, high in ends]


def _color(layers: list[_Layer]) -> alt.Color:
    """The colours of the reasons by their place."""
    ids = [layer.id for layer in layers if layer.id not in _GREY]
    scale = alt.Scale(domain=ids, range=[theme.category(i) for i in range(len(ids))])
    return alt.Color("id:N", legend=None, scale=scale)


def _again(layers: list[_Layer]) -> str:
    """Which areas have a colour that has been used before, as a condition."""
    ids = [layer.id for layer in layers if layer.id not in _GREY]
    return f"indexof({json.dumps(ids[len(theme.CATEGORIES) :])}, datum.id) >= 0"


def _reasons(base: alt.Chart, layers: list[_Layer]) -> list[tuple[alt.Chart, float]]:
    """The rows of the reasons, those whose colour comes again apart, and how strong they are."""
    named = base.transform_filter(f"indexof({json.dumps(list(_GREY))}, datum.id) < 0")
    again = _again(layers)
    first, second = (named.transform_filter(rule) for rule in (f"!({again})", again))
    return [(first, _FAINT[0]), (second, _FAINT[1])]


def _areas(layers: list[_Layer], rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    data = frame.inline(rows[["id", "time", "lower", "upper"]])
    base = alt.Chart(data).encode(x=x, y=y, y2="upper:Q", detail="id:N")
    step: dict[str, Any] = {"interpolate": "step-after"}
    return [
        *(
            part.mark_area(opacity=opacity, **step).encode(color=_color(layers))
            for part, opacity in _reasons(base, layers)
        ),
        *(
            base.transform_filter(f"datum.id === '{key}'").mark_area(style=style, **step)
            for key, style in _GREY.items()
        ),
    ]


def _names(layers: list[_Layer], rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Each area's name and its share at the right edge, apart from the others."""
    ends = rows.drop_duplicates("id", keep="last")
    gap = theme.FONT * theme.PRESENTING * 1.25
    middles = [_HEIGHT * (1 - m) for m in ends["middle"]]
    places = labels.spread(middles, gap=gap, lowest=0, highest=_HEIGHT)
    size = theme.FONT * theme.PRESENTING
    said = [
        f"{fonts.cut(layer.name, size, NAME_LIMIT)} {percent}"
        for layer, percent in zip(layers, ends["percent"], strict=True)
    ]
    named = ends[["id", "name", "time", "middle"]].assign(
        said=said, lower=[1 - place / _HEIGHT for place in places]
    )
    base = alt.Chart(frame.inline(named)).encode(x=x)
    swatch: dict[str, Any] = {"strokeWidth": 9, "xOffset": 15, "x2Offset": 24}
    return [
        base.mark_rule(style="leader", x2Offset=14).encode(
            x2="time", y=frame.at_field(y, "middle"), y2="lower"
        ),
        *(
            part.mark_rule(opacity=opacity, **swatch).encode(x2="time", y=y, color=_color(layers))
            for part, opacity in _reasons(base, layers)
        ),
        base.mark_text(style="ink", align="left", dx=30).encode(
            y=y, text="said:N", tooltip=alt.Tooltip("name:N")
        ),
    ]


def _hover(rows: pd.DataFrame, x: alt.X, y: alt.Y, lang: str) -> alt.Chart:
    """A dot in the middle of an area at the nearest step; an area knows no single month."""
    near = frame.nearest("id", "time")
    columns = ["id", "name", "month", "percent", "interval"]
    titles = {
        "name": "reasons.reason",
        "month": "months",
        "percent": "reasons.share",
        "interval": "interval_title",
    }
    return (
        alt.Chart(frame.inline(rows[[*columns, "time", "middle"]]))
        .mark_point(style="hover_dot", filled=True, size=60)
        .encode(
            x=x,
            y=frame.at_field(y, "middle"),
            opacity=alt.condition(near, alt.value(1), alt.value(0)),
            tooltip=[
                alt.Tooltip(field, type="nominal", title=text(f"chart.{key}", lang))
                for field, key in titles.items()
            ],
        )
        .add_params(near)
    )


def _people(
    result: ChurnReasons, x: alt.X, y: alt.Y, ticks: list[int], lang: str
) -> list[alt.Chart]:
    """How many were still observed just before each tick."""
    heading = {"lower": -_ROW / _HEIGHT, "heading": text("chart.risk_table", lang)}
    at_risk = result.incidence.parts[0].curve.risk(np.asarray(ticks, float))
    level = -(_ROW + 20) / _HEIGHT
    numbers = pd.DataFrame({"time": ticks, "n": at_risk, "lower": level})
    return [
        alt.Chart(frame.records([heading]))
        .mark_text(style="muted", align="left")
        .encode(x=alt.value(0), y=y, text="heading:N"),
        alt.Chart(frame.inline(numbers))
        .mark_text(style="ink")
        .encode(x=x, y=y, text=alt.Text("n:Q", format=",")),
    ]


def _notes(result: ChurnReasons, lang: str, *, together: int, last: float) -> list[str]:
    notes = [text("chart.reasons.sum", lang)]
    if together:
        notes.append(text("chart.reasons.together", lang, n=together))
    if float(result.incidence.parts[0].curve.time.max()) > last:
        notes.append(text("chart.reasons.until", lang, m=last, n=theme.SMALL_N))
    keys = {"causes.unknown", "causes.not_without"}
    return [*notes, *(note.say(lang) for note in result.notes if note.key in keys)]
