"""Customers whose other columns, or whose usage, say the opposite of their dates."""

from __future__ import annotations

from typing import Final

import pandas as pd

from csdata.analyses.quality.facts import Facts, span
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Finding

_LEFT: Final = (
    r"解約|退会|離脱|契約終了|利用終了|終了済|失効|脱退"
    r"|churn|cancel|terminat|closed lost|former customer|expired"
)
_NOT_YET: Final = (
    r"予定|検討|予告|申請|申込|可能|リスク|懸念|防止|阻止|未解約|なし|無し|しない"
    r"|\bnot\b|\bnon|risk|pending|will|request|scheduled|\bno\b"
)
_ACTIVE: Final = (
    r"契約中|契約継続中?|継続中?|利用中|有効|稼働中?|アクティブ|更新済み?|自動更新中?|会員"
    r"|active|activated|current|live|in service|renewed|customer"
)
_NO_REASON: Final = (
    r"|なし|無し|該当なし|特になし|未|未定|未設定|不明|継続|契約中|-+|―|ー|none|n/?a|null"
)

FEWEST: Final = 3
"""Contradictions that are more than a slip."""
NOTICE: Final = 366
"""Days from a notice within which the contract has to end: a year's contract runs no longer."""
CLOSING: Final = 31
"""Days after the end on which work may still be finished."""
SHARE: Final = 0.02
"""Of the departures whose usage is known."""


def can_say_left(facts: Facts) -> bool:
    """Whether any column says more about leaving than the dates do."""
    return (
        facts.has("status") or facts.has("churn_reason") or (facts.dated and facts.has("churned"))
    )


def says_left(facts: Facts) -> Finding | None:
    """A status, a reason or a tick says that a customer has left, but there is no date of leaving.

    Each of them counts: with the date empty they are customers for ever. A contract that ends later
    is no contradiction, nor a reason given with a notice of the last year. The size
    is measured by letting each of them leave half-way between start and 基準日 (with tenures: by
    letting them leave).
    """
    rows = facts.staying
    if facts.dated:
        rows = rows[rows["end"].isna()]
    said = pd.Series(data=False, index=rows.index)
    if "status" in rows:
        status = _text(rows["status"])
        said |= status.str.contains(_LEFT) & ~status.str.contains(_NOT_YET)
    if "churn_reason" in rows:
        said |= ~_text(rows["churn_reason"]).str.fullmatch(_NO_REASON) & ~_gave_notice(facts, rows)
    if facts.dated and "churned" in rows:
        said |= rows["churned"].fillna(value=False).astype(bool)
    rows = rows[said]
    if rows.empty:
        return None
    if facts.dated:
        half = rows["start"] + ((facts.as_of - rows["start"]) / 2).dt.floor("D")
        changed = facts.rows.assign(end=half.reindex(facts.rows.index).fillna(facts.rows["end"]))
    else:
        changed = facts.rows.assign(churned=facts.rows["_left"] | facts.rows.index.isin(rows.index))
    return made(
        "says_left",
        "higher",
        facts,
        rows,
        "status",
        "churn_reason",
        "churned",
        "start",
        "end",
        of=len(facts.staying),
        after=facts.retention(changed),
    )


def _gave_notice(facts: Facts, rows: pd.DataFrame) -> pd.Series:
    """Who has said within the last year that they will leave."""
    given = pd.Series(data=False, index=rows.index)
    if "notice" in rows:
        given |= rows["notice"] > facts.as_of - span(NOTICE)
    if "not_renewing" in rows:
        given |= rows["not_renewing"].fillna(value=False).astype(bool)
    return given


def says_active(facts: Facts) -> Finding | None:
    """The status says that a customer is one, but the date of leaving has passed.

    Mostly 契約終了日 is the end of the term that was running, and the contract was renewed. Three
    and more; the size is measured by taking their dates of leaving away.
    """
    rows = facts.left[_text(facts.left["status"]).str.fullmatch(_ACTIVE)]
    if len(rows) < FEWEST:
        return None
    return made(
        "says_active",
        "lower",
        facts,
        rows,
        "status",
        "start",
        "end",
        of=len(facts.left),
        after=facts.retention(_staying(facts, rows)),
    )


def used_after_end(facts: Facts) -> Finding | None:
    """Usage more than a month after the customer has left.

    Three and more, and 2 % of the departures whose usage is known; the size is measured by taking
    their dates of leaving away.
    """
    used = facts.left["customer_id"].map(facts.usage["last"])
    known = int(used.notna().sum())
    late = used > facts.left["end"] + span(CLOSING)
    rows = facts.left.assign(last_usage=used)[late]
    if len(rows) < max(FEWEST, SHARE * known):
        return None
    return made(
        "used_after_end",
        "lower",
        facts,
        rows,
        "start",
        "end",
        "last_usage",
        of=known,
        after=facts.retention(_staying(facts, rows)),
    )


def _staying(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    return facts.rows.assign(end=facts.rows["end"].mask(facts.rows.index.isin(rows.index)))


def _text(column: pd.Series) -> pd.Series:
    """What is written, without regard to width, case and space; empty where nothing is."""
    text = column.astype("string").fillna("").str.normalize("NFKC")
    return text.str.casefold().str.strip().astype(object)
