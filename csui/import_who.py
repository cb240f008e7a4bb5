"""Who a customer is, where a line number or an id says little: the name, and what else is known."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, Final

import numpy.typing as npt
import pandas as pd

from csdata.errors import CsDataError
from csdata.tables import Import
from csui import columns, figures, uploads
from csui.text import escape, t

_ABOUT: Final = ("name", "owner", "start", "end", "plan", "mrr", "industry", "region")
"""What tells one customer from another of the same name, as far as the files have it."""


def beside(ids: Sequence[str]) -> str:
    """Customers under each other with what is known of them, as a table in Markdown.

    What the customers' own file lacks (their dates, where those come from the contracts) is taken
    from the customers that the files make together.
    """
    about = _about(ids)
    said = [c for c in _ABOUT if c in about and about[c].notna().any()]
    heads = [columns.word("customer_id"), *map(_head, said)]
    lines = [heads, ["---"] * len(heads)]
    lines += [[i, *(_value(about.loc[i, c], c) for c in said)] for i in about.index]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _head(column: str) -> str:
    word = columns.word(column)
    bare = column == "mrr" and uploads.matched().currency is None
    return t("ui.no_currency_of", name=word) if bare else word


def _cell(text: str) -> str:
    return text if text == "---" else escape(text)


def _about(ids: Sequence[str]) -> pd.DataFrame:
    """One row per id, in their order, with whichever of the columns the files have."""
    files = [i.table for i in uploads.used() if i.role == "customers"]
    joined = uploads.customers()
    found = pd.DataFrame(index=pd.Index(ids, name="customer_id"))
    for table in (*files, *([] if joined is None else [joined])):
        rows = table[table["customer_id"].isin(ids)].drop_duplicates("customer_id")
        rows = rows.set_index("customer_id")
        found = found.combine_first(rows[[c for c in _ABOUT if c in rows]].astype(object))
    return found.reindex(pd.Index(ids))


def _value(value: Any, column: str) -> str:
    if pd.isna(value):
        return t("page.import.alike.running") if column == "end" else "–"
    if column == "end":
        return figures.day(value - pd.Timedelta(days=1))
    if column == "start":
        return figures.day(value)
    return figures.money(value, uploads.matched().currency) if column == "mrr" else str(value)


def names(imported: Import, rows: pd.Series) -> pd.Series:
    """What the customer of each row is called: the name in it, else that of its id, else the id.

    Args:
        imported: The file, whose ``raw`` has every row as it was, those set aside as well.
        rows: Lines in the file.

    Returns:
        Names on the index of ``rows``; empty where the file has no such line, or no customer in it.
    """
    lines = rows.to_numpy()
    told = [_column(imported, lines, field) for field in ("name", "customer_id")]
    known = told[1].map(_known())
    found = told[0].fillna(known).fillna(told[1]).fillna("")
    return found.set_axis(rows.index)


def _column(imported: Import, lines: npt.NDArray[Any], field: str) -> pd.Series:
    """The texts of a field at some lines; missing where there is no such column."""
    header = imported.mapping.get(field)
    if header is None or header not in imported.raw:
        return pd.Series(None, index=range(len(lines)), dtype=object)
    texts = imported.raw[header].astype(object)
    return texts[~texts.index.duplicated()].reindex(lines).reset_index(drop=True)


def _known() -> dict[str, str]:
    """Id → name, by the files that say who is a customer; none while they cannot be joined."""
    with contextlib.suppress(CsDataError):
        rows = uploads.customers()
        if rows is not None and "name" in rows:
            named = rows.dropna(subset=["customer_id", "name"])
            return dict(
                zip(named["customer_id"].astype(str), named["name"].astype(str), strict=True)
            )
    return {}
