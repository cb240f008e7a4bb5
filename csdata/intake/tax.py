"""税抜 and 税込: what a heading says of its amounts, and what has to be asked; never mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pandas as pd

from csdata.i18n import Message, message
from csdata.intake.fields import Candidate, Collision, Guess
from csdata.intake.headers import readings
from csdata.intake.percent import is_share
from csdata.intake.reading import Reading
from csdata.intake.recipe import Recipe
from csdata.schema import MONEY
from csdata.tables import Import
from csdata.taxes import Tax, tax_name, tax_of

USUAL: Final[Tax] = "excluded"
"""What is read where a table has both: a change of the rate is then no change of the customer."""


def other(tax: Tax) -> Tax:
    """The other of the two."""
    return "included" if tax == "excluded" else "excluded"


def twins(one: str, two: str) -> bool:
    """Whether two headings are one amount but for the tax: 月額 and 月額(税込)."""
    return bool({r for _, r in readings(one)} & {r for _, r in readings(two)})


def prefer_tax(guess: Guess, recipe: Recipe) -> Guess:
    """The guess with the column of the wanted kind where a table has one amount in both.

    The wanted kind is the recipe's, else 税抜. A column that is marked 税抜 is also preferred to
    one that says nothing.
    """
    mapping, made = dict(guess.mapping), list(guess.candidates)
    for field in [f for f in MONEY if f in mapping and f not in recipe.mapping]:
        chosen = mapping[field]
        wanted = recipe.tax or USUAL
        better = [h for h in rivals(guess, field) if tax_of(h) == wanted]
        kind = tax_of(chosen)
        if kind == wanted or not better or (kind is None and wanted == "included"):
            continue
        mapping[field] = better[0]
        reason = message("intake.reason_tax", header=better[0], tax=tax_name(wanted), behind=chosen)
        made = [
            replace(c, chosen=False) if (c.field, c.header) == (field, chosen) else c
            for c in made
            if (c.field, c.header) != (field, better[0])
        ]
        made.insert(0, Candidate(field, better[0], 1.0, chosen=True, reason=reason))
    kept = tuple(c for c in guess.collisions if not _only_tax(c, mapping))
    mapped = MappingProxyType(mapping)
    return replace(guess, mapping=mapped, candidates=tuple(made), collisions=kept)


def rivals(guess: Guess, field: str) -> list[str]:
    """Columns beside the chosen one that may be an amount too, the likeliest first."""
    used = set(guess.mapping.values())
    found = [c for c in guess.candidates if c.field == field and c.score and c.header not in used]
    return [c.header for c in sorted(found, key=lambda c: -c.score)]


def _only_tax(clash: Collision, mapping: Mapping[str, str]) -> bool:
    """Whether headings differ from the chosen one in nothing but their tax."""
    if clash.field not in MONEY:
        return False
    chosen = mapping[clash.field]
    rest = {clash.header, *clash.others} - {chosen}
    return all(tax_of(h) != tax_of(chosen) and twins(h, chosen) for h in rest)


def settle(
    reading: Reading,
    table: pd.DataFrame,
    headings: Mapping[str, str],
    by_row: Mapping[str, Tax],
) -> dict[str, Tax]:
    """Column of the table → ``included`` or ``excluded``, where that is known; told, or asked.

    The heading decides; where it says nothing a column of kinds does (``by_row``, see
    :mod:`.tax_rows`), else the recipe. It is asked only where the table
    itself makes it unclear: it has one amount in both kinds, or an amount that says nothing beside
    one that does.
    """
    report, recipe = reading.report, reading.recipe
    found: dict[str, Tax] = {}
    for name in table.select_dtypes("number").columns:
        column, header = str(name), headings[str(name)]
        kind = tax_of(header)
        if column in by_row:
            found[column] = by_row[column]
            continue
        if kind is None and column in MONEY and recipe.tax is not None:
            kind = recipe.tax
            report.note("tax_user", column=header, tax=tax_name(kind))
        elif kind is not None and column in MONEY:
            report.note("tax_heading", column=header, tax=tax_name(kind))
        if kind is not None and (column in MONEY or not is_share(header)):
            found[column] = kind
    asked = any(question.key == "question.tax" for question in report.questions)
    if recipe.tax is None and not asked:
        _ask(reading, found, headings)
    return found


def _ask(reading: Reading, found: Mapping[str, Tax], headings: Mapping[str, str]) -> None:
    mapping = reading.guess.mapping
    for field in (f for f in mapping if f in MONEY and f not in reading.recipe.mapping):
        header, kind = mapping[field], tax_of(mapping[field])
        marked = [h for h in rivals(reading.guess, field) if tax_of(h) not in (None, kind)]
        if kind is not None and marked:
            why = message("intake.tax_both", column=header, tax=tax_name(kind), other=marked[0])
            reading.report.ask("tax", column=header, why=why, proposal=kind, reason="both")
            return
    for field in (f for f in mapping if f in MONEY and f not in found):
        header = mapping[field]
        same = [n for n in found if twins(headings[n], header)]
        beside = next(iter(same or found), None)
        if beside is not None:
            kind = found[beside]
            why = message(
                "intake.tax_beside", column=header, tax=tax_name(kind), other=headings[beside]
            )
            best = other(kind) if same else kind
            reason = "twin" if same else "beside"
            reading.report.ask("tax", column=header, why=why, proposal=best, reason=reason)
            return


def unclear(imports: Sequence[Import]) -> dict[str, tuple[Message, ...]]:
    """Name of a file → the question that the other files of its kind raise.

    A file whose amounts say nothing beside one whose amounts do: they are the same, or they must
    not be added up, and only the user knows which.
    """
    asked: dict[str, tuple[Message, ...]] = {}
    for one in imports:
        for field in [f for f in MONEY if f in one.table and f not in one.tax]:
            header = one.columns.get(field, field)
            beside = next((i for i in imports if i.role == one.role and field in i.tax), None)
            if beside is None:
                continue
            kind = beside.tax[field]
            values = {"column": header, "tax": tax_name(kind), "file": beside.name}
            why = message("intake.tax_files", **values)
            question = message(
                "question.tax", column=header, why=why, proposal=kind, reason="files"
            )
            asked.setdefault(one.name, (question,))
    return asked
