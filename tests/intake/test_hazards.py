"""All fifty hazards of an export behave as written."""

from __future__ import annotations

import pytest

from tests.intake.hazards import HAZARDS, files, joining, layout, values

assert all((files, joining, layout, values))  # importing them fills the table


@pytest.mark.parametrize("number", range(1, 51))
def test_hazard(number: int) -> None:
    for check in HAZARDS[number]:
        check()


def test_no_check_is_outside_the_table() -> None:
    assert sorted(HAZARDS) == list(range(1, 51))
