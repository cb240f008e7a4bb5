"""CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata.export import csv_bytes
from csdata.export.tables import STARTS, guard


def lines(table: pd.DataFrame) -> list[str]:
    return csv_bytes(table).decode("utf-8-sig").splitlines()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("+81-3-0000", "'+81-3-0000", id="plus"),
        pytest.param("-", "'-", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'\t=1", id="tab"),
        pytest.param("\r=1", "'\r=1", id="carriage return"),
        pytest.param("\n=1", "'\n=1", id="line feed"),
        pytest.param("\0=1", "'\0=1", id="nul"),
        pytest.param("＝1+1", "'＝1+1", id="full-width equals"),
        pytest.param("＋1", "'＋1", id="full-width plus"),
        pytest.param("－1", "'－1", id="full-width minus"),
        pytest.param("＠x", "'＠x", id="full-width at"),
        pytest.param("㈱①髙﨑～", "㈱①髙﨑～", id="japanese"),
        pytest.param("a=1", "a=1", id="inside"),
        pytest.param("", "", id="empty"),
        pytest.param(-5, -5, id="a negative number"),
        pytest.param(-0.5, -0.5, id="a fraction"),
        pytest.param(None, None, id="missing"),
    ],
)
def test_texts_that_look_like_formulas_are_guarded(value: object, written: object) -> None:
    assert guard(value) == written


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_texts_are_guarded_whatever_their_type(dtype: str) -> None:
    table = pd.DataFrame({"name": pd.Series(["=1", "b", None], dtype=dtype)})
    assert lines(table) == ["name", "'=1", "b", '""']


@pytest.mark.parametrize(
    ("values", "written"),
    [
        # From the documentation of Salesforce, and one that is known from the outside.
        pytest.param(["001D000000IRFma"], ["001D000000IRFmaIAH"], id="15"),
        pytest.param(["0015g00000AbCdEAAV"], ["0015g00000AbCdEAAV"], id="18"),
        pytest.param(
            ["001D000000IRFma", None, "00530000003xqAbAAI"],
            ["001D000000IRFmaIAH", '""', "00530000003xqAbAAI"],
            id="both, and a blank",
        ),
        pytest.param(["001D000000IRFma", "甲", "乙"], ["001D000000IRFma", "甲", "乙"], id="lone"),
        pytest.param(["JPTKY0000000001"], ["JPTKY0000000001"], id="a key of somebody's own"),
        pytest.param(["123450789012345"], ["123450789012345"], id="digits"),
        pytest.param([15, 18], ["15", "18"], id="numbers"),
    ],
)
def test_ids_of_salesforce_leave_with_18_characters(
    values: list[object], written: list[str]
) -> None:
    assert lines(pd.DataFrame({"顧客": values})) == ["顧客", *written]


def test_headers_are_guarded_too() -> None:
    assert lines(pd.DataFrame({"=HYPERLINK(1)": [1]}))[0] == "'=HYPERLINK(1)"


def test_numbers_and_dates_are_left_alone() -> None:
    table = pd.DataFrame(
        {"n": [-5, 3], "x": [-0.1, None], "day": [pd.Timestamp("2026-03-01"), pd.NaT]}
    )
    assert lines(table) == ["n,x,day", "-5,-0.1,2026-03-01", "3,,"]
    assert lines(pd.DataFrame({"mixed": [-5, "-5", dt.date(2026, 3, 1)]}))[1:] == [
        "-5",
        "'-5",
        "2026-03-01",
    ]


def test_excel_sees_that_it_is_utf_8() -> None:
    assert (
        csv_bytes(pd.DataFrame({"顧客": ["髙﨑"]})) == b"\xef\xbb\xbf" + "顧客\r\n髙﨑\r\n".encode()
    )


def test_the_table_itself_is_not_changed() -> None:
    table = pd.DataFrame({"=a": ["=1"]})
    csv_bytes(table)
    assert table.equals(pd.DataFrame({"=a": ["=1"]}))


def test_columns_of_the_same_name_keep_their_places() -> None:
    table = pd.DataFrame([["=1", 2]], columns=pd.Index(["a", "a"]))
    assert lines(table) == ["a,a", "'=1,2"]


@given(
    texts=st.lists(
        st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1), min_size=1
    )
)
def test_no_text_begins_like_a_formula_and_none_is_lost(texts: list[str]) -> None:
    written = csv_bytes(pd.DataFrame({"t": texts})).decode("utf-8-sig")
    _, *back = (row[0] for row in csv.reader(io.StringIO(written, newline="")))
    assert not [b for b in back if b.startswith(STARTS)]
    assert [b if b == t else b.removeprefix("'") for b, t in zip(back, texts, strict=True)] == texts
