"""Which characters the bytes of a text stand for."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import BinaryIO, Final

from .problems import Problem

Opener = Callable[[], BinaryIO]
"""Opens the bytes from their beginning; they may be a file or a member of an archive."""

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PIECE: Final = 1 << 20


def find_encoding(opened: Opener) -> str:
    """By the byte-order mark, else strict utf-8, else cp932.

    Others are never tried: latin-1 accepts anything, and euc_jp can take cp932 silently wrong.
    """
    with opened() as file:
        head = file.read(4)
    marked = tuple(encoding for mark, encoding in MARKS if head.startswith(mark))
    for encoding in marked or ("utf-8", "cp932"):
        if decodes(opened, encoding):
            return encoding
    raise Problem("encoding")


def decodes(opened: Opener, encoding: str) -> bool:
    """Whether all of it is text in that encoding; piecewise, so that no copy is kept."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with opened() as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def as_text(opened: Opener, encoding: str) -> io.TextIOWrapper:
    """The bytes as text, line ends left as they are."""
    return io.TextIOWrapper(opened(), encoding=encoding, newline="")
