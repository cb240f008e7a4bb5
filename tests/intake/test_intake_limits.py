"""What a file may cost: said in an argument or by the environment, named in the refusal."""

from __future__ import annotations

from dataclasses import fields

import pytest

import csdata as cs
from csdata.errors import BadValues, FileTooLarge
from csdata.intake.limits import LIMITS, Limits, limits_in_force, setting
from csdata.intake.workbook import open_file
from tests.intake.exports import workbook
from tests.intake.kinds import write, zipped

TABLE = [["取引先 ID", "月額"], ["C1", 1], ["C2", 2]]
GOOD = workbook(("s", TABLE))
TWO = workbook(("s", TABLE), ("t", TABLE))
PAGE = write("html", TABLE[0], TABLE[1:])
CSV = write("csv", TABLE[0], TABLE[1:])


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), (" 7 ", 7), ("2K", 2048), ("3m", 3 << 20), ("1G", 1 << 30)]
)
def test_each_limit_can_be_said_by_the_environment(text: str, value: int) -> None:
    for field in fields(Limits):
        found = limits_in_force({f"CSDATA_MAX_{field.name.upper()}": text})
        assert getattr(found, field.name) == value
        others = [f.name for f in fields(Limits) if f.name != field.name]
        assert all(getattr(found, name) == getattr(LIMITS, name) for name in others)


def test_nothing_said_changes_nothing() -> None:
    assert limits_in_force({}) == limits_in_force({"CSDATA_MAX_CELLS": " "}) == LIMITS


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "1T", "10 K", "9" * 30, "٣"])
def test_what_is_no_limit_says_which_variable(text: str) -> None:
    with pytest.raises(BadValues) as caught:
        limits_in_force({"CSDATA_MAX_CELLS": text})
    for lang in ("ja", "en"):
        assert "CSDATA_MAX_CELLS" in caught.value.message.say(lang)


def test_the_environment_counts_where_nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDATA_MAX_COLUMNS", "1")
    with pytest.raises(FileTooLarge):
        cs.read_export(GOOD)
    assert len(cs.read_export(GOOD, limits=LIMITS).table) == 2


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (GOOD, {"file_bytes": 1000}),
        (GOOD, {"entries": 2}),
        (GOOD, {"expanded_bytes": 1000}),
        (TWO, {"sheets": 1}),
        (PAGE.replace(b"<body>", b"<body><table><tr><td>1</table>"), {"sheets": 1}),
        (zipped({"a.csv": CSV, "b.csv": CSV}), {"sheets": 1}),
        (GOOD, {"rows": 2}),
        (PAGE, {"rows": 2}),
        (CSV, {"rows": 2}),
        (GOOD, {"columns": 1}),
        (PAGE, {"columns": 1}),
        (CSV, {"columns": 1}),
        (GOOD, {"cells": 5}),
        (PAGE, {"cells": 5}),
        (CSV, {"cells": 5}),
        (GOOD, {"memory_bytes": 60 << 20}),
        (CSV, {"seconds": 0}),
    ],
)
def test_a_refusal_names_the_limit_and_what_moves_it(data: bytes, limit: dict[str, int]) -> None:
    with pytest.raises(FileTooLarge) as caught:
        open_file(data, name="顧客", limits=Limits(**limit))
    (name,) = limit
    for lang in ("ja", "en"):
        said = caught.value.message.say(lang)
        assert setting(name) in said
        assert "顧客" in said
        assert "{" not in said
