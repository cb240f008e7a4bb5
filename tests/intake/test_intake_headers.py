"""How headings are compared, taken apart and made unique."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata.intake.catalogue import field_names, fields, is_code, is_known
from csdata.intake.headers import clean, letters, normal, unique_names
from csdata.schema import DATES, NUMBERS, REQUIRED, ROLES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("取引先 ID", "取引先ID"),
        ("取引先　ＩＤ", "取引先id"),
        ("Market  ↑", "market"),
        ("Sub Status  ↓", "SUB STATUS"),
        ("AccountId", "Account ID"),
        ("Monthly_Fee__c", "monthly fee"),
        ("customer-id", "Customer ID"),
    ],
)
def test_the_same_heading(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("header", "field", "kind"),
    [
        ("取引先 ID", "customer_id", "whole"),
        ("取引先: 取引先 ID", "customer_id", "suffix"),
        ("Account: Account ID", "customer_id", "suffix"),
        ("取引先：取引先名", "name", "suffix"),
        ("契約開始日(初回)", "start", "bracketless"),
        ("Contract Start Date", "start", "whole"),
        ("解約日", "end", "whole"),
        ("月額(税込)", "mrr", "bracketless"),
        ("Owner", "owner", "whole"),
    ],
)
def test_headings_of_customers(header: str, field: str, kind: str) -> None:
    match = fields("customers")[field].match(header)
    assert match is not None
    assert match[2] == kind


@pytest.mark.parametrize("header", ["作成日", "Created Date", "CreatedDate", "最終更新日"])
def test_when_a_record_was_made_is_no_start(header: str) -> None:
    assert fields("customers")["start"].match(header) is None


def test_a_whole_match_beats_a_suffix() -> None:
    field = fields("customers")["name"]
    whole, suffix = field.match("取引先名"), field.match("取引先: 取引先名")
    assert whole is not None
    assert suffix is not None
    assert whole[1] > suffix[1]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Zip Code", True),
        ("CustomerID", True),
        ("AccountId", True),
        ("契約番号", True),
        ("郵便番号", True),
        ("Phone", True),
        ("従業員数", False),
        ("Number of Employees", False),
        ("NumberOfEmployees", False),
        ("Barcodes", False),
        ("Amount Paid", False),
        ("Casino", False),
        ("Latitude", False),
    ],
)
def test_codes_by_their_heading(header: str, *, code: bool) -> None:
    assert is_code(header) is code


def test_every_canonical_column_has_a_field_of_its_kind() -> None:
    for role in ROLES:
        known = fields(role)
        assert set(REQUIRED[role]) <= set(known)
        assert all(known[name].kind == "date" for name in DATES[role])
        assert all(known[name].kind == "number" for name in NUMBERS[role])
    assert {"customer_id", "start", "quantity", "note"} <= field_names()


def test_labels_are_known_and_other_words_are_not() -> None:
    assert is_known("取引先: 契約開始日  ↑")
    assert not is_known("株式会社見本")


def test_names_are_made_unique() -> None:
    assert unique_names(["a", "a", "b", "a"], ("b",)) == ["a", "a (2)", "b (2)", "a (3)"]


@given(st.lists(st.sampled_from(["a", "b", "a (2)", "c"])))
def test_unique_names_are_unique_and_in_order(headers: list[str]) -> None:
    names = unique_names(headers)
    assert len(set(names)) == len(headers)
    assert all(n.startswith(h) for n, h in zip(names, headers, strict=True))


@pytest.mark.parametrize(("position", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_letters(position: int, name: str) -> None:
    assert letters(position) == name


def test_arrows_are_not_part_of_a_heading() -> None:
    assert clean(" 契約開始日  ↑ ") == "契約開始日"
