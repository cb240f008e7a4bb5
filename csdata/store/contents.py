"""What a snapshot holds, and its forms as text and as an archive."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import PurePath
from typing import Any, ClassVar, Final

from csdata.errors import CsDataError
from csdata.intake.edits import Edits
from csdata.intake.join_rules import JoinRules
from csdata.intake.recipe import Recipe
from csdata.intake.recipe_file import dump, load

MANIFEST: Final = "csdata/snapshot.json"
"""Where the archive of a snapshot says what is in it; what an archive of tables does not have."""

FORMAT: Final = 1
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same snapshot makes the same archive."""


class NotSaved(CsDataError):
    """The workspace cannot be written. Values: ``detail``."""

    key: ClassVar[str] = "error.not_saved"


class Damaged(CsDataError):
    """What was stored cannot be read back. Values: ``name``."""

    key: ClassVar[str] = "error.damaged"


class NoSuchSnapshot(CsDataError):
    """It was deleted, perhaps in another window."""

    key: ClassVar[str] = "error.no_such_snapshot"


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


@dataclass(frozen=True, slots=True)
class Settings:
    """What belongs to the files together.

    Attributes:
        as_of: 基準日 that the user has chosen; None: what the files state.
        rules: How rows become customers.
        begun: Whether the analysis had begun.
    """

    as_of: dt.date | None = None
    rules: JoinRules = field(default_factory=JoinRules)
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A snapshot in the list: when it was saved (UTC), and what is in it.

    ``name`` is None until the user gives it one; ``size`` is the bytes of its files together.
    """

    id: str
    name: str | None
    saved_at: dt.datetime
    revision: int
    files: tuple[str, ...]
    size: int
    begun: bool


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


def file_state(file: StoredFile) -> str:
    """All of a file but its name and bytes, as JSON."""
    edits = [[line, header, text] for (line, header), text in file.edits.items()]
    return json.dumps(
        {"recipe": dump(file.recipe), "edits": edits, "used": file.used, "plain": file.plain}
    )


def file_of(name: str, data: bytes, state: str) -> StoredFile:
    """The file again.

    Raises:
        Damaged: The state is none.
    """
    try:
        said = json.loads(state)
        edits = {(int(line), str(header)): str(text) for line, header, text in said["edits"]}
        recipe = load(str(said["recipe"]), name=name)
        return StoredFile(name, data, recipe, edits, bool(said["used"]), bool(said["plain"]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Damaged(name=name) from error


def settings_state(settings: Settings) -> str:
    """The settings as JSON."""
    rules = asdict(settings.rules) | {"observed_from": _day_state(settings.rules.observed_from)}
    as_of = _day_state(settings.as_of)
    return json.dumps({"as_of": as_of, "rules": rules, "begun": settings.begun})


def _day_state(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day_of(said: Any) -> dt.date | None:
    return dt.date.fromisoformat(said) if said else None


def settings_of(state: str) -> Settings:
    """The settings again; what they cannot say is left to the rules.

    Raises:
        Damaged: The state is none.
    """
    try:
        said = json.loads(state)
        return Settings(_day_of(said["as_of"]), _rules_of(said["rules"]), bool(said["begun"]))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Damaged(name="settings") from error


def _rules_of(said: Mapping[str, Any]) -> JoinRules:
    known = {f.name for f in fields(JoinRules)}
    taken = {name: value for name, value in said.items() if name in known}
    taken["exclude"] = tuple(taken.get("exclude", ()))
    for name in ("accepted", "same"):
        taken[name] = {str(k): str(v) for k, v in dict(taken.get(name, {})).items()}
    taken["observed_from"] = _day_of(taken.get("observed_from"))
    return JoinRules(**taken)


# ------------------------------------------------------------------------------- as an archive


def archive_of(snapshot: Snapshot) -> bytes:
    """The files as they came and how they were read, as a zip that the import page takes again."""
    names = _distinct([file.name for file in snapshot.files])
    manifest = {
        "csdata_snapshot": FORMAT,
        "name": snapshot.summary.name,
        "saved_at": snapshot.summary.saved_at.isoformat(),
        "settings": json.loads(settings_state(snapshot.settings)),
        "files": [
            {"member": member, "name": file.name, **json.loads(file_state(file))}
            for member, file in zip(names, snapshot.files, strict=True)
        ],
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        archive.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), text)
        for member, file in zip(names, snapshot.files, strict=True):
            archive.writestr(zipfile.ZipInfo(member, _EPOCH), file.data)
    return made.getvalue()


def _distinct(names: list[str]) -> list[str]:
    """Names of members: no path in them, each once."""
    made: list[str] = []
    for name in names:
        safe = PurePath(name.replace("\\", "/")).name or "file"
        number, candidate = 1, safe
        while candidate in made:
            number += 1
            path = PurePath(safe)
            candidate = f"{path.stem}-{number}{path.suffix}"
        made.append(candidate)
    return made


def snapshot_of(data: bytes, *, largest: int) -> tuple[list[StoredFile], Settings] | None:
    """The files and settings of an archive that :func:`archive_of` made; None for anything else.

    Args:
        data: The bytes of any file.
        largest: Bytes that its files may have together; a larger one is no snapshot.
    """
    if not data.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if MANIFEST not in archive.namelist():
                return None
            if sum(member.file_size for member in archive.infolist()) > largest:
                return None
            said = json.loads(archive.read(MANIFEST))
            files = [
                file_of(str(f["name"]), archive.read(str(f["member"])), json.dumps(f))
                for f in said["files"]
            ]
            return files, settings_of(json.dumps(said["settings"]))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError, EOFError):
        return None
    except (RuntimeError, NotImplementedError, RecursionError):  # encrypted, a method of its own
        return None
