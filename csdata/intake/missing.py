"""Words that stand for "nothing" where a date or a number is wanted.

Only blanks are missing in a text: a company may be called NA. Where a column has to hold dates or
numbers, a dash or 未設定 is nobody's value: it is missing, counted and said so. 未定 and 不明 are
none of these words: a contract whose end is not known yet is not one that has none.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.columns import Bools, flags

ERRORS: Final = (
    *("#n/a", "#null!", "#div/0!", "#ref!", "#value!", "#name?", "#num!", "#getting_data"),
    *("#spill!", "#calc!", "#####", "#field!", "#blocked!"),
)
"""What a cell of a spreadsheet shows when its formula failed, folded."""

DASHES: Final = ("-", "--", "---", "‐", "‑", "–", "—", "―", "−", "ー", "─", "…", "/", ".")
CLEAR: Final = (*DASHES, "n/a", "nan", "nat", "null", "(null)", "<null>", "\\n", "<na>")
"""Words that are missing even in a column whose meaning is unknown, if the rest are numbers."""

WORDS: Final = (
    *CLEAR,
    *("na", "none", "nil", "not set", "not available", "not applicable", "(blank)", "blank"),
    *("なし", "無し", "無", "無い", "ない", "未設定", "未入力", "該当なし", "空白", "(空白)"),
    *("設定なし", "データなし"),
)


def missing(texts: pa.StringArray) -> Bools:
    """Which texts say that there is no value, in a column of dates or numbers."""
    return _among(texts, (*WORDS, *ERRORS))


def clearly_missing(texts: pa.StringArray) -> Bools:
    """Which texts say so whatever the column means: dashes, ``N/A``, ``null``, cell errors."""
    return _among(texts, (*CLEAR, *ERRORS))


def failed_cells(texts: pa.StringArray) -> Bools:
    """Which texts are what a failed formula shows."""
    return _among(texts, ERRORS)


def _among(texts: pa.StringArray, words: tuple[str, ...]) -> Bools:
    short = np.asarray(pc.less_equal(pc.utf8_length(texts), max(map(len, words))))
    if not short.any():
        return np.zeros(len(texts), dtype=bool)
    plain = pc.utf8_trim_whitespace(pc.utf8_lower(pc.utf8_normalize(texts, "NFKC")))
    known = {unicodedata.normalize("NFKC", word).casefold() for word in words}
    return flags(pc.is_in(plain, value_set=pa.array(sorted(known), pa.string())))
