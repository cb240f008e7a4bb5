"""The cells of the cohort triangle in words: what each is called, says and looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata import clock
from csdata.charts import frame, theme
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention

GAP: Final = "gap"
POOLED: Final = "pooled"
KAPLAN_MEIER: Final = "kaplan_meier"
BENEATH: Final = (GAP, POOLED, KAPLAN_MEIER)
"""Rows beneath the cohorts; every other row id is a cohort's ISO date."""

INKS: Final = ("on_low", "on_mid", "on_high", "on_small", "on_page")
"""Styles of the text in a cell."""

TOOLTIP: Final = ("title", "age", "percent", "interval", "known", "completes")


def tooltip(lang: str) -> list[alt.Tooltip]:
    """What a cell tells under the pointer."""
    titles = ("cohort", "age", "share", "interval_title", "n", "completeness")
    return [
        alt.Tooltip(field, type="nominal", title=text(f"chart.{key}", lang))
        for field, key in zip(TOOLTIP, titles, strict=True)
    ]


def cells(result: Retention, lang: str) -> pd.DataFrame:
    """Every cell of the picture: cohorts, then the rows beneath.

    Columns: ``row``, ``cohort``, ``age``, ``n``, ``share``, ``incomplete``, ``conditional``,
    ``look`` (where on the scale, or "small"), ``ink`` (style of the text) and the words ``text``,
    ``percent``, ``interval``, ``known``, ``completes``, ``title``; ``changed`` says that the text
    differs from that of the age before.
    """
    rows = [_cohort_cell(r, result.cohort, lang) for r in _shown(result.table)]
    rows += [_whole_cell(r, POOLED, int(r.eligible), lang) for r in _shown(result.pooled)]
    rows += [
        _whole_cell(r, KAPLAN_MEIER, int(r.at_risk), lang) for r in _shown(result.kaplan_meier)
    ]
    table = pd.DataFrame(rows)
    table["look"] = [_look(n, share) for n, share in zip(table["n"], table["share"], strict=True)]
    table["ink"] = [
        "on_page" if incomplete and look != "small" else f"on_{look}"
        for incomplete, look in zip(table["incomplete"], table["look"], strict=True)
    ]
    table = table.sort_values(["row", "age"], kind="stable", ignore_index=True)
    table["changed"] = table["text"] != table.groupby("row")["text"].shift()
    return table


def row_labels(result: Retention, table: pd.DataFrame, lang: str) -> dict[str, str]:
    """Row ids from top to bottom, with their labels."""
    cohorts = sorted(pd.Timestamp(c) for c in result.table["cohort"].unique())
    labels = {f"{c:%Y-%m-%d}": cohort_label(c, result.cohort, lang) for c in cohorts}
    wholes = [row for row in (POOLED, KAPLAN_MEIER) if (table["row"] == row).any()]
    if wholes:
        labels |= {GAP: "", **{row: text(f"chart.{row}", lang) for row in wholes}}
    return labels


def sizes(result: Retention, table: pd.DataFrame) -> dict[str, int]:
    """Cohort sizes by row id; for the rows beneath, how many stand behind their first cell."""
    of_cohorts = result.table.drop_duplicates("cohort")
    beneath = table[table["row"].isin(BENEATH)].sort_values("age").groupby("row")["n"].first()
    return {
        **{f"{r.cohort:%Y-%m-%d}": int(r.size) for r in frame.rows(of_cohorts)},
        **{str(row): int(n) for row, n in beneath.items()},
    }


def cohort_label(cohort: pd.Timestamp, period: clock.Period, lang: str) -> str:
    """``2025/04``, ``2025年度 Q1`` or ``2025年度``; ``2025-04``, ``FY2025 Q1``, ``FY2025``."""
    day = cohort.date()
    return text(
        f"chart.cohort_{period}",
        lang,
        year=day.year if period == "month" else clock.fiscal_year(day),
        month=f"{day.month:02d}",
        quarter=(day.month - clock.FISCAL_START) % 12 // 3 + 1,
    )


def _shown(table: pd.DataFrame) -> list[Any]:
    """Rows that have a share; a cell without one has nobody eligible yet and stays empty."""
    return frame.rows(table[table["share"].notna()]) if len(table) else []


def _cohort_cell(r: Any, period: clock.Period, lang: str) -> dict[str, object]:
    day = f"{r.cohort:%Y-%m-%d}"
    done = "chart.complete" if r.complete else "chart.completes_on"
    return {
        "row": day,
        "cohort": day,
        **_figures(r, int(r.eligible), lang),
        "incomplete": not r.complete,
        "conditional": bool(r.conditional),
        "known": text("chart.known", lang, eligible=int(r.eligible), size=int(r.size)),
        "completes": text(done, lang, day=r.completes_on),
        "title": cohort_label(r.cohort, period, lang),
    }


def _whole_cell(r: Any, row: str, n: int, lang: str) -> dict[str, object]:
    return {
        "row": row,
        "cohort": row,
        **_figures(r, n, lang),
        "incomplete": False,
        "conditional": False,
        "known": text("chart.people", lang, n=n),
        "completes": "–",
        "title": text(f"chart.{row}", lang),
    }


def _figures(r: Any, n: int, lang: str) -> dict[str, object]:
    return {
        "age": int(r.age),
        "n": n,
        "share": float(r.share),
        "text": f"{100 * r.share:.0f}",
        "percent": text("chart.percent", lang, share=r.share),
        "interval": frame.interval(r.lower, r.upper, lang),
    }


def _look(n: int, share: float) -> str:
    """Where on the scale the share lies, by which ink can be read there; "small" is grey."""
    if n < theme.SMALL_N:
        return "small"
    if share > theme.BLACK_TEXT_UP_TO:
        return "high"
    return "low" if share < 1 - theme.BLACK_TEXT_UP_TO else "mid"
