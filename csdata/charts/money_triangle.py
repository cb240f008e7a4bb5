"""The cohort triangle of revenue: what is left of each cohort's first monthly amount."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata import clock
from csdata.charts import cells as cl
from csdata.charts import frame, heatmap
from csdata.i18n import text
from csdata.i18n.money import said

if TYPE_CHECKING:
    from csdata.analyses.revenue_cohorts import RevenueCohorts

_STEP: Final = 0.25
_MOST: Final = 2.0
"""A cohort beyond 200 % is as dark as one of 200 %; its figure stands in the cell."""
_COLUMNS: Final = {"month": "month", "quarter": "quarter", "year": "quarter"}
"""How ages are counted for cohorts of a period: a column for every month would not be read."""
_TOOLTIP: Final = {
    "title": "chart.cohort",
    "when": "",
    "percent": "chart.revenue.share_left",
    "interval": "chart.interval_title",
    "amounts": "chart.revenue.amounts",
    "known": "chart.n",
    "completes": "chart.completeness",
}


def revenue_triangle(
    result: RevenueCohorts, *, lang: str = "ja", width: float | None = None
) -> alt.LayerChart:
    """Share of each cohort's first amount by age, in the look of the triangle of retention.

    One colour scale for the whole picture, from 0 % to 100 % or as far as the revenue grew.
    Incomplete cells are lighter and hatched, those of fewer than five customers grey.

    Args:
        result: From ``csdata.revenue_cohorts``.
        lang: "ja" or "en".
        width: Total width in pixels; by default as wide as the cells need.
    """
    period: clock.Period = _COLUMNS[result.cohort]  # type: ignore[assignment]
    step = clock.cohort_months(period)
    shown, pooled = (t[t["age"] % step == 0] for t in (result.table, result.pooled))
    ages = {age: str(age) for age in range(int(shown["age"].max()) // step + 1)}
    ids = {day: f"{day:%Y-%m-%d}" for day in sorted(shown["cohort"].unique())}
    rows = [_cell(r, ids[r.cohort], result, step, lang) for r in frame.rows(_known(shown))]
    rows += [_pooled(r, result, step, lang) for r in frame.rows(_known(pooled))]
    highest = _highest(rows)
    labels = {row: cl.cohort_label(day, result.cohort, lang) for day, row in ids.items()}
    labels |= {cl.GAP: "", cl.POOLED: text("chart.pooled", lang)}
    sizes = {ids[r.cohort]: int(r.size_) for r in frame.rows(_sized(shown))}
    if len(pooled):
        sizes[cl.POOLED] = int(pooled["size"].iloc[0])
    age = text(f"chart.age_{period}", lang)
    triangle = heatmap.Triangle(
        table=cl.dressed(pd.DataFrame(rows), ages, highest=highest),
        labels=labels,
        sizes=sizes,
        ages=ages,
        age=age,
        share=text("chart.revenue.share_left", lang),
        tooltip=[
            alt.Tooltip(field, type="nominal", title=text(key, lang) if key else age)
            for field, key in _TOOLTIP.items()
        ],
        highest=highest,
    )
    rows_said = text(f"chart.by_{result.cohort}", lang)
    title = text("chart.revenue.triangle_title", lang, cohort=rows_said)
    return heatmap.drawn(triangle, result, title=title, lang=lang, width=width)


def _known(table: pd.DataFrame) -> pd.DataFrame:
    """Cells that have a share; ``size`` is renamed, since every row of a tuple has a size."""
    return _sized(table[table["share"].notna()])


def _sized(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns={"size": "size_"})


def _highest(rows: list[dict[str, Any]]) -> float:
    """The dark end of the scale: 100 %, or the next quarter above what is not grey."""
    shares = [row["share"] for row in rows if row["n"] >= cl.theme.SMALL_N]
    top = max([1.0, *shares])
    return min(_STEP * math.ceil(top / _STEP - 1e-9), _MOST)


def _cell(r: Any, row: str, result: RevenueCohorts, step: int, lang: str) -> dict[str, Any]:
    key = "chart.complete" if r.complete else "chart.completes_on"
    known = text("chart.known", lang, eligible=int(r.eligible), size=int(r.size_))
    return {
        **_figures(r, row, int(r.eligible), currency=result.currency, step=step, lang=lang),
        "incomplete": not r.complete,
        "known": known,
        "completes": text(key, lang, **({} if r.complete else {"day": r.completes_on})),
        "title": cl.cohort_label(r.cohort, result.cohort, lang),
    }


def _pooled(r: Any, result: RevenueCohorts, step: int, lang: str) -> dict[str, Any]:
    return {
        **_figures(r, cl.POOLED, int(r.size_), currency=result.currency, step=step, lang=lang),
        "incomplete": False,
        "known": text("chart.people", lang, n=int(r.size_)),
        "completes": "–",
        "title": text("chart.pooled", lang),
    }


def _figures(
    r: Any, row: str, n: int, *, currency: str | None, step: int, lang: str
) -> dict[str, Any]:
    opening, now = (said(float(a), currency, lang) for a in (r.opening, r.mrr))
    return {
        "row": row,
        "cohort": row,
        "age": int(r.age) // step,
        "n": n,
        "share": float(r.share),
        "text": f"{100 * r.share:.0f}",
        "percent": text("chart.percent", lang, share=r.share),
        "interval": frame.interval(r.lower, r.upper, lang),
        "amounts": text("chart.revenue.from_to", lang, opening=opening, now=now),
        "conditional": False,
        "may_rise": False,
    }
