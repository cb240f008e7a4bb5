"""Several imports of one company: the tables by role, and how well they fit together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from csdata.i18n import Message, message
from csdata.intake.join_rules import JoinRules
from csdata.schema import ROLES, Role
from csdata.tables import Import


@dataclass(frozen=True, eq=False, slots=True)
class ImportSet:
    """Imports by role, joined on ``customer_id``; nothing is dropped that does not match.

    Attributes:
        imports: What was read, in the order given.
        tables: Role → rows of all imports of that role.
        as_of: The day that the customers' file states for itself, else the earliest that another
            one does: what the customers' file does not know of is unknown.
        match: One row per import that is not of customers: ``file``, ``role``, ``rows``,
            ``customers`` (distinct ids in it), ``matched`` (of them known), ``unknown`` (not
            known), ``without`` (customers that have no row in it).
        notes: The same in words, one sentence per import.
        leftovers: Ids without a partner: ``file``, ``role``, ``customer_id``, ``side`` (``file``:
            only there; ``customers``: only in the table of customers).
    """

    imports: tuple[Import, ...]
    tables: Mapping[Role, pd.DataFrame]
    as_of: dt.date | None
    match: pd.DataFrame
    leftovers: pd.DataFrame
    notes: tuple[Message, ...]


def combine(
    imports: Iterable[Import],
    *,
    rules: JoinRules | None = None,
    as_of: dt.date | None = None,
) -> ImportSet:
    """Put imports together, in whatever order they come.

    Args:
        imports: What :func:`csdata.read_export` returned.
        rules: How contracts become customers' lives, and who counts as a customer.
        as_of: 基準日; default what the files state.
    """
    imports = tuple(imports)
    tables: dict[Role, pd.DataFrame] = {}
    for role in ROLES:
        frames = [i.table for i in imports if i.role == role]
        if frames:
            tables[role] = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    known = _ids(tables["customers"]) if "customers" in tables else set[str]()
    match: list[dict[str, Any]] = []
    leftovers: list[dict[str, Any]] = []
    for imported in imports:
        if imported.role is None or imported.role == "customers":
            continue
        ids = _ids(imported.table)
        where: dict[str, Any] = {"file": imported.name, "role": imported.role}
        match.append(
            where
            | {
                "rows": len(imported.table),
                "customers": len(ids),
                "matched": len(ids & known),
                "unknown": len(ids - known),
                "without": len(known - ids),
            }
        )
        for side, alone in (("file", ids - known), ("customers", known - ids)):
            leftovers += [where | {"customer_id": i, "side": side} for i in sorted(alone)]
    stated, dated = _as_of(imports)
    return ImportSet(
        imports=imports,
        tables=MappingProxyType(tables),
        as_of=as_of or stated,
        match=pd.DataFrame(
            match,
            columns=["file", "role", "rows", "customers", "matched", "unknown", "without"],
        ),
        leftovers=pd.DataFrame(leftovers, columns=["file", "role", "customer_id", "side"]),
        notes=(
            *(message("note.match", **r | {"role": message(f"role.{r['role']}")}) for r in match),
            *dated,
        ),
    )


def _as_of(imports: tuple[Import, ...]) -> tuple[dt.date | None, list[Message]]:
    """The as-of date of several files, and a sentence when they do not agree."""
    stated = {i.as_of for i in imports if i.as_of is not None}
    own = [i.as_of for i in imports if i.as_of is not None and i.role == "customers"]
    chosen = min(own or stated, default=None)
    if len(stated) < 2:  # noqa: PLR2004 (one date, or none)
        return chosen, []
    return chosen, [message("note.several_as_of", day=chosen, latest=max(stated))]


def _ids(table: pd.DataFrame) -> set[str]:
    return set(table["customer_id"].dropna().astype(str))
