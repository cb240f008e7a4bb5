"""Retention as curves: cohorts thin, the pooled and the Kaplan–Meier curve with their bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd

from csdata.charts import cells as cl
from csdata.charts import fonts, frame, labels, theme
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention

_HEIGHT: Final = 420
_NAME_LIMIT: Final = 170
"""Room for the names at the right edge."""
_AXIS: Final = 70
_HIGHLIGHTED: Final = 3
_YEAR: Final = 12


def retention_curves(
    result: Retention,
    *,
    lang: str = "ja",
    width: float = frame.WIDTH,
    highlight: Sequence[str] | None = None,
) -> alt.LayerChart:
    """Share still there by age: cohorts thin, pooled and Kaplan–Meier with their bands.

    A cohort's line ends with its last complete cell: beyond, only its older members are known, and
    a line through them can climb. Rows by an attribute never get complete as long as somebody
    starts: their lines go on over the members that are known, and the caption says so. Colour ends
    where fewer than five are left. Under the pointer a cohort stands out (parameter ``hover``).

    Args:
        result: From ``csdata.retention``.
        lang: "ja" or "en".
        width: Total width in pixels.
        highlight: Row ids (ISO dates) of up to five cohorts to draw in colour; by default the three
            newest that are known for a year (or half of the longest), or the first values.
    """
    table = cl.cells(result, lang)
    unfinished = bool(table["incomplete"].any())
    if result.by is None:
        table = table[table["row"].isin(cl.BENEATH) | ~table["incomplete"]]
    chosen = (
        _to_show(result, table)
        if highlight is None
        else list(highlight)[: len(theme.CATEGORIES) - 1]
    )
    last = float(max(table["age"].max(), 1))
    x, y = _axes(result, last, lang, room=width - _NAME_LIMIT - _AXIS)
    lines = _lines(table)
    near = frame.nearest("cohort")
    return frame.framed(
        [
            *_thin(lines, x, y, near),
            *_wholes(result, x, y),
            *_colored(lines, x, chosen),
            *_points(table, x, near, cl.tooltip(result, lang)),
            *_names(table, x, last=last),
            *_cohort_names(table, x, chosen, last=last, room=width - _NAME_LIMIT - _AXIS),
        ],
        result=result,
        title=cl.title(result, lang, kind="curves"),
        notes=_notes(result, table, lang, unfinished=unfinished),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _axes(result: Retention, last: float, lang: str, *, room: float) -> tuple[alt.X, alt.Y]:
    """Ages along the bottom, shares from 0 % to 100 % up the side."""
    ticks = frame.month_ticks(last, room)
    x = alt.X(
        "age:Q",
        title=cl.age_title(result, lang),
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(values=ticks, grid=False, format="d"),
    )
    y = alt.Y(
        "share:Q",
        title=cl.share_title(result, lang),
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    return x, y


def _to_show(result: Retention, table: pd.DataFrame) -> list[str]:
    """All values of an attribute as far as there are colours, else the newest cohorts."""
    if result.by is not None:
        known = set(table.loc[table["look"] != "small", "row"])
        values = [row for row in cl.row_ids(result).values() if row in known]
        return values[: len(theme.CATEGORIES) - 1]
    return _newest(table)


def _newest(table: pd.DataFrame) -> list[str]:
    """The newest cohorts whose course can be compared: known for a year, or half the longest."""
    sure = table[
        ~table["row"].isin(cl.BENEATH) & ~table["conditional"] & (table["look"] != "small")
    ]
    known = sure.groupby("cohort")["age"].max()
    long_enough = known[known >= min(_YEAR, known.max() / 2)]
    return sorted(long_enough.index, reverse=True)[:_HIGHLIGHTED]


def _lines(table: pd.DataFrame) -> pd.DataFrame:
    return table[~table["row"].isin(cl.BENEATH)].sort_values(["cohort", "age"])


def _thin(lines: pd.DataFrame, x: alt.X, y: alt.Y, near: alt.Parameter) -> list[alt.Chart]:
    base = alt.Chart(frame.inline(lines[["cohort", "age", "share"]])).encode(
        x=x,
        y=y,
        detail="cohort:N",
        opacity=alt.condition(near, alt.value(1), alt.value(0.55)),
        strokeWidth=alt.condition(near, alt.value(2.5), alt.value(1)),
    )
    return [base.mark_line(style="thin")]


def _colored(lines: pd.DataFrame, x: alt.X, chosen: list[str]) -> list[alt.Chart]:
    """The highlighted cohorts, as far as five or more stand behind a cell."""
    own = lines[lines["cohort"].isin(chosen) & (lines["look"] != "small")]
    if own.empty:
        return []
    base = alt.Chart(frame.inline(own[["cohort", "age", "share"]]))
    return [base.mark_line(strokeWidth=2).encode(x=x, y="share:Q", color=_color(chosen))]


def _color(chosen: list[str]) -> alt.Color:
    """Colours of the highlighted cohorts; the first one belongs to the Kaplan–Meier curve."""
    colors = [theme.category(i + 1) for i in range(len(chosen))]
    return alt.Color("cohort:N", legend=None, scale=alt.Scale(domain=chosen, range=colors))


def _wholes(result: Retention, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Pooled and Kaplan–Meier curve with bands; stretches of fewer than five are grey."""
    layers: list[alt.Chart] = []
    tables = ((result.kaplan_meier, "at_risk", "km"), (result.pooled, "eligible", "ink"))
    for whole, base, style in tables:
        shown = whole[whole["share"].notna()] if len(whole) else whole
        stretches = _stretches(shown, base) if len(shown) else shown
        for small in (True, False) if len(shown) else ():
            own = stretches[stretches["small"] == small]
            if own.empty:
                continue
            name = "small" if small else style
            chart = alt.Chart(frame.inline(own)).encode(x=x, detail="piece:N")
            layers += [
                chart.mark_area(style=f"{name}_band").encode(y="lower:Q", y2="upper:Q"),
                chart.mark_line(style=f"{name}_line").encode(y=y),
            ]
    return layers


