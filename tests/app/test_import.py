"""The import page as a user meets it: files in, what was understood, corrections, the begin."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata import sample
from csdata.i18n import LANGUAGES, text
from tests.app.driver import control, plain, ran, raw_keys, says, shown

CUSTOMERS = """顧客 ID,顧客名,契約開始日,契約終了日,プラン,社内メモ
A1,あおぞら商会,2024-04-01,2025-03-31,年,x
A2,いろは工業,2024-05-01,,年,y
A3,うみかぜ堂,2024-06-10,2024-12-09,半年,z
A4,えだまめ屋,2025-01-05,,半年,w
,名無し,2025-01-05,,半年,v
"""
USAGE = """顧客 ID,利用日,業務,利用時間
A1,2024-04-05,経理,3
A2,2024-05-07,採用,4
B9,2024-05-07,採用,4
"""


def uploaded(files: dict[str, bytes], lang: str = "ja") -> AppTest:
    app = shown("import", lang=lang)
    zone = app.file_uploader[0]
    zone.set_value([(name, data, "application/octet-stream") for name, data in files.items()])
    return ran(app)


def keyed(app: AppTest, part: str) -> str:
    """The key of the one control whose key begins so."""
    found = [e.key for kind in ("selectbox", "button", "button_group") for e in app.get(kind)]
    return next(k for k in found if k and k.startswith(part))


def look(app: AppTest, part: str) -> AppTest:
    """Open one part of the only card."""
    return ran(control(app, keyed(app, "import.look")).set_value(part))


def begun(app: AppTest) -> AppTest:
    return ran(app.button(key="import.begin").click())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_real_file_from_drop_to_figures(lang: str, real_file: Path) -> None:
    app = uploaded({real_file.name: real_file.read_bytes()}, lang)
    counts = {"total": 7043, "used": 7043, "aside": 0, "dropped": 0}
    assert says(app, text("page.import.facts.rows", lang, **counts))
    assert says(app, "Total Charges")
    assert not raw_keys(app)
    assert not app.date_input, "tenures alone need no as-of date"
    begun(app)
    assert app.title[0].value == text("nav.overview", lang)
    left = text("page.overview.value.customers", lang, value=1869)
    assert left in {m.value for m in app.metric}
    assert says(app, text("overview.base.ever", lang, n=7043))


def test_the_files_of_the_sample_give_its_figures(company: cs.Portfolio) -> None:
    app = uploaded(sample.files(company))
    assert not app.error
    assert app.date_input[0].value == company.as_of
    assert says(app, "顧客 600 件のうち 600 件が顧客の表にあります")
    begun(app)
    assert app.text[1].value == cs.overview(company).finding.say("ja")
    ran(app.switch_page("pages/analysis/retention.py"))
    assert app.text[1].value == cs.retention(company).finding.say("ja")
    ran(app.switch_page("pages/analysis/quadrant.py"))
    axes = {"breadth": cs.Categories(), "depth": cs.QuantityPerCategory()}
    assert app.text[1].value == cs.quadrant(company, **axes).finding.say("ja")


def workbook(rows: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(rows).to_excel(stream, index=False, header=False)
    return stream.getvalue()


WRONG = {
    "photo.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(400),
    "nothing.csv": b"",
    "empty.xlsx": workbook([]),
    "headings.csv": "顧客 ID,契約開始日\n".encode(),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_wrong_files_are_said_to_be_and_the_others_go_on(lang: str) -> None:
    app = uploaded({**WRONG, "customers.csv": CUSTOMERS.encode("cp932")}, lang)
    said = [plain(e.value) for e in app.error]
    for name in WRONG:
        assert sum(name in sentence for sentence in said) == 1, name
    assert says(app, "customers.csv")
    assert app.selectbox(key=keyed(app, "import.role")).value == "customers"
    ran(app.date_input[0].set_value(dt.date(2025, 6, 30)))
    begun(app)
    assert says(app, text("ui.customers", lang, n=4))


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_alone_cannot_begin(name: str) -> None:
    app = uploaded({name: WRONG[name]})
    assert len(app.error) == 1
    assert not [b for b in app.button if b.key == "import.begin"]
    ran(app.button(key=keyed(app, "import.remove")).click())
    assert not app.error
    assert says(app, text("ui.try_sample", "ja"))


def test_the_as_of_date_is_asked_and_never_assumed() -> None:
    app = uploaded({"customers.csv": CUSTOMERS.encode()})
    assert app.date_input[0].value is None
    assert app.button(key="import.begin").disabled
    latest = dt.date(2025, 1, 5)
    assert app.button(key="import.latest").label == text("page.import.use_latest", "ja", day=latest)
    ran(app.button(key="import.latest").click())
    assert app.date_input[0].value == latest
    begun(app)
    assert says(app, text("ui.as_of", "ja", day=latest))


def test_a_press_whose_run_is_broken_off_still_begins() -> None:
    app = uploaded({"customers.csv": CUSTOMERS.encode()})
    ran(app.button(key="import.latest").click())
    # The callback of the press has run, and nothing after it.
    app.session_state["csui.work"].beginning = True
    assert says(ran(app), text("ui.customers", "ja", n=4))


def test_a_press_before_anything_is_ready_begins_nothing_later() -> None:
    app = uploaded({"customers.csv": CUSTOMERS.encode()})
    app.session_state["csui.work"].beginning = True
    ran(app)
    ran(app.button(key="import.latest").click())
    assert not app.button(key="import.begin").disabled


def test_rows_that_are_set_aside_are_shown() -> None:
    app = uploaded({"customers.csv": CUSTOMERS.encode()})
    counts = {"total": 5, "used": 4, "aside": 1, "dropped": 0}
    assert says(app, text("page.import.facts.rows", "ja", **counts))
    assert says(app, text("rule.missing_id", "ja"))
    look(app, "aside")
    assert says(app, "名無し")


def test_the_last_day_can_be_said_to_be_the_first_without_a_contract() -> None:
    app = uploaded({"customers.csv": CUSTOMERS.encode()})
    file = keyed(app, "import.role").removeprefix("import.role_")
    ran(app.button(key=f"import.answer_{file}_end_is_last_day_1").click())
    assert not [b for b in app.button if "import.answer" in (b.key or "")], (
        "the question is answered"
    )
    ran(app.button(key="import.latest").click())
    begun(app)
    ends = app.session_state["csui.session"].source.customers["end"].dropna()
    assert pd.Timestamp("2024-12-09") in set(ends)


def test_a_table_can_be_left_out_and_files_are_matched_both_ways() -> None:
    app = uploaded({"c.csv": CUSTOMERS.encode(), "u.csv": USAGE.encode()})
    assert says(app, "顧客 3 件のうち 2 件が顧客の表にあります")
    assert says(app, text("page.import.leftovers", "ja", n=3))
    assert says(app, "B9")
    usage = [s for s in app.selectbox if s.value == "usage"]
    ran(usage[0].set_value("unused"))
    ran(app.button(key="import.latest").click())
    begun(app)
    assert app.session_state["csui.session"].source.usage is None


def test_files_stay_when_the_page_is_left() -> None:
    app = uploaded({"c.csv": CUSTOMERS.encode()})
    ran(app.switch_page("pages/analysis/overview.py"))
    ran(app.switch_page("pages/data/import_files.py"))
    assert says(app, "c.csv")
    assert app.selectbox(key=keyed(app, "import.role")).value == "customers"


HOSTILE = "<img src=x onerror=alert(1)>![p](http://e.example/p.png) :red[x]"
PLAN = "![a](//b)"
ACTIVE = re.compile(r"(?<!\\)(<img|!\[|:red)|\](?<!\\\])\(")


def test_hostile_names_stay_text() -> None:
    rows = CUSTOMERS.replace("あおぞら商会", HOSTILE).replace("年,x", f"{PLAN},x")
    app = uploaded({"![x](http://e.example).csv": rows.encode()})
    drawn = markdown(app)
    ran(app.button(key="import.latest").click())
    begun(app)
    ran(app.selectbox(key="ui.filter_column").set_value("plan"))
    ran(app.multiselect(key="ui.filter_values").set_value([PLAN]))
    ran(app.switch_page("pages/analysis/customer.py"))
    drawn += markdown(app)
    assert any(HOSTILE in plain(said) for said in drawn)
    assert any(PLAN in plain(said) for said in drawn)
    assert not [said for said in drawn if ACTIVE.search(said)]


def markdown(app: AppTest) -> list[str]:
    """Everything on the page that is drawn as Markdown: bodies, and the labels of buttons."""
    kinds = ("markdown", "caption", "title", "header", "subheader", "info", "error", "warning")
    bodies = [str(getattr(e, "value", "")) for kind in kinds for e in app.get(kind)]
    return bodies + [b.label for b in app.button]
