"""A snapshot as an archive that the import page takes again, here or on another machine."""

from __future__ import annotations

import io
import json
import lzma
import zipfile
import zlib
from dataclasses import asdict
from pathlib import PurePath
from typing import Any, Final, cast

from csdata.intake.child import zips
from csdata.intake.child.problems import Problem
from csdata.intake.limits import MEGABYTE, limits_in_force
from csdata.store.contents import (
    Damaged,
    NewerSnapshot,
    Settings,
    Snapshot,
    StoredFile,
    file_of,
    file_state,
    settings_of,
    settings_state,
)

MANIFEST: Final = "csdata/snapshot.json"
"""Where the archive of a snapshot says what is in it; what an archive of tables does not have."""

FORMAT: Final = 1
_WORKBOOK: Final = "[Content_Types].xml"
_LONGEST: Final = 16 * MEGABYTE
"""Bytes of the manifest: decisions, not data."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same snapshot makes the same archive."""

_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(KeyError, TypeError, ValueError),
    *(RuntimeError, NotImplementedError, RecursionError),  # a method that Python does not know
)


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


def snapshot_of(
    data: bytes, *, largest: int, name: str = "snapshot.zip"
) -> tuple[list[StoredFile], Settings] | None:
    """The files and settings of an archive that :func:`archive_of` made; None for anything else.

    Args:
        data: The bytes of any file.
        largest: Bytes that its files may have together. A larger one is no snapshot, and neither is
            one that no archive may be: reading it as an archive says why.
        name: What the user calls it.

    Raises:
        NewerSnapshot: A newer version has written it.
        Damaged: It is a snapshot, and says what none can say.
    """
    if not data.startswith(b"PK"):
        return None
    members = zips.directory(io.BytesIO(data))
    names = [member.filename for member in members]
    if MANIFEST not in names or _WORKBOOK in names:
        return None
    if sum(member.file_size for member in members) > largest:
        return None
    try:
        zips.check(members, asdict(limits_in_force()))
    except Problem:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            said = _manifest(archive, name)
            return _files(archive, said["files"]), settings_of(
                json.dumps(said["settings"]), name=name
            )
    except NewerSnapshot as error:
        raise NewerSnapshot(name=name) from error
    except (Damaged, *_BROKEN) as error:
        raise Damaged(name=name) from error


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if archive.getinfo(MANIFEST).file_size > _LONGEST:
        raise ValueError("too long")
    said = json.loads(archive.read(MANIFEST))
    json.dumps(said, ensure_ascii=False).encode()  # half a character cannot be shown or stored
    if int(said["csdata_snapshot"]) > FORMAT:
        raise NewerSnapshot(name=name)
    return cast("dict[str, Any]", said)


def _files(archive: zipfile.ZipFile, said: list[dict[str, Any]]) -> list[StoredFile]:
    """Each member once: the directory has told what all of them together may cost."""
    members = [str(file["member"]) for file in said]
    names = [str(file["name"]) for file in said]
    known = archive.namelist()
    if any(len(set(each)) < len(each) for each in (members, names, known)) or "" in names:
        raise ValueError("not once each")
    return [
        file_of(name, archive.read(member), json.dumps(file))
        for name, member, file in zip(names, members, said, strict=True)
    ]
