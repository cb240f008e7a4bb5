"""Rows of all files → customers: whose lives they are, where those come from, who is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csdata.i18n import Message, message
from csdata.intake import accounts, first_use, lives, merging, names, repeats
from csdata.intake.join_rules import JoinRules
from csdata.intake.won import with_ends
from csdata.schema import DATES, Role

_ATTRIBUTES = ("name", "plan", "owner", "channel", "industry", "parent", "parent_id")
"""What a contract says about its customer where no file is of customers."""

_TOLD = ({"start", "end"}, {"tenure_months", "churned"})
"""Columns with which the customers' own rows tell a life."""


@dataclass(frozen=True, eq=False, slots=True)
class Customers:
    """The tables with customers as the rules have them.

    ``as_of`` is the day to analyse at, ``waiting`` the customers whose renewal is not settled,
    ``rules`` what was done, in words. ``first_use``: they were made from the usage. ``days_from``:
    the table that start and end come from; None where nothing tells them.
    """

    tables: dict[Role, pd.DataFrame]
    as_of: dt.date | None
    waiting: tuple[str, ...]
    rules: tuple[Message, ...]
    first_use: bool = False
    days_from: Role | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Facts:
    """What the rows of a customer are judged by.

    ``given`` has the ids of the accounts before any were merged or grouped, by row.
    """

    rules: JoinRules
    as_of: dt.date | None
    given: pd.Series | None


def customers_of(
    tables: Mapping[Role, pd.DataFrame],
    *,
    rules: JoinRules,
    as_of: dt.date | None,
    headings: Mapping[str, str],
) -> Customers:
    """Apply the rules of joining.

    Args:
        tables: Role → rows, on one set of ids.
        rules: What the user has decided.
        as_of: 基準日 as stated.
        headings: Column of the customers → heading in the file.
    """
    said: list[Message] = []
    tables = _without_excluded(dict(tables), rules, headings, said)
    given = tables["customers"]["customer_id"] if "customers" in tables else None
    tables, joined = merging.merged(tables, rules.same)
    said += joined
    _tell_same_names(tables, said)
    tables = _grouped(tables, rules, said)
    if first_use.tells_nobody_else(tables):
        tables["customers"], made_of = first_use.customers_from(tables)
        said.append(made_of)
        return Customers(tables, as_of, (), tuple(said), first_use=True, days_from="usage")
    source = _source(tables, rules)
    if source is None:
        tables = _without_lives(tables, rules, said)
        dated: Role | None = "customers" if _dated(tables) else None
        return Customers(tables, as_of, (), tuple(said), days_from=dated)
    facts = _Facts(rules, as_of, given)
    spans = tables[source]
    if source == "contracts":
        spans, n = with_ends(spans)
        tables["contracts"] = spans
        if n:
            said.append(message("note.ends_from_terms", n=n))
    elif "end" not in spans:
        spans = spans.assign(end=pd.Series(pd.NaT, spans.index, dtype="datetime64[us]"))
    if rules.customer == "contract" and source == "contracts":
        return _each_contract(tables, spans, facts, said)
    default = lives.BRIDGE_DAYS if source == "contracts" else 0
    bridge = default if rules.bridge_days is None else rules.bridge_days
    made = lives.lives(spans, bridge_days=bridge, returning=rules.returning)
    _tell(made, source, bridge, rules, said, n=int(spans["start"].notna().sum()))
    day = lives.analysis_day(as_of, bridge)
    waiting = lives.waiting(made.table, as_of, bridge)
    if bridge and day is not None:
        said.append(message("note.analysis_day", day=day, days=bridge, stated=as_of))
    if waiting:
        said.append(message("note.waiting", n=len(waiting)))
    tables = _with_lives(tables, spans, made, facts, said)
    return Customers(tables, day, waiting, tuple(said), days_from=source)


def _dated(tables: Mapping[Role, pd.DataFrame]) -> bool:
    return "customers" in tables and "start" in tables["customers"]


def _source(tables: Mapping[Role, pd.DataFrame], rules: JoinRules) -> Role | None:
    """Where lives come from; None where the customers' rows are used as they are."""
    own = tables.get("customers")
    # A start alone says nothing of who has left; the contracts may.
    told = own is not None and any(c <= set(own) for c in _TOLD)
    told = told or (own is not None and "start" in own and rules.lives == "customers")
    contracts = "contracts" in tables and "start" in tables["contracts"]
    if contracts and (rules.lives == "contracts" or rules.customer == "contract" or not told):
        return "contracts"
    if own is None or "start" not in own:
        return None
    several = rules.customer == "group" or bool(rules.bridge_days) or repeats.repeated(own)
    return "customers" if several else None


def _without_lives(
    tables: dict[Role, pd.DataFrame], rules: JoinRules, said: list[Message]
) -> dict[Role, pd.DataFrame]:
    """Customers as their file has them; several rows of one without dates are made one."""
    own = tables.get("customers")
    if own is None or not repeats.repeated(own):
        return tables
    timed = {"tenure_months", "churned"} <= set(own)
    made, notes = (repeats.tenures if timed else repeats.untimed)(own, rules)
    said += notes
    return {**tables, "customers": made}


