"""Day and month swapped in half of a column: seen, told, and undone when asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.intake import Recipe
from csdata.intake.dates import dates
from csdata.intake.swaps import swapped, undone
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

HEAD = ("取引先 ID", "契約開始日", "契約終了日")


def texts(*values: str) -> pa.StringArray:
    return pa.array(values, pa.string())


def found_days(imported: Import, field: str) -> list[str]:
    shown = imported.table[field].dt.strftime("%Y-%m-%d")
    return [text if isinstance(text, str) else "" for text in shown]


def customers(*starts: str, recipe: Recipe | None = None) -> Import:
    rows = [[f"C{i}", start, ""] for i, start in enumerate(starts)]
    return read_rows(HEAD, *rows, recipe=recipe)


def said(imported: Import, key: str) -> dict[str, object]:
    (found,) = (dict(note.values) for note in imported.notes if note.key == f"note.{key}")
    return found


def mangled(days: Sequence[dt.date], *, month_first: bool) -> list[str]:
    """What Excel makes of days written in the order that it does not expect."""
    form = "{0.month}/{0.day}/{0.year}" if month_first else "{0.day}/{0.month}/{0.year}"
    return [
        f"{d.year}-{d.day:02}-{d.month:02} 00:00:00" if d.day <= 12 else form.format(d)
        for d in days
    ]


SMALL = st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)).filter(lambda d: d.day <= 12)
LARGE = st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)).filter(lambda d: d.day > 12)


@settings(deadline=None)
@given(
    small=st.lists(SMALL, min_size=2, max_size=15, unique=True),
    large=st.lists(LARGE, min_size=2, max_size=15, unique=True),
    month_first=st.booleans(),
)
def test_a_swap_is_seen_and_undone(
    small: list[dt.date], large: list[dt.date], *, month_first: bool
) -> None:
    days = [*small, *large]
    found = dates(texts(*mangled(days, month_first=month_first)))
    which = swapped(found)
    assert which.tolist() == [True] * len(small) + [False] * len(large)
    assert undone(found, which).values.astype("datetime64[D]").tolist() == days


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(["2026-03-05", "2026-03-06", "2026-03-07"], id="one form"),
        pytest.param(["5/3/2026", "13/3/2026", "14/3/2026"], id="only texts"),
        pytest.param(["2026-03-05", "2026-03-13", "14/3/2026", "15/3/2026"], id="a true day 13"),
        pytest.param(["2026-03-05", "2026-03-06", "4/3/2026", "15/3/2026"], id="a text of day 4"),
        pytest.param(["2026-03-05", "2026-03-06", "15/3/2026"], id="too few to tell"),
    ],
)
def test_a_sound_column_is_not_suspected(column: list[str]) -> None:
    assert not swapped(dates(texts(*column))).any()


@pytest.mark.parametrize(
    "form",
    ["{0.day}/{0.month}/{0.year}", "{0.day}/{0.month}/{0:%y}", "{0.day:02}.{0.month:02}.{0.year}"],
)
def test_a_sound_date_among_many_and_texts_of_any_sign_hide_no_swap(form: str) -> None:
    small = [f"2026-{m:02}-{d:02} 00:00:00" for m in range(1, 6) for d in (3, 4, 9, 11)]
    large = [form.format(dt.date(2024, m, d)) for m in (2, 5, 11) for d in (17, 20, 28)]
    which = swapped(dates(texts(*small, "2025-05-20 00:00:00", *large), wanted=True))
    assert which.tolist() == [True] * len(small) + [False] * (1 + len(large))


MANGLED = mangled(
    [dt.date(2026, m, d) for m in (1, 2, 4) for d in (3, 9, 17, 28)], month_first=False
)


def test_a_swap_is_listed_asked_about_and_left_until_answered() -> None:
    imported = customers(*MANGLED)
    assert said(imported, "swap_found")["n"] == 6
    listed = imported.issues[imported.issues["rule"] == "swapped_date"]
    assert listed["severity"].tolist() == ["warning"] * 6
    assert set(listed["value"]) == {text for text in MANGLED if "-" in text}
    (question,) = (q for q in imported.questions if q.key == "question.undo_swap")
    assert "契約開始日" in question.say("ja")


@pytest.mark.parametrize(("undo", "note"), [(True, "swap_undone"), (False, "swap_kept")])
def test_an_answer_about_a_swap_is_followed(note: str, *, undo: bool) -> None:
    imported = customers(*MANGLED, recipe=Recipe(undo_swap=undo))
    assert said(imported, note)["n"] == 6
    assert "question.undo_swap" not in keys(imported.questions)
    assert imported.issues[imported.issues["rule"] == "swapped_date"].empty
    first = "2026-01-03" if undo else "2026-03-01"
    assert found_days(imported, "start")[0] == first


def test_a_swapped_column_that_is_no_field_is_mended_too() -> None:
    rows = [[f"C{i}", "2026-01-01", text] for i, text in enumerate(MANGLED)]
    header = ("取引先 ID", "契約開始日", "点検の日")
    plain = read_rows(header, *rows)
    assert "question.undo_swap" in keys(plain.questions)
    mended = read_rows(header, *rows, recipe=Recipe(undo_swap=True))
    assert mended.table["点検の日"].dt.strftime("%Y-%m-%d").tolist()[0] == "2026-01-03"


def test_nothing_is_found_where_there_is_nothing() -> None:
    found = dates(texts())
    assert len(found.values) == 0
    assert found.order == "ymd"
    assert np.array_equal(swapped(found), np.zeros(0, dtype=bool))
