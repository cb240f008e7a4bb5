"""The import that a session works on: its files and all that was decided about them, in one place.

It is replaced whole, so that nothing that was said of some files outlives them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import streamlit as st

from csdata.i18n import Message
from csdata.tables import Import

if TYPE_CHECKING:
    from csdata.intake import ImportSet, JoinRules, Recipe
    from csdata.intake.workbook import Cells
    from csdata.store import Analysed, Saved, Settings, StoredFile
    from csui.import_days import Days
    from csui.import_recipes import RecipeFile

_WORK: Final = "csui.work"


@dataclass(slots=True, weakref_slot=True)
class Upload:
    """One file: read, or with the reason why it cannot be."""

    name: str
    data: bytes
    recipe: Recipe
    imported: Import | None = None
    error: Message | None = None
    used: bool = True
    draft: Import | None = None
    """What it would be if some column named the customers: nobody knows which one does."""
    edits: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    """Cells corrected by hand."""
    tried: dict[tuple[int, str], str | None] = field(
        default_factory=dict[tuple[int, str], str | None]
    )
    """Cells corrected since it was read last → their correction before that."""
    refused: tuple[Message, ...] = ()
    """Corrections that could not be taken, and why."""
    plain: bool = False
    """Read without what was remembered for its headings."""
    remembered: str = ""
    """Fingerprint of its headings while exactly this reading is remembered for them."""
    cells: Cells | None = None
    """What is in the file, once it is open: every correction is made on them."""
    locked: str = ""
    """``needed`` or ``wrong``: waits for its password."""
    secret: bool = False
    """Opened with a password: what is in it is for this session only."""

    def correct(self, cells: Mapping[tuple[int, str], str]) -> None:
        """Correct cells, (line in the file, heading) → text; it waits to be read again."""
        self.tried = {cell: self.edits.get(cell) for cell in cells}
        self.edits = {**self.edits, **cells}
        self.imported = self.error = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of the session that is in the workspace."""

    saved: Saved
    files: tuple[StoredFile, ...]
    settings: Settings
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """What the analysis was begun with: name → bytes, and how they were read and counted."""

    data: dict[str, bytes]
    analysed: Analysed


@dataclass(frozen=True, eq=False, slots=True)
class Matched:
    """What joining the files gave the last time; no decision, but it holds their rows.

    ``asked`` is what they were joined by. It knows the imports by identity, so they are held here:
    no other ones can get their identities.
    """

    asked: tuple[object, ...]
    imports: tuple[Import, ...]
    found: ImportSet


@dataclass(slots=True)
class Work:
    """An import in work.

    Attributes:
        files: By name, in the order in which they came.
        recipes: Recipe files that were dropped.
        rules: How the person has customers counted; None: as usual.
        as_of: 基準日 that the person chose; it belongs to the files that are there.
        begun: What the analysis was begun with; None before.
        kept: What of it is in the workspace.
        before: ``begun`` and ``kept`` of the analysis that is open, while other files are here than
            it was begun with.
        trouble: Why it could not be saved or opened.
        opening: It is being opened, and was not read to the end.
        stopped: Opening the last one has ended a process; it was not opened again.
        gone: It was deleted in another window, and is not saved until the person says so.
        beginning: The person has asked for the analysis, and it has not begun yet.
        told: What happened to the files of the last drop; True: something went wrong.
        matched: The files as they were joined the last time; None before.
        days: The tables that start and end of the customers came from, the present one last.
        counted: What was counted for them the last time: of which files as joined, at which day.
    """

    files: dict[str, Upload] = field(default_factory=dict[str, Upload])
    recipes: dict[str, RecipeFile] = field(default_factory=dict[str, "RecipeFile"])
    rules: JoinRules | None = None
    as_of: dt.date | None = None
    begun: Begun | None = None
    kept: Kept | None = None
    before: tuple[Begun, Kept | None] | None = None
    trouble: Message | None = None
    opening: bool = False
    stopped: bool = False
    gone: bool = False
    beginning: bool = False
    told: list[tuple[Message, bool]] = field(default_factory=list[tuple[Message, bool]])
    matched: Matched | None = None
    days: list[Days] = field(default_factory=list["Days"])
    counted: tuple[ImportSet, dt.date, Days] | None = None


def work() -> Work:
    """That of this session."""
    return st.session_state.setdefault(_WORK, Work())


def replace(other: Work) -> None:
    """Work on another import from now on."""
    st.session_state[_WORK] = other


def stored(upload: Upload) -> StoredFile:
    """An upload as it is kept; cells of a locked workbook are kept nowhere in the clear."""
    from csdata.store import StoredFile

    edits = {} if upload.secret else dict(upload.edits)
    return StoredFile(upload.name, upload.data, upload.recipe, edits, upload.used, upload.plain)


def unread(file: StoredFile) -> Upload:
    """A kept file, to be read again."""
    return Upload(
        file.name,
        file.data,
        file.recipe,
        used=file.used,
        edits=dict(file.edits),
        plain=file.plain,
    )
