"""Ids of Salesforce: 15 case-sensitive characters, or 18 whose last three say which are capitals.

The first 15 are the id; the last three are a checksum of their case, one character for each five of
them. A spreadsheet or a database that ignores case can fold the first 15: the checksum brings their
case back. What has no such shape is no id of Salesforce, and is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.columns import Bools, matches

SHORT: Final = 15
LONG: Final = 18
CHECK: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
"""The character for each number from 0 to 31: one bit per letter of a block of five."""

_SHAPE_LONG: Final = r"^[0-9A-Za-z]{15}[A-Za-z0-5]{3}$"
_SHAPE_SHORT: Final = r"^[0-9A-Za-z]{15}$"
_ZERO: Final = 5
"""Place, from 0, of the character that is a 0 in every id: other keys of 18 letters are left."""

_BITS: Final = 1 << np.arange(5, dtype=np.uint8)
_CASE: Final = np.uint8(0x20)
"""The bit by which a small letter differs from its capital in ASCII."""

Ids = pa.StringArray | npt.NDArray[np.object_] | Sequence[str | None]


@dataclass(frozen=True, eq=False, slots=True)
class Restored:
    """Ids with the case that their checksum tells.

    Attributes:
        ids: The ids, None where missing; texts that are no id of 18 characters as they were.
        changed: Which of them had lost their case, and have it back.
        broken: Which have the shape of an id of 18 characters, and a checksum that cannot be true.
        sound: Which are ids of 18 characters with a true checksum, now or after mending.
    """

    ids: npt.NDArray[np.object_]
    changed: Bools
    broken: Bools
    sound: Bools


def restore(ids: Ids) -> Restored:
    """Bring back the case of ids of 18 characters whose letters were all made large or small.

    An id that has both large and small letters was not folded: if its checksum does not fit, it is
    broken. So is one whose checksum wants a capital where a digit stands.
    """
    texts = _array(ids)
    values = np.array(texts.to_pylist(), dtype=object)
    shaped = matches(texts, _SHAPE_LONG) & matches(texts, "[A-Za-z]")
    changed, broken, sound = (np.zeros(len(texts), dtype=bool) for _ in range(3))
    at = np.flatnonzero(shaped)
    if not len(at):
        return Restored(values, changed, broken, sound)
    letters = _bytes(texts.take(pa.array(at)), LONG)
    body, tail = letters[:, :SHORT], letters[:, SHORT:]
    wanted = _capitals(tail)
    alphabetic = body >= ord("A")
    right = np.where(wanted, body & ~_CASE, body | _CASE)
    right = np.where(alphabetic, right, body)
    possible = ~(wanted & ~alphabetic).any(axis=1)
    capital = alphabetic & (body < ord("a"))
    one_case = ~(capital.any(axis=1) & (alphabetic & ~capital).any(axis=1))
    true = (right == body).all(axis=1)
    likely = body[:, _ZERO] == ord("0")
    good = possible & (true | (one_case & likely))
    whole = np.column_stack([right, np.where(tail >= ord("a"), tail & ~_CASE, tail)])
    made = _texts(whole)
    different = (whole != letters).any(axis=1)
    values[at[good & different]] = made[good & different]
    changed[at] = good & ~true
    broken[at] = ~good & likely
    sound[at] = good
    return Restored(values, changed, broken, sound)


def key15(ids: Ids) -> npt.NDArray[np.object_]:
    """The case-sensitive 15 characters by which ids are joined; None where missing.

    Ids of 18 characters are cut after their case was restored; anything else stays as it is.
    """
    found = restore(ids)
    keys = found.ids.copy()
    keys[found.sound] = [str(value)[:SHORT] for value in keys[found.sound]]
    return keys


def to18(ids: Ids) -> npt.NDArray[np.object_]:
    """Ids of 15 characters with their checksum; None where missing, anything else as it is.

    Folded ids of 18 characters get their case back.
    """
    values = restore(ids).ids
    texts = _array(values)
    at = np.flatnonzero(matches(texts, _SHAPE_SHORT) & matches(texts, "[A-Za-z]"))
    if len(at):
        letters = _bytes(texts.take(pa.array(at)), SHORT)
        values[at] = _texts(np.column_stack([letters, checksum(letters)]))
    return values


def checksum(letters: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The three check characters of ids given as n × 15 ASCII codes, as n × 3 codes."""
    capital = (letters >= ord("A")) & (letters <= ord("Z"))
    numbers = (capital.reshape(-1, 3, 5) * _BITS).sum(axis=2)
    return np.frombuffer(CHECK.encode(), np.uint8)[numbers]


