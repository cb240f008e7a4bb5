"""What was decided by itself can be decided otherwise, a column at a time."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from csdata.i18n import LANGUAGES, text
from tests.app.cards import card, dropped, imported, look, press, table, upload
from tests.app.driver import control, ran, raw_keys, says

HEAD = ("顧客 ID", "契約開始日", "契約終了日", "月額", "達成率", "製品")
ROWS = [
    ["C1", "2025-01-01", "2025-12-31", "100", "0.5", "甲;乙"],
    ["C2", "2025-02-01", "2026-01-31", "200", "0.25", "乙;丙"],
    ["C3", "2025-03-01", "", "300", "0.75", "甲;丙"],
]
NAME, KEY = "a.csv", card("a.csv")


def opened(lang: str = "ja") -> AppTest:
    return look(dropped({NAME: table(HEAD, *ROWS)}, lang), NAME, "settings")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_settings_speak_both_languages(lang: str) -> None:
    app = opened(lang)
    assert says(app, text("page.import.settings.lead", lang))
    assert says(app, text("page.import.settings.multiple", lang))
    assert not raw_keys(app)


def test_the_end_can_be_said_outside_of_the_question() -> None:
    app = opened()
    ran(control(app, f"import.set_{KEY}_end_is_last_day").set_value(False))
    assert imported(app, NAME).table["end"][0] == pd.Timestamp(2025, 12, 31)


def test_a_share_can_be_a_percentage() -> None:
    app = opened()
    assert imported(app, NAME).table["達成率"].tolist() == [0.5, 0.25, 0.75]
    ran(control(app, f"import.set_{KEY}_0_percent").set_value("percent"))
    assert imported(app, NAME).table["達成率"].tolist() == pytest.approx([0.005, 0.0025, 0.0075])


def test_a_list_in_a_cell_is_split_when_asked() -> None:
    app = opened()
    before = set(imported(app, NAME).table)
    ran(app.multiselect(key=f"import.set_{KEY}_multiple").set_value(["製品"]))
    made = {str(c).split(": ")[-1] for c in set(imported(app, NAME).table) - before}
    assert {"甲", "乙", "丙"} <= made
    ran(app.multiselect(key=f"import.set_{KEY}_multiple").set_value([]))
    assert set(imported(app, NAME).table) == before


def test_currency_and_tax_go_into_the_recipe_and_back() -> None:
    app = opened()
    ran(app.selectbox(key=f"import.set_{KEY}_currency").set_value("USD"))
    ran(app.selectbox(key=f"import.set_{KEY}_tax").set_value("included"))
    assert (upload(app, NAME).recipe.currency, upload(app, NAME).recipe.tax) == ("USD", "included")
    assert imported(app, NAME).currency == "USD"
    ran(app.selectbox(key=f"import.set_{KEY}_currency").set_value(""))
    assert upload(app, NAME).recipe.currency is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_currency_of_bare_amounts_is_said_once_for_all_files(lang: str) -> None:
    deals = table(
        ("契約番号", "顧客 ID", "契約開始日", "契約終了日", "月額"),
        *([f"K{i}", f"C{i}", "2025-01-01", "2025-12-31", "100"] for i in (1, 2, 3)),
    )
    app = dropped({NAME: table(HEAD, *ROWS), "k.csv": deals}, lang)
    assert says(app, text("page.import.currency.lead", lang))
    press(app, "import.currency_JPY")
    assert not says(app, text("page.import.currency.lead", lang))
    assert [imported(app, name).currency for name in (NAME, "k.csv")] == ["JPY", "JPY"]
    assert not raw_keys(app)


def test_amounts_that_name_their_currency_are_not_asked_about() -> None:
    head = (*HEAD[:3], "月額(円)")
    app = dropped({NAME: table(head, *(row[:4] for row in ROWS))})
    assert not says(app, text("page.import.currency.lead", "ja"))
