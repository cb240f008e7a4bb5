"""Ids of Salesforce as they leave: of 18 characters, which a spreadsheet cannot take for another.

Excel ignores case when it looks something up; ids of 15 characters may differ in nothing else.
"""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd

from csdata.intake.ids import to18

_SHORT: Final = re.compile(r"[0-9a][0-9A-Za-z]{4}0[0-9A-Za-z]{9}")
"""A key prefix begins with a digit, or with ``a`` for an object of one's own; the sixth is a 0."""
_LONG: Final = re.compile(rf"{_SHORT.pattern}[A-Za-z0-5]{{3}}")
_MOST: Final = 0.5
"""Share of the texts of a column that have to be such ids; a lone one may be anything."""


def long_ids(column: pd.Series) -> pd.Series:
    """A column of texts with ids of 15 characters written as 18, if it is a column of ids.

    Anything else is left as it is: a key of another system of the same length, blanks, values that
    are no text.
    """
    texts = {value for value in column if isinstance(value, str) and value}
    short = sorted(t for t in texts if _SHORT.fullmatch(t) and not t.isdigit())
    n = len(short) + sum(_LONG.fullmatch(t) is not None for t in texts)
    if not short or n <= _MOST * len(texts):
        return column
    whole: dict[Any, Any] = dict(zip(short, to18(short), strict=True))
    return column.map(lambda value: whole.get(value, value) if isinstance(value, str) else value)
