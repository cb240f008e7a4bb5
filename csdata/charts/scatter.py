"""The loyalty quadrant: customers by 業務範囲 × 業務深度, the two cuts, what each cell holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import altair as alt

from csdata.charts import corners, fonts, frame, labels, theme
from csdata.charts.plane import Plane, plane
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message, text
from csdata.taxes import with_tax

if TYPE_CHECKING:
    from csdata.analyses.quadrant import Quadrant

UNDECIDABLE: Final = "undecidable"

_HEIGHT: Final = 560
_AXIS: Final = 90
"""Pixels of the width that the vertical axis takes."""
_PADS: Final = (26, 58)
"""Free of points left and right, and at the top and the bottom for the captions of the cells."""
_CAPTION: Final = (290, 48)
_CROWD: Final = 400
"""With more points than this, labels may lie over points."""
_LABEL: Final = 12
_LABEL_LIMIT: Final = 160


def quadrant(
    result: Quadrant,
    *,
    lang: str = "ja",
    width: float = frame.WIDTH,
    height: float = _HEIGHT,
    names: int | None = None,
) -> alt.LayerChart:
    """Customers by breadth and depth with the two cut lines and a caption in each corner.

    The area of a point is its MRR, where known; borderline customers have a dark rim; the largest
    customers carry their names as far as there is room. An axis of few whole numbers is scattered
    a little, and the caption says so. Customers without a cell are not drawn but counted in the
    caption. Selections: parameter ``brush`` (an interval of both axes) and ``pick`` (a point, by
    ``customer_id``); :func:`selected` turns either into customers.

    Args:
        result: From ``csdata.quadrant``.
        lang: "ja" or "en".
        width: Total width in pixels.
        height: Of the plotting area, in pixels.
        names: How many customers to name at most; by default fewer the more there are; 0 = none.

    Raises:
        NotEnoughData: Nobody has a cell.
    """
    picture = _plane(result, width=width, height=height, names=names)
    x, y = _axes(picture, result, lang)
    return frame.framed(
        [
            _grounds(picture, x, y),
            *_points(picture, x, y, lang, money=_money(result, lang)),
            *_cuts(picture, result, x, y, lang),
            *_names(picture, x, y),
            *corners.captions(picture, result, x, y, lang),
        ],
        result=result,
        title=text("chart.quadrant_title", lang),
        notes=_notes(picture, result, lang),
        lang=lang,
        width=width,
        height=height,
    )


def selected(result: Quadrant, selection: Mapping[str, Any] | None) -> list[str]:
    """The customers behind a selection in the picture, also those that were thinned out of it.

    Args:
        result: The result that was drawn.
        selection: ``{"brush": {"breadth": [low, high], "depth": [low, high]}}`` and/or
            ``{"pick": [{"customer_id": …}]}``; a missing or empty one selects nobody.

    Returns:
        Customer ids in the order of the result's table.
    """
    given = selection or {}
    picked = {str(p["customer_id"]) for p in given.get("pick") or [] if "customer_id" in p}
    brush = given.get("brush") or {}
    if not picked and not brush:
        return []
    table = _plane(result).table
    chosen = table["customer_id"].isin(picked)
    if {"breadth", "depth"} <= set(brush):
        chosen |= table["breadth"].between(*sorted(brush["breadth"])) & table["depth"].between(
            *sorted(brush["depth"])
        )
    return table.loc[chosen, "customer_id"].tolist()


def _plane(
    result: Quadrant,
    *,
    width: float = frame.WIDTH,
    height: float = _HEIGHT,
    names: int | None = None,
) -> Plane:
    decided = result.table[result.table["cell"] != UNDECIDABLE].reset_index(drop=True)
    if decided.empty:
        raise NotEnoughData(what=message("quadrant.needs"), found=0, needed=1)
    cuts = (result.breadth_cut, result.depth_cut)
    return plane(decided, cuts, room=(width - _AXIS, height), pads=_PADS, names=names)


def _said(name: Message | str, lang: str) -> str:
    return name.say(lang) if isinstance(name, Message) else name


def _axis_names(result: Quadrant, lang: str) -> dict[str, str]:
    return {
        "breadth": _said(result.breadth_name, lang),
        "depth": _said(result.depth_name, lang),
    }


def _axes(picture: Plane, result: Quadrant, lang: str) -> tuple[alt.X, alt.Y]:
    titles = {
        axis: text("chart.axis", lang, axis=text(f"quadrant.{axis}", lang), name=name)
        for axis, name in _axis_names(result, lang).items()
    }
    size = theme.FONT * theme.PRESENTING
    x = alt.X(
        "breadth:Q",
        title=fonts.wrap(titles["breadth"], size, picture.width),
        scale=alt.Scale(domain=[picture.x.low, picture.x.high], nice=False, zero=False),
        axis=alt.Axis(values=picture.x.ticks(), grid=False),
    )
    y = alt.Y(
        "depth:Q",
        title=fonts.wrap(titles["depth"], size, picture.height),
        scale=alt.Scale(domain=[picture.y.low, picture.y.high], nice=False, zero=False),
        axis=alt.Axis(values=picture.y.ticks(), grid=False),
    )
    return x, y


def _grounds(picture: Plane, x: alt.X, y: alt.Y) -> alt.Chart:
    """A faint ground in each cell's colour."""
    sides_x = {"narrow": (picture.x.low, picture.x.line), "wide": (picture.x.line, picture.x.high)}
    sides_y = {"shallow": (picture.y.low, picture.y.line), "deep": (picture.y.line, picture.y.high)}
    rows = []
    for cell in corners.CELLS:
        across, up = cell.split("_")
        (left, right), (bottom, top) = sides_x[across], sides_y[up]
        rows.append({"cell": cell, "breadth": left, "x2": right, "depth": bottom, "y2": top})
    return (
        alt.Chart(frame.records(rows))
        .mark_rect(opacity=0.06)
        .encode(x=x, x2="x2", y=y, y2="y2", color=corners.color())
    )


