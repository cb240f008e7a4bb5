"""Accounts that may be one customer under two ids: suggested by name, merged only on request."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from csdata.i18n import Message, message
from csdata.intake.headers import normal
from csdata.intake.names import name_key
from csdata.schema import Role

OVERLAP: Final = 7
GAP: Final = 31
"""Days by which an account may begin before, or after, the end of another to be its successor."""

_PHONES: Final = frozenset(
    map(normal, ("電話", "電話番号", "代表電話", "代表電話番号", "TEL", "Phone"))
)
_ADDRESSES: Final = frozenset(
    map(
        normal,
        (
            *(
                "住所",
                "所在地",
                "請求先住所",
                "請求先 町名・番地",
                "町名・番地(請求先)",
                "町名・番地",
            ),
            *("Address", "Billing Address", "Billing Street", "BillingStreet"),
        ),
    )
)
_NO_SIGN: Final = re.compile(r"[\s()\-‐-―ー・,、.]+")

SAME: Final = ("given", "customer_id", "name", "other", "sign", "ended", "began")
NONE: Final = pd.DataFrame(columns=list(SAME), dtype=object)
"""No accounts that share a name."""


def resolved(same: Mapping[str, str]) -> dict[str, str]:
    """Account → the account that it ends up in, over several steps; of a circle the smallest id."""
    ends: dict[str, str] = {}
    for account in same:
        path = [account]
        while (to := same.get(path[-1])) is not None and to not in path:
            path.append(to)
        ends[account] = path[-1] if to is None else min(path[path.index(to) :])
    return {account: to for account, to in ends.items() if account != to}


def merged(
    tables: Mapping[Role, pd.DataFrame], same: Mapping[str, str]
) -> tuple[dict[Role, pd.DataFrame], tuple[Message, ...]]:
    """Every row of a merged account on the id of the account that it is merged into.

    Args:
        tables: Role → rows.
        same: Account → the account that it is merged into.

    Returns:
        The tables, and a sentence if any account was merged; ids that no table has do nothing.
    """
    to = resolved(same)
    own = tables.get("customers")
    if not to or own is None:
        return dict(tables), ()
    n = int(own["customer_id"].isin(set(to)).sum())
    moved: dict[Role, pd.DataFrame] = {
        role: rows.assign(customer_id=rows["customer_id"].map(to).fillna(rows["customer_id"]))
        for role, rows in tables.items()
    }
    return moved, (message("note.accounts_merged", n=n),) if n else ()


def same_names(
    customers: pd.DataFrame, headings: Mapping[str, str], same: Mapping[str, str]
) -> pd.DataFrame:
    """Pairs of accounts with one name, those with a sign that they are one customer first.

    Accounts of a name are put in the order of their starts, and each is compared with the next.

    Args:
        customers: Rows with ``customer_id`` and ``name``.
        headings: Column → heading in the file.
        same: What has been merged already; such pairs are left out.

    Returns:
        ``given`` (the earlier account) may be merged into ``customer_id`` (the later one); their
        names ``other`` and ``name``; ``sign``: ``follows`` (one ends where the other starts),
        ``phone``, ``address``, ``parent`` (the same), or empty: nothing but the name speaks for it;
        ``ended`` and ``began``: the end of the earlier and the start of the later one.
    """
    if "name" not in customers:
        return NONE
    rows = customers.dropna(subset=["customer_id", "name"]).drop_duplicates("customer_id")
    keys = rows["name"].astype(str).map(name_key)
    shared = (keys != "") & keys.duplicated(keep=False)
    rows = rows.loc[shared].assign(_key=keys[shared])
    order = ["_key", *(["start"] if "start" in rows else [])]
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    before = rows.shift(1)
    pairs = pd.DataFrame(
        {
            "given": before["customer_id"],
            "customer_id": rows["customer_id"],
            "name": rows["name"],
            "other": before["name"],
            "sign": _signs(rows, before, headings),
            "ended": before.get("end", pd.NaT),
            "began": rows.get("start", pd.NaT),
        }
    )[rows["_key"] == before["_key"]]
    to = resolved(same)
    ends = [pairs[c].map(to).fillna(pairs[c]) for c in ("given", "customer_id")]
    pairs = pairs[ends[0] != ends[1]]
    return pairs.sort_values("sign", key=lambda s: s == "", kind="stable", ignore_index=True)


def _signs(rows: pd.DataFrame, before: pd.DataFrame, headings: Mapping[str, str]) -> pd.Series:
    """What speaks for two rows being one customer; empty where nothing does."""
    sign = np.full(len(rows), "", dtype=object)
    for column in rows.columns:
        what = _kind(str(column), headings.get(str(column), str(column)))
        if what:
            one, two = (frame[column].map(_plain, na_action="ignore") for frame in (rows, before))
            alike = (one == two) & one.notna() & (one != "") & (sign == "")
            sign[alike.to_numpy(dtype=bool)] = what
    if {"start", "end"} <= set(rows):
        ended = before["end"].astype("datetime64[us]")
        gap = (rows["start"].astype("datetime64[us]") - ended).dt.days
        sign[gap.between(-OVERLAP, GAP).to_numpy(dtype=bool)] = "follows"
    return pd.Series(sign, index=rows.index)


def _kind(column: str, heading: str) -> str:
    if column in ("parent", "parent_id"):
        return "parent"
    known = normal(heading)
    return "phone" if known in _PHONES else "address" if known in _ADDRESSES else ""


def _plain(value: object) -> str:
    return _NO_SIGN.sub("", unicodedata.normalize("NFKC", str(value)[:200]).casefold())
