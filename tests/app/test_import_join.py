"""Several files: how they fit together, what counts as a customer, 基準日 once for all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from csdata.intake import JoinRules, Recipe
from tests.app.cards import asked, card, dropped, has, imported, press, table, upload
from tests.app.driver import control, ran, raw_keys, says

ACCOUNTS = table(("取引先 ID", "取引先名"), *([f"C{i}", f"会社{i}"] for i in range(4)))
CUSTOMERS = table(
    ("取引先 ID", "取引先名", "契約開始日", "解約日"),
    *([f"C{i}", f"会社{i}", "2025-01-01", "2025-06-30" if i % 2 else ""] for i in range(4)),
)
CONTRACTS = table(
    ("契約番号", "取引先 ID", "契約開始日", "契約終了日", "契約期間 (か月)"),
    *([f"{i:05}", f"C{i}", "2025-01-01", "2025-12-31", 12] for i in range(4)),
)
USAGE = table(
    ("取引先 ID", "利用日", "業務区分", "利用時間"),
    ["C1", "2025-02-01", "経理", 3],
    ["X9", "2025-02-01", "経理", 3],
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_ids_that_match_nothing_are_shown_on_both_sides(lang: str) -> None:
    app = dropped({"c.csv": CUSTOMERS, "u.csv": USAGE}, lang)
    assert says(app, text("page.import.leftovers", lang, n=4))
    assert says(app, "X9")
    assert says(app, text("page.import.sides.file", lang))
    assert says(app, text("page.import.sides.customers", lang))
    assert not raw_keys(app)


def test_a_single_file_has_no_match_report() -> None:
    app = dropped({"c.csv": CUSTOMERS})
    assert not says(app, text("page.import.match", "ja"))


def test_start_and_end_from_another_file_are_not_asked_for() -> None:
    app = dropped({"a.csv": ACCOUNTS})
    assert has(app, f"import.fill_{card('a.csv')}") or app.get("form")
    assert not says(app, text("page.import.ask.lives_elsewhere", "ja"))
    dropped({"k.csv": CONTRACTS}, app=app)
    assert imported(app, "k.csv").role == "contracts"
    assert says(app, text("page.import.ask.lives_elsewhere", "ja"))
    assert asked(app, "a.csv") == ""
    gaps = [s.key for s in app.selectbox if (s.key or "").startswith("import.gap_")]
    assert not gaps


def test_the_rules_are_folded_and_can_be_changed() -> None:
    app = dropped({"c.csv": CUSTOMERS, "k.csv": CONTRACTS})
    ran(app.selectbox(key="import.join_customer").set_value("contract"))
    ran(app.selectbox(key="import.join_returning").set_value("one"))
    ran(app.selectbox(key="import.join_lives").set_value("contracts"))
    ran(app.number_input(key="import.join_bridge_days").set_value(45))
    ran(control(app, "import.join_exclude").set_value(["test"]))
    assert app.session_state["csui.work"].rules == JoinRules(
        customer="contract", returning="one", lives="contracts", bridge_days=45, exclude=("test",)
    )
    ran(app.selectbox(key="import.join_lives").set_value(""))
    assert app.session_state["csui.work"].rules.lives is None


def test_nothing_has_to_be_touched_where_all_is_recognised() -> None:
    stated = "report1798675200000"  # 2026-12-31 in Tokyo
    app = dropped({f"{stated}.csv": CUSTOMERS, "u.csv": USAGE})
    assert app.date_input[0].value == dt.date(2026, 12, 31)
    press(app, "import.begin")
    assert app.title[0].value == text("nav.overview", "ja")
    assert app.session_state["csui.session"].source.as_of == dt.date(2026, 12, 31)


def test_the_chosen_day_holds_for_all_files_and_goes_with_them() -> None:
    app = dropped({"c.csv": CUSTOMERS, "u.csv": USAGE})
    assert app.button(key="import.begin").disabled
    ran(app.date_input[0].set_value(dt.date(2026, 3, 31)))
    assert not app.button(key="import.begin").disabled
    dropped({"k.csv": CONTRACTS}, app=app)
    assert app.date_input[0].value is None, "another file may know another day"


def test_accounts_that_may_be_no_customers_are_offered() -> None:
    rows = [["C1", "テスト取引先", "2025-01-01"], ["C2", "見本商店", "2025-01-01"]]
    app = dropped({"c.csv": table(("取引先 ID", "取引先名", "契約開始日"), *rows)})
    said = text("page.import.join.exclude_test", "ja")
    assert says(app, text("page.import.join.exclude_lead", "ja", n=1))
    pills = control(app, "import.join_exclude")
    assert text("page.import.join.exclude_n", "ja", kind=said, n=1) in pills.options
    ran(pills.set_value(["test"]))
    assert app.session_state["csui.work"].rules.exclude == ("test",)


def test_a_name_that_fits_a_customer_can_be_accepted() -> None:
    usage = table(
        ("取引先名", "利用日", "業務区分", "利用時間"),
        ["会社1株式会社", "2025-02-01", "経理", 3],
        ["知らない会社", "2025-02-01", "経理", 3],
    )
    app = dropped({"c.csv": CUSTOMERS, "u.csv": usage})
    ran(app.button(key="import.same_0").click())
    assert app.session_state["csui.work"].rules.accepted == {"会社1株式会社": "C1"}
    assert says(app, text("page.import.names.taken", "ja", n=1))
    ran(app.button(key="import.same_back").click())
    assert not app.session_state["csui.work"].rules.accepted


ALIKE = table(
    ("取引先 ID", "取引先名", "契約開始日", "解約日", "担当者", "プラン"),
    ["C1", "㈱見本", "2023-01-01", "2024-03-31", "山田", "梅"],
    ["C2", "株式会社 見本", "2024-04-01", "", "佐藤|次郎", "竹"],
    ["C3", "架空物産", "2021-01-01", "", "山田", "松"],
    ["C4", "架空物産", "2023-01-01", "", "", "松"],
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_accounts_of_one_name_are_told_without_alarm_and_can_be_merged(lang: str) -> None:
    app = dropped({"c.csv": ALIKE}, lang)
    assert says(app, text("page.import.alike.title", lang, n=2))
    assert says(app, text("page.import.alike.lead", lang))
    assert not has(app, "import.merge_all"), "one likely pair; never all that only share a name"
    running = text("page.import.alike.running", lang)
    day = text("ui.day", lang, day=dt.date(2024, 3, 31))
    for known in ("山田", "佐藤|次郎", "梅", "竹", day, running):
        assert says(app, known), "what a person tells the two by"
    ran(app.button(key="import.merge_0").click())
    assert app.session_state["csui.work"].rules.same == {"C1": "C2"}
    assert says(app, text("page.import.alike.title", lang, n=1))
    assert not raw_keys(app)
    ran(app.button(key="import.unmerge_0").click())
    assert not app.session_state["csui.work"].rules.same
    assert says(app, text("page.import.alike.title", lang, n=2))


def test_of_several_rows_of_a_customer_the_rules_can_be_chosen() -> None:
    head = ("取引先 ID", "契約開始日", "解約日", "プラン", "月額")
    rows = [["C1", "2023-01-01", "", "経理", 5], ["C1", "2024-01-01", "", "人事", 7]]
    rows += [[f"D{i}", "2023-01-01", "", "経理", 5] for i in range(9)]
    app = dropped({"c.csv": table(head, *rows)})
    assert imported(app, "c.csv").role == "customers"
    ran(app.selectbox(key="import.join_attributes").set_value("first"))
    ran(app.selectbox(key="import.join_amounts").set_value("once"))
    rules = app.session_state["csui.work"].rules
    assert (rules.attributes, rules.amounts) == ("first", "once")


def test_a_file_that_says_nothing_of_tax_is_asked_about_beside_one_that_does() -> None:
    head = ("契約番号", "取引先 ID", "契約開始日", "契約終了日")
    rows = [[i, f"C{i}", "2025-01-01", "", 5] for i in "123"]
    one, two = table((*head, "月額(税抜)"), *rows[:2]), table((*head, "月額"), *rows[2:])
    app = dropped({"a.csv": one, "b.csv": two})
    assert asked(app, "a.csv") == ""
    assert asked(app, "b.csv") == "tax"
    press(app, f"import.answer_{card('b.csv')}_tax_0")
    assert asked(app, "b.csv") == ""
    assert imported(app, "b.csv").tax["mrr"] == "excluded"
    assert has(app, f"import.given_{card('b.csv')}_tax")


def test_lives_from_contracts_are_looked_at_on_the_day_that_the_package_says() -> None:
    rows = [[f"K{i}", f"C{i:02}", "2024-02-01", "2026-01-31"] for i in range(24)]
    contracts = table(("契約番号", "取引先 ID", "契約開始日", "契約終了日"), *rows)
    name = "report-2026-10-31-09-00-00.csv"
    app = dropped({name: contracts})
    assert control(app, "import.as_of").value == dt.date(2026, 10, 31)
    press(app, "import.begin")
    there = app.session_state["csui.session"].source
    assert there.as_of == dt.date(2026, 10, 1)
    imported = cs.read_export(contracts, name=name)
    assert there.fingerprint == cs.Portfolio.from_imports([imported]).fingerprint


BARE = table(
    ("取引先 ID", "取引先名", "はじめ", "おわり"),
    *([f"C{i}", f"会社{i}", "2024-01-01", ""] for i in range(8)),
)
TERMS = table(
    ("契約番号", "取引先 ID", "契約開始日", "契約終了日"),
    *([f"{i:05}", f"C{i}", "2024-01-01", day] for i, day in enumerate(
        ["2026-10-31"] * 3 + ["2026-10-01"] * 2 + ["2026-10-15"] * 2 + ["2027-03-31"]
    )),
)  # fmt: skip
"""On 2026-10-31 three run out; of the thirty days before, two ended on the first, two later."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_the_days_come_from_is_said_and_can_be_changed(lang: str) -> None:
    app = dropped({"a.csv": BARE, "k.csv": TERMS}, lang)
    ran(app.date_input(key="import.as_of").set_value(dt.date(2026, 10, 31)))

    def told(source: str, why: str, count: str) -> bool:
        said = text(f"page.import.days.{source}", lang, why=why, n=8)
        return says(app, said) and says(app, count)

    # The last day of two is the day of the analysis; four ended in the thirty days since then.
    early: dict[str, Any] = {"n": 2, "waiting": 4, "days": 30, "day": dt.date(2026, 10, 1)}
    by_terms = text("page.import.days.open_early", lang, **early)
    by_rows = text("page.import.days.open", lang, n=3, day=dt.date(2026, 10, 31))
    names = [text(f"field.{c}", lang) for c in ("start", "end")]
    assert told("contracts", text("page.import.days.lacking", lang, columns=names), by_terms)
    assert says(app, text("page.import.days.how", lang))
    upload(app, "a.csv").recipe = Recipe(mapping={"start": "はじめ", "end": "おわり"})
    upload(app, "a.csv").imported = None
    ran(app)
    assert told("customers", text("page.import.days.own", lang), by_rows)
    source = text("page.import.days.name_contracts", lang)
    assert says(app, text("page.import.days.before_open", lang, source=source, n=2, waiting=4))
    press(app, "import.days")
    assert told("contracts", text("page.import.days.chosen", lang), by_terms)
    assert not raw_keys(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_customers_made_from_use_are_said_to_be(lang: str) -> None:
    app = dropped({"u.csv": USAGE}, lang)
    why = text("page.import.days.no_file", lang)
    assert says(app, text("page.import.days.usage", lang, why=why, n=2))
