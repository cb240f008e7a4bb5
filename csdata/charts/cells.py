"""The cells of the cohort triangle in words: what each is called, says and looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata import clock
from csdata.charts import frame, theme
from csdata.i18n import Message, text

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention
    from csdata.analyses.retention_over_time import RetentionOverTime

GAP: Final = "gap"
POOLED: Final = "pooled"
KAPLAN_MEIER: Final = "kaplan_meier"
_VALUE: Final = "value "
BENEATH: Final = (GAP, POOLED, KAPLAN_MEIER)
"""Rows beneath the cohorts; every other row id is one of :func:`row_ids`."""

INKS: Final = ("on_low", "on_mid", "on_high", "on_small", "on_page")
"""Styles of the text in a cell."""

_COLUMNS: Final = (
    *("row", "cohort", "age", "n", "share", "text", "bounds", "percent", "interval"),
    "incomplete",
    *("conditional", "may_rise", "known", "step", "completes", "title"),
)

TOOLTIP: Final = ("title", "when", "percent", "interval", "known", "step", "completes")


def tooltip(result: Retention, lang: str) -> list[alt.Tooltip]:
    """What a cell tells under the pointer."""
    titles = (
        text("chart.cohort", lang) if result.by is None else text("chart.group", lang),
        age_title(result, lang),
        share_title(result, lang),
        *(text(f"chart.{key}", lang) for key in ("interval_title", "n", "step", "completeness")),
    )
    return [
        alt.Tooltip(field, type="nominal", title=title)
        for field, title in zip(TOOLTIP, titles, strict=True)
    ]


def age_title(result: Retention, lang: str) -> str:
    """What the columns count: months, quarters or years."""
    return text(f"chart.age_{result.period}", lang)


def share_title(result: Retention | RetentionOverTime, lang: str) -> str:
    """継続率 or 利用した割合."""
    return text("chart.share" if result.measure == "alive" else "chart.share_use", lang)


def title(result: Retention, lang: str, *, kind: str) -> str:
    """Heading of the picture: what the share is, and of which rows (``kind``: table or curves)."""
    rows = text(f"chart.by_{result.cohort}", lang)
    share = text(f"chart.title_{result.measure}", lang)
    of = "group" if result.by else "cohort"
    return text(f"chart.retention_{kind}_{of}", lang, share=share, cohort=rows)


def ages(result: Retention) -> dict[int, str]:
    """Each column's age and how it is written: ``12``, for a bracket ``12–14``."""
    columns = result.table.drop_duplicates("age").sort_values("age")
    if result.measure != "bracket":
        least, most = int(columns["age"].min()), int(columns["age"].max())
        return {age: str(age) for age in range(least, most + 1)}
    return {
        int(r.age): str(r.first) if r.first == r.last else f"{r.first}–{r.last}"
        for r in frame.rows(columns)
    }


def row_ids(result: Retention) -> dict[Any, str]:
    """Cohort → id of its row: the ISO date, or the place of an attribute's value."""
    cohorts = list(dict.fromkeys(result.table["cohort"]))
    if result.by is None:
        return {c: f"{c:%Y-%m-%d}" for c in sorted(cohorts)}
    return {c: f"{_VALUE}{i}" for i, c in enumerate(cohorts)}


def cells(result: Retention, lang: str) -> pd.DataFrame:
    """Every cell of the picture: cohorts, then the rows beneath.

    Columns: ``row``, ``cohort`` (the same), ``age``, ``n``, ``share``, ``incomplete``,
    ``conditional``, ``may_rise``, ``look`` (where on the scale, or "small"), ``ink`` (style of the
    text) and the words ``text``, ``bounds``, ``when``, ``percent``, ``interval``, ``known``,
    ``step``, ``completes``, ``title``; ``changed``: the text differs from that of the age before.
    """
    ids, written = row_ids(result), ages(result)
    rows = [_cohort_cell(r, ids[r.cohort], result, lang) for r in _shown(result.table)]
    rows += [_whole_cell(r, POOLED, int(r.eligible), lang) for r in _shown(result.pooled)]
    rows += [
        _whole_cell(r, KAPLAN_MEIER, int(r.at_risk), lang) for r in _shown(result.kaplan_meier)
    ]
    return dressed(pd.DataFrame(rows, columns=list(_COLUMNS)), written)