def _capitals(tail: npt.NDArray[np.uint8]) -> Bools:
    """Which of the 15 letters are capitals, by three check characters in either case."""
    upper = np.where(tail >= ord("a"), tail & ~_CASE, tail)
    number = np.where(upper >= ord("A"), upper - ord("A"), upper - ord("0") + 26)
    return ((number[:, :, None] & _BITS) != 0).reshape(-1, SHORT)


def _array(ids: Ids) -> pa.StringArray:
    if isinstance(ids, pa.Array):
        return ids
    values = np.asarray(ids, dtype=object)
    blank = pd.isna(values)
    plain = [None if gone else str(v) for v, gone in zip(values, blank, strict=True)]
    return pa.array(plain, pa.string())


def _bytes(texts: pa.StringArray, length: int) -> npt.NDArray[np.uint8]:
    """ASCII texts of one length as a matrix of codes."""
    joined = "".join(texts.to_pylist())
    return np.frombuffer(joined.encode("ascii"), np.uint8).reshape(-1, length)


def _texts(letters: npt.NDArray[np.uint8]) -> npt.NDArray[np.object_]:
    width = letters.shape[1]
    joined = np.ascontiguousarray(letters).tobytes().decode("ascii")
    made = [joined[i : i + width] for i in range(0, len(joined), width)]
    return np.array(made, dtype=object)


# ---------------------------------------------------------------------- what a spreadsheet has done

SCIENTIFIC: Final = r"^\d(?:\.\d+)?[eE]\+?\d{1,3}$"
"""How a spreadsheet writes a long number: its last digits are lost."""

DIGITS: Final = r"^\d+$"
DECIMAL: Final = r"^\d+\.0$"
KEPT: Final = 15
"""Digits that a spreadsheet keeps of a number; those behind become zeros."""


def scientific(texts: pa.StringArray) -> Bools:
    """Which ids a spreadsheet has written in powers of ten."""
    return matches(texts, SCIENTIFIC)


def cut_digits(texts: pa.StringArray) -> Bools:
    """Which ids of more than 15 digits have nothing but zeros behind the fifteenth.

    Only where all long ids of the column look so, and there are several, or several zeros.
    """
    long = matches(texts, rf"^\d{{{KEPT + 1},}}$")
    zeros = matches(texts, rf"^\d{{{KEPT}}}0+$")
    several = 3
    sure = long.sum() >= several or matches(texts, rf"^\d{{{KEPT}}}0{{2,}}$").any()
    return long & zeros.all(where=long) & sure


def lost_zeros(texts: pa.StringArray) -> Bools:
    """Which ids of digits are shorter than those of the column that are filled up with zeros.

    A column of plain running numbers has no zeros in front and is never suspected.
    """
    digits = matches(texts, DIGITS)
    padded = digits & matches(texts, "^0")
    if not padded.any():
        return padded
    lengths = np.asarray(pc.utf8_length(texts).to_numpy(zero_copy_only=False))
    usual = np.unique(lengths[padded])
    short = digits & ~padded & (lengths < usual.min())
    # Padded ids of several lengths are no padding to one length.
    return short & (len(usual) == 1) & (padded | (lengths == usual[0])).any()


def written_as_decimals(texts: pa.StringArray) -> Bools:
    """Ids such as ``123.0``, if all of a column are: whole numbers that went through a program."""
    decimal = matches(texts, DECIMAL)
    return decimal & decimal.all()
