"""Groups of customers compared: by how much one stays longer than another, in words and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.analyses.portfolio_survival import FEW
from csui import compute, curves, downloads, lists, page
from csui.compare import points_with
from csui.text import safe, say, t

if TYPE_CHECKING:
    from csdata.analyses.survival import Pairs
    from csdata.analyses.survival_differences import SurvivalDifferences

_SAID: Final = 3
"""Pairs that each get a sentence; more are in the table alone."""
_TINY: Final = 0.001


def between(view: page.View, *, group: str | None, landmark: float | None) -> None:
    """The sentences, the table and, folded, the method; without a group what to choose."""
    st.subheader(t("page.differences.title"), anchor=False)
    if group is None:
        st.caption(t("page.differences.choose"))
        return
    with page.user_errors(fatal=False):
        found = compute.survival_differences(view.data, group=group, landmark=landmark)
        for sentence in _sentences(found):
            page.said(sentence)
        if len(found.table):
            lists.table(_table(found), key="survival.differences")
        _caption(found, landmark)
        _csv(found)
        _method(found)


def _sentences(found: SurvivalDifferences) -> list[Any]:
    """By how much the pairs differ, if they are few, and whether they do over the whole course."""
    amounts = list(found.means["finding"]) if len(found.means) <= _SAID else [found.finding]
    if len(found.groups) == 2 or found.pairs is None:  # noqa: PLR2004 (one pair)
        return [found.finding, *(m for m in amounts if m is not found.finding)]
    return [*(amounts or [found.finding]), found.pairs.finding]


def _table(found: SurvivalDifferences) -> pd.DataFrame:
    """One row per pair: the differences at the fixed months and of the mean months."""
    shares = found.table.set_index(["group", "reference"])
    times = list(found.table["time"].drop_duplicates())
    pairs = list(dict.fromkeys(shares.index))
    columns: dict[str, list[str]] = {
        t("page.differences.pair"): [
            t("page.differences.minus", a=curves.group_name(a), b=curves.group_name(b))
            for a, b in pairs
        ]
    }
    for time in times:
        at = found.table[found.table["time"] == time]
        columns[t("page.differences.at", m=time)] = [_points(row) for _, row in at.iterrows()]
    if len(found.means) and found.tau is not None:
        columns[t("page.differences.mean", m=found.tau)] = [
            _months(row) for _, row in found.means.iterrows()
        ]
    return pd.DataFrame(columns)


def _points(row: pd.Series) -> str:
    if row["at_risk"] < FEW:
        return t("page.differences.few", n=FEW)
    return points_with(row["difference"], row["lower"], row["upper"])


def _months(row: pd.Series) -> str:
    if row[["difference", "lower", "upper"]].isna().any():
        return "–"
    return t(
        "page.differences.months", value=row["difference"], lower=row["lower"], upper=row["upper"]
    )


def _caption(found: SurvivalDifferences, landmark: float | None) -> None:
    """How to read the table, and who is not in it."""
    said = [t("page.differences.cause")]
    if len(found.table):
        said = [t("page.differences.read"), t("page.differences.whole"), *said]
    if landmark:
        said.append(t("page.differences.later", m=landmark))
    said += [say(note) for note in found.notes if note.key.startswith("differences.")]
    st.caption("\n".join(f"- {safe(line)}" for line in said))


def _csv(found: SurvivalDifferences) -> None:
    """Differences at fixed months and of mean months in one table."""
    means = found.means.assign(time=found.tau)
    tables = {"share": found.table, "mean_months": means}
    whole = pd.concat(
        [rows.assign(measure=measure) for measure, rows in tables.items() if len(rows)] or [means]
    )
    whole = whole.assign(finding=[say(m) for m in whole["finding"]])
    for column in ("group", "reference"):
        whole[column] = [curves.group_name(g) for g in whole[column]]
    downloads.below(
        whole,
        name="survival_differences",
        key="survival.differences_csv",
        label=t("page.differences.csv"),
    )


def _method(found: SurvivalDifferences) -> None:
    """The standard terms, for who asks for them."""
    with st.expander(t("page.differences.method"), icon=":material/functions:"):
        lines = [safe(found.definition)]
        if found.test is not None:
            test = found.test
            p = _p(test.p_value)
            lines.append(t("page.differences.test", value=test.statistic, df=test.df, p=p))
        if found.pairs is not None:
            lines.append(safe(found.pairs.definition))
        st.markdown("\n".join(f"- {line}" for line in lines))
        if found.pairs is not None:
            lists.table(_pairs(found.pairs), key="survival.pairs")


def _pairs(pairs: Pairs) -> pd.DataFrame:
    table = pairs.table
    others = [
        t("page.differences.rest") if pairs.against == "rest" else curves.group_name(b)
        for b in table["b"]
    ]
    return pd.DataFrame(
        {
            t("page.differences.pair"): [
                t("page.differences.against", a=curves.group_name(a), b=b)
                for a, b in zip(table["a"], others, strict=True)
            ],
            t("page.differences.p"): [_p(p) for p in table["p_value"]],
            t("page.differences.p_adjusted"): [_p(p) for p in table["p_adjusted"]],
        }
    )


def _p(value: float) -> str:
    if pd.isna(value):
        return "–"
    return f"< {_TINY}" if value < _TINY else f"{value:.3f}"
