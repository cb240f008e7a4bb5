"""Archives of exports: the weekly Data Export of Salesforce, or whatever somebody has zipped."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

from csdata.intake.child import zips
from csdata.intake.child.problems import Problem, beyond
from csdata.intake.limits import Limits, limits_in_force
from csdata.intake.process import explained
from csdata.intake.sniff import ZIP

_ARCHIVES: Final = (".zip", ".7z", ".rar", ".gz", ".tar")
_UNSAFE: Final = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
"""Names that point outside the archive; nothing is written under them, but nobody means well."""


def unpack(data: bytes, name: str, *, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    """The tables in an archive, each as a file of its own; any other file as it is.

    Args:
        data: The bytes of a file of any kind.
        name: What the user calls it.
        limits: What the archive may cost; default those in force.

    Returns:
        Name and bytes of each member that may hold a table, in the order of the archive. Pictures,
        notes and what a Mac adds are left out. A file that is no archive comes back alone, and so
        does one that cannot be unpacked for a reason that reading it will name.

    Raises:
        UnreadableFile: The archive is broken, encrypted, holds archives, or has unsafe names.
        FileTooLarge: The archive has too many members, or they are too large.
    """
    limits = limits or limits_in_force()
    if not data.startswith(ZIP):
        return [(name, data)]
    file = io.BytesIO(data)
    members = zips.directory(file)
    if zips.kind_of(members) != "zip":
        return [(name, data)]
    try:
        _check(members, limits)
        return _contents(file, zips.tables(members), limits)
    except Problem as problem:
        raise explained(problem.answer, name, None, limits) from problem


def only_workbook(path: Path, limits: Limits) -> tuple[str, bytes] | None:
    """Name and bytes of the one table of an archive, if it is no plain text; None otherwise.

    Raises:
        Problem: There are several workbooks and no text to choose from, or it cannot be unpacked.
    """
    with path.open("rb") as file:
        members = zips.directory(file)
        _check(members, limits, total=False)
        found = zips.tables(members)
        if zips.tables(members, zips.PLAIN):
            return None
        if len(found) != 1:
            raise Problem("zip")
        return _contents(file, found, limits)[0]


def _check(members: list[zipfile.ZipInfo], limits: Limits, *, total: bool = True) -> None:
    zips.check(members, asdict(limits))
    names = [zips.shown_name(member) for member in members]
    if any(_UNSAFE.search(name) for name in names):
        raise Problem("unsafe_names")
    if any(name.lower().endswith(_ARCHIVES) for name in names):
        raise Problem("nested")
    if total:
        _check_total(zips.tables(members).values(), limits)


def _check_total(members: Iterable[zipfile.ZipInfo], limits: Limits) -> None:
    total = sum(member.file_size for member in members)
    if total > limits.file_bytes:
        raise beyond("expanded", total, limits.file_bytes)


def _contents(
    file: BinaryIO, members: dict[str, zipfile.ZipInfo], limits: Limits
) -> list[tuple[str, bytes]]:
    _check_total(members.values(), limits)
    try:
        with zipfile.ZipFile(file) as archive:
            # No more than the directory says is ever unpacked, whatever the member itself says.
            return [(name, archive.read(member)) for name, member in members.items()]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Problem("truncated") from error