def _money(result: Quadrant, lang: str) -> str:
    """What the amounts are called, with their tax where it is known."""
    name = with_tax(message("chart.mrr"), result.tax.get("mrr"))
    return name.say(lang) if isinstance(name, Message) else name


def _points(picture: Plane, x: alt.X, y: alt.Y, lang: str, *, money: str) -> list[alt.Chart]:
    """The customers, borderline ones with a rim on top; brush and pick; a ring for the picked."""
    brush = alt.selection_interval(name="brush", encodings=["x", "y"])
    pick = alt.selection_point(name="pick", fields=["customer_id"], empty=False)
    columns = ["customer_id", "breadth", "depth", "breadth_value", "depth_value", "cell"]
    columns += ["borderline", *(c for c in ("name", "mrr") if picture.shown[c].notna().any())]
    names = {cell: text(f"quadrant.cell.{cell}", lang) for cell in corners.CELLS}
    full, faint = picture.opacity, picture.opacity * 0.3
    base = (
        alt.Chart(frame.inline(picture.shown[columns]))
        .transform_calculate(
            cell_name=f"{names!r}[datum.cell]",
            rim=f"datum.borderline ? {text('chart.yes', lang)!r} : {text('chart.no', lang)!r}",
        )
        .encode(
            x=x,
            y=y,
            size=_size(picture, money),
            opacity=alt.condition(brush, alt.value(full), alt.value(faint)),
            tooltip=_tooltip(columns, lang, money=money),
        )
    )
    firm = base.transform_filter("!datum.borderline").mark_point(style="dot", filled=True)
    rim = base.transform_filter("datum.borderline").mark_point(style="border_dot", filled=True)
    ring = base.transform_filter(pick).mark_point(style="ring", filled=False)
    return [
        firm.encode(color=corners.color()).add_params(brush, pick),
        rim.encode(color=corners.color()),
        ring.encode(size=alt.value(picture.areas[1] * 1.8), opacity=alt.value(1)),
    ]


def _size(picture: Plane, money: str) -> alt.Size | Any:
    if not picture.sized:
        return alt.value(picture.area(0))
    return alt.Size(
        "mrr:Q",
        title=money,
        scale=alt.Scale(domain=[0, float(picture.table["mrr"].max())], range=list(picture.areas)),
        legend=alt.Legend(
            orient="bottom", direction="horizontal", titleOrient="left", format=",d", tickCount=3
        ),
    )


def _tooltip(columns: list[str], lang: str, *, money: str) -> list[alt.Tooltip]:
    who = "name" if "name" in columns else "customer_id"
    tooltip = [
        alt.Tooltip(f"{who}:N", title=text("chart.customer", lang)),
        alt.Tooltip("cell_name:N", title=text("chart.cell", lang)),
        alt.Tooltip("breadth_value:Q", title=text("quadrant.breadth", lang), format=",.6~g"),
        alt.Tooltip("depth_value:Q", title=text("quadrant.depth", lang), format=",.6~g"),
        alt.Tooltip("rim:N", title=text("chart.borderline", lang)),
    ]
    if "mrr" in columns:
        tooltip.append(alt.Tooltip("mrr:Q", title=money, format=",.6~g"))
    return tooltip


