"""One customer under several ids: a renewal entered as a new account, or a company twice."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses.quality.facts import Facts, tail
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Finding
from csdata.company_names import name_key

FEWEST: Final = 5
"""Pairs that a pattern is seen in."""
RARE: Final = 1e-4
TIMES: Final = 3
"""Times as many successions as chance would bring among companies of the same name."""
SOONEST, LATEST = pd.Timedelta(days=-31), pd.Timedelta(days=92)
"""A new account begins at most a month before and three months after the old one has ended."""
SHARE: Final = 0.02
"""Of the customers, where nothing but the name can be compared."""
_ATTRIBUTES: Final = ("industry", "region", "employees", "annual_revenue")
"""What is the same where the company is the same."""
_STOCK: Final = re.compile(r"\(株\)")


def renewed_as_new(facts: Facts) -> Finding | None:
    """An account ends, and another one of the same name begins about that time.

    So it looks when a renewal is entered as a new account; the first one then counts as a
    departure. Different companies may share a name (株式会社 and 合同会社 are two), so the
    successions are held against those that chance would bring: for every departure and every other
    account of its name, the share of all accounts that begin in the four months around it. Five and
    more, three times as many, with a probability below 0.0001. Joining them measures the size.
    """
    named = _named(facts.counted)
    named = named.sort_values(["_key", "start", "customer_id"], kind="stable")
    follows = named["_key"].eq(named["_key"].shift(-1))
    gap = named["start"].shift(-1) - named["end"]
    handed = follows & named["_left"] & (gap >= SOONEST) & (gap <= LATEST)
    n = int(handed.sum())
    if n < FEWEST:
        return None
    expected = _by_chance(facts, named)
    if n < TIMES * expected or tail(n, expected) >= RARE:
        return None
    successor = named["customer_id"].shift(-1).where(handed)
    rows = named.assign(next_account=successor, next_start=named["start"].shift(-1))[handed]
    return made(
        "renewed_as_new",
        "lower",
        facts,
        rows,
        "end",
        "next_account",
        "next_start",
        of=len(facts.left),
        after=facts.retention(_joined(facts, named, handed)),
        expected=expected,
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """The customers with a name, and the form in which names are compared."""
    key = rows["name"].dropna().astype(str).map(name_key)
    return rows.loc[key.index[key != ""]].assign(_key=key[key != ""])


def _by_chance(facts: Facts, named: pd.DataFrame) -> float:
    """Successions that would be found if accounts of one name had nothing to do with each other."""
    others = named.groupby("_key")["customer_id"].transform("size") - 1
    starts = np.sort(facts.counted["start"].to_numpy())
    left = named[named["_left"] & (others > 0)]
    low = np.searchsorted(starts, (left["end"] + SOONEST).to_numpy(), side="left")
    high = np.searchsorted(starts, (left["end"] + LATEST).to_numpy(), side="right")
    return float(((high - low) / max(len(starts), 1) * others[left.index]).sum())


def _joined(facts: Facts, named: pd.DataFrame, handed: pd.Series) -> pd.DataFrame:
    """All customers, those that follow each other as one: first start, last end."""
    chain = (~handed.shift(1, fill_value=False)).cumsum()
    first = named.groupby(chain)["start"].transform("first")
    kept = facts.rows.drop(index=named.index[handed])
    return kept.assign(start=first.reindex(kept.index).fillna(kept["start"]))


def same_company(facts: Facts) -> Finding | None:
    """Customers of today who have the same name and agree in what a company is known by.

    Pairs of the same name (spaces and ㈱ for 株式会社 apart) that agree in industry, region, number
    of employees and revenue, as far as there are such columns, are held against those that would
    agree by chance: five and more, three times as many, with a probability below 0.0001. Without
    such columns: five and more customers, and 2 % of all, whose names are the same.
    """
    rows = facts.staying[facts.staying["name"].notna()]
    rows = rows.assign(_key=rows["name"].astype(str).map(_written))
    rows = rows[rows["_key"].map(lambda key: name_key(key) != "")]
    told = [c for c in _ATTRIBUTES if c in rows and rows[c].notna().any()]
    rows = rows.dropna(subset=told)
    same = rows[rows.duplicated(["_key", *told], keep=False)].sort_values(["_key", "customer_id"])
    if told:
        seen = _pairs(rows, ["_key", *told])
        agree = float(np.prod([_agreement(rows[c]) for c in told]))
        expected = _pairs(rows, ["_key"]) * agree
        if seen < max(FEWEST, TIMES * expected) or tail(seen, expected) >= RARE:
            return None
    elif len(same) < max(FEWEST, SHARE * len(rows)):
        return None
    return made(
        "same_company",
        "blur",
        facts,
        same,
        *told,
        "start",
        of=len(facts.staying),
        effect="twice",
        groups=int(same["_key"].nunique()),
    )


def _written(name: str) -> str:
    """The name with its legal form, without spaces, in one width and case."""
    text = unicodedata.normalize("NFKC", name[:200]).casefold()
    return _STOCK.sub("株式会社", "".join(text.split()))


def _pairs(rows: pd.DataFrame, columns: list[str]) -> float:
    n: Any = rows.groupby(columns).size().to_numpy(float)
    return float((n * (n - 1) / 2).sum())


def _agreement(column: pd.Series) -> float:
    """Probability that two customers agree by chance."""
    return float((column.value_counts(normalize=True) ** 2).sum())