def _without_excluded(
    tables: dict[Role, pd.DataFrame],
    rules: JoinRules,
    headings: Mapping[str, str],
    said: list[Message],
) -> dict[Role, pd.DataFrame]:
    if not rules.exclude or "customers" not in tables:
        return tables
    found = accounts.candidates(tables["customers"], headings)
    gone = set[str]()
    for kind in rules.exclude:
        ids = set(found.loc[found["kind"] == kind, "customer_id"]) - gone
        said.append(message("note.excluded", kind=message(f"excluded.{kind}"), n=len(ids)))
        gone |= ids
    return {role: rows[~rows["customer_id"].isin(gone)] for role, rows in tables.items()}


def _tell_same_names(tables: Mapping[Role, pd.DataFrame], said: list[Message]) -> None:
    customers = tables.get("customers")
    if customers is None or "name" not in customers:
        return
    shared = names.duplicates(customers)
    if shared:
        example = next(iter(shared.values()))
        n = sum(map(len, shared.values()))
        said.append(message("note.same_names", n=n, groups=len(shared), ids=list(example[:3])))


def _grouped(
    tables: dict[Role, pd.DataFrame], rules: JoinRules, said: list[Message]
) -> dict[Role, pd.DataFrame]:
    """Every row on the id of its group, where the group counts as the customer."""
    if rules.customer != "group":
        return tables
    tree = next(
        (
            tables[role]
            for role in ("customers", "contracts")
            if role in tables and {"parent", "parent_id"} & set(tables[role])
        ),
        None,
    )
    if tree is None:
        said.append(message("note.no_groups"))
        return tables
    top = accounts.groups(tree.drop_duplicates("customer_id"))
    moved = sum(account != group for account, group in top.items())
    said.append(message("note.groups", n=len(set(top.values())), accounts=len(top), moved=moved))
    return {
        role: rows.assign(customer_id=rows["customer_id"].map(top).fillna(rows["customer_id"]))
        for role, rows in tables.items()
    }


def _each_contract(
    tables: dict[Role, pd.DataFrame],
    spans: pd.DataFrame,
    facts: _Facts,
    said: list[Message],
) -> Customers:
    """Every contract as a customer of its own: no gap is bridged, nobody returns."""
    rows = spans[spans["customer_id"].notna() & spans["start"].notna()]
    rows = rows.sort_values(["customer_id", "start"], kind="stable")
    number = rows.groupby("customer_id", sort=False).cumcount() + 1
    account = rows["customer_id"].astype(object)
    ids = account.where(number == 1, account.astype(str) + " (" + number.astype(str) + ")")
    table = pd.DataFrame(
        {"customer_id": ids, "account": account, "start": rows["start"], "end": rows["end"]}
    )
    made = lives.Lives(table.assign(contracts=1, first=rows.index), 0, 0)
    said.append(message("note.each_contract", n=len(rows)))
    tables = _with_lives(tables, spans, made, facts, [])
    return Customers(tables, facts.as_of, (), tuple(said), days_from="contracts")


def _tell(
    made: lives.Lives, source: Role, bridge: int, rules: JoinRules, said: list[Message], *, n: int
) -> None:
    customers = int(made.table["account"].nunique())
    key = "note.lives_contracts" if source == "contracts" else "note.lives_rows"
    said.append(message(key, n=n, lives=len(made.table), customers=customers))
    if made.bridged:
        said.append(message("note.bridged", n=made.bridged, days=bridge))
    if made.returned:
        said.append(message(f"note.returned_{rules.returning}", n=made.returned))


def _with_lives(
    tables: dict[Role, pd.DataFrame],
    spans: pd.DataFrame,
    made: lives.Lives,
    facts: _Facts,
    said: list[Message],
) -> dict[Role, pd.DataFrame]:
    """Customers with their lives, and every other row on the id of the life it falls into."""
    result = dict(tables)
    own = tables.get("customers")
    life = made.table[["customer_id", "account", "start", "end"]]
    if own is not None:
        about = own.drop(
            columns=["start", "end", "tenure_months", "churned", "observed_from"], errors="ignore"
        ).drop_duplicates("customer_id")
        known = life["account"].isin(set(about["customer_id"]))
        if n := int((~known).sum()):
            said.append(message("note.lives_unknown", n=n))
        without = int((~about["customer_id"].isin(set(life["account"]))).sum())
        if without:
            said.append(message("note.customers_without_life", n=without))
        if repeats.repeated(own) and facts.given is not None:
            about, notes = repeats.one_each(
                own, life, given=facts.given, rules=facts.rules, as_of=facts.as_of
            )
            said += notes
            life = life.merge(about, on="customer_id", how="left")
        else:
            about = about.rename(columns={"customer_id": "account"})
            life = life.merge(about, on="account", how="left")
            # What somebody who came back pays or has paid is not paid by each of their lives.
            earlier = life["account"].duplicated(keep="last")
            amounts = [c for c in repeats.AMOUNTS if c in life]
            life[amounts] = life[amounts].mask(earlier)
    else:
        columns = [c for c in _ATTRIBUTES if c in spans]
        rows = made.table["first"]
        if facts.rules.attributes == "last":
            rows = repeats.latest(spans, life)
        about = spans.loc[rows, columns].reset_index(drop=True)
        life = pd.concat([life.reset_index(drop=True), about], axis=1)
    result["customers"] = life.drop(columns="account")
    for role in ("contracts", "usage", "touches"):
        if role in tables:
            day = DATES[role][0]
            rows = tables[role]
            result[role] = rows.assign(customer_id=lives.assigned(rows, made.table, day))
    return result
