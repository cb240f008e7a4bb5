"""The codec of the address bar: what is written is read back, what is strange is ignored."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csui import url

FINGERPRINT = "f" * 64
OPTIONS: dict[str, Any] = {"month": "month", "k3y": ("column", "月額"), "none": ""}
TEXTS = st.text(max_size=60)
NAMES = st.lists(st.text(min_size=1, max_size=12), unique=True, min_size=1, max_size=8)
VALUES = st.one_of(st.text(max_size=12), st.booleans(), st.floats(allow_nan=False), st.none())


@pytest.mark.parametrize("value", OPTIONS.values(), ids=str)
def test_a_choice_comes_back(value: object) -> None:
    codec = url.Choice(OPTIONS)
    assert codec.accepts(value)
    assert codec.decode(codec.encode(value)) == value


@given(st.lists(st.sampled_from(list(OPTIONS.values())), unique=True))
def test_a_list_comes_back_in_its_order(values: list[Any]) -> None:
    codec = url.Many(OPTIONS)
    assert codec.accepts(values)
    assert codec.decode(codec.encode(values)) == values


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_a_number_comes_back_exactly(value: float) -> None:
    codec = url.Number(-1e6, 1e6)
    assert codec.decode(codec.encode(value)) == value


@given(st.integers(0, 24))
def test_a_whole_number_comes_back_whole(value: int) -> None:
    codec = url.Number(0, 24, whole=True)
    back = codec.decode(codec.encode(value))
    assert (back, type(back)) == (value, int)


CODECS = {
    "choice": url.Choice(OPTIONS),
    "many": url.Many(OPTIONS),
    "number": url.Number(0, 100),
    "whole": url.Number(0, 24, whole=True),
}


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(text=TEXTS)
def test_a_strange_text_is_unknown_or_accepted(codec: url.Codec, text: str) -> None:
    value = codec.decode(text)
    assert value is url.UNKNOWN or codec.accepts(value)


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("choice", "Month"),
        ("choice", "月"),
        ("many", "x.y"),
        ("many", ""),
        ("number", "nan"),
        ("number", "inf"),
        ("number", "1e999"),
        ("number", "101"),
        ("number", "5" * 5000),
        ("number", "٣"),
        ("number", "1_0 "),
        ("whole", "2.5"),
    ],
)
def test_what_no_control_wrote_is_ignored(codec: str, text: str) -> None:
    value = CODECS[codec].decode(text)
    assert value is url.UNKNOWN or CODECS[codec].accepts(value)
    if text != "1_0 ":
        assert value is url.UNKNOWN


def test_known_parts_of_a_list_survive_the_unknown_ones() -> None:
    assert url.Many(OPTIONS).decode("x.month.y.month") == ["month"]


@given(NAMES)
def test_keys_tell_names_apart_and_do_not_show_them(names: list[str]) -> None:
    codes = url.keyed(FINGERPRINT, "column", names)
    assert list(codes.values()) == names
    assert all(re.fullmatch(r"[a-z2-7]{10}", code) for code in codes)


@given(VALUES)
def test_a_key_depends_on_the_data_and_the_place(value: object) -> None:
    here = url.opaque(FINGERPRINT, "plan", value)
    assert here == url.opaque(FINGERPRINT, "plan", value)
    assert here != url.opaque("0" * 64, "plan", value)
    assert here != url.opaque(FINGERPRINT, "owner", value)


def test_a_key_tells_a_truth_value_from_its_name() -> None:
    alike = (True, "True", 1, "1", 1.0, None, "None")
    assert len({url.opaque(FINGERPRINT, "c", v) for v in alike}) == len(alike)


@given(st.dictionaries(st.text(min_size=1, max_size=8), NAMES, max_size=4))
def test_filters_come_back(filters: dict[str, list[str]]) -> None:
    text = url.write_filters(FINGERPRINT, filters)
    found = url.read_filters(FINGERPRINT, filters, text)
    assert found == {column: tuple(values) for column, values in filters.items()}


@given(TEXTS)
def test_strange_filters_are_ignored(text: str) -> None:
    assert url.read_filters(FINGERPRINT, {"plan": ("A", "B")}, text) == {}


def test_filters_of_other_data_mean_nothing() -> None:
    text = url.write_filters(FINGERPRINT, {"plan": ("A",)})
    assert url.read_filters("0" * 64, {"plan": ("A", "B")}, text) == {}


def test_filters_do_not_show_what_they_filter() -> None:
    text = url.write_filters(FINGERPRINT, {"担当者": ("髙﨑 まどか",), "owner": ("Smith",)})
    assert re.fullmatch(r"[a-z2-7.]+", text)
    assert "smith" not in text
