"""Movements of the monthly revenue, month by month: gains above the line, losses below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata.charts import frame
from csdata.charts.months_axis import Months, money_axis, periods
from csdata.charts.waterfall import MOVE_COLORS
from csdata.i18n import text
from csdata.i18n.money import said

if TYPE_CHECKING:
    from csdata.analyses.mrr_movements import MrrMovements
    from csdata.clock import Period

_HEIGHT: Final = 320
_AXIS: Final = 90
_LOSSES: Final = ("contraction", "churn")


def mrr_movements(
    result: MrrMovements,
    *,
    period: Period = "month",
    lang: str = "ja",
    width: float = frame.WIDTH,
) -> alt.LayerChart:
    """A bar per month, quarter or fiscal year: what came and grew upwards, what went downwards.

    New, returned and expanded lie above the line, contracted and churned below. The dot on a bar
    is the net change.

    Args:
        result: From ``csdata.mrr_movements``.
        period: Over what the movements of the months are added up; a running one is called so.
        lang: "ja" or "en".
        width: Total width in pixels.
    """
    table = result.by(period)
    axis = periods(table, period, lang, room=width - _AXIS)
    largest = float(table[list(MOVE_COLORS)].max().max())
    unit, title = money_axis(largest, result.currency, lang)
    bars = _bars(table, axis, result.currency, unit, lang)
    names = {move: text(f"revenue.move.{move}", lang) for move in MOVE_COLORS}
    color = alt.Color(
        "name:N",
        title=None,
        scale=alt.Scale(domain=list(names.values()), range=list(MOVE_COLORS.values())),
        legend=alt.Legend(orient="top", direction="horizontal"),
    )
    y = alt.Y("base:Q", title=title, axis=alt.Axis(format=",~f", tickCount=6))
    base = alt.Chart(frame.inline(bars)).encode(x=axis.bands())
    return frame.framed(
        [
            base.mark_bar().encode(y=y, y2="top:Q", color=color, tooltip=_tooltip(lang)),
            alt.Chart(frame.records([{"zero": 0}]))
            .mark_rule(style="ink_line", strokeWidth=1)
            .encode(y="zero:Q"),
            *_net(table, axis, unit, result.currency, lang),
        ],
        result=result,
        title=text(f"chart.revenue.movements_by_{period}", lang),
        notes=[text("chart.signs", lang, signs=[text("chart.revenue.sign_net", lang)])],
        lang=lang,
        width=width,
        height=_HEIGHT,
    )


def _bars(
    table: pd.DataFrame, axis: Months, currency: str | None, unit: float, lang: str
) -> pd.DataFrame:
    """Where each piece of each bar lies, stacked away from the zero line."""
    rows: list[dict[str, Any]] = []
    for label, row in zip(axis.labels, table.to_dict("records"), strict=True):
        up = down = 0.0
        for move in MOVE_COLORS:
            amount = float(row[move])
            if not amount:
                continue
            if move in _LOSSES:
                lower, upper, down = down - amount, down, down - amount
            else:
                lower, upper, up = up, up + amount, up + amount
            rows.append(
                {
                    "label": label,
                    "name": text(f"revenue.move.{move}", lang),
                    "base": lower / unit,
                    "top": upper / unit,
                    "amount": said(amount, currency, lang),
                    "customers": text("chart.revenue.people", lang, n=row[f"customers_{move}"]),
                }
            )
    columns = ["label", "name", "base", "top", "amount", "customers"]
    return pd.DataFrame(rows, columns=columns)


def _net(
    table: pd.DataFrame, axis: Months, unit: float, currency: str | None, lang: str
) -> list[alt.Chart]:
    change = table["closing"] - table["opening"]
    rows = pd.DataFrame({"label": axis.labels, "net": change / unit})
    rows["amount"] = [said(round(float(c), 2), currency, lang) for c in change]
    rows["total"] = [said(float(c), currency, lang) for c in table["closing"]]
    titles = {"label": "period", "amount": "net", "total": "closing"}
    base = alt.Chart(frame.inline(rows)).encode(
        x=axis.bands(),
        y="net:Q",
        tooltip=[
            alt.Tooltip(f"{field}:N", title=text(f"chart.revenue.{key}", lang))
            for field, key in titles.items()
        ],
    )
    # With a rim in the colour of the page, so that it can be seen on every bar.
    return [
        base.mark_point(style=style, size=size, filled=True, opacity=1, strokeWidth=0)
        for style, size in (("halo", 70), ("hover_dot", 28))
    ]


def _tooltip(lang: str) -> list[alt.Tooltip]:
    titles = {
        "label": "period",
        "name": "move",
        "amount": "amount_plain",
        "customers": "customers",
    }
    return [
        alt.Tooltip(f"{field}:N", title=text(f"chart.revenue.{key}", lang))
        for field, key in titles.items()
    ]
