"""The order of group labels: the same whatever the order of the rows, on every backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def ranked(labels: pd.Series) -> tuple[NDArray[np.int64], pd.Series]:
    """Each row's place in the order of its labels, and the labels in that order.

    Ordered categories keep their own order; numbers go by size, texts by letter, each kind
    together; a missing label is last and becomes None.
    """
    codes, found = pd.factorize(labels)
    values: list[Any] = list(found)
    dtype: Any = labels.dtype
    if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
        category = {label: i for i, label in enumerate(dtype.categories)}
        order = sorted(range(len(values)), key=lambda i: category[values[i]])
    else:
        order = sorted(range(len(values)), key=lambda i: _kind_first(values[i]))
    # A missing label has the code -1 and so takes the last place.
    places = np.full(len(order) + 1, len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    named = [values[i] for i in order]
    if (codes == -1).any():
        return places[codes], pd.Series([*named, None], dtype=object)
    return places[codes], pd.Series(named, dtype=None if named else object)


def _kind_first(label: Any) -> tuple[str, Any]:
    return ("" if isinstance(label, (int, float)) else type(label).__name__), label
