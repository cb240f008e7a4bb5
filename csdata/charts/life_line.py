"""One customer on one axis of months: contracts, amount, use and touches beneath each other.

One layered picture instead of four: so the axis of time is one and the same, whatever the width.
The vertical axis is pixels from the top, and every panel places its marks in its own stretch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd

from csdata.charts import frame, life_line_rows, theme
from csdata.charts.life_line_rows import OTHERS, Axis, Panels
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.customer import Customer

_CONTRACT: Final = theme.CATEGORIES[5]
_MONEY: Final = theme.CATEGORIES[0]
_REST: Final = "#8A8F98"


def customer(result: Customer, *, lang: str = "ja", width: float = frame.WIDTH) -> alt.LayerChart:
    """Contracts as bars, the monthly amount as steps, use as stacked bars, touches as marks.

    Upright lines are the start, the notice, the last day and the as-of date.

    Args:
        result: From ``csdata.customer``.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    axis = life_line_rows.axis(result, lang, width=width)
    panels = life_line_rows.panels(result, lang)
    y = alt.Y(
        "level:Q",
        axis=None,
        scale=alt.Scale(domain=[0, panels.height], reverse=True, nice=False, zero=False),
    )
    layers = [
        *_frames(panels, axis, y),
        *_contracts(result, panels, axis, y, lang),
        *_money(result, panels, axis, y, lang),
        *_use(result, panels, axis, y, lang),
        *_touches(result, panels, axis, y, lang),
        *_lines(result, panels, axis, y, lang),
    ]
    return frame.framed(
        layers,
        result=result,
        title=result.name or result.customer_id,
        notes=[text("chart.signs", lang, signs=[text("chart.life.sign_as_of", lang)])],
        lang=lang,
        width=width,
        height=panels.height,
    )


def _frames(panels: Panels, axis: Axis, y: alt.Y) -> list[alt.Chart]:
    """Heading of each panel, and the levels of the scales at its left edge."""
    heads = [{"level": p.top - 9, "said": p.title} for p in panels.all]
    levels = [
        {"level": level, "said": said, "begin": 0, "end": axis.last}
        for panel in panels.all
        for level, said in panel.ticks
    ]
    layers = [
        alt.Chart(frame.records(heads))
        .mark_text(style="strong", align="left")
        .encode(x=alt.value(0), y=y, text="said:N")
    ]
    if levels:
        base = alt.Chart(frame.records(levels))
        layers += [
            base.mark_rule(style="leader", opacity=0.5).encode(x=axis.x("begin"), x2="end", y=y),
            base.mark_text(style="muted", align="right").encode(
                x=alt.value(-8), y=y, text="said:N"
            ),
        ]
    return layers


def _contracts(
    result: Customer, panels: Panels, axis: Axis, y: alt.Y, lang: str
) -> list[alt.Chart]:
    rows = life_line_rows.contracts(result, panels.contracts, axis, lang)
    if rows.empty:
        return _empty(panels.contracts.middle, y, text("chart.life.none", lang))
    base = alt.Chart(frame.inline(rows)).encode(x=axis.x("begin"))
    tooltip = _tooltip(
        {"plan": "plan", "amount": "amount", "since": "since", "until": "until"}, lang
    )
    return [
        base.mark_rect(style="cell", opacity=0.55, color=_CONTRACT).encode(
            x2="end", y=frame.at_field(y, "top"), y2="bottom", tooltip=tooltip
        ),
        base.mark_text(style="ink", align="left", dx=5).encode(y=y, text="label:N"),
    ]


def _money(result: Customer, panels: Panels, axis: Axis, y: alt.Y, lang: str) -> list[alt.Chart]:
    if panels.money is None:
        return []
    rows = life_line_rows.money(result, panels.money, axis, lang)
    base = alt.Chart(frame.inline(rows)).encode(x=axis.x("begin"))
    tooltip = _tooltip({"since": "since", "amount": "amount"}, lang)
    top = frame.at_field(y, "top")
    return [
        base.mark_rect(opacity=0.25, color=_MONEY).encode(
            x2="end", y=top, y2="bottom", tooltip=tooltip
        ),
        base.mark_rule(style="line", color=_MONEY).encode(x2="end", y=top, tooltip=tooltip),
    ]


def _use(result: Customer, panels: Panels, axis: Axis, y: alt.Y, lang: str) -> list[alt.Chart]:
    if panels.use is None:
        return []
    rows = life_line_rows.use(result, panels.use, axis, lang)
    names = list(dict.fromkeys(rows["name"]))
    rest = text("chart.life.others", lang)
    colors = [_REST if name == rest else theme.category(i) for i, name in enumerate(names)]
    legend = None
    if len(names) > 1:
        legend = alt.Legend(orient="bottom", direction="horizontal", columns=OTHERS + 1)
    color = alt.Color(
        "name:N", title=None, scale=alt.Scale(domain=names, range=colors), legend=legend
    )
    tooltip = _tooltip({"month": "month", "name": "category", "amount": "quantity"}, lang)
    return [
        alt.Chart(frame.inline(rows))
        .mark_rect()
        .encode(
            x=axis.x("begin"),
            x2="end",
            y=frame.at_field(y, "top"),
            y2="bottom",
            color=color,
            tooltip=tooltip,
        )
    ]


def _touches(result: Customer, panels: Panels, axis: Axis, y: alt.Y, lang: str) -> list[alt.Chart]:
    if panels.touches is None:
        return []
    rows = life_line_rows.touches(result, panels.touches, axis, lang)
    titles = {"day": "day", "kind": "kind", "score": "score", "note": "note"}
    return [
        alt.Chart(frame.inline(rows))
        .mark_point(style="hover_dot", filled=True, shape="diamond", size=90, opacity=0.85)
        .encode(x=axis.x("place"), y=y, tooltip=_tooltip(titles, lang))
    ]


def _lines(result: Customer, panels: Panels, axis: Axis, y: alt.Y, lang: str) -> list[alt.Chart]:
    """Upright lines through all panels, each with its name and day at the top."""
    rows = life_line_rows.lines(result, axis, lang)
    rows = rows.assign(foot=panels.height)
    base = alt.Chart(frame.inline(rows)).encode(x=axis.x("place"))
    rule = base.encode(y=frame.at_field(y, "head"), y2="foot")
    return [
        rule.transform_filter("datum.event !== 'as_of'").mark_rule(style="leader"),
        rule.transform_filter("datum.event === 'as_of'").mark_rule(style="cut"),
        *(
            base.transform_filter(f"datum.align === '{align}'")
            .mark_text(style=style, align=align, dx=-4 if align == "right" else 4)
            .encode(y=y, text="said:N")
            for align in ("left", "right")
            for style in ("halo", "label")
        ),
    ]


def _empty(level: float, y: alt.Y, said: str) -> list[alt.Chart]:
    row = pd.DataFrame({"level": [level], "said": [said]})
    return [
        alt.Chart(frame.inline(row))
        .mark_text(style="muted", align="left")
        .encode(x=alt.value(6), y=y, text="said:N")
    ]


def _tooltip(titles: dict[str, str], lang: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(field, type="nominal", title=text(f"chart.life.{key}", lang))
        for field, key in titles.items()
    ]
