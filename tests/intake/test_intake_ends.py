"""The last day with a contract against the first day without one."""

import datetime as dt

import pytest

from csdata.intake import Recipe
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

STARTS = [dt.date(2025, m, 10) for m in range(1, 9)]
DAY_BEFORE = [dt.date(2026, m, 9) for m in range(1, 9)]
SAME_DAY = [dt.date(2026, m, 10) for m in range(1, 9)]
ANY_DAY = [dt.date(2026, m, 20) for m in range(1, 9)]


def read(header: str, ends: list[dt.date], recipe: Recipe | None = None) -> Import:
    rows = [[f"C{i}", s, e] for i, (s, e) in enumerate(zip(STARTS, ends, strict=True))]
    return read_rows(["取引先 ID", "契約開始日", header], *rows, recipe=recipe)


@pytest.mark.parametrize(
    ("header", "ends", "added"),
    [
        ("契約終了日", DAY_BEFORE, 1),
        ("契約終了日", ANY_DAY, 1),
        # The end of a period is its last day, whatever the dates look like: the user may say no.
        ("契約終了日", SAME_DAY, 1),
        ("End Date", SAME_DAY, 1),
        ("解約日", DAY_BEFORE, 1),
        ("退会日", ANY_DAY, 1),
        # A day of leaving follows the evidence: these fall on the first day of a new term.
        ("解約日", SAME_DAY, 0),
        ("Churn Date", SAME_DAY, 0),
    ],
)
def test_default(header: str, ends: list[dt.date], added: int) -> None:
    imported = read(header, ends)
    days = imported.table["end"].dt.date.tolist()
    assert days == [day + dt.timedelta(days=added) for day in ends]
    assert f"note.end_{'last' if added else 'first'}_day" in keys(imported.notes)
    (question,) = [q for q in imported.questions if q.key == "question.end_is_last_day"]
    assert question.values["column"] == header


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("header", ["契約終了日", "解約日"])
def test_the_user_decides(header: str, *, last: bool) -> None:
    imported = read(header, SAME_DAY, Recipe(end_is_last_day=last))
    expected = [day + dt.timedelta(days=last) for day in SAME_DAY]
    assert imported.table["end"].dt.date.tolist() == expected
    assert "question.end_is_last_day" not in keys(imported.questions)


def test_the_question_carries_its_evidence() -> None:
    ends = [*DAY_BEFORE[:5], dt.date(2026, 2, 28), dt.date(2026, 7, 1), SAME_DAY[7]]
    (question,) = [
        q for q in read("契約終了日", ends).questions if q.key == "question.end_is_last_day"
    ]
    assert (question.values["last"], question.values["first"]) == (6, 2)


def test_a_contract_of_twelve_months_lasts_twelve() -> None:
    from csdata.clock import months_between

    imported = read("契約終了日", [dt.date(2026, m, 9) for m in range(1, 9)])
    table = imported.table
    ages = [
        months_between(s.date(), e.date())
        for s, e in zip(table["start"], table["end"], strict=True)
    ]
    assert ages == [12.0] * 8
