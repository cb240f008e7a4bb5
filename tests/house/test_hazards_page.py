"""docs/hazards.md says of each hazard where its rule is and which check sees it: it must be so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from csdata.intake.limits import LIMITS, Limits, limits_in_force
from tests.intake.hazards import HAZARDS, files, joining, layout, values

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hazards.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)

assert all((files, joining, layout, values))  # importing them fills the table


def test_every_hazard_has_its_row() -> None:
    assert [int(number) for number, *_ in ROW.findall(PAGE)] == list(range(1, 51))


@pytest.mark.parametrize("number", range(1, 51))
def test_the_row_names_its_rule_and_its_checks(number: int) -> None:
    (row,) = (row for row in ROW.findall(PAGE) if int(row[0]) == number)
    rules = re.findall(r"`([\w/.]+)`", row[2])
    assert rules
    for rule in rules:
        assert (ROOT / "csdata" / "intake" / rule).exists(), rule
    checks = {name.strip("`") for name in row[3].split(", ")}
    assert checks == {check.__name__ for check in HAZARDS[number]}


def test_every_limit_is_listed_with_its_value() -> None:
    listed = dict(re.findall(r"^\| `CSDATA_MAX_(\w+)` \| .+? \| (\w+) \|$", PAGE, re.MULTILINE))
    said = {f"CSDATA_MAX_{name}": value for name, value in listed.items()}
    assert limits_in_force(said) == LIMITS
    assert set(listed) == {field.name.upper() for field in fields(Limits)}
