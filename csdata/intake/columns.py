"""A column of text as its distinct texts and a code per row: what every typing works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake._arrow import pc

Bools = npt.NDArray[np.bool_]
SAMPLE: Final = 500
"""Distinct texts that settle what most columns are not, and spare the parsing of all of them."""


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """One column of a file: trimmed text with missing blanks, once per distinct value.

    Attributes:
        header: The heading as the file has it, made unique.
        codes: For every row the position in ``distinct``; −1 where blank.
        distinct: The distinct texts.
    """

    header: str
    codes: npt.NDArray[np.int32]
    distinct: pa.StringArray

    @property
    def blank(self) -> Bools:
        """Rows without a value."""
        return self.codes < 0

    def at(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """The texts of some rows; a blank is empty."""
        codes = self.codes[rows]
        found = self.distinct.take(pa.array(codes, mask=codes < 0)).to_pylist()
        return [text or "" for text in found]

    def keep(self, rows: Bools) -> Column:
        """The column of some rows, with the texts that occur in them."""
        if rows.all():
            return self
        return Column(self.header, self.codes[rows], self.distinct).keep_used()

    def keep_used(self) -> Column:
        """The column without texts that stand in no row."""
        codes = self.codes
        used = np.flatnonzero(_occurring(codes, len(self.distinct)))
        place = np.full(len(self.distinct) + 1, -1, dtype=np.int32)  # the last takes the blanks
        place[used] = np.arange(len(used), dtype=np.int32)
        return Column(self.header, place[codes], self.distinct.take(pa.array(used)))

    def used(self, rows: Bools) -> Bools:
        """Which of the distinct texts occur in some rows."""
        return _occurring(self.codes[rows], len(self.distinct))

    def count(self, which: Bools) -> int:
        """In how many rows one of these distinct texts stands."""
        return int(self.rows(which).sum()) if which.any() else 0

    def rows(self, which: Bools) -> Bools:
        """In which rows one of these distinct texts stands."""
        return np.append(which, np.array([False]))[self.codes]

    def objects(self) -> npt.NDArray[np.object_]:
        """The texts, None where blank."""
        texts = np.array([*self.distinct.to_pylist(), None], dtype=object)
        return texts[self.codes]

    def spread(self, values: npt.NDArray[Any], missing: object) -> npt.NDArray[Any]:
        """Values of the distinct texts, given to every row; ``missing`` where blank."""
        return np.append(values, np.array([missing], dtype=values.dtype))[self.codes]

    def replaced(self, texts: pa.StringArray) -> Column:
        """The column with other texts in place of its distinct ones; equal ones become one."""
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        encoded = pc.dictionary_encode(filled)
        place = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
        return Column(self.header, np.append(place, np.int32(-1))[self.codes], encoded.dictionary)


def _occurring(codes: npt.NDArray[np.int32], n: int) -> Bools:
    occurs = np.zeros(n + 1, dtype=bool)
    occurs[codes] = True
    return occurs[:-1]


def column(header: str, cells: pa.StringArray) -> Column:
    """A column of trimmed cells with missing blanks, as distinct texts."""
    encoded = pc.dictionary_encode(cells)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Column(header, codes, encoded.dictionary)


@dataclass(frozen=True, eq=False, slots=True)
class Parsed:
    """Values of the distinct texts of a column, and which of them could be read."""

    values: npt.NDArray[Any]
    ok: Bools


def folded(texts: pa.StringArray) -> pa.StringArray:
    """Full-width digits and signs as plain ones."""
    if len(texts) and pc.all(pc.string_is_ascii(texts)).as_py():
        return texts
    return pc.utf8_trim_whitespace(pc.utf8_normalize(texts, "NFKC"))


def flags(array: Any) -> Bools:
    """An arrow array of booleans as a mask; missing is False."""
    return np.asarray(pc.fill_null(array, fill_value=False).to_numpy(zero_copy_only=False), bool)


def matches(texts: pa.StringArray, pattern: str) -> Bools:
    """Which texts match a regular expression (RE2)."""
    return flags(pc.match_substring_regex(texts, pattern))


def floats(texts: Any) -> npt.NDArray[np.float64]:
    """Decimal texts as numbers, NaN where missing or empty."""
    filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    values = pc.cast(filled, pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)


def integers(texts: Any) -> npt.NDArray[np.int64]:
    """Digits as whole numbers, 0 where missing or empty."""
    filled = pc.if_else(pc.equal(pc.fill_null(texts, ""), ""), "0", texts)
    return np.asarray(pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False))
