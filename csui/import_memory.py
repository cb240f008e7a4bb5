"""Corrections and choices that are used again for the next import."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from csdata.errors import CsDataError
from csdata.intake.recipe_file import for_reuse
from csui import workspace

if TYPE_CHECKING:
    from csdata.intake import JoinRules, Recipe
    from csui.work import Upload

_COUNTING: Final = "counting"


def book() -> Mapping[str, Recipe]:
    """Fingerprint of headings → what was remembered for them."""
    return workspace.space().recipes()


def knows(fingerprint: str, recipe: Recipe) -> bool:
    """Whether exactly this is remembered."""
    return book().get(fingerprint) == for_reuse(recipe)


def remember(fingerprint: str, recipe: Recipe) -> None:
    """Use the recipe for every later file with these headings."""
    workspace.space().remember(fingerprint, for_reuse(recipe))


def follow(upload: Upload) -> None:
    """Keep a further answer as well, where what was said before of these headings is remembered.

    It is kept once the file has been read with it, so that no reading is remembered that fails.
    """
    imported = upload.imported
    if imported is None:
        return
    held = book()  # it may have been forgotten elsewhere since
    followed = upload.remembered == imported.fingerprint and upload.remembered in held
    if followed and not knows(imported.fingerprint, upload.recipe):
        with contextlib.suppress(CsDataError):  # the card then says that it is not remembered
            remember(imported.fingerprint, upload.recipe)
    known = knows(imported.fingerprint, upload.recipe)
    upload.remembered = imported.fingerprint if known else ""


def forget(fingerprint: str) -> None:
    """Do not use it any more."""
    workspace.space().forget_recipe(fingerprint)


def usual_rules() -> JoinRules:
    """How customers are counted where nobody has said otherwise for these files."""
    from csdata.intake import JoinRules
    from csdata.store.rules import rules_of

    kept = workspace.space().presets().get(_COUNTING)
    if kept is None:
        return JoinRules()
    try:
        return rules_of(json.loads(kept))
    except ValueError:
        return JoinRules()


def keep_rules(rules: JoinRules) -> None:
    """Count like this from now on; which names are the same customer is of these files only."""
    from csdata.store.rules import rules_state

    usual = rules.of_any_files()
    workspace.space().keep_preset(_COUNTING, json.dumps(rules_state(usual)))
