"""Two rows of the retention picture compared: which two, at what age, and what may be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from csui import cohorts, compute, figures, lists, page, widgets
from csui.text import safe, say, t

if TYPE_CHECKING:
    from csdata.analyses.retention import Retention
    from csdata.analyses.retention_compare import RetentionComparison
    from csui.measures import Choices


def two_rows(view: page.View, result: Retention, choices: Choices) -> None:
    """The choice of two rows and an age, the sentence and the figures behind it."""
    from csdata.analyses.retention_compare import default_age, default_rows

    age = default_age(result)
    pair = default_rows(result, age)
    if pair is None:
        st.caption(t("page.retention.compare_none"))
        return
    rows = list(dict.fromkeys(result.table["cohort"]))
    # Rows of another grouping are other options, so that what was chosen does not stand for them.
    kind = f"{result.by or result.cohort}"
    options = [f"{kind}:{i}" for i in range(len(rows))]
    places = {option: i for i, option in enumerate(options)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = [
            widgets.one_of(
                f"retention.{side}",
                options,
                words=lambda option: cohorts.label(rows[places[option]], result),
                default=options[rows.index(row)],
            )
            for side, row in zip(("a", "b"), pair, strict=True)
        ]
        at = cohorts.age(result, "retention.at", default=age)
    a, b = (rows[places[option]] for option in chosen)
    if chosen[0] == chosen[1]:
        st.caption(t("page.retention.compare_same"))
        return
    with page.user_errors(fatal=False):
        found = compute.retention_comparison(view.data, a=a, b=b, age=at, **choices.arguments())
        page.said(found.finding)
        _figures(result, found)


def _figures(result: Retention, found: RetentionComparison) -> None:
    rows: list[dict[str, Any]] = []
    for _, row in found.table.iterrows():
        cohort = None if result.by is not None and pd.isna(row["cohort"]) else row["cohort"]
        rows.append(
            {
                t("page.retention.compare_row"): cohorts.label(cohort, result),
                t("page.retention.compare_share"): figures.share_with(
                    row["share"], row["lower"], row["upper"]
                ),
                t("page.retention.compare_n"): f"{row['n']:,}",
                t("page.retention.compare_size"): f"{row['size']:,}",
            }
        )
    rows.append(
        {
            t("page.retention.compare_row"): t("page.retention.compare_difference"),
            t("page.retention.compare_share"): points_with(
                found.difference if found.enough else float("nan"), found.lower, found.upper
            ),
            t("page.retention.compare_n"): "",
            t("page.retention.compare_size"): "",
        }
    )
    lists.table(pd.DataFrame(rows), key="retention.comparison")
    said = [say(found.how)]
    if found.finding.key == "retention.compare.finding_few":
        said.append(t("page.retention.compare_wider"))
    said += [say(n) for n in found.notes if n.key == "retention.compare.many"]
    st.caption("\n".join(f"- {safe(line)}" for line in said))


def points_with(value: float, lower: float, upper: float) -> str:
    """+11 pt (+3 – +19); a difference that is not known is a dash."""
    if pd.isna(value) or pd.isna(lower) or pd.isna(upper):
        return "–"
    return t("page.retention.points", value=value, lower=lower, upper=upper)
