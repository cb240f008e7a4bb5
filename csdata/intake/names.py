"""Customers that another file calls otherwise: a name joins nothing, it only makes a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from csdata.company_names import name_key

NONE: Final = pd.DataFrame(columns=["given", "customer_id", "name", "file"], dtype=object)
"""No suggestion."""


def suggest(others: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Customers that another file may mean, by name.

    Args:
        others: ``given`` (id or name in the other file), ``called`` (name, missing if it has none),
            ``file``; one row each.
        customers: ``customer_id`` and ``name``.

    Returns:
        ``given``, ``customer_id``, ``name``, ``file``: one row for each that fits exactly one
        customer. Where several customers share a name nothing is suggested.
    """
    customers = customers.drop_duplicates("customer_id")
    keys = customers["name"].dropna().astype(str).map(name_key)
    known = customers.loc[keys.index].assign(key=keys)
    known = known[(known["key"] != "") & ~known["key"].duplicated(keep=False)]
    called = others["called"].fillna(others["given"]).astype(str)
    asked = others.assign(key=called.map(name_key))
    found = asked.merge(known[["key", "customer_id", "name"]], on="key")
    return found[["given", "customer_id", "name", "file"]].reset_index(drop=True)


def duplicates(customers: pd.DataFrame) -> Mapping[str, tuple[str, ...]]:
    """Names that several customers share, each with their ids."""
    customers = customers.drop_duplicates("customer_id")
    keys = customers["name"].dropna().astype(str).map(name_key)
    same = keys[(keys != "") & keys.duplicated(keep=False)]
    groups = customers.loc[same.index].groupby(same, sort=True)["customer_id"]
    return {str(key): tuple(map(str, ids)) for key, ids in groups}