def dressed(
    table: pd.DataFrame, written: Mapping[int, str], *, highest: float = 1.0
) -> pd.DataFrame:
    """The cells with what is written of their column, their look, ink and whether they changed.

    ``highest`` is the share at the dark end of the scale.
    """
    table["when"] = [written[age] for age in table["age"]]
    on_scale = zip(table["n"], (table["share"] / highest).clip(upper=1), strict=True)
    table["look"] = [_look(n, share) for n, share in on_scale]
    table["ink"] = [
        "on_page" if incomplete and look != "small" else f"on_{look}"
        for incomplete, look in zip(table["incomplete"], table["look"], strict=True)
    ]
    table = table.sort_values(["row", "age"], kind="stable", ignore_index=True)
    table["changed"] = table["text"] != table.groupby("row")["text"].shift()
    return table


def row_labels(result: Retention, table: pd.DataFrame, lang: str) -> dict[str, str]:
    """Row ids from top to bottom, with their labels."""
    labels = {row: row_label(c, result, lang) for c, row in row_ids(result).items()}
    wholes = [row for row in (POOLED, KAPLAN_MEIER) if (table["row"] == row).any()]
    if wholes:
        labels |= {GAP: "", **{row: text(f"chart.{row}", lang) for row in wholes}}
    return labels


def sizes(result: Retention, table: pd.DataFrame) -> dict[str, int]:
    """Cohort sizes by row id; for the rows beneath, how many stand behind their first cell."""
    of_cohorts, ids = result.table.drop_duplicates("cohort"), row_ids(result)
    beneath = table[table["row"].isin(BENEATH)].sort_values("age").groupby("row")["n"].first()
    return {
        **{ids[r.cohort]: int(r.size) for r in frame.rows(of_cohorts)},
        **{str(row): int(n) for row, n in beneath.items()},
    }


def row_label(cohort: Any, result: Retention, lang: str) -> str:
    """A start cohort's name, or the attribute's value."""
    from csdata.analyses.retention_rows import row_name

    name = row_name(result, cohort)
    return name.say(lang) if isinstance(name, Message) else name


def cohort_label(
    cohort: pd.Timestamp,
    period: clock.Period,
    lang: str,
    *,
    fiscal_start: int = clock.FISCAL_START,
) -> str:
    """``2025/04``, ``2025年度 Q1`` or ``2025年度``; ``2025-04``, ``FY2025 Q1``, ``FY2025``."""
    from csdata.analyses.retention_rows import cohort_name

    return cohort_name(cohort, period, fiscal_start=fiscal_start).say(lang)


def _shown(table: pd.DataFrame) -> list[Any]:
    """Rows that have a share; a cell without one has nobody eligible yet and stays empty."""
    return frame.rows(table[table["share"].notna()]) if len(table) else []


def _cohort_cell(r: Any, row: str, result: Retention, lang: str) -> dict[str, object]:
    if r.complete:
        completes = text("chart.complete", lang)
    elif pd.isna(r.completes_on):
        completes = text("chart.completes_never", lang)
    else:
        completes = text("chart.completes_on", lang, day=r.completes_on)
    return {
        "row": row,
        "cohort": row,
        **_figures(r, int(r.eligible), lang),
        "incomplete": not r.complete,
        "conditional": bool(r.conditional),
        "may_rise": bool(r.may_rise),
        "known": text("chart.known", lang, eligible=int(r.eligible), size=int(r.size)),
        "step": "–" if pd.isna(r.step) else text("chart.percent", lang, share=r.step),
        "completes": completes,
        "title": row_label(r.cohort, result, lang),
    }


def _whole_cell(r: Any, row: str, n: int, lang: str) -> dict[str, object]:
    return {
        "row": row,
        "cohort": row,
        **_figures(r, n, lang),
        "incomplete": False,
        "conditional": False,
        "may_rise": False,
        "step": "–",
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
        "bounds": "" if pd.isna(r.lower) else f"{100 * r.lower:.0f}–{100 * r.upper:.0f}",
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
