"""Problems of a file: filtered, taken to Excel, corrected in place."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from csdata.i18n import LANGUAGES, text
from csui.import_problems import correctable, edits_of
from tests.app.cards import card, dropped, imported, look, table, upload
from tests.app.driver import control, ran, raw_keys, says

DATA = table(
    ("取引先 ID", "取引先名", "契約開始日", "解約日", "月額"),
    ["C1", "甲", "2026-01-01", "", "100"],
    ["C2", "乙", "いつか", "", "x"],
    ["C3", "丙", "2026-03-01", "2026-01-01", "300"],
    ["C3", "丙", "2026-03-01", "2026-01-01", "300"],
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_problems_can_be_filtered_and_taken_away(lang: str) -> None:
    app = look(dropped({"a.csv": DATA}, lang), "a.csv", "problems")
    assert says(app, text("rule.end_before_start", lang))
    labels = [button.proto.label for button in app.get("download_button")]
    assert text("page.import.workbook", lang) in labels
    ran(control(app, f"import.filter_column_{card('a.csv')}").set_value(["契約開始日"]))
    rule, column = text("page.import.rule", lang), text("page.import.column", lang)
    (left,) = [d.value for d in app.dataframe if rule in d.value]
    assert set(left[column]) == {"契約開始日"}
    assert not raw_keys(app)


def test_a_corrected_cell_is_read_again() -> None:
    app = look(dropped({"a.csv": DATA}), "a.csv", "problems")
    found = imported(app, "a.csv")
    cells = correctable(found, found.issues)
    place = cells["column"].tolist().index("契約開始日")
    new = text("page.import.new_value", "ja")
    app.session_state[f"import.edit_{card('a.csv')}"] = {
        "edited_rows": {place: {new: "2026-02-01"}}
    }
    edits = edits_of(app.session_state[f"import.edit_{card('a.csv')}"], cells, new)
    assert edits == {(3, "契約開始日"): "2026-02-01"}
    del app.session_state[f"import.edit_{card('a.csv')}"]
    upload(app, "a.csv").edits = edits
    upload(app, "a.csv").imported = None
    ran(app)
    assert imported(app, "a.csv").table["customer_id"].tolist() == ["C1", "C2"]
    assert "edited" in set(imported(app, "a.csv").issues["rule"])


def test_what_a_cell_cannot_mend_is_not_offered() -> None:
    app = dropped({"a.csv": DATA})
    found = imported(app, "a.csv")
    cells = correctable(found, found.issues)
    assert not cells.duplicated(["row", "column"]).any()
    assert set(cells["column"]) == {"契約開始日", "解約日", "月額"}


def test_nothing_typed_is_nothing_corrected() -> None:
    cells = pd.DataFrame({"row": [2], "column": ["x"], "value": ["a"]})
    assert edits_of({}, cells, "new") == {}
    assert edits_of({"edited_rows": {"0": {"other": "b"}}}, cells, "new") == {}
    assert edits_of({"edited_rows": {0: {"new": None}}}, cells, "new") == {(2, "x"): ""}


NONSENSE = [
    pytest.param((2, "月額"), "良い", "not_a_number", id="number"),
    pytest.param((2, "契約開始日"), "来週", "not_a_date", id="date"),
    pytest.param((2, "契約開始日"), "2026/02/30", "impossible_date", id="no such day"),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("cell", "nonsense", "rule"), NONSENSE)
def test_a_correction_that_makes_no_sense_is_taken_back_and_told(
    cell: tuple[int, str], nonsense: str, rule: str, lang: str
) -> None:
    app = dropped({"a.csv": DATA}, lang)
    before = imported(app, "a.csv")
    _correct(app, {cell: nonsense})
    line, column = cell
    said = text(f"page.import.refused.{rule}", lang, line=line, column=column, value=nonsense)
    assert says(app, said)
    assert upload(app, "a.csv").edits == {}
    after = imported(app, "a.csv")
    pd.testing.assert_frame_equal(after.table, before.table)
    pd.testing.assert_frame_equal(after.issues, before.issues)
    # The next one that does make sense takes the sentence away.
    _correct(app, {(3, "契約開始日"): "2026-02-01"})
    assert not says(app, said)
    assert set(upload(app, "a.csv").edits) == {(3, "契約開始日")}


def test_of_several_corrections_only_the_senseless_one_is_taken_back() -> None:
    app = dropped({"a.csv": DATA})
    _correct(app, {(2, "月額"): "150"})
    _correct(app, {(2, "月額"): "良い", (3, "契約開始日"): "2026-02-01"})
    assert upload(app, "a.csv").edits == {(2, "月額"): "150", (3, "契約開始日"): "2026-02-01"}
    assert imported(app, "a.csv").table["mrr"].iloc[0] == 150


def _correct(app: AppTest, cells: dict[tuple[int, str], str]) -> None:
    """As pressing the button does with what was typed."""
    upload(app, "a.csv").correct(cells)
    ran(app)


BLANK = table(
    ("取引先 ID", "取引先名", "契約開始日", "解約日", "月額"),
    ["C1", "甲", "2026-01-01", "", "100"],
    ["C2", "乙", "2026-01-05", "", ""],
    ["C3", "丙", "いつか", "", "300"],
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_only_worth_knowing_is_no_problem(lang: str) -> None:
    app = dropped({"a.csv": BLANK}, lang)
    parts = control(app, f"import.look_{card('a.csv')}").options
    for part, n in (("problems", 2), ("infos", 1)):
        words = text(f"page.import.looks.{part}", lang, n=n).rpartition(":")[2].strip()
        assert words in parts, "counted apart"
    who, rule = text("field.name", lang), text("page.import.rule", lang)
    seen = {}
    for part in ("problems", "infos"):
        look(app, "a.csv", part)
        (listed,) = [d.value for d in app.dataframe if rule in d.value]
        seen[part] = set(map(tuple, listed[[who, rule]].to_numpy().tolist()))
    unread = ("rule.not_a_date", "rule.missing_start")
    assert seen["problems"] == {("丙", text(key, lang)) for key in unread}
    assert seen["infos"] == {("乙", text("rule.blank_number", lang))}
    assert not raw_keys(app)


def test_a_row_without_a_name_is_called_by_that_of_its_id() -> None:
    head = ("契約番号", "取引先 ID", "契約開始日", "契約終了日", "月額")
    good = [[f"K{i}", "C2", f"2025-0{i}-01", "2026-12-31", "1"] for i in range(1, 6)]
    terms = table(
        head, *good, ["K6", "C1", "いつか", "2026-12-31", "1"], ["K7", "C9", "?", "", "1"]
    )
    app = look(dropped({"a.csv": DATA, "k.csv": terms}), "k.csv", "problems")
    rule = text("page.import.rule", "ja")
    (listed,) = [d.value for d in app.dataframe if rule in d.value]
    named = listed.set_index(text("page.import.row", "ja"))[text("field.name", "ja")]
    assert named.to_dict() == {7: "甲", 8: "C9"}
