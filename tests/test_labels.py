"""Group labels have one order, whatever the order of the rows."""

import datetime as dt

import pandas as pd
import pytest

from csdata.labels import ranked

CASES = {
    "text": (["b", "a", "b"], ["a", "b"], [1, 0, 1]),
    "numbers by size": ([100, 12, 6], [6, 12, 100], [2, 1, 0]),
    "missing last": (["b", None, "a"], ["a", "b", None], [1, 2, 0]),
    "missing number": ([2.0, None, 1.0], [1.0, 2.0, None], [1, 2, 0]),
    "truths": ([True, False], [False, True], [1, 0]),
    "mixed kinds": (["a", 3, None, 1], [1, 3, "a", None], [2, 1, 3, 0]),
    "dates": ([dt.date(2026, 2, 1), dt.date(2026, 1, 1)],
              [dt.date(2026, 1, 1), dt.date(2026, 2, 1)], [1, 0]),
    "only missing": ([None, None], [None], [0, 0]),
    "nobody": ([], [], []),
}  # fmt: skip


@pytest.mark.parametrize(("labels", "values", "places"), CASES.values(), ids=CASES)
def test_labels_are_ranked(labels, values, places):
    found, ordered = ranked(pd.Series(labels, dtype=None if labels else object))
    assert found.tolist() == places
    assert ordered.tolist() == values


def test_an_ordered_category_keeps_its_order_and_an_unordered_one_is_sorted():
    names = ["GOOD", "BAD", "GOOD", None]
    levels = ["BAD", "NORMAL", "GOOD"][::-1]
    for ordered, expected in ((True, ["GOOD", "BAD", None]), (False, ["BAD", "GOOD", None])):
        series = pd.Series(pd.Categorical(names, levels, ordered=ordered))
        assert ranked(series)[1].tolist() == expected
