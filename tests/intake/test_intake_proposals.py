"""Open questions: their answers, the proposed one, and what answering does."""

from __future__ import annotations

import pytest

from csdata.i18n import LANGUAGES
from csdata.intake import Recipe
from csdata.intake.proposals import accepted, answered, proposals
from csdata.tables import Import
from tests.intake.exports import read_rows

HEAD = ("顧客 ID", "契約開始日", "契約終了日")


def starts(*texts: str) -> Import:
    return read_rows(HEAD[:2], *([f"C{i}", text] for i, text in enumerate(texts)))


@pytest.mark.parametrize(
    ("read", "key", "best"),
    [
        pytest.param(starts("1/2/2025", "1/3/2025", "1/4/2025"), "day_ones", True, id="1 first"),
        pytest.param(starts("2/1/2025", "3/1/2025", "4/1/2025"), "month_ones", False, id="1 last"),
        pytest.param(starts("2/3/2025", "3/4/2025"), "day_unknown", None, id="nothing"),
    ],
)
def test_the_order_of_day_and_month(read: Import, key: str, *, best: bool | None) -> None:
    (found,) = (p for p in proposals(read) if p.attribute == "day_first")
    assert found.reason is not None
    assert found.reason.key == f"proposal.{key}"
    said = None if found.best is None else found.answers[found.best].changes["day_first"]
    assert said == best


@pytest.mark.parametrize(
    ("created", "key", "best"),
    [("3/25/2023", "month_like", False), ("25/3/2023", "day_like", True)],
)
def test_another_column_is_a_reason_and_no_decision(created: str, key: str, *, best: bool) -> None:
    header = (*HEAD[:2], "作成日")
    dates = ("2024/4/13", "3/4/2024", "5/6/2024")
    read = read_rows(header, *([f"C{i}", text, created] for i, text in enumerate(dates)))
    assert read.set_aside["reason"].tolist() == ["undecided_date"] * 2
    (found,) = (p for p in proposals(read) if p.attribute == "day_first")
    assert found.question.values["examples"] == ["3/4/2024", "5/6/2024"]
    assert found.reason is not None
    assert found.reason.key == f"proposal.{key}"
    assert found.best is not None
    assert found.answers[found.best].changes == {"day_first": best}


@pytest.mark.parametrize(
    ("heading", "end", "last", "key"),
    [
        pytest.param("契約終了日", "2025-12-31", True, "seen", id="last day"),
        pytest.param("契約終了日", "2026-01-01", True, "against", id="heading against dates"),
        pytest.param("契約終了日", "2025-12-15", True, "usual", id="nothing seen"),
        pytest.param("解約日", "2026-01-01", False, "seen", id="first day"),
    ],
)
def test_the_end_is_proposed_as_it_was_read(
    heading: str, end: str, *, last: bool, key: str
) -> None:
    rows = [[f"C{i}", "2025-01-01", end] for i in range(6)]
    read = read_rows((*HEAD[:2], heading), *rows)
    (found,) = (p for p in proposals(read) if p.attribute == "end_is_last_day")
    assert found.best is not None
    assert found.reason is not None
    assert found.reason.key == f"proposal.end_{key}"
    assert found.answers[found.best].changes == {"end_is_last_day": last}
    assert accepted(read).end_is_last_day is last
    again = read_rows((*HEAD[:2], heading), *rows, recipe=accepted(read))
    assert again.table["end"].equals(read.table["end"])


def test_every_question_can_be_said_and_answered() -> None:
    head = ("顧客 ID", "契約開始日", "契約終了日", "月額")
    rows = [["C1", "2025-01-01", "2025-12-31", "JPY 7"], ["C2", "2025-01-01", "", "USD 5"]]
    read = read_rows(head, *rows)
    found = proposals(read)
    assert {p.attribute for p in found} >= {"end_is_last_day", "currency"}
    for proposal in found:
        for lang in LANGUAGES:
            assert proposal.question.say(lang)
        changed = [answered(Recipe(), answer) for answer in proposal.answers]
        assert len(set(map(repr, changed))) == len(changed), "each answer is another recipe"
    again = read_rows(head, *rows, recipe=accepted(read))
    assert proposals(again) == ()


def test_the_as_of_date_is_asked_elsewhere() -> None:
    read = read_rows(HEAD[:2], ["C1", "2025-01-01"])
    assert "question.as_of" in [q.key for q in read.questions]
    assert "as_of" not in [p.attribute for p in proposals(read)]


def test_answers_per_heading_are_added_to_those_before() -> None:
    from csdata.intake.proposals import Answer

    recipe = Recipe(percent={"a": "percent"})
    more = answered(recipe, Answer("b", {"percent": {"b": "fraction"}}))
    assert dict(more.percent) == {"a": "percent", "b": "fraction"}
