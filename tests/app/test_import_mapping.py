"""Headings of one's own: one visit to the mapping, once."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from csdata.i18n import LANGUAGES, text
from tests.app.cards import card, dropped, has, imported, look, press, table, upload
from tests.app.driver import control, plain, ran, raw_keys, says

OWN = ("得意先の番号札", "屋号", "はじまり", "おわり", "コース", "うけもち")
ROWS = [
    [
        f"T-{i:03}",
        f"会社{i}",
        f"2025/{i + 1:02}/01",
        "2026/03/31" if i % 2 else "",
        "甲乙"[i % 2],
        "佐藤",
    ]
    for i in range(8)
]
NEXT = [[*row[:2], "2026/01/10", "", *row[4:]] for row in ROWS]
HALF = ("取引先 ID", "屋号", "契約開始日", "おわり", "プラン", "うけもち")


def fields(app: AppTest, name: str) -> dict[str, str]:
    """Heading → field, as the drop-downs of the mapping have it."""
    raw = [str(h) for h in imported(app, name).raw.columns]
    keys = {f"import.map_{card(name)}_{i}": header for i, header in enumerate(raw)}
    return {keys[s.key]: str(s.value) for s in app.selectbox if s.key in keys}


def place(app: AppTest, name: str, header: str) -> str:
    """Key of the drop-down of a heading."""
    found = upload(app, name).imported or upload(app, name).draft
    return f"import.map_{card(name)}_{list(found.raw.columns).index(header)}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_ones_own_are_settled_in_one_visit_and_never_again(lang: str) -> None:
    app = dropped({"台帳.csv": table(OWN, *ROWS)}, lang)
    assert upload(app, "台帳.csv").imported is None
    assert not app.error, "a question, not a failure"
    assert says(app, text("page.import.gaps.lead", lang))
    assert not raw_keys(app)
    chosen = {
        f: app.selectbox(key=f"import.gap_{card('台帳.csv')}_{f}").value
        for f in ("customer_id", "name", "start", "end")
    }
    assert chosen == {"customer_id": OWN[0], "name": OWN[1], "start": OWN[2], "end": OWN[3]}
    press(app, f"import.fill_{card('台帳.csv')}")
    assert dict(imported(app, "台帳.csv").mapping) == chosen
    assert len(imported(app, "台帳.csv").table) == len(ROWS)

    press(app, f"import.remember_{card('台帳.csv')}")
    assert not has(app, f"import.remember_{card('台帳.csv')}")
    dropped({"台帳_翌月.csv": table(OWN, *NEXT)}, app=app)
    assert dict(imported(app, "台帳_翌月.csv").mapping) == chosen
    assert says(app, text("page.import.keep.known", lang))


def test_half_the_headings_renamed() -> None:
    app = dropped({"a.csv": table(HALF, *ROWS)})
    assert imported(app, "a.csv").mapping["customer_id"] == "取引先 ID"
    assert app.selectbox(key=f"import.gap_{card('a.csv')}_end").value == "おわり"
    press(app, f"import.fill_{card('a.csv')}")
    assert imported(app, "a.csv").mapping["end"] == "おわり"
    assert imported(app, "a.csv").table["end"].notna().sum() == 4


def test_everybody_stays_is_an_answer() -> None:
    head, rows = HALF[:3], [row[:3] for row in ROWS]
    app = dropped({"a.csv": table(head, *rows)})
    assert app.selectbox(key=f"import.gap_{card('a.csv')}_end").value == "\0none"
    press(app, f"import.fill_{card('a.csv')}")
    assert "question.mapping" not in [q.key for q in imported(app, "a.csv").questions]


def test_a_heading_is_given_another_field_and_back() -> None:
    app = dropped({"a.csv": table(HALF, *ROWS)})
    look(app, "a.csv", "mapping")
    assert fields(app, "a.csv") == {
        "取引先 ID": "customer_id", "契約開始日": "start", "プラン": "plan",
        "屋号": "", "おわり": "", "うけもち": "",
    }  # fmt: skip
    ran(app.selectbox(key=place(app, "a.csv", "うけもち")).set_value("owner"))
    ran(app.selectbox(key=place(app, "a.csv", "プラン")).set_value(""))
    assert imported(app, "a.csv").mapping["owner"] == "うけもち"
    assert "plan" not in imported(app, "a.csv").mapping
    assert "プラン" in imported(app, "a.csv").table, "what is no field stays a column"
    press(app, f"import.back_{card('a.csv')}")
    assert imported(app, "a.csv").mapping["plan"] == "プラン"
    assert not has(app, f"import.back_{card('a.csv')}")


def test_a_field_moves_from_one_heading_to_another() -> None:
    app = dropped({"a.csv": table(HALF, *ROWS)})
    look(app, "a.csv", "mapping")
    box = app.selectbox(key=place(app, "a.csv", "うけもち"))
    assert text("page.import.mapping.taken", "ja", field="プラン", header="プラン") in box.options
    ran(box.set_value("plan"))
    assert fields(app, "a.csv")["うけもち"] == "plan"
    assert fields(app, "a.csv")["プラン"] == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_remembered_once_later_answers_are_remembered_too(lang: str) -> None:
    app = dropped({"a.csv": table(HALF, *ROWS)}, lang)
    press(app, f"import.fill_{card('a.csv')}")
    press(app, f"import.remember_{card('a.csv')}")
    assert says(app, text("page.import.keep.on", lang))
    look(app, "a.csv", "mapping")
    ran(app.selectbox(key=place(app, "a.csv", "うけもち")).set_value("owner"))
    assert says(app, text("page.import.keep.on", lang))
    assert not has(app, f"import.remember_{card('a.csv')}"), "nothing to press again"
    dropped({"b.csv": table(HALF, *NEXT)}, app=app)
    assert imported(app, "b.csv").mapping["owner"] == "うけもち"
    assert not raw_keys(app)


def test_what_was_not_remembered_is_not_followed() -> None:
    app = dropped({"a.csv": table(HALF, *ROWS)})
    press(app, f"import.fill_{card('a.csv')}")
    press(app, f"import.remember_{card('a.csv')}")
    press(app, f"import.forget_{card('a.csv')}")
    look(app, "a.csv", "mapping")
    ran(app.selectbox(key=place(app, "a.csv", "うけもち")).set_value("owner"))
    dropped({"b.csv": table(HALF, *NEXT)}, app=app)
    assert "owner" not in imported(app, "b.csv").mapping
    assert "end" not in imported(app, "b.csv").mapping


def test_what_is_remembered_can_be_left_aside_and_used_again() -> None:
    app = dropped({"a.csv": table(HALF, *ROWS)})
    press(app, f"import.fill_{card('a.csv')}")
    press(app, f"import.remember_{card('a.csv')}")
    press(app, f"import.back_{card('a.csv')}")
    assert "end" not in imported(app, "a.csv").mapping
    press(app, f"import.use_{card('a.csv')}")
    assert imported(app, "a.csv").mapping["end"] == "おわり"


def test_forgetting_what_was_remembered() -> None:
    app = dropped({"a.csv": table(OWN, *ROWS)})
    press(app, f"import.fill_{card('a.csv')}")
    press(app, f"import.remember_{card('a.csv')}")
    press(app, f"import.forget_{card('a.csv')}")
    assert imported(app, "a.csv").mapping["start"] == OWN[2], "what was corrected here stays"
    dropped({"b.csv": table(OWN, *NEXT)}, app=app)
    assert upload(app, "b.csv").imported is None


def test_a_wide_file_is_searched() -> None:
    head = (*HALF, *(f"カスタム項目 {i}" for i in range(60)))
    rows = [[*row, *["x"] * 60] for row in ROWS]
    app = dropped({"a.csv": table(head, *rows)})
    look(app, "a.csv", "mapping")
    assert len(fields(app, "a.csv")) == 40
    assert says(app, text("page.import.mapping.more", "ja", n=26))
    ran(control(app, f"import.search_{card('a.csv')}").set_value("項目 5"))
    assert set(fields(app, "a.csv")) == {f"カスタム項目 {i}" for i in (5, *range(50, 60))}


@pytest.mark.parametrize(
    ("wanted", "lang", "headings"),
    [
        ("解約日", "ja", {"契約終了日"}),
        ("満了", "ja", {"契約終了日"}),
        ("cancellation", "en", {"契約終了日"}),
        ("contract end", "en", {"契約終了日"}),
        ("コース", "ja", {"プラン"}),
        ("カスタム項目 7", "ja", {"カスタム項目 7"}),
        ("どこにもない", "ja", set()),
    ],
)
def test_a_column_is_found_by_every_name_of_its_field(
    wanted: str, lang: str, headings: set[str]
) -> None:
    head = (
        "取引先 ID",
        "契約開始日",
        "契約終了日",
        "プラン",
        *(f"カスタム項目 {i}" for i in range(9)),
    )
    rows = [[f"C{i}", "2025-01-01", "2025-12-31", "梅", *["x"] * 9] for i in range(5)]
    app = look(dropped({"a.csv": table(head, *rows)}, lang), "a.csv", "mapping")
    ran(control(app, f"import.search_{card('a.csv')}").set_value(wanted))
    assert set(fields(app, "a.csv")) == headings
    assert says(app, text("page.import.mapping.nobody", lang)) == (not headings)


@pytest.mark.parametrize(("lang", "other"), [("ja", "解約日"), ("en", "Churn Date")])
def test_the_list_of_fields_can_be_searched_by_their_other_names(lang: str, other: str) -> None:
    app = look(dropped({"a.csv": table(HALF, *ROWS)}, lang), "a.csv", "mapping")
    options = app.selectbox(key=place(app, "a.csv", "うけもち")).options
    (end,) = [o for o in options if other in o]
    assert end.startswith(text("field.end", lang))


def test_hostile_headings_stay_text() -> None:
    head = ("取引先 ID", "![x](http://e.example)", ":red[屋号]", "<b>おわり</b>")
    app = dropped(
        {"[a](http://e.example).csv": table(head, *([f"C{i}", "a", "b", "c"] for i in range(3)))}
    )
    name = "[a](http://e.example).csv"
    look(app, name, "mapping")
    kinds = ("markdown", "caption", "info", "warning", "error")
    drawn = [str(getattr(e, "value", "")) for kind in kinds for e in app.get(kind)]
    drawn += [s.label for s in app.selectbox] + [b.label for b in app.button]
    for said in drawn:
        for live in ("![x](", ":red[", "<b>", "[a]("):
            assert live not in said, said
    assert any("![x](" in plain(said) for said in drawn)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_spelt_alike_are_offered_in_one_press(lang: str) -> None:
    header = ("取引先 ID", "お客様名", "ご利用開始", "ご利用終了", "コース")
    rows = [[f"C{i:02}", f"会社{i}", "2024-02-01", "2026-01-31", "松"] for i in range(12)]
    contracts = table(
        ("契約番号", "取引先 ID", "契約開始日", "契約終了日"),
        *([f"K{i}", f"C{i:02}", "2024-02-01", "2026-01-31"] for i in range(12)),
    )
    app = dropped({"accounts.csv": table(header, *rows), "contracts.csv": contracts}, lang)
    own = imported(app, "accounts.csv")
    assert not {"start", "end", "plan"} & own.mapping.keys()
    assert says(app, text("page.import.alike_headings.lead", lang))
    assert says(app, "ご利用開始")
    press(app, f"import.alike_{card('accounts.csv')}")
    own = imported(app, "accounts.csv")
    assert (own.mapping["start"], own.mapping["end"]) == ("ご利用開始", "ご利用終了")
    assert own.mapping["plan"] == "コース"
    assert not has(app, f"import.alike_{card('accounts.csv')}")
