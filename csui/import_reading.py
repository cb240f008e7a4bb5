"""Bytes of a dropped file → what was understood: archives, passwords, remembered recipes.

A file is opened once and understood as often as the person corrects something: that is quick, and
a password is needed once only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from csdata.errors import CsDataError
from csdata.i18n import message
from csui import import_memory, import_recipes
from csui.text import t

if TYPE_CHECKING:
    from csdata.intake.workbook import Cells
    from csdata.tables import Import
    from csui.work import Upload

KINDS: Final = ("xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "tsv", "txt", "html", "htm", "zip")
"""Endings of files that may be dropped; what they are is told by their bytes."""

Doing = Literal["opening", "understanding"]
Step = Callable[[Doing], None]


def members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The tables of an archive, each as a file of its own; any other file as it is."""
    from csdata.intake.archive import unpack

    try:
        yield from unpack(data, name)
    except CsDataError:
        yield name, data  # reading it says what is wrong with it


def read_one(upload: Upload, *, password: str | None = None, step: Step = lambda _: None) -> None:
    """Read a file under its recipe; a problem that a person can mend belongs to the file.

    Args:
        upload: The file.
        password: Opens a locked one; kept nowhere.
        step: Told what is being done.
    """
    from csdata.intake import NoCustomerColumn, PasswordNeeded, WrongPassword

    upload.imported = upload.draft = upload.error = None
    upload.locked = ""
    try:
        step("opening")
        cells = _opened(upload, password)
        step("understanding")
        upload.imported = _taken(upload, cells, _understood(upload, cells))
    except NoCustomerColumn as error:
        upload.error = error.message
        upload.draft = _draft(upload, error.columns)
    except (PasswordNeeded, WrongPassword) as error:
        upload.error = error.message
        upload.locked = "wrong" if isinstance(error, WrongPassword) else "needed"
    except CsDataError as error:
        upload.error = error.message
    else:
        # What was remembered does not name the sheet that was chosen.
        upload.recipe = replace(upload.imported.recipe, sheet=upload.recipe.sheet)
        import_memory.follow(upload)


def _opened(upload: Upload, password: str | None) -> Cells:
    """The cells of the sheet that the recipe names, read once."""
    from csdata.intake.workbook import open_file

    wanted, cells = upload.recipe.sheet, upload.cells
    if cells is None or (wanted is not None and wanted != cells.sheet):
        _, cells = open_file(upload.data, name=upload.name, sheet=wanted, password=password)
        upload.cells = cells
    return cells


def _understood(upload: Upload, cells: Cells) -> Import:
    """Under the person's corrections, else a recipe file that fits, else what was remembered."""
    from csdata.intake import NoCustomerColumn, Recipe
    from csdata.intake.read import understand

    untouched = replace(upload.recipe, sheet=None) == Recipe() and not upload.plain
    try:
        found = understand(
            cells,
            name=upload.name,
            recipe=None if untouched else upload.recipe,
            recipes=import_memory.book(),
            edits=upload.edits or None,
        )
    except NoCustomerColumn as error:
        recipe = import_recipes.fitting(error.columns, None) if untouched else None
        if recipe is None:
            raise
    else:
        recipe = import_recipes.fitting(found.headers, found.role) if untouched else None
        if recipe is None:
            return found
    return understand(cells, name=upload.name, recipe=recipe, edits=upload.edits or None)


def _taken(upload: Upload, cells: Cells, found: Import) -> Import:
    """What was found, without the last corrections that make no sense: these are taken back.

    A word among numbers would only replace one problem by another.
    """
    from csdata.intake.edits import unreadable

    tried, upload.tried = upload.tried, {}
    if not tried:
        return found
    upload.refused = ()
    wrong = unreadable(found.issues, tried)
    for (line, column), rule in wrong.items():
        values = {"line": line, "column": column, "value": upload.edits.pop((line, column))}
        upload.refused += (message(f"page.import.refused.{rule}", **values),)
        if (before := tried[line, column]) is not None:
            upload.edits[line, column] = before
    return _understood(upload, cells) if wrong else found


def outcome(upload: Upload) -> str:
    """What came of the reading, in a line."""
    if upload.imported is not None:
        role = t(f"page.import.roles.{upload.imported.role or 'unused'}")
        n = len(upload.imported.table)
        return t("page.import.outcome.read", file=upload.name, role=role, n=n)
    word = "locked" if upload.locked else "open" if upload.draft is not None else "failed"
    return t(f"page.import.outcome.{word}", file=upload.name)


def _draft(upload: Upload, headings: tuple[str, ...]) -> Import | None:
    """The table with any column for the customers, so that the person can see its values."""
    from csdata.intake.read import understand

    cells = upload.cells
    if cells is None:
        return None
    for heading in headings:
        mapping = {**upload.recipe.mapping, "customer_id": heading}
        recipe = replace(upload.recipe, mapping=mapping)
        try:
            draft = understand(cells, name=upload.name, recipe=recipe)
        except CsDataError:
            continue
        kept = {f: h for f, h in draft.mapping.items() if f != "customer_id"}
        told = tuple(c for c in draft.candidates if c.field != "customer_id")
        return replace(draft, mapping=kept, candidates=told, recipe=upload.recipe)
    return None
