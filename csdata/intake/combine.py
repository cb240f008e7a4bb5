"""Several imports of one company: the tables by role, and how well they fit together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from csdata.i18n import Message, message
from csdata.intake import accounts, customers_of, joining, merging, names
from csdata.intake.join_rules import JoinRules
from csdata.intake.tax import unclear
from csdata.intake.won import contracts_of
from csdata.schema import ROLES, Role
from csdata.tables import LATE, Import
from csdata.taxes import Tax

MATCH = ("file", "role", "rows", "customers", "matched", "unknown", "without")


@dataclass(frozen=True, eq=False, slots=True)
class ImportSet:
    """Imports by role, joined on ``customer_id``; nothing is dropped that does not match.

    Attributes:
        imports: What was read, in the order given.
        tables: Role → rows of all imports of that role, on the ids of the customers' file.
        analysis_day: The day to analyse at. Without bridging it is ``stated_as_of``; where lives
            come from contracts it is that many days earlier (see :mod:`csdata.intake.lives`).
        match: One row per import beside those that say who is a customer: ``file``, ``role``,
            ``rows``, ``customers`` (distinct ids in it), ``matched`` (known), ``unknown`` (not
            known), ``without`` (customers that have no row in it).
        notes: The same in words, and what joining did, in order.
        leftovers: Ids without a partner: ``file``, ``role``, ``customer_id``, ``side`` (``file``:
            only there; ``customers``: only in the table of customers).
        suggestions: Customers that another file calls otherwise, by name: ``given``,
            ``customer_id``, ``name``, ``file``. Nothing is joined by them until accepted.
        exclusions: Accounts that may be no customers: ``kind``, ``customer_id``, ``name``,
            ``column``, ``value``. Nothing is left out until the rules say so.
        stated_as_of: The day given, else the one that the customers' file states, else the earliest
            that another one does: what the customers' file does not know of is unknown.
        waiting: Customers whose contract has just ended and may still be renewed.
        rules: How rows became customers, in words.
        tax: Table → column → whether its amounts include consumption tax.
        same_names: Pairs of accounts that may be one customer (:func:`.merging.same_names`).
            Nothing is merged until the rules say so.
        questions: Name of a file → what the other files leave to be asked about it.
        set_aside: Rows of the files that say who is a customer which could not be used: reason →
            how many. Rows that only repeat another one are left out.
        first_use: Whether customers were made from the usage, so that no end is known.
        days_from: The table that start and end of the customers come from; None where none tells.
    """

    imports: tuple[Import, ...]
    tables: Mapping[Role, pd.DataFrame]
    analysis_day: dt.date | None
    match: pd.DataFrame
    leftovers: pd.DataFrame
    notes: tuple[Message, ...]
    suggestions: pd.DataFrame
    exclusions: pd.DataFrame
    stated_as_of: dt.date | None = None
    waiting: tuple[str, ...] = ()
    rules: tuple[Message, ...] = ()
    currency: str | None = None
    set_aside: Mapping[str, int] = field(default_factory=dict[str, int])
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    tax: Mapping[str, Mapping[str, Tax]] = field(default_factory=dict[str, Mapping[str, Tax]])
    same_names: pd.DataFrame = field(default_factory=lambda: merging.NONE)
    questions: Mapping[str, tuple[Message, ...]] = field(
        default_factory=dict[str, tuple[Message, ...]]
    )
    first_use: bool = False
    days_from: Role | None = None


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
    rules = rules or JoinRules()
    given = tuple(imports)
    used, repeats = joining.without_repeats([i for i in given if i.role is not None])
    questions = unclear(used)
    used, apart = joining.one_money(used)
    tax, taxes = joining.taxes(used)
    frames, ids = joining.on_one_id(used, rules.accepted)
    frames, newer = joining.newest_rows(used, frames)
    by_role, deals = _by_role(used, frames)
    stated, dated = _as_of(used)
    match, leftovers = _fit(used, frames)
    suggestions = _suggestions(used, frames, by_role)
    columns = _columns(used)
    made = customers_of.customers_of(by_role, rules=rules, as_of=as_of or stated, headings=columns)
    own = by_role.get("customers")
    whole = None if own is None else accounts.candidates(own, columns)
    alike = merging.NONE if own is None else merging.same_names(own, columns, rules.same)
    late = [] if rules.observed_from is None else [_late(rules.observed_from)]
    said = [message("note.match", **r | {"role": message(f"role.{r['role']}")}) for r in match]
    return ImportSet(
        imports=given,
        tables=MappingProxyType(made.tables),
        analysis_day=made.as_of,
        match=pd.DataFrame(match, columns=list(MATCH)),
        leftovers=pd.DataFrame(leftovers, columns=["file", "role", "customer_id", "side"]),
        notes=(*said, *dated, *repeats, *apart, *taxes, *ids, *newer, *deals, *made.rules, *late),
        suggestions=suggestions,
        exclusions=accounts.NONE if whole is None else whole,
        stated_as_of=as_of or stated,
        waiting=made.waiting,
        rules=(*deals, *made.rules, *late),
        currency=_currency(used),
        set_aside=_set_aside(used),
        columns=columns,
        tax=tax,
        same_names=alike,
        questions=questions,
        first_use=made.first_use,
        days_from=made.days_from,
    )


def _late(day: dt.date) -> Message:
    return message(LATE, day=day)


def _by_role(
    used: Sequence[Import], frames: Sequence[pd.DataFrame]
) -> tuple[dict[Role, pd.DataFrame], list[Message]]:
    """Role → the rows of all files; won opportunities are contracts, unless there is a file."""
    parts: dict[str, list[pd.DataFrame]] = {}
    notes: list[Message] = []
    for imported, frame in zip(used, frames, strict=True):
        if imported.role == "opportunities":
            made, said = contracts_of(frame, file=imported.name, headings=imported.columns)
            parts.setdefault("deals", []).append(made)
            notes += said
        else:
            parts.setdefault(str(imported.role), []).append(frame)
    deals = parts.pop("deals", None)
    if deals and "contracts" in parts:
        # A deal and the contract it led to are the same span told twice.
        notes = [message("note.deals_beside", n=sum(map(len, deals)))]
    elif deals:
        parts["contracts"] = deals
    return {
        role: pd.concat(parts[role], ignore_index=True) if len(parts[role]) > 1 else parts[role][0]
        for role in ROLES
        if role in parts
    }, notes


def _fit(
    used: Sequence[Import], frames: Sequence[pd.DataFrame]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """How many ids of each file are customers, and those without a partner on either side."""
    pairs = list(zip(used, frames, strict=True))
    base = _base(used)
    known = set[str]().union(*(_ids(t) for i, t in pairs if i.role in base))
    match: list[dict[str, Any]] = []
    leftovers: list[dict[str, Any]] = []
    for imported, table in pairs:
        if imported.role in base:
            continue
        ids = _ids(table)
        where: dict[str, Any] = {"file": imported.name, "role": imported.role}
        found = (len(table), len(ids), len(ids & known), len(ids - known), len(known - ids))
        match.append(where | dict(zip(MATCH[2:], found, strict=True)))
        for side, alone in (("file", ids - known), ("customers", known - ids)):
            leftovers += [where | {"customer_id": i, "side": side} for i in sorted(alone)]
    return match, leftovers


def _suggestions(
    used: Sequence[Import], frames: Sequence[pd.DataFrame], by_role: Mapping[Role, pd.DataFrame]
) -> pd.DataFrame:
    customers = by_role.get("customers")
    if customers is None or "name" not in customers:
        return names.NONE
    return names.suggest(joining.strangers(used, frames), customers[["customer_id", "name"]])


def _base(used: Sequence[Import]) -> tuple[str, ...]:
    """The roles that say who is a customer: their own file, else contracts and deals, else use."""
    there = {i.role for i in used}
    if "customers" in there:
        return ("customers",)
    return ("contracts", "opportunities") if there & {"contracts", "opportunities"} else ("usage",)


def _set_aside(used: Sequence[Import]) -> dict[str, int]:
    base = _base(used)
    reasons = Counter(str(r) for i in used if i.role in base for r in i.set_aside["reason"])
    return {r: n for r, n in sorted(reasons.items()) if not r.startswith("duplicate")}


def _columns(used: Sequence[Import]) -> dict[str, str]:
    """Column of the customers → heading, from the files that say who is one."""
    base = _base(used)
    return {name: header for i in used if i.role in base for name, header in i.columns.items()}


def _currency(used: Sequence[Import]) -> str | None:
    """The currency of all amounts, if the files agree."""
    stated = {i.currency for i in used if i.currency is not None}
    return stated.pop() if len(stated) == 1 else None


def _as_of(imports: Sequence[Import]) -> tuple[dt.date | None, list[Message]]:
    """The as-of date of several files, and a sentence when they do not agree."""
    stated = {i.as_of for i in imports if i.as_of is not None}
    own = [i.as_of for i in imports if i.as_of is not None and i.role == "customers"]
    chosen = min(own or stated, default=None)
    if len(stated) < 2:  # noqa: PLR2004 (one date, or none)
        return chosen, []
    return chosen, [message("note.several_as_of", day=chosen, latest=max(stated))]


def _ids(table: pd.DataFrame) -> set[str]:
    return set(table["customer_id"].dropna().astype(str))
