"""Which column could be a field that no heading names."""

from __future__ import annotations

from typing import Any

import pytest

from csdata.i18n import LANGUAGES
from csdata.intake.gaps import gaps, lacking
from csdata.schema import Source
from tests.intake.exports import read_rows

OWN = ("番号札", "屋号", "はじまり", "おわり", "コース")
NAMES = ("あ商事", "い工業", "う食品", "え物流", "お建設", "か製作所", "き不動産")
ROWS = [
    [f"T-{i:03}", name, f"2025/0{i + 1}/01", "2026/03/31" if i % 2 else "", "甲乙"[i % 2]]
    for i, name in enumerate(NAMES)
]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        pytest.param({"取引先 ID": 0}, {"start": "はじまり", "end": "おわり"}, id="dates"),
        pytest.param({"取引先 ID": 0, "解約日": 3}, {"start": "はじまり"}, id="start only"),
        pytest.param({"取引先 ID": 0, "契約開始日": 2}, {"end": "おわり"}, id="end only"),
        pytest.param({"取引先 ID": 0, "契約開始日": 2, "解約日": 3}, {}, id="nothing"),
    ],
)
def test_a_missing_field_is_found_by_its_values(
    names: dict[str, int], wanted: dict[str, str]
) -> None:
    head: list[str] = [*OWN]
    for name, at in names.items():
        head[at] = name
    found = gaps(read_rows(head, *ROWS))
    assert {gap.field: gap.options[0][0] for gap in found} == wanted


def test_a_file_of_ones_own_words() -> None:
    from csdata.intake import Recipe

    read = read_rows(OWN, *ROWS, recipe=Recipe(role="customers", mapping={"customer_id": "コース"}))
    found = {gap.field: gap for gap in gaps(read)}
    assert set(found) == {"start", "end"}
    assert found["start"].needed
    assert not found["end"].needed
    for gap in found.values():
        for _, reason in gap.options:
            assert all(reason.say(lang) for lang in LANGUAGES)


TENURES = {"customer_id": "a", "tenure_months": "b", "churned": "c"}
DATED = {"customer_id": "a", "date": "b"}


@pytest.mark.parametrize(
    ("role", "mapping", "wanted"),
    [
        pytest.param("customers", {}, ["customer_id", "name", "start", "end"], id="all"),
        pytest.param("customers", TENURES, [], id="tenures"),
        pytest.param("contracts", {"customer_id": "a", "start": "b"}, ["end"], id="contracts"),
        pytest.param("usage", DATED, ["category", "quantity"], id="usage"),
        pytest.param("touches", DATED, [], id="touches"),
    ],
)
def test_what_a_table_lacks(role: Source, mapping: dict[str, Any], wanted: list[str]) -> None:
    assert lacking(role, mapping) == wanted


def test_a_column_without_values_is_no_candidate() -> None:
    rows = [["C1", "", "x"], ["C2", "", "y"]]
    (gap, *_) = gaps(read_rows(("取引先 ID", "空の列", "ひとこと"), *rows))
    assert gap.field == "start"
    assert gap.options == ()
