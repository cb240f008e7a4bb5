"""データ品質: findings in boxes, the beginning of the records set and taken back, and kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from csui import keeping, workspace
from tests.analyses import quality_plants as plants
from tests.app.cards import dropped, has, press, table
from tests.app.driver import control, ran, raw_keys, says, shown
from tests.app.test_saved import opened

DAY = dt.date(2024, 11, 1)
NAME = "report1793415600000.csv"  # 2026-10-31


@pytest.fixture(scope="module")
def cut() -> cs.Portfolio:
    """The made-up company without those who had left by the end of October 2024."""
    return plants.late_records(cs.sample.company(), 0)


def csv_of(data: cs.Portfolio) -> bytes:
    rows = data.customers
    days = [rows[c].dt.strftime("%Y-%m-%d").fillna("") for c in ("start", "end")]
    cells = zip(rows["customer_id"], rows["name"], *days, rows["plan"], strict=True)
    return table(("取引先 ID", "取引先名", "契約開始日", "解約日", "プラン"), *map(list, cells))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_is_told_with_direction_and_remedy(lang: str, cut: cs.Portfolio) -> None:
    app = shown("quality", data=cut, lang=lang)
    result = cs.data_quality(cut)
    assert [f.key for f in result.findings] == ["late_records"]
    for finding in result.findings:
        for said in (finding.message, finding.effect, finding.remedy):
            assert says(app, said.say(lang))
        assert says(app, text(f"page.quality.direction.{finding.direction}", lang))
        assert says(app, text("page.quality.rows", lang, n=len(finding.rows)))
    for check in result.checked:
        assert says(app, check.name.say(lang))
    assert not raw_keys(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_nothing_is_found_it_says_what_was_checked(lang: str, company: cs.Portfolio) -> None:
    app = shown("quality", data=company, lang=lang)
    assert says(app, text("quality.finding_none", lang, n=14))
    assert says(app, text("page.quality.state.impossible", lang))
    assert not has(app, "quality.take_back")


@pytest.mark.parametrize("key", plants.PLANTS)
def test_every_kind_of_finding_can_be_shown(key: str) -> None:
    plant, _ = plants.PLANTS[key]
    app = shown("quality", data=plant(plants.company(1), 1))
    assert says(app, text(f"quality.check.{key}", "ja"))
    assert has(app, f"quality.apply_{key}") == (key == "late_records")
    assert not raw_keys(app)


def test_the_beginning_of_the_records_is_set_and_taken_back(cut: cs.Portfolio) -> None:
    app = shown("quality", data=cut)
    session = app.session_state["csui.session"]
    session.filters = {"plan": ("ビジネス",)}
    press(app, "quality.apply_late_records")
    assert session.source.observed_from == DAY
    assert session.source.fingerprint == cut.recorded_from(DAY).fingerprint
    assert session.filters == {"plan": ("ビジネス",)}
    assert says(app, text("page.quality.whole", "ja"))
    assert says(app, text("page.quality.in_force", "ja", day=DAY))
    assert not has(app, "quality.apply_late_records")
    press(app, "quality.take_back")
    assert session.source.fingerprint == cut.fingerprint
    assert has(app, "quality.apply_late_records")


def test_it_is_kept_with_the_files_and_in_their_settings(
    cut: cs.Portfolio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSDATA_WORKSPACE", "")
    monkeypatch.setenv("CSDATA_HOME", str(tmp_path))
    workspace.close()
    app = press(dropped({NAME: csv_of(cut)}), "import.begin")
    app = ran(app.switch_page("pages/data/quality.py"))
    press(app, "quality.apply_late_records")
    workspace.close()
    keeping.forget_read()
    again = opened("quality")
    assert again.session_state["csui.session"].source.observed_from == DAY
    assert says(again, text("page.quality.in_force", "ja", day=DAY))
    again = opened("import")
    assert control(again, "import.join_observed_from").value == DAY
    workspace.close()
    keeping.forget_read()


def test_the_import_tells_it_before_the_analysis_begins(cut: cs.Portfolio) -> None:
    app = dropped({NAME: csv_of(cut)})
    finding = cs.data_quality(cut).findings[0]
    assert says(app, text("page.quality.lead_import", "ja"))
    assert says(app, finding.message.say("ja"))
    found = app.session_state["csui.import_quality"]
    ran(app)
    assert app.session_state["csui.import_quality"] is found
    ran(control(app, "import.join_observed_from").set_value(DAY))
    assert not says(app, text("page.quality.lead_import", "ja"))
    assert app.session_state["csui.work"].rules.observed_from == DAY


def test_files_that_make_no_customers_tell_nothing() -> None:
    usage = table(("取引先 ID", "利用日", "業務区分", "利用時間"), ["C1", "2025-02-01", "経理", 3])
    app = dropped({"u.csv": usage})
    assert "csui.import_quality" not in app.session_state


@pytest.mark.parametrize("lang", LANGUAGES)
def test_open_renewals_and_likely_doubles_are_told_with_their_direction(lang: str) -> None:
    day = pd.Timestamp(2026, 10, 31)
    rows = pd.DataFrame(
        {
            "customer_id": ["A1", "A2", "B1", "B2", "C1", "D1"],
            "name": ["見本", "見本", "架空", "架空", "別", "他"],
            "start": pd.to_datetime(["2023-01-01", "2024-04-01", "2024-01-01", "2025-01-01"] * 2)[
                :6
            ],
            "end": [
                pd.Timestamp(2024, 4, 1),
                pd.NaT,
                pd.NaT,
                pd.NaT,
                *[day + pd.Timedelta("1D")] * 2,
            ],
            "電話": ["1", "2", "03-1", "031", "5", "6"],
        }
    )
    app = shown("quality", data=cs.Portfolio(customers=rows, as_of=day.date()), lang=lang)
    for key, n, direction in (
        ("undecided", 2, "higher"),
        ("follows", 1, "lower"),
        ("same", 1, "blur"),
    ):
        assert says(app, text(f"page.quality.also.{key}", lang, n=n))
        assert says(app, text(f"page.quality.also.{direction}", lang))
    assert not raw_keys(app)


def test_without_either_nothing_is_told() -> None:
    data = cs.Portfolio(
        customers=pd.DataFrame({"customer_id": ["A"], "tenure_months": [3], "churned": [True]})
    )
    assert not says(shown("quality", data=data), text("page.quality.also.title", "ja"))
