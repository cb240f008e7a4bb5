"""Who leaves at each renewal: a point with its interval for every renewal, one panel per term."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata.charts import frame, theme
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.renewal_clock import RenewalClock

_HEIGHT: Final = 380
_SLOTS: Final = 28
"""Renewals that have room beside each other."""
_TERMS: Final = 5
"""Panels; the terms with the most contracts."""
_NARROWEST: Final = 5
"""Slots of a panel, so that its heading has room."""
_ROW: Final = 64
"""From the plotting area down to the number of contracts: axis labels and title lie between."""
_NAMED: Final = ("contract", "which", "percent", "interval", "counted")


def renewal_clock(
    result: RenewalClock, *, lang: str = "ja", width: float = frame.WIDTH
) -> alt.LayerChart:
    """The share leaving at the first, second … renewal, contracts of each term in a panel.

    Under each point stands how many contracts came up; points of fewer than five are grey. The
    terms with the most contracts are drawn, and of long ones as many renewals as there is room for;
    the caption says what is not.

    Args:
        result: From ``csdata.renewal_clock``.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    rows, panels = _rows(result, lang)
    last = max(p["until"] for p in panels)
    top = min(max(math.ceil(10 * float(rows["most"].max())) / 10, 0.2), 1.0)
    named = {f"{place:g}": which for place, which in zip(rows["place"], rows["short"], strict=True)}
    x = alt.X(
        "place:Q",
        title=text("chart.renewals.which", lang),
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=list(rows["place"]),
            grid=False,
            titlePadding=6,
            labelExpr=f"{json.dumps(named, ensure_ascii=False)}[datum.value]",
        ),
    )
    y = alt.Y(
        "leaving:Q",
        title=text("chart.renewals.share", lang),
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    return frame.framed(
        [
            *_panels(panels, x, y, top=top),
            *_points(rows, x, y, lang),
            *_due(rows, x, y, top=top, lang=lang),
        ],
        result=result,
        title=text("chart.renewals.title", lang),
        notes=_notes(result, rows, lang),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _rows(result: RenewalClock, lang: str) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The renewals drawn with their places and words, and the panels that they stand in."""
    table = result.table
    most = table.groupby("term")["due"].sum().sort_values(ascending=False, kind="stable")
    terms = sorted(most.index[:_TERMS])
    longest = _longest([int((table["term"] == term).sum()) for term in terms])
    parts: list[pd.DataFrame] = []
    panels: list[dict[str, Any]] = []
    since = 0
    for i, term in enumerate(terms):
        own = table[table["term"] == term].head(longest)
        places = [since + 0.5 + k for k in range(len(own))]
        parts.append(own.assign(place=places, id=f"t{i}"))
        until = since + max(len(own), _NARROWEST)
        heading = text("chart.renewals.term", lang, term=int(term))
        panels.append({"id": f"t{i}", "since": since, "until": until, "heading": heading})
        since = until + 1
    rows = pd.concat(parts, ignore_index=True).rename(
        columns={"share": "leaving", "lower": "least", "upper": "most"}
    )
    words: list[dict[str, str]] = [_words(r, lang) for r in frame.rows(rows)]
    return rows.assign(**{name: [w[name] for w in words] for name in (*_NAMED, "short")}), panels


def _longest(lengths: list[int]) -> int:
    """How many renewals of each term are drawn: as many as all have room for together."""
    for longest in range(max(lengths), 1, -1):
        if sum(max(min(n, longest), _NARROWEST) for n in lengths) <= _SLOTS:
            return longest
    return 1


def _words(r: Any, lang: str) -> dict[str, str]:
    known = not pd.isna(r.renewal)
    key = "chart.renewals.nth" if known else "chart.renewals.unknown"
    return {
        "contract": text("chart.renewals.term", lang, term=int(r.term)),
        "which": text(key, lang, nth=r.renewal),
        "short": f"{r.renewal:.0f}" if known else text("chart.renewals.unknown", lang),
        "percent": text("chart.percent", lang, share=r.leaving),
        "interval": frame.interval(r.least, r.most, lang),
        "counted": text("chart.renewals.counted", lang, left=int(r.left), n=int(r.due)),
    }


def _color(rows: pd.DataFrame) -> alt.Color:
    ids = list(rows["id"].drop_duplicates())
    scale = alt.Scale(domain=ids, range=[theme.category(i) for i in range(len(ids))])
    return alt.Color("id:N", legend=None, scale=scale)


def _panels(panels: list[dict[str, Any]], x: alt.X, y: alt.Y, *, top: float) -> list[alt.Chart]:
    """The heading of each panel, and a line between two."""
    heads = [{**p, "leaving": top} for p in panels]
    between = [{"place": p["until"] + 0.5} for p in panels[:-1]]
    head = alt.Chart(frame.records(heads)).encode(
        x=frame.at_field(x, "since"), y=y, text="heading:N"
    )
    lines = alt.Chart(frame.records(between)).mark_rule(style="leader").encode(x=x)
    named = head.mark_text(style="strong", align="left", baseline="top", dx=4, dy=2)
    return [*([lines] if between else []), named]


def _points(rows: pd.DataFrame, x: alt.X, y: alt.Y, lang: str) -> list[alt.Chart]:
    columns = ["id", "place", "leaving", "least", "most", "small", *_NAMED]
    base = alt.Chart(frame.inline(rows[columns])).encode(x=x)
    many, few = (base.transform_filter(f"{sign}datum.small") for sign in ("!", ""))
    bounds: dict[str, Any] = {"y": frame.at_field(y, "least"), "y2": "most:Q"}
    titles = {
        **{name: f"renewals.{name}_title" for name in _NAMED},
        "percent": "renewals.share",
        "interval": "interval_title",
    }
    told = [
        alt.Tooltip(field, type="nominal", title=text(f"chart.{key}", lang))
        for field, key in titles.items()
    ]
    color = _color(rows)
    words: dict[str, Any] = {"y": frame.at_field(y, "most"), "text": "percent:N"}
    return [
        few.mark_rule(style="thin", strokeWidth=2).encode(**bounds),
        many.mark_rule(strokeWidth=2.5, opacity=0.6).encode(**bounds, color=color),
        few.mark_point(style="small_dot", filled=True, size=60).encode(y=y, tooltip=told),
        many.mark_point(filled=True, size=90, opacity=1).encode(y=y, color=color, tooltip=told),
        many.mark_text(style="label", dy=-9).encode(**words),
    ]


def _due(rows: pd.DataFrame, x: alt.X, y: alt.Y, *, top: float, lang: str) -> list[alt.Chart]:
    """How many contracts came up, under each point; small numbers are muted."""
    level = [-_ROW * top / _HEIGHT, -(_ROW + 21) * top / _HEIGHT]
    heading = {"leaving": level[0], "heading": text("chart.renewals.due", lang)}
    data = rows[["place", "due", "small"]].assign(leaving=level[1])
    numbers = alt.Chart(frame.inline(data)).encode(x=x, y=y, text=alt.Text("due:Q", format=","))
    return [
        alt.Chart(frame.records([heading]))
        .mark_text(style="muted", align="left")
        .encode(x=alt.value(0), y=y, text="heading:N"),
        numbers.transform_filter("!datum.small").mark_text(style="ink"),
        numbers.transform_filter("datum.small").mark_text(style="muted"),
    ]


def _notes(result: RenewalClock, rows: pd.DataFrame, lang: str) -> list[str]:
    said = [text("chart.renewals.sign_bar", lang)]
    if rows["small"].any():
        said.append(text("chart.renewals.sign_small", lang, n=theme.SMALL_N))
    notes: list[str] = []
    if hidden := len(result.table) - len(rows):
        notes.append(text("chart.renewals.hidden", lang, n=hidden))
    if n := int(result.midterm["left"].sum()):
        notes.append(text("renewals.midterm", lang, n=n))
    return [*notes, text("chart.signs", lang, signs=said)]
