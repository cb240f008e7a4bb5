"""What a snapshot holds, and its form as text."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, cast

from csdata.errors import CsDataError
from csdata.intake.edits import Edits
from csdata.intake.join_rules import JoinRules
from csdata.intake.recipe import Recipe
from csdata.intake.recipe_file import BadRecipe, dump, load
from csdata.store.rules import Unknown, day_of, day_state, rules_of, rules_state


class NotSaved(CsDataError):
    """The workspace cannot be written. Values: ``detail``."""

    key: ClassVar[str] = "error.not_saved"


class Damaged(CsDataError):
    """What was stored cannot be read back. Values: ``name``."""

    key: ClassVar[str] = "error.damaged"


class NoSuchSnapshot(CsDataError):
    """It was deleted, perhaps in another window."""

    key: ClassVar[str] = "error.no_such_snapshot"


class NewerSnapshot(CsDataError):
    """A newer version has saved it. Values: ``name``."""

    key: ClassVar[str] = "error.newer_snapshot"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the user has decided about one file; the attributes are those of a stored file."""

    recipe: Recipe = field(default_factory=Recipe)
    edits: Edits = field(default_factory=dict[tuple[int, str], str])
    used: bool = True
    plain: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as it came, and what the user has decided about it.

    Attributes:
        name: What the user calls it.
        data: Its bytes; a locked workbook stays locked.
        recipe: The user's corrections.
        edits: Cells corrected by hand.
        used: Whether it goes into the analysis.
        plain: Whether it is read without what is remembered for its headings.
    """

    name: str
    data: bytes
    recipe: Recipe = field(default_factory=Recipe)
    edits: Edits = field(default_factory=dict[tuple[int, str], str])
    used: bool = True
    plain: bool = False

    @property
    def reading(self) -> Reading:
        """All but its name and bytes."""
        return Reading(self.recipe, self.edits, self.used, self.plain)

    def read_as(self, reading: Reading) -> StoredFile:
        """The same file under other decisions."""
        return replace(
            self,
            recipe=reading.recipe,
            edits=reading.edits,
            used=reading.used,
            plain=reading.plain,
        )


@dataclass(frozen=True, slots=True)
class Analysed:
    """What the analysis was begun with.

    Attributes:
        as_of: 基準日 that the user had chosen; None: what the files state.
        rules: How rows became customers.
        readings: File → how it was read.
    """

    as_of: dt.date | None
    rules: JoinRules
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Settings:
    """What belongs to the files together.

    Attributes:
        as_of: 基準日 that the user has chosen; None: what the files state.
        rules: How rows become customers.
        begun: Whether the analysis had begun.
        analysed: What it was begun with, where something has been corrected since that is not in
            it; None where it shows what is here.
        title: The file that the import is called after; None where nobody knows.
    """

    as_of: dt.date | None = None
    rules: JoinRules = field(default_factory=JoinRules)
    begun: bool = False
    analysed: Analysed | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A snapshot in the list: when it was saved (UTC), and what is in it.

    ``name`` is None until the user gives it one; ``size`` is the bytes of its files together;
    ``title`` is the file that it is called after.
    """

    id: str
    name: str | None
    saved_at: dt.datetime
    revision: int
    files: tuple[str, ...]
    size: int
    begun: bool
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot with its files."""

    summary: Summary
    files: tuple[StoredFile, ...]
    settings: Settings


def digest(data: bytes) -> str:
    """Identity of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


# ------------------------------------------------------------------------------------ as text


def reading_state(reading: Reading) -> dict[str, Any]:
    """The decisions about a file, as what JSON can say."""
    return {
        "recipe": dump(reading.recipe),
        "edits": [[line, header, text] for (line, header), text in reading.edits.items()],
        "used": reading.used,
        "plain": reading.plain,
    }


def reading_of(said: Mapping[str, Any], *, name: str) -> Reading:
    """The decisions again.

    Raises:
        NewerSnapshot: A newer version has made them.
        Damaged: There are none.
    """
    try:
        edits = {_cell(line, header): _text(text) for line, header, text in said["edits"]}
        recipe = load(_text(said["recipe"]), name=name)
        return Reading(recipe, edits, _flag(said["used"]), _flag(said["plain"]))
    except BadRecipe as error:
        newer = getattr(error.message.values.get("why"), "key", "") == "recipe.newer"
        raise (NewerSnapshot if newer else Damaged)(name=name) from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Damaged(name=name) from error


def file_state(file: StoredFile) -> str:
    """All of a file but its name and bytes, as JSON."""
    return json.dumps(reading_state(file.reading))


def file_of(name: str, data: bytes, state: str) -> StoredFile:
    """The file again.

    Raises:
        NewerSnapshot, Damaged: As in :func:`reading_of`.
    """
    return StoredFile(name, data).read_as(reading_of(_loaded(state, name), name=name))


def settings_state(settings: Settings) -> str:
    """The settings as JSON."""
    said = _counting_state(settings.as_of, settings.rules)
    then = settings.analysed
    if then is not None:
        readings = {name: reading_state(reading) for name, reading in then.readings.items()}
        said["analysed"] = {**_counting_state(then.as_of, then.rules), "readings": readings}
    return json.dumps({**said, "begun": settings.begun, "title": settings.title})


def settings_of(state: str, *, name: str = "settings") -> Settings:
    """The settings again; what they do not say is left to the rules.

    Args:
        state: What :func:`settings_state` made.
        name: What the snapshot is called.

    Raises:
        NewerSnapshot: A newer version has made them.
        Damaged: There are none.
    """
    said = _loaded(state, name)
    try:
        then = said.get("analysed")
        as_of, rules = _counting_of(said)
        analysed = None if then is None else _analysed_of(then, name)
        title = said.get("title")
        title = None if title is None else _text(title)
        return Settings(as_of, rules, _flag(said["begun"]), analysed, title)
    except Unknown as error:
        raise NewerSnapshot(name=name) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Damaged(name=name) from error


def _counting_state(as_of: dt.date | None, rules: JoinRules) -> dict[str, Any]:
    return {"as_of": day_state(as_of), "rules": rules_state(rules)}


def _counting_of(said: Mapping[str, Any]) -> tuple[dt.date | None, JoinRules]:
    return day_of(said["as_of"]), rules_of(said["rules"])


def _analysed_of(said: Mapping[str, Any], name: str) -> Analysed:
    as_of, rules = _counting_of(said)
    readings = {file: reading_of(r, name=name) for file, r in dict(said["readings"]).items()}
    return Analysed(as_of, rules, readings)


def _loaded(state: str, name: str) -> dict[str, Any]:
    try:
        said = json.loads(state)
    except (ValueError, RecursionError) as error:
        raise Damaged(name=name) from error
    if not isinstance(said, dict):
        raise Damaged(name=name)
    return cast("dict[str, Any]", said)


def _cell(line: object, header: object) -> tuple[int, str]:
    if not isinstance(line, int) or isinstance(line, bool):
        raise ValueError("no line")  # noqa: TRY004 (a wrong text, not a wrong call)
    return line, _text(header)


def _text(said: object) -> str:
    if not isinstance(said, str):
        raise ValueError("no text")  # noqa: TRY004 (a wrong text, not a wrong call)
    return said


def _flag(said: object) -> bool:
    if not isinstance(said, bool):
        raise ValueError("neither yes nor no")  # noqa: TRY004 (a wrong text, not a wrong call)
    return said
