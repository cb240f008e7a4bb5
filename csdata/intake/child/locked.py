"""Workbooks with a password: decrypted in memory, never on the disk."""

from __future__ import annotations

import io
from typing import Any, Final

import pyarrow as pa

from . import zips
from .books import read_book
from .problems import Job, Problem

OPEN_TO_ALL: Final = "VelvetSweatshop"
"""Excel's own password for workbooks that are only write-protected; it opens them unasked."""


def read_locked(job: Job, password: str) -> pa.Table:
    """The sheet of a workbook that a password opens, or :class:`Problem` for want of it."""
    data = _decrypted(job["path"], password)
    members = zips.directory(io.BytesIO(data))
    zips.check(members, job)
    kind = zips.kind_of(members) if data.startswith(b"PK") else "xls"
    if kind not in {"xlsx", "xlsb", "xls"}:
        raise Problem(kind)
    return read_book({**job, "kind": kind}, data)


def _decrypted(path: str, password: str) -> bytes:
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, ParseError

    with open(path, "rb") as file:  # noqa: PTH123 (a path for the library's own checks)
        try:
            office: Any = msoffcrypto.OfficeFile(file)
            for attempt in filter(None, (password, OPEN_TO_ALL)):
                try:
                    office.load_key(password=attempt, verify_password=True)
                except DecryptionError:
                    continue
                decrypted = io.BytesIO()
                office.decrypt(decrypted)
                return decrypted.getvalue()
        except (FileFormatError, ParseError) as error:
            raise Problem("broken", detail=type(error).__name__) from error
    raise Problem("wrong_password" if password else "password")