def _cuts(picture: Plane, result: Quadrant, x: alt.X, y: alt.Y, lang: str) -> list[alt.Chart]:
    """The two lines, with the values from which a customer is wide and deep."""
    said = {
        "wide": text("chart.wide_from", lang, cut=result.breadth_cut),
        "deep": text("chart.deep_from", lang, cut=result.depth_cut),
    }
    line = {
        "breadth": picture.x.line,
        "depth": picture.y.line,
        "edge": picture.x.high,
        **said,
    }
    base = alt.Chart(frame.records([line]))
    beside = base.encode(x=frame.at_field(x, "edge"), y=y, text="deep:N")
    return [
        base.mark_rule(style="cut").encode(x=x),
        base.mark_rule(style="cut").encode(y=y),
        base.mark_text(style="muted", baseline="bottom").encode(
            x=x, y=alt.value(-5), text="wide:N"
        ),
        beside.mark_text(style="halo", align="right", baseline="bottom", dx=-6, dy=-4),
        beside.mark_text(style="muted", align="right", baseline="bottom", dx=-6, dy=-4),
    ]


def _names(picture: Plane, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Names beside the customers that matter, as far as they find room."""
    rows = frame.rows(picture.shown.set_index("customer_id").loc[picture.named])
    size = _LABEL * theme.PRESENTING
    said = [fonts.cut(str(r.name), size, _LABEL_LIMIT * theme.PRESENTING) for r in rows]
    points = [picture.pixels(r.breadth, r.depth) for r in rows]
    boxes = labels.place(
        points,
        [(fonts.width(name, size), size * 1.15) for name in said],
        area=labels.Box(0, 0, picture.width, picture.height),
        obstacles=[*_reserved(picture), *_occupied(picture)],
        gaps=[picture.radius(r.mrr) + 3 for r in rows],
    )
    placed = [
        {"label": name, "breadth": r.breadth, "depth": r.depth, **labels.offset(point, box)}
        for name, r, point, box in zip(said, rows, points, boxes, strict=True)
        if box is not None
    ]
    if not placed:
        return []
    base = alt.Chart(frame.records(placed)).encode(x=x, y=y, text="label:N")
    return [
        base.mark_text(style="halo", **frame.HANGING),
        base.mark_text(style="label", **frame.HANGING),
    ]


def _occupied(picture: Plane) -> list[labels.Box]:
    """Points that labels must not cover: all of them, in a crowd those that carry a name."""
    shown = picture.shown
    if len(shown) > _CROWD:
        shown = shown[shown["customer_id"].isin(picture.named)]
    return [
        labels.around(*picture.pixels(r.breadth, r.depth), picture.radius(r.mrr))
        for r in frame.rows(shown)
    ]


def _reserved(picture: Plane) -> list[labels.Box]:
    """The corners with the captions, the cut lines, and the word beside the horizontal one."""
    wide, high = _CAPTION
    right, bottom = picture.width, picture.height
    cut, level = picture.pixels(picture.x.line, picture.y.line)
    return [
        labels.Box(0, 0, wide, high),
        labels.Box(right - wide, 0, right, high),
        labels.Box(0, bottom - high, wide, bottom),
        labels.Box(right - wide, bottom - high, right, bottom),
        labels.Box(right - 130, level - 24, right, level),
        labels.Box(0, level - 2, right, level + 2),
        labels.Box(cut - 2, 0, cut + 2, bottom),
    ]


def _notes(picture: Plane, result: Quadrant, lang: str) -> list[str]:
    """What a reader has to know: scattered axes, thinning, who is not drawn, the signs."""
    notes: list[str] = []
    undecided = len(result.table) - len(picture.table)
    if undecided:
        notes.append(text("chart.undecided", lang, n=undecided))
    if len(picture.shown) < len(picture.table):
        values = {"n": len(picture.table), "shown": len(picture.shown)}
        notes.append(text("chart.thinned", lang, **values))
    axes = {"breadth": picture.x, "depth": picture.y}
    scattered = [text(f"quadrant.{name}", lang) for name, axis in axes.items() if axis.scattered]
    if scattered:
        notes.append(text("chart.scattered", lang, axes=scattered))
    signs = ["sign_size"] if picture.sized else []
    signs += ["sign_borderline"] if picture.shown["borderline"].any() else []
    if signs:
        said = [text(f"chart.{sign}", lang) for sign in signs]
        notes.append(text("chart.signs", lang, signs=said))
    return notes
