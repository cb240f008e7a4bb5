"""One customer under several ids: a renewal entered as a new account, or a company twice."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses.quality.facts import Facts, span, tail
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Finding
from csdata.company_names import name_key

FEWEST: Final = 5
"""Pairs that a pattern is seen in."""
RARE: Final = 1e-4
TIMES: Final = 3
"""Times as many successions as chance would bring among companies of the same name."""
SOONEST, LATEST = span(-31), span(92)
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
    pairs = _successions(named)
    if len(pairs) < FEWEST:
        return None
    expected = _by_chance(facts, named)
    if len(pairs) < TIMES * expected or tail(len(pairs), expected) >= RARE:
        return None
    return made(
        "renewed_as_new",
        "lower",
        facts,
        pairs,
        "end",
        "next_account",
        "next_start",
        of=len(facts.left),
        after=facts.retention(_joined(facts, pairs)),
        expected=expected,
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """The customers with a name, and the form in which names are compared."""
    rows = rows[rows["name"].notna()]
    names = rows["name"].astype(str)
    return rows.assign(_key=names.map(_written))[names.map(name_key) != ""]


def _successions(named: pd.DataFrame) -> pd.DataFrame:
    """Departures with the account that follows (``next_account``, ``next_start``), each once."""
    left = named[named["_left"]].assign(_from=lambda rows: rows["end"] + SOONEST)
    later = named[["_key", "customer_id", "start"]].rename(
        columns={"customer_id": "next_account", "start": "next_start"}
    )
    found = pd.merge_asof(
        left.sort_values("_from"),
        later.sort_values("next_start"),
        left_on="_from",
        right_on="next_start",
        by="_key",
        direction="forward",
        tolerance=LATEST - SOONEST,
    )
    found = found[found["next_account"].notna() & (found["next_start"] > found["start"])]
    found = found.drop_duplicates("next_account")
    return found.sort_values(["next_start", "customer_id"], ignore_index=True)


def _by_chance(facts: Facts, named: pd.DataFrame) -> float:
    """Successions that would be found if accounts of one name had nothing to do with each other."""
    others = named.groupby("_key")["customer_id"].transform("size") - 1
    starts = np.sort(facts.counted["start"].to_numpy())
    left = named[named["_left"] & (others > 0)]
    low = np.searchsorted(starts, (left["end"] + SOONEST).to_numpy(), side="left")
    high = np.searchsorted(starts, (left["end"] + LATEST).to_numpy(), side="right")
    return float(((high - low) / max(len(starts), 1) * others[left.index]).sum())


def _joined(facts: Facts, pairs: pd.DataFrame) -> pd.DataFrame:
    """All customers, those that follow each other as one: first start, last end."""
    start = dict(zip(facts.rows["customer_id"], facts.rows["start"], strict=True))
    for old, new in zip(pairs["customer_id"], pairs["next_account"], strict=True):
        start[new] = start[old]
    kept = facts.rows[~facts.rows["customer_id"].isin(pairs["customer_id"])]
    return kept.assign(start=kept["customer_id"].map(start))


def same_company(facts: Facts) -> Finding | None:
    """Customers of today who have the same name and agree in what a company is known by.

    Pairs of the same name (spaces and ㈱ for 株式会社 apart) that agree in industry, region, number
    of employees and revenue, as far as there are such columns, are held against those that would
    agree by chance: five and more, three times as many, with a probability below 0.0001. Without
    such columns: five and more customers, and 2 % of all, whose names are the same to the letter,
    since the same name in another legal form, or written otherwise, may be another company.
    """
    rows = _named(facts.staying)
    told = [c for c in _ATTRIBUTES if c in rows and rows[c].notna().any()]
    rows = rows.dropna(subset=told) if told else rows.assign(_key=rows["name"].astype(str))
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
