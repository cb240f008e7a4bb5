"""Monthly revenue from one day to another as a waterfall."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata.charts import frame, theme
from csdata.charts.months_axis import money_axis
from csdata.i18n import text
from csdata.i18n.money import said

if TYPE_CHECKING:
    from csdata.analyses.mrr_movements import MrrMovements

_HEIGHT: Final = 420
_HEADROOM: Final = 1.12
"""Room above the highest bar for its figures."""
_TOTAL: Final = "#8A8F98"
MOVE_COLORS: Final = {
    "new": theme.CATEGORIES[0],
    "reactivation": theme.CATEGORIES[5],
    "expansion": theme.CATEGORIES[2],
    "contraction": theme.CATEGORIES[4],
    "churn": theme.CATEGORIES[1],
}
"""Colours of the movements in every picture of revenue; losses are the warm ones."""


def mrr_bridge(
    result: MrrMovements,
    *,
    year: int | None = None,
    lang: str = "ja",
    width: float = frame.WIDTH,
) -> alt.LayerChart:
    """From the revenue at the beginning of a year to that at its end, movement by movement.

    Args:
        result: From ``csdata.mrr_movements``.
        year: The calendar year in which the fiscal year begins; None: the trailing 12 months.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    steps = result.bridge(year)
    unit, title = money_axis(float(steps["upper"].max()), result.currency, lang)
    bars = _bars(steps, result.currency, unit, lang)
    y = alt.Y(
        "base:Q",
        title=title,
        scale=alt.Scale(domain=[0, float(bars["top"].max()) * _HEADROOM], nice=False),
        axis=alt.Axis(format=",~f", tickCount=6),
    )
    x = alt.X(
        "label:O",
        title=None,
        sort=None,
        scale=alt.Scale(domain=list(bars["label"]), paddingInner=0.35, paddingOuter=0.2),
        axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", ticks=False),
    )
    base = alt.Chart(frame.inline(bars)).encode(x=x)
    return frame.framed(
        [
            *_connectors(bars, x),
            base.mark_bar().encode(y=y, y2="top:Q", color=_color(), tooltip=_tooltip(lang)),
            base.mark_text(style="strong", dy=-24).encode(y="top:Q", text="amount_text:N"),
            base.mark_text(style="muted", dy=-9).encode(y="top:Q", text="customers_text:N"),
        ],
        result=result.in_year(year),
        title=text("chart.revenue.bridge_title", lang),
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _bars(steps: pd.DataFrame, currency: str | None, unit: float, lang: str) -> pd.DataFrame:
    days = {"opening": steps["since"].iloc[0], "closing": steps["until"].iloc[0]}
    names = {s: text(f"revenue.move.{s}", lang) for s in steps["step"]}
    amounts = zip(steps["step"], steps["amount"], strict=True)
    return pd.DataFrame(
        {
            "step": steps["step"],
            "name": list(names.values()),
            "label": [
                f"{name}|{text('chart.day', lang, day=days[s])}" if s in days else name
                for s, name in names.items()
            ],
            "base": steps["lower"] / unit,
            "top": steps["upper"] / unit,
            "amount_text": [
                said(a, currency, lang) if s in days or not a else _signed(a, currency, lang)
                for s, a in amounts
            ],
            "customers_text": [text("chart.revenue.people", lang, n=n) for n in steps["customers"]],
        }
    )


def _signed(amount: float, currency: str | None, lang: str) -> str:
    return ("+" if amount > 0 else "−") + said(abs(amount), currency, lang)


def _connectors(bars: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Thin lines at the level at which one bar ends and the next begins."""
    levels: list[dict[str, Any]] = []
    rows = frame.rows(bars)
    for row, following in itertools.pairwise(rows):
        level = row.base if row.step in ("contraction", "churn") else row.top
        levels.append({"label": row.label, "next": following.label, "level": level})
    base = alt.Chart(frame.records(levels)).encode(x=x, x2="next", y="level:Q")
    return [base.mark_rule(style="leader")]


def _color() -> alt.Color:
    colors = {"opening": _TOTAL, **MOVE_COLORS, "closing": _TOTAL}
    scale = alt.Scale(domain=list(colors), range=list(colors.values()))
    return alt.Color("step:N", legend=None, scale=scale)


def _tooltip(lang: str) -> list[alt.Tooltip]:
    titles = {"name": "move", "amount_text": "amount_plain", "customers_text": "customers"}
    return [
        alt.Tooltip(f"{field}:N", title=text(f"chart.revenue.{key}", lang))
        for field, key in titles.items()
    ]