def _stretches(shown: pd.DataFrame, base: str) -> pd.DataFrame:
    """The points with ``piece`` and ``small``; a grey stretch reaches to its neighbours."""
    rows = shown.reset_index(drop=True)
    small = rows[base] < theme.SMALL_N
    parts: list[pd.DataFrame] = []
    for number, run in rows.groupby((small != small.shift()).cumsum()):
        first, last = int(run.index[0]), int(run.index[-1])
        grey = bool(small[first])
        part = rows.iloc[max(first - 1, 0) : last + 2] if grey else run
        parts.append(part.assign(piece=str(number), small=grey))
    return pd.concat(parts)[["age", "share", "lower", "upper", "piece", "small"]]


def _points(
    table: pd.DataFrame, x: alt.X, near: alt.Parameter, tooltip: list[alt.Tooltip]
) -> list[alt.Chart]:
    """Places to hover: the nearest cell tells its figures, and its cohort stands out."""
    columns = ["cohort", "age", "share", *cl.TOOLTIP]
    return [
        alt.Chart(frame.inline(table[list(dict.fromkeys(columns))]))
        .mark_point(style="hover_dot", filled=True, size=70)
        .encode(
            x=x,
            y="share:Q",
            opacity=alt.condition(near, alt.value(1), alt.value(0)),
            tooltip=tooltip,
        )
        .add_params(near)
    ]


def _names(table: pd.DataFrame, x: alt.X, *, last: float) -> list[alt.Chart]:
    """Names of the two curves over all cohorts at the right edge, with a line to their ends."""
    ends = table[table["row"].isin(cl.BENEATH)].sort_values("age").groupby("row").tail(1)
    gap = theme.FONT * theme.PRESENTING * 1.25
    places = labels.spread(
        [_HEIGHT * (1 - share) for share in ends["share"]], gap=gap, lowest=0, highest=_HEIGHT
    )
    named = ends[["row", "title", "age", "share"]].assign(
        edge=last, level=[1 - place / _HEIGHT for place in places]
    )
    base = alt.Chart(frame.inline(named))
    edge = frame.at_field(x, "edge")
    swatches = [
        base.transform_filter(f"datum.row === '{row}'")
        .mark_rule(style=style, xOffset=16, x2Offset=30)
        .encode(x=edge, x2="edge", y="level:Q")
        for row, style in ((cl.POOLED, "ink_line"), (cl.KAPLAN_MEIER, "km_line"))
    ]
    return [
        base.mark_rule(style="leader", x2Offset=14).encode(x=x, x2="edge", y="share:Q", y2="level"),
        *swatches,
        base.mark_text(style="ink", align="left", dx=36).encode(
            x=edge, y="level:Q", text="title:N"
        ),
    ]


def _cohort_names(
    table: pd.DataFrame, x: alt.X, chosen: list[str], *, last: float, room: float
) -> list[alt.Chart]:
    """Each highlighted cohort's name beside the end of its curve, where there is a free place."""
    own = table[table["row"].isin(chosen) & (table["look"] != "small")]
    ends = own.sort_values("age").groupby("row").tail(1).sort_values("row", ascending=False)
    size = theme.FONT * theme.PRESENTING
    points = [
        (age / last * room, _HEIGHT * (1 - s))
        for age, s in zip(ends["age"], ends["share"], strict=True)
    ]
    boxes = labels.place(
        points,
        [(fonts.width(title, size), size * 1.2) for title in ends["title"]],
        area=labels.Box(0, 0, room, _HEIGHT),
        obstacles=[labels.around(*point, 5) for point in points],
        gaps=[9] * len(ends),
    )
    named = [
        {"cohort": row.cohort, "age": row.age, "share": row.share, "title": row.title}
        | labels.offset(point, box)
        for row, point, box in zip(frame.rows(ends), points, boxes, strict=True)
        if box is not None
    ]
    if not named:
        return []
    base = alt.Chart(frame.records(named)).encode(x=x, y="share:Q")
    words = base.encode(text="title:N")
    return [
        base.mark_point(filled=True, size=60, opacity=1).encode(color=_color(chosen)),
        words.mark_text(style="halo_ink", **frame.HANGING),
        words.mark_text(style="ink", **frame.HANGING),
    ]


def _notes(result: Retention, table: pd.DataFrame, lang: str, *, unfinished: bool) -> list[str]:
    there = {
        "cohort_curve": result.by is None,
        "value_curve": result.by is not None,
        "band": True,
        "incomplete_curve": unfinished and result.by is None,
        "small_curve": (table["look"] == "small").any(),
        "conditional_curve": table["conditional"].any(),
    }
    said = [text(f"chart.sign_{k}", lang, n=theme.SMALL_N) for k, shown in there.items() if shown]
    return [text("chart.signs", lang, signs=said)] if said else []
