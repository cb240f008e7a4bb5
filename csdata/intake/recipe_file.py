"""A recipe as a small readable file: to look at, to hand to a colleague, to use from code.

TOML, because its reader is part of Python and a person can change it in any editor.
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import fields as attributes
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import tomli_w

from csdata.errors import CsDataError
from csdata.i18n import Message, message
from csdata.intake.recipe import Recipe
from csdata.schema import SOURCES

VERSION: Final = 1
LARGEST: Final = 1 << 20
"""Characters of a recipe file; a recipe has a few lines."""

_HEAD: Final = """\
# csdata recipe / 列の対応と読み方
# 見出しが同じファイルの読み方です。 / How files with these headings are read.
# [mapping]: 項目 = "見出し"、"" は使わない。 / field = "heading", "" for none.
"""


class BadRecipe(CsDataError):
    """A file that is no recipe. Values: ``file``, ``why`` (Message)."""

    key = "error.bad_recipe"


def dump(recipe: Recipe) -> str:
    """The recipe as text; what the reader shall decide by itself is left out."""
    said: dict[str, Any] = {}
    for attribute in attributes(Recipe):
        value = getattr(recipe, attribute.name)
        if isinstance(value, Mapping):
            value = {key: "" if text is None else text for key, text in value.items()}
        if value is None or value in ({}, ()):
            continue
        said[attribute.name] = list(value) if isinstance(value, tuple) else value
    # Plain values first: in TOML what follows a table belongs to it.
    ordered = dict(sorted(said.items(), key=lambda item: isinstance(item[1], dict)))
    return _HEAD + tomli_w.dumps({"csdata_recipe": VERSION, **ordered})


def load(text: str, *, name: str = "recipe") -> Recipe:
    """The recipe of a text.

    Raises:
        BadRecipe: It is no TOML, was written by a newer version, or says what no recipe can say.
    """
    if len(text) > LARGEST:
        raise BadRecipe(file=name, why=message("recipe.too_long"))
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        why = message("recipe.no_toml", detail=str(error)[:100])
        raise BadRecipe(file=name, why=why) from None
    version = said.pop("csdata_recipe", None)
    if not isinstance(version, int):
        raise BadRecipe(file=name, why=message("recipe.no_recipe"))
    if version > VERSION:
        raise BadRecipe(file=name, why=message("recipe.newer", version=version))
    for key, value in said.items():
        if why := _wrong(key, value):
            raise BadRecipe(file=name, why=why)
    if "mapping" in said:
        said["mapping"] = {field: text or None for field, text in said["mapping"].items()}
    if "multiple" in said:
        said["multiple"] = tuple(said["multiple"])
    return Recipe(**said)


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """The recipe in a file.

    Raises:
        BadRecipe: As in :func:`load`, or the file is no text.
        OSError: The file cannot be opened.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        why = message("recipe.no_recipe")
        raise BadRecipe(file=Path(path).name, why=why) from None
    return load(text, name=Path(path).name)


def for_reuse(recipe: Recipe) -> Recipe:
    """What of a recipe holds for other files with the same headings.

    Not the as-of date, which is of one file, and not where in that file the table stood.
    """
    return replace(recipe, as_of=None, sheet=None, header_row=None)


# --------------------------------------------------------------------------------------- checking


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_place(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_date(value: object) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _is_zone(value: object) -> bool:
    return isinstance(value, str) and value in zoneinfo.available_timezones()


def _is_currency(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isalpha()  # noqa: PLR2004 (ISO)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _one_of(*choices: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in choices


def _is_percent(value: object) -> bool:
    return isinstance(value, dict) and all(map(_one_of("percent", "fraction"), value.values()))


_CHECKS: Final[Mapping[str, Callable[[object], bool]]] = {
    "role": _one_of(*SOURCES),
    "mapping": _is_mapping,
    "end_is_last_day": _is_flag,
    "day_first": _is_flag,
    "undo_swap": _is_flag,
    "as_of": _is_date,
    "timezone": _is_zone,
    "sheet": _is_text,
    "header_row": _is_place,
    "block": _is_place,
    "percent": _is_percent,
    "currency": _is_currency,
    "decimal": _one_of("point", "comma"),
    "tax": _one_of("included", "excluded"),
    "multiple": _is_texts,
}


def _wrong(key: str, value: object) -> Message | None:
    """What is wrong with an entry; None if nothing is."""
    check = _CHECKS.get(key)
    if check is None:
        return message("recipe.unknown_key", key=key[:50], choices=list(_CHECKS))
    return None if check(value) else message("recipe.bad_value", key=key, value=str(value)[:50])
