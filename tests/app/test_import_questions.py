"""What only the person can decide: asked one at a time, proposed with a reason, taken back."""

from __future__ import annotations

import pandas as pd
import pytest

from csdata.i18n import LANGUAGES, text
from tests.app.cards import answers, asked, card, dropped, has, imported, press, table, upload
from tests.app.driver import raw_keys, says

HEAD = ("顧客 ID", "顧客名", "契約開始日", "契約終了日")
LAST_DAYS = table(HEAD, ["C1", "甲", "2025-01-01", "2025-12-31"], ["C2", "乙", "2025-02-01", ""])
FIRSTS = table(HEAD, *([f"C{m}", f"会社{m}", f"{m}/1/2025", f"{m}/1/2026"] for m in range(1, 13)))
EITHER = table(HEAD, *([f"C{m}", f"会社{m}", f"{m}/{m + 1}/2025", ""] for m in range(2, 8)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_answer_is_one_press_and_can_be_taken_back(lang: str) -> None:
    app = dropped({"a.csv": LAST_DAYS}, lang)
    assert asked(app, "a.csv") == "end_is_last_day"
    assert says(app, text("proposal.end_seen", lang, n=1, other=0))
    assert says(app, text("page.import.states.open", lang, n=1))
    assert not raw_keys(app)
    press(app, answers(app, "a.csv")[1])
    assert asked(app, "a.csv") == ""
    assert upload(app, "a.csv").recipe.end_is_last_day is False
    assert imported(app, "a.csv").table["end"][0] == pd.Timestamp(2025, 12, 31)
    assert says(app, text("page.import.states.ready", lang))
    press(app, f"import.given_{card('a.csv')}_end_is_last_day")
    assert asked(app, "a.csv") == "end_is_last_day"
    assert upload(app, "a.csv").recipe.end_is_last_day is None


def test_questions_come_one_at_a_time_and_can_be_accepted_together() -> None:
    app = dropped({"a.csv": FIRSTS})
    assert imported(app, "a.csv").table.empty
    assert asked(app, "a.csv") == "day_first"
    assert says(app, text("proposal.month_ones", "ja", n=12, other=1))
    press(app, answers(app, "a.csv")[1])
    assert len(imported(app, "a.csv").table) == 12
    assert asked(app, "a.csv") == "end_is_last_day"
    assert len(answers(app, "a.csv")) == 2


def test_all_proposals_of_a_file_are_one_button() -> None:
    head = ("顧客 ID", "契約開始日", "契約終了日", "月額")
    rows = [[f"C{i}", "2025-01-01", "2025-12-31", "JPY 700"] for i in range(5)]
    rows += [["C8", "2025-01-01", "2025-12-31", "USD 5.00"]]
    app = dropped({"a.csv": table(head, *rows)})
    waiting = [q.key for q in imported(app, "a.csv").questions if q.key != "question.as_of"]
    assert len(waiting) > 1
    press(app, f"import.accept_{card('a.csv')}")
    assert asked(app, "a.csv") == ""
    recipe = upload(app, "a.csv").recipe
    assert (recipe.end_is_last_day, recipe.currency) == (True, "JPY")


def test_the_proposals_of_all_files_are_one_button_too() -> None:
    other = LAST_DAYS.replace(b"C1", b"D1").replace(b"C2", b"D2")
    app = dropped({"a.csv": LAST_DAYS, "b.csv": other})
    assert says(app, text("page.import.ask.waiting", "ja", n=2))
    press(app, "import.accept_all")
    assert not has(app, "import.accept_all")
    assert [upload(app, n).recipe.end_is_last_day for n in ("a.csv", "b.csv")] == [True, True]


def test_where_nothing_speaks_for_an_answer_none_is_proposed() -> None:
    app = dropped({"a.csv": EITHER})
    assert asked(app, "a.csv") == "day_first"
    assert says(app, text("proposal.day_unknown", "ja"))
    assert not has(app, f"import.accept_{card('a.csv')}")
    assert [b.icon for b in app.button if b.key in answers(app, "a.csv")] == ["", ""]


def test_open_questions_hold_nobody_up() -> None:
    app = dropped({"a.csv": LAST_DAYS})
    press(app, "import.latest")
    assert asked(app, "a.csv") == "end_is_last_day"
    press(app, "import.begin")
    assert app.title[0].value == text("nav.overview", "ja")


def test_there_is_one_primary_button() -> None:
    app = dropped({"a.csv": LAST_DAYS, "b.csv": EITHER})
    primary = [b.key for b in app.button if b.proto.type == "primary"]
    assert primary == ["import.begin"]
