"""Ids: 15 and 18 characters are one, lost case comes back, what a spreadsheet broke is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.intake.ids import key15, restore, to18
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SHORT = st.builds(
    lambda start, tail: f"{start}0{tail}",
    st.text(LETTERS, min_size=5, max_size=5),
    st.text(LETTERS, min_size=9, max_size=9),
).filter(lambda text: not text.isdigit())
"""Ids of 15 characters, whose sixth is a 0."""


def long(short: str) -> str:
    """The 18 characters of an id, counted by hand: one bit for each capital of five letters."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    blocks = (short[0:5], short[5:10], short[10:15])
    return short + "".join(
        alphabet[sum(2**i for i, c in enumerate(block) if c.isupper())] for block in blocks
    )


def customers(*ids: str) -> Import:
    return read_rows(("取引先 ID", "契約開始日"), *[[i, "2026-01-01"] for i in ids])


# From the documentation of Salesforce, and others that are known from the outside.
KNOWN = [
    ("001D000000IRFma", "001D000000IRFmaIAH"),
    ("00530000003xqAb", "00530000003xqAbAAI"),
    ("0015g00000AbCdE", "0015g00000AbCdEAAV"),
]


@pytest.mark.parametrize(("short", "whole"), KNOWN)
def test_the_checksum(short: str, whole: str) -> None:
    assert to18([short]).tolist() == [whole]
    assert long(short) == whole


@settings(deadline=None)
@given(st.lists(SHORT | st.none(), min_size=1))
def test_fifteen_and_eighteen_are_one(ids: list[str | None]) -> None:
    whole = [None if i is None else long(i) for i in ids]
    assert to18(ids).tolist() == whole
    assert to18(whole).tolist() == whole
    assert key15(whole).tolist() == ids
    assert key15(ids).tolist() == ids


@settings(deadline=None)
@given(st.lists(SHORT, min_size=1), st.sampled_from([str.upper, str.lower]))
def test_lost_case_comes_back(ids: list[str], fold: Callable[[str], str]) -> None:
    whole = [long(i) for i in ids]
    folded = [fold(i) for i in whole]
    found = restore(folded)
    assert found.ids.tolist() == whole
    assert found.changed.tolist() == [a[:15] != b[:15] for a, b in zip(whole, folded, strict=True)]
    assert not found.broken.any()
    assert key15(folded).tolist() == ids


@settings(deadline=None)
@given(SHORT)
def test_ids_that_differ_in_case_only_stay_two(short: str) -> None:
    other = short.swapcase()
    assert key15([short])[0] != key15([other])[0]
    assert key15([long(short)])[0] != key15([long(other)])[0]


@settings(deadline=None)
@given(st.lists(st.text(max_size=20).filter(lambda t: len(t) not in {15, 18}), max_size=10))
def test_other_keys_are_left_as_they_are(ids: list[str]) -> None:
    for made in (restore(ids).ids, key15(ids), to18(ids)):
        assert made.tolist() == ids


@pytest.mark.parametrize(
    "text",
    [
        "123456789012345",
        "123456789012345678",
        "ABCDEFGHIJKLMNOPQR",  # eighteen letters that are somebody's own key
        "株式会社サンプル東京支店第一営業所",
        "0015g00000AbCdEAA9",  # 9 is no check character
        "C-001",
        "",
    ],
)
def test_what_only_resembles_an_id_is_left_as_it_is(text: str) -> None:
    found = restore([text])
    assert found.ids.tolist() == [text]
    assert not (found.changed | found.broken | found.sound).any()
    assert key15([text]).tolist() == [text]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0015g00000AbCdEAAA", id="capitals that the checksum denies"),
        pytest.param("0015G00000ABCDE5AV", id="a capital where a digit stands"),
    ],
)
def test_a_checksum_that_cannot_be_is_broken(text: str) -> None:
    found = restore([text])
    assert found.ids.tolist() == [text]
    assert found.broken.tolist() == [True]


@pytest.mark.parametrize(
    "make",
    [
        pa.array,
        list,
        lambda ids: np.array(ids, dtype=object),
        lambda ids: pd.Series(ids, dtype=object).to_numpy(),
        lambda ids: pd.Series(ids, dtype="string").to_numpy(),
    ],
    ids=["arrow", "list", "numpy", "pandas objects", "pandas text"],
)
def test_any_kind_of_array_will_do(make) -> None:
    assert key15(make(["0015G00000ABCDEAAV", None])).tolist() == ["0015g00000AbCdE", None]


# --------------------------------------------------------------------------------------- in a file


def test_restored_ids_are_counted() -> None:
    imported = customers("0015G00000ABCDEAAV", "0015g00000AbCdFAAV", "C3")
    ids = ["0015g00000AbCdEAAV", "0015g00000AbCdFAAV", "C3"]
    assert imported.table["customer_id"].tolist() == ids
    (note,) = (n for n in imported.notes if n.key == "note.ids_restored")
    assert note.values["n"] == 1


def test_two_spellings_of_one_id_are_the_same_customer_twice() -> None:
    imported = customers("0015g00000AbCdEAAV", "0015G00000ABCDEAAV")
    assert imported.set_aside.empty
    assert len(cs.combine([imported]).tables["customers"]) == 1


@pytest.mark.parametrize(
    ("rule", "ids", "suspects"),
    [
        ("id_scientific", ["1E+15", "1.23E+15", "1E3", "C1"], ["1E+15", "1.23E+15", "1E3"]),
        ("id_zeros", ["00123", "00045", "678", "12345"], ["678"]),
        ("id_decimal", ["1.0", "2.0", "30.0"], ["1.0", "2.0", "30.0"]),
        (
            "id_digits",
            ["1234567890123450", "1234567890123460", "1234567890123470"],
            ["1234567890123450", "1234567890123460", "1234567890123470"],
        ),
        (
            "id_checksum",
            ["0015g00000AbCdEAAV", "0015g00000AbCdFAAV", "0015g00000AbCdGAAA"],
            ["0015g00000AbCdGAAA"],
        ),
    ],
)
def test_what_a_spreadsheet_did_is_told_and_not_guessed(
    rule: str, ids: list[str], suspects: list[str]
) -> None:
    imported = customers(*ids)
    assert imported.table["customer_id"].tolist() == ids
    listed = imported.issues[imported.issues["rule"] == rule]
    assert listed["value"].tolist() == suspects
    assert set(listed["severity"]) == {"warning"}
    assert "note.ids_suspect" in keys(imported.notes)


@pytest.mark.parametrize(
    "ids",
    [
        ["1", "2", "10", "100"],
        ["00001", "00002", "00100"],
        ["A-1", "1.5", "0"],
        ["007", "0007"],
        ["1234567890123456", "1234567890123457"],
    ],
)
def test_sound_ids_are_not_suspected(ids: list[str]) -> None:
    assert "note.ids_suspect" not in keys(customers(*ids).notes)
