"""Tables as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from csdata.export.long_ids import long_ids

STARTS: Final = tuple("=+-@\t\r\n\0＝＋－＠")
"""A text that begins with one of these may be taken for a formula."""


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV: UTF-8 with a byte-order mark, so that Excel reads Japanese.

    Texts (values and headers) that a spreadsheet could take for a formula get an apostrophe in
    front; ids of Salesforce have 18 characters; numbers, dates and truth values are written as they
    are.

    Args:
        table: Any frame; the index is not written.
    """
    guarded = table.copy()
    guarded.columns = pd.Index([guard(name) for name in table.columns], dtype=object)
    for place, dtype in enumerate(table.dtypes):
        if (
            isinstance(dtype, pd.CategoricalDtype)
            or pd.api.types.is_object_dtype(dtype)
            or (pd.api.types.is_string_dtype(dtype))
        ):
            column = long_ids(table.iloc[:, place].astype(object)).map(guard)
            guarded.isetitem(place, column.to_numpy())
    text = guarded.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def guard(value: Any) -> Any:
    """A text that could be taken for a formula with an apostrophe in front; all else unchanged."""
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS) else value
