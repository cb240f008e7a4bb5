"""Several rows of one customer → one: whose words count, and which amounts are added up.

A report of accounts with their products has a row for each product; accounts that were merged or
belong to one group have a row each. Spans become lives (:mod:`.lives`); here is what else a
customer has.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from csdata.i18n import Message, message
from csdata.intake import lives
from csdata.intake.join_rules import JoinRules
from csdata.schema import MONEY, NUMBERS

AMOUNTS: Final = tuple(c for c in NUMBERS["customers"] if c in MONEY)
_FOREVER: Final = dt.date(9999, 1, 1)
_LIFE: Final = "_life"
_GIVEN: Final = "_given"


def repeated(customers: pd.DataFrame) -> bool:
    """Whether a customer has several rows."""
    return bool(customers["customer_id"].dropna().duplicated().any())


def one_each(
    own: pd.DataFrame,
    life: pd.DataFrame,
    *,
    given: pd.Series,
    rules: JoinRules,
    as_of: dt.date | None,
) -> tuple[pd.DataFrame, list[Message]]:
    """What is known of each life, from the rows of its customer.

    The row with the latest start counts (or the first, as the rules say); of a group that of its
    head. The monthly amounts of rows that run side by side are added up, as of the last day that
    the life is known to run; an amount that every row of an account repeats is the account's, and
    counts once.

    Args:
        own: Rows of the customers, on the ids that they are counted under.
        life: ``customer_id``, ``account``, ``start``, ``end`` of each life.
        given: Ids of the accounts that the rows were of at first, by the index of ``own``.
        rules: ``attributes``, ``amounts``, ``customer``.
        as_of: 基準日 as stated.

    Returns:
        A row for each life, ``customer_id`` and the columns of ``own`` but its dates; sentences.
    """
    rows = own.assign(**{_GIVEN: given.reindex(own.index)})
    if "start" in own:
        rows = rows.assign(**{_LIFE: lives.assigned(own, life, "start")})
    else:
        ids = life[["account", "customer_id"]].rename(columns={"customer_id": _LIFE})
        rows = rows.merge(ids, left_on="customer_id", right_on="account").drop(columns="account")
    rows = _in_order(rows, rules)
    chosen = rows.drop_duplicates(_LIFE).set_index(_LIFE)
    said = [_tell(own, rules)]
    for column in AMOUNTS:
        if column in own:
            total, notes = _amount(rows, life, column, rules=rules, as_of=as_of)
            chosen[column] = total.reindex(chosen.index)
            said += notes
    gone = ["customer_id", "start", "end", "tenure_months", "churned", "observed_from", _GIVEN]
    return chosen.drop(columns=gone, errors="ignore").reset_index(names="customer_id"), said


def _in_order(rows: pd.DataFrame, rules: JoinRules) -> pd.DataFrame:
    """Rows with the one that counts first in each life."""
    head = (rows[_GIVEN] != rows["customer_id"]) & (rules.customer == "group")
    rows = rows.assign(_head=head)
    by = [_LIFE, "_head", *(["start"] if "start" in rows else [])]
    latest = rules.attributes != "first"
    return rows.sort_values(by, ascending=[True, True, not latest][: len(by)], kind="stable").drop(
        columns="_head"
    )


def _tell(own: pd.DataFrame, rules: JoinRules) -> Message:
    ids = own["customer_id"].dropna()
    several = ids[ids.duplicated(keep=False)]
    key = "group" if rules.customer == "group" else rules.attributes or "last"
    return message(f"note.repeated_{key}", customers=several.nunique(), rows=len(several))


def _amount(
    rows: pd.DataFrame, life: pd.DataFrame, column: str, *, rules: JoinRules, as_of: dt.date | None
) -> tuple[pd.Series, list[Message]]:
    """One amount of each life, and what was done for it."""
    counted = _running(rows, life, as_of) if column == "mrr" and "start" in rows else rows
    once = _is_of_account(rows, column) if rules.amounts is None else rules.amounts == "once"
    if once:
        counted = counted.drop_duplicates([_LIFE, _GIVEN])
    of_life = counted.groupby(_LIFE)[column]
    total, known, size = of_life.sum(min_count=1), of_life.count(), of_life.size()
    said: list[Message] = []
    if (counted[_LIFE].duplicated(keep=False)).any():
        said.append(message("note.amounts_sum", column=message(f"field.{column}")))
    if once and rows[_GIVEN].duplicated().any():
        said.append(message("note.amounts_once", column=message(f"field.{column}")))
    if n := int(((known > 0) & (known < size)).sum()):
        said.append(message("note.amounts_partly", column=message(f"field.{column}"), n=n))
    return total, said


def _running(rows: pd.DataFrame, life: pd.DataFrame, as_of: dt.date | None) -> pd.DataFrame:
    """The rows that run on the last day that their life is known to."""
    seen = np.datetime64(as_of or _FOREVER, "us")
    last = life["end"].to_numpy(dtype="datetime64[us]") - np.timedelta64(1, "D")
    last = np.where(last < seen, last, seen)  # a missing end compares false
    day = pd.Series(last, index=life["customer_id"]).reindex(rows[_LIFE]).to_numpy()
    ends = rows["end"] if "end" in rows else pd.Series(pd.NaT, rows.index)
    runs = (rows["start"] <= day) & (ends.isna() | (ends > day))
    return rows[runs.to_numpy(dtype=bool)]


def _is_of_account(rows: pd.DataFrame, column: str) -> bool:
    """Whether every account with several rows has one and the same amount in all of them."""
    several = rows[rows.duplicated(_GIVEN, keep=False)].groupby(_GIVEN)[column]
    spread = several.max() - several.min()
    return bool(len(spread)) and bool((spread.fillna(0) == 0).all())


def latest(spans: pd.DataFrame, life: pd.DataFrame) -> pd.Series:
    """The row of the contract with the latest start in each life, in the order of the lives."""
    rows = spans.loc[spans["customer_id"].notna() & spans["start"].notna()]
    of_life = lives.assigned(rows, life, "start")
    rows = rows.assign(**{_LIFE: of_life}).sort_values("start", ascending=False, kind="stable")
    first = rows.drop_duplicates(_LIFE)
    return life["customer_id"].map(pd.Series(first.index, index=first[_LIFE]))


def untimed(own: pd.DataFrame, rules: JoinRules) -> tuple[pd.DataFrame, list[Message]]:
    """Customers of whose time nothing is known: the last of their rows, or the first."""
    kept = own.drop_duplicates("customer_id", keep=rules.attributes or "last")
    return kept.reset_index(drop=True), [_tell(own, rules)]


def tenures(own: pd.DataFrame, rules: JoinRules) -> tuple[pd.DataFrame, list[Message]]:
    """Customers without dates: as long as the longest row; gone when every row is."""
    rows = own.assign(_order=np.arange(len(own)))
    rows = rows.sort_values("tenure_months", ascending=rules.attributes == "first", kind="stable")
    groups = rows.groupby("customer_id", sort=False)
    longest, gone = groups["tenure_months"].max(), groups["churned"].min()
    made = rows.drop_duplicates("customer_id").sort_values("_order").drop(columns="_order")
    made = made.assign(
        tenure_months=made["customer_id"].map(longest), churned=made["customer_id"].map(gone)
    )
    several = own.loc[own["customer_id"].duplicated(keep=False), "customer_id"]
    note = message("note.repeated_tenures", customers=several.nunique(), rows=len(several))
    return made.reset_index(drop=True), [note]
