"""Files of one customer base put on the same ids: 15 and 18 characters, accepted names, repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from csdata.i18n import Message, message
from csdata.intake.amount_columns import FAR
from csdata.intake.ids import key15
from csdata.schema import MONEY
from csdata.tables import Import
from csdata.taxes import Tax, tax_name

_TERMS: Final = ("mrr", "fixed", "overage", "other", "term_months")
"""What tells two contracts apart that have no number and begin on one day."""


def without_repeats(imports: Sequence[Import]) -> tuple[tuple[Import, ...], list[Message]]:
    """The imports less those whose rows are all in one before them, and what was left out."""
    kept: list[Import] = []
    notes: list[Message] = []
    for imported in imports:
        same = next((k for k in kept if _same(k, imported)), None)
        if same is None:
            kept.append(imported)
        else:
            notes.append(message("note.same_file", file=imported.name, other=same.name))
    return tuple(kept), notes


def _same(one: Import, other: Import) -> bool:
    return (
        one.role == other.role
        and len(one.table) == len(other.table) > 0
        and one.table.equals(other.table)
    )


def on_one_id(
    imports: Sequence[Import], accepted: Mapping[str, str]
) -> tuple[list[pd.DataFrame], list[Message]]:
    """The tables with one form of every id: that of the customers' file, where it has one.

    A name that was accepted stands for a customer only where it is not the id of another one.

    Args:
        imports: Every file, of whatever role.
        accepted: Customer as another file calls them → ``customer_id``.

    Returns:
        A table for each import, and a sentence for each file whose ids were given another form.
    """
    known = known_ids(imports)
    files = [i.table["customer_id"] for i in imports if i.role == "customers"]
    own = set(pd.concat(files).dropna()) if files else set[str]()
    tables: list[pd.DataFrame] = []
    notes: list[Message] = []
    for imported in imports:
        ids = imported.table["customer_id"]
        distinct = pd.Series(ids.dropna().unique(), dtype=object)
        keys = pd.Series(key15(distinct.to_numpy(dtype=object)), dtype=object)
        called = distinct[distinct.isin(list(accepted)) & ~distinct.isin(own)]
        meant = called.map(accepted).reindex(distinct.index).fillna(keys.map(known))
        changed = meant != distinct
        if not changed.any():
            tables.append(imported.table)
            continue
        to = dict(zip(distinct[changed], meant[changed], strict=True))
        tables.append(imported.table.assign(customer_id=ids.map(to).fillna(ids)))
        by_name = len(called)
        if n := len(to) - by_name:
            notes.append(message("note.ids_15_18", file=imported.name, n=n))
        if by_name:
            notes.append(message("note.names_accepted", file=imported.name, n=by_name))
    return tables, notes


def newest_rows(
    imports: Sequence[Import], frames: Sequence[pd.DataFrame]
) -> tuple[list[pd.DataFrame], list[Message]]:
    """The tables with every record once, where several files have it.

    Of two exports the one with the later as-of date (or the one given later) knows how a record
    went on. The same record is: a customer with the same start; a contract with the same number, or
    with the same customer, start, plan and name in two files with the same headings (of several
    such contracts the newer file may lack one: that one stays, told by its amounts); a row of usage
    or of activities that is the same in every column of two such files.
    """
    made, notes = list(frames), list[Message]()
    for role in ("customers", "contracts", "opportunities", "usage", "touches"):
        seen: list[tuple[Import, pd.DataFrame]] = []
        own = [n for n, i in enumerate(imports) if i.role == role]
        for n in sorted(own, key=lambda n: (str(imports[n].as_of or ""), n), reverse=True):
            again = np.zeros(len(made[n]), dtype=bool)
            for newer, rows in seen:
                columns = _record(role, (imports[n], made[n]), (newer, rows))
                if columns:
                    found = _found(made[n], rows, columns, counted=role in ("usage", "touches"))
                    if role == "contracts" and "contract_id" not in columns:
                        found &= ~_left_over(made[n], rows, columns)
                    again |= found
            seen.append((imports[n], made[n]))
            if again.any():
                made[n] = made[n][~again].reset_index(drop=True)
                key = "note.newer_rows" if role == "customers" else "note.newer_records"
                values = {"file": imports[n].name, "n": int(again.sum())}
                notes.append(message(key, **values, role=message(f"role.{role}")))
    return made, notes


def _record(
    role: str, older: tuple[Import, pd.DataFrame], newer: tuple[Import, pd.DataFrame]
) -> list[str]:
    """The columns in which two files have the same record; none where nothing says so."""
    (one, rows), (other, others) = older, newer
    both = [str(c) for c in rows if c in others]
    if role == "customers":
        ends = [c for c in ("customer_id", "start") if c in both]
        return ends if ("start" in rows) == ("start" in others) else []
    if role in ("contracts", "opportunities") and "contract_id" in both:
        return ["contract_id"]
    if one.fingerprint != other.fingerprint:
        return []
    if role == "contracts":
        return [c for c in ("customer_id", "start", "plan", "name") if c in both]
    return both


def _found(
    rows: pd.DataFrame, others: pd.DataFrame, columns: list[str], *, counted: bool
) -> npt.NDArray[np.bool_]:
    """The rows that another file has as well; ``counted``: as often as it has them."""
    keys, known = rows[columns], others[columns]
    if counted:
        keys = keys.assign(_nth=keys.groupby(columns, dropna=False).cumcount())
        known = known.assign(_nth=known.groupby(columns, dropna=False).cumcount())
    again = keys.merge(known.drop_duplicates(), how="left", indicator="_seen")["_seen"]
    return (again == "both").to_numpy() & keys[columns[0]].notna().to_numpy()


def _left_over(
    rows: pd.DataFrame, others: pd.DataFrame, columns: list[str]
) -> npt.NDArray[np.bool_]:
    """Of contracts that look alike, those that another file with fewer of them does not have."""
    sizes = others.groupby(columns, dropna=False).size().rename("_there").reset_index()
    own = rows[columns].assign(
        _here=rows.groupby(columns, dropna=False)["customer_id"].transform("size")
    )
    there = own.merge(sizes, how="left", on=columns)["_there"].fillna(0).to_numpy()
    terms = [c for c in _TERMS if c in rows and c in others]
    fewer = (there < own["_here"].to_numpy()) & (there > 0)
    if not fewer.any() or not terms:
        return np.zeros(len(rows), dtype=bool)
    return fewer & ~_found(rows, others, [*columns, *terms], counted=True)


def known_ids(imports: Sequence[Import]) -> dict[str, str]:
    """The 15 characters of an id → the form to use: the customers' file first, then the first."""
    ordered = sorted(imports, key=lambda i: i.role != "customers")
    known: dict[str, str] = {}
    for imported in ordered:
        ids = imported.table["customer_id"].dropna().unique().astype(object)
        for key, given in zip(key15(ids), ids, strict=True):
            known.setdefault(key, str(given))
    return known


