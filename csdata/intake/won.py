"""Opportunities → contracts: only those that were won, a span each, amounts by the month."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csdata import clock
from csdata.i18n import Message, message
from csdata.intake.catalogue import outcomes
from csdata.intake.headers import normal


def contracts_of(
    deals: pd.DataFrame, *, file: str, headings: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Message]]:
    """The contracts that won opportunities stand for.

    Args:
        deals: ``customer_id``, ``close_date``; optionally ``won``, ``stage``, ``start``, ``end``,
            ``term_months``, ``mrr``, ``plan``, ``name``.
        file: For the sentences.
        headings: Column → heading in the file.

    A deal counts as won by its ``won`` column, else by its stage (a list of words in the data
    file), else, where it has neither, every deal does and the sentence says so. It starts on its
    ``start``, else on its close date; it ends on its ``end``, else after its term, else it is open.
    """
    won, why = _won(deals, file, headings)
    rows = deals.loc[won]
    start = rows["start"] if "start" in rows else pd.Series(pd.NaT, rows.index)
    start = start.fillna(rows["close_date"]).astype("datetime64[us]")
    made = rows.drop(
        columns=["close_date", "won", "stage", "amount", "probability"], errors="ignore"
    )
    made = made.assign(start=start)
    if "end" not in made:
        made = made.assign(end=pd.Series(pd.NaT, rows.index, dtype="datetime64[us]"))
    return made, why


def _won(
    deals: pd.DataFrame, file: str, headings: Mapping[str, str]
) -> tuple[pd.Series, list[Message]]:
    if "won" in deals:
        won = deals["won"].astype("boolean").fillna(value=False).astype(bool)
        column = headings.get("won", "won")
    elif "stage" in deals:
        said = outcomes()
        stages = deals["stage"].astype("string")
        of = {s: said.get(normal(str(s)), False) for s in stages.dropna().unique()}
        won = stages.map(of).astype("boolean").fillna(value=False).astype(bool)
        column = headings.get("stage", "stage")
    else:
        return pd.Series(data=True, index=deals.index), [
            message("note.deals_all", file=file, n=len(deals))
        ]
    return won, [
        message("note.deals_won", file=file, n=int(won.sum()), rows=len(deals), column=column)
    ]


def with_ends(contracts: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Contracts with an end where only a term is given, and how many got one.

    ``end`` is the first day without a contract: ``start`` plus the term. Where a contract was left
    before its end (``cancelled``, as everywhere the last day with a contract), it ends the day
    after.
    """
    rows = contracts
    if "end" not in rows:
        rows = rows.assign(end=pd.Series(pd.NaT, rows.index, dtype="datetime64[us]"))
    n = 0
    if "term_months" in rows:
        months = rows["term_months"]
        whole = months.notna() & (months > 0) & (months == np.floor(months)) & (months <= 1200)  # noqa: PLR2004
        lacking = rows["end"].isna() & rows["start"].notna() & whole
        n = int(lacking.sum())
        if n:
            pairs = rows.loc[lacking, ["start", "term_months"]].drop_duplicates()
            ends = {
                (s, m): pd.Timestamp(clock.boundary(s.date(), int(m)))
                for s, m in pairs.itertuples(index=False)
            }
            found = [
                ends[pair]
                for pair in rows.loc[lacking, ["start", "term_months"]].itertuples(
                    index=False, name=None
                )
            ]
            end = rows["end"].astype("datetime64[us]").copy()
            end.loc[lacking] = pd.DatetimeIndex(found).as_unit("us")
            rows = rows.assign(end=end)
    if "cancelled" in rows:
        after = rows["cancelled"] + pd.Timedelta(days=1)
        early = after.notna() & ~(after >= rows["end"])
        rows = rows.assign(end=rows["end"].mask(early, after))
    return rows, n