def strangers(imports: Sequence[Import], tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Customers of other files that the customers' file does not have.

    Returns:
        ``given``, ``called`` (their name where the file has one), ``file``.
    """
    own = [t for i, t in zip(imports, tables, strict=True) if i.role == "customers"]
    known = set(pd.concat(own)["customer_id"].dropna()) if own else set[str]()
    found: list[pd.DataFrame] = []
    for imported, table in zip(imports, tables, strict=True):
        if imported.role == "customers":
            continue
        rows = table.loc[table["customer_id"].notna() & ~table["customer_id"].isin(known)]
        called = rows["name"] if "name" in rows else pd.Series(np.nan, rows.index, dtype=object)
        made = pd.DataFrame({"given": rows["customer_id"], "called": called, "file": imported.name})
        found.append(made.drop_duplicates("given"))
    columns = ["given", "called", "file"]
    if not found:
        return pd.DataFrame(columns=columns, dtype=object)
    return pd.concat(found, ignore_index=True).astype(dict.fromkeys(columns, object))


def one_money(imports: Sequence[Import]) -> tuple[list[Import], list[Message]]:
    """Amounts in one currency and one kind of tax for each kind of table.

    Files whose amounts are in another currency, or of another tax or of none that is known, keep
    their rows; their amounts are left out and counted, for they must never be added up.
    """
    result = list(imports)
    notes: list[Message] = []
    for role in {i.role for i in imports}:
        own = [n for n, i in enumerate(result) if i.role == role]
        for field in MONEY:
            holders = [n for n in own if field in result[n].table]
            kinds = {n: (result[n].currency, result[n].tax.get(field)) for n in holders}
            if len(set(kinds.values())) < 2:  # noqa: PLR2004 (all alike)
                continue
            amounts = {n: int(result[n].table[field].notna().sum()) for n in holders}
            main = max(holders, key=lambda n: amounts[n])
            currency, tax = kinds[main]
            for n in holders:
                money, taxed = kinds[n]
                # An unmarked currency is nearly always the same, unless the amounts are of another
                # size altogether; an unmarked tax is a coin's toss.
                unmarked = not money or not currency
                alike = unmarked and not _far_apart(result[main], result[n], field)
                if taxed == tax and (money == currency or alike):
                    continue
                without = result[n].table.assign(**{field: np.nan})
                header = result[n].columns.get(field, field)
                result[n] = replace(result[n], table=without)
                key = "note.money_apart" if taxed or not tax else "note.tax_unclear"
                if taxed == tax and unmarked:
                    key = "note.money_unmarked"
                notes.append(message(key, file=imports[n].name, column=header, n=amounts[n]))
    return result, notes


def _far_apart(one: Import, other: Import, field: str) -> bool:
    """Whether the usual amounts of two files, at most one with a currency, differ wildly."""
    usual = sorted(float(i.table[field].abs().median()) for i in (one, other))
    return one.currency != other.currency and usual[1] >= FAR * usual[0] > 0


def taxes(imports: Sequence[Import]) -> tuple[dict[str, dict[str, Tax]], list[Message]]:
    """Table → column → the tax of its amounts, and what is told where tables differ.

    Args:
        imports: Files whose tables of a kind are on one footing (:func:`one_money`).
    """
    found: dict[str, dict[str, Tax]] = {}
    first: dict[str, tuple[str, Tax, str]] = {}
    notes: list[Message] = []
    contracts = any(i.role == "contracts" for i in imports)
    for imported in imports:
        if imported.role is None or (imported.role == "opportunities" and contracts):
            continue
        role = "contracts" if imported.role == "opportunities" else imported.role
        for column, kind in imported.tax.items():
            if not imported.table[column].notna().any():
                continue
            header = imported.columns.get(column, column)
            found.setdefault(role, {}).setdefault(column, kind)
            other, before, called = first.setdefault(column, (role, kind, header))
            if column in MONEY and other != role and before != kind:
                values = {"role": message(f"role.{role}"), "other": message(f"role.{other}")}
                values |= {"tax": tax_name(kind), "before": tax_name(before)}
                notes.append(message("note.tax_roles", column=header, called=called, **values))
    return found, notes
