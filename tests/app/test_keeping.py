"""What was decided belongs to its files: never to others, never begun by itself, never lost."""

from __future__ import annotations

import gc
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest

from csdata.i18n import catalogue
from csdata.intake import JoinRules
from csui import import_reading, keeping, nav, sources, workspace
from csui.work import Upload, Work
from tests.app.cards import card, dropped, has, imported, look, press, table, upload
from tests.app.driver import control, ran, says
from tests.app.saving import ACCOUNTS, HEADER, NAME, OTHER, ROWS, ended, opened
from tests.house.tree import ROOT
from tests.intake.kinds import write

USAGE = table(("取引先 ID", "利用日", "業務", "利用回数"), ["A001", "2024-05-01", "請求", "3"])
RECIPE = b"csdata_recipe = 1\nrole = 'customers'\n"


pytestmark = pytest.mark.usefixtures("disk")


def begun(files: dict[str, bytes]) -> AppTest:
    """Files dropped, the day chosen, the analysis begun, and back on the import page."""
    app = dropped(files)
    if has(app, "import.latest"):
        press(app, "import.latest")
    return ran(press(app, "import.begin").switch_page(nav.SCRIPTS["import"]))


def now(app: AppTest) -> Work:
    """The import in work."""
    return app.session_state["csui.work"]


def figures(app: AppTest) -> str:
    """Identity of the data that the analysis shows; empty without any."""
    source = app.session_state["csui.session"].source
    return "" if source is None else source.fingerprint


# ----------------------------------------------------------------- decisions and their files


def test_what_was_decided_goes_with_the_last_file() -> None:
    app = dropped({NAME: ACCOUNTS})
    decided = JoinRules(customer="contract", exclude=("test",), accepted={"甲社": "A001"})
    now(app).rules = decided
    press(app, "import.latest")
    assert now(app).as_of is not None
    press(app, f"import.remove_{card(NAME)}")
    dropped({"other.csv": OTHER}, app=app)
    assert now(app).rules is None
    assert now(app).as_of is None
    (summary,) = workspace.space().snapshots()
    settings = workspace.space().load(summary.id).settings
    assert settings.rules == JoinRules()
    assert settings.as_of is None


@pytest.mark.parametrize("word", ["anew", "forget_all_all"])
def test_nothing_of_an_import_survives_its_end(word: str) -> None:
    app = dropped({NAME: ACCOUNTS, "r.toml": RECIPE})
    assert set(now(app).recipes) == {"r.toml"}
    now(app).rules = JoinRules(customer="contract")
    ran(app.switch_page(nav.SCRIPTS["saved"]))
    press(app, f"saved.{word}")
    assert now(app) == Work()
    ran(app.switch_page(nav.SCRIPTS["import"]))
    assert now(app) == Work()


def test_a_recipe_file_changes_no_day_and_other_tables_do() -> None:
    app = press(dropped({NAME: ACCOUNTS}), "import.latest")
    day = now(app).as_of
    assert day is not None
    dropped({"r.toml": RECIPE}, app=app)
    assert now(app).as_of == day
    dropped({"usage.csv": USAGE}, app=app)
    assert now(app).as_of is None


def test_a_correction_stays_on_its_sheet() -> None:
    app = dropped({"book.xlsx": workbook()})
    first = imported(app, "book.xlsx").sheet
    upload(app, "book.xlsx").edits = {(5, HEADER[1]): "直した名前"}
    look(app, "book.xlsx", "sheets")
    press(app, next(k for b in app.button if (k := b.key or "").startswith("import.sheet_")))
    assert imported(app, "book.xlsx").sheet != first
    assert upload(app, "book.xlsx").edits == {}
    assert "直した名前" not in set(imported(app, "book.xlsx").table["name"])
    assert says(app, "手で直した 1 か所は取り消しました")


def workbook() -> bytes:
    """Two sheets with the same headings."""
    book = openpyxl.Workbook()
    for number, (name, mark) in enumerate((("一枚目", "甲"), ("二枚目", "乙"))):
        sheet = book.active if not number else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        sheet.append(list(HEADER))
        for row in ROWS[: 12 - number]:
            sheet.append([row[0], f"{mark}{row[0]}", *row[2:]])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


# -------------------------------------------------------------- after the analysis has begun


def test_a_correction_after_the_beginning_is_the_same_import() -> None:
    app = begun({"usage.csv": USAGE, NAME: ACCOUNTS})
    (before,) = workspace.space().snapshots()
    upload(app, NAME).edits = {(3, HEADER[1]): "直した名前"}
    upload(app, NAME).imported = None
    ran(app)
    ran(app)
    (after,) = workspace.space().snapshots()
    assert (after.id, after.begun) == (before.id, True)
    assert after.files == ("usage.csv", NAME)
    ended()
    assert says(opened("saved"), f"{NAME} ほか 1")


@pytest.mark.parametrize("process", ["same", "new"])
@pytest.mark.parametrize("what", ["rules", "cell", "unused"])
def test_what_was_not_begun_changes_no_figure_after_a_reload(process: str, what: str) -> None:
    app = begun({NAME: ACCOUNTS, "more.csv": table(HEADER, ["Z1", "別", "2024-05-01", "", "松"])})
    before = figures(app)
    assert not says(app, "まだ分析に入っていません")
    if what == "rules":
        now(app).rules = JoinRules(customer="contract", bridge_days=400, returning="one")
    elif what == "cell":
        upload(app, NAME).edits = {(3, HEADER[2]): "2023-02-01"}
        upload(app, NAME).imported = None
    else:
        upload(app, "more.csv").used = False
    ran(app)
    ran(app)
    assert says(app, "まだ分析に入っていません")
    if process == "new":
        ended()
    again = opened("import")
    assert figures(again) == before
    assert says(again, "まだ分析に入っていません")
    # The correction waits on the import page, and goes in when the person says so.
    assert now(again).rules == now(app).rules or what != "rules"
    assert upload(again, NAME).edits == upload(app, NAME).edits
    assert upload(again, "more.csv").used == upload(app, "more.csv").used
    ran(press(again, "import.begin").switch_page(nav.SCRIPTS["import"]))
    assert figures(again) != before
    assert not says(again, "まだ分析に入っていません")
    ended()
    assert figures(opened()) == figures(again)


WAITING = "まだ分析に入っていません"
ANALYSES = tuple(name for name in nav.SCRIPTS if name not in ("import", "saved"))


def test_what_was_changed_and_changed_back_waits_for_nothing() -> None:
    app = begun({NAME: ACCOUNTS})
    before = now(app).as_of
    role = f"import.role_{card(NAME)}"
    ran(control(app, role).set_value("touches"))
    assert says(app, WAITING)
    ran(control(app, role).set_value("customers"))
    assert (imported(app, NAME).role, now(app).as_of) == ("customers", before)
    assert not says(app, WAITING)


def test_a_rule_that_changes_no_customer_waits_for_nothing() -> None:
    app = begun({NAME: ACCOUNTS})
    now(app).rules = JoinRules(accepted={"会社のどれでもない名前": "A001"})
    assert not says(ran(app), WAITING)


@pytest.mark.parametrize("page", ANALYSES)
def test_every_analysis_says_what_is_not_in_it_and_leads_there(page: str) -> None:
    app = begun({NAME: ACCOUNTS})
    ran(app.switch_page(nav.SCRIPTS[page]))
    assert not says(app, WAITING)
    upload(app, NAME).edits = {(3, HEADER[2]): "2023-02-01"}
    upload(app, NAME).imported = None
    ran(app.switch_page(nav.SCRIPTS["import"]))
    ran(app.switch_page(nav.SCRIPTS[page]))
    assert says(app, WAITING)
    assert says(app, catalogue("ja")["outdated.to_import"])


def test_the_made_up_company_waits_for_no_files() -> None:
    app = begun({NAME: ACCOUNTS})
    upload(app, NAME).used = False
    app.session_state["csui.session"].source = sources.company()
    assert not says(ran(app.switch_page(nav.SCRIPTS[nav.HOME])), WAITING)


# ------------------------------------------------------------------------ opening, and windows


@pytest.mark.parametrize("page", [nav.HOME, "import"])
def test_an_opening_that_was_broken_off_is_taken_up_again(
    monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    before = figures(begun({NAME: ACCOUNTS, "usage.csv": USAGE}))
    ended()
    usual, calls = import_reading.read_one, []

    def broken_off(upload: Upload, **options: object) -> None:
        calls.append(upload.name)
        if len(calls) == 2:
            raise StopException
        usual(upload, **options)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(import_reading, "read_one", broken_off)
    app = opened(page)
    assert figures(app) == ""
    ran(app)
    assert figures(app) == before
    ran(app.switch_page(nav.SCRIPTS["import"]))
    (summary,) = workspace.space().snapshots()
    assert summary.begun
    with workspace.space().opening(summary.id) as marks:
        assert marks == 0


def test_what_another_window_deletes_is_not_written_back() -> None:
    app = dropped({NAME: ACCOUNTS})
    other = opened("saved")
    (summary,) = workspace.space().snapshots()
    press(other, f"saved.delete_{summary.id[:12]}")
    ran(app)
    assert says(app, "ほかの画面で削除されました")
    assert not says(app, "このパソコンに保存しました")
    ran(control(app, f"import.role_{card(NAME)}").set_value("touches"))
    assert workspace.space().snapshots() == []
    press(app, "import.save_again")
    assert says(app, "このパソコンに保存しました")
    (again,) = workspace.space().snapshots()
    assert again.files == (NAME,)


def test_what_was_read_is_held_by_its_session_only() -> None:
    app = dropped({NAME: ACCOUNTS})
    assert [ref() for ref in keeping._read_already] == [upload(app, NAME)]
    del app
    gc.collect()
    assert [ref() for ref in keeping._read_already] == [None]


def test_cells_of_a_locked_workbook_are_kept_nowhere(disk: Path) -> None:
    secret = write("encrypted", HEADER, ROWS, password="ひらけ")  # noqa: S106 (made here)
    app = dropped({"locked.xlsx": secret})
    control(app, f"import.password_{card('locked.xlsx')}").set_value("ひらけ")
    press(app, f"import.open_{card('locked.xlsx')}")
    assert not says(app, "直したセルは保存しません")
    upload(app, "locked.xlsx").edits = {(3, HEADER[1]): "Unmistakable KK"}
    upload(app, "locked.xlsx").imported = None
    ran(app)
    assert "Unmistakable KK" in set(imported(app, "locked.xlsx").table["name"])
    assert says(app, "直したセルは保存しません")
    assert not keeping._read_already
    workspace.close()
    for path in (disk / "workspace").iterdir():
        assert b"Unmistakable" not in path.read_bytes()


# --------------------------------------------------------------------------------- what comes


def test_two_files_of_one_name_are_both_there() -> None:
    app = ran_with([("report.csv", ACCOUNTS), ("report.csv", USAGE), ("report.csv", USAGE)])
    assert [u.data for u in now(app).files.values()] == [ACCOUNTS, USAGE]
    assert list(now(app).files) == ["report.csv", "report (2).csv"]
    assert says(app, "「report (2).csv」という名前で加えました")
    assert says(app, "1 つだけ使います")


def ran_with(files: list[tuple[str, bytes]]) -> AppTest:
    app = opened("import")
    app.file_uploader[0].set_value([(n, data, "text/csv") for n, data in files])
    return ran(app)


def test_a_later_file_of_the_same_name_takes_its_place_and_says_so() -> None:
    app = dropped({NAME: ACCOUNTS})
    assert not says(app, "置き換えました")
    dropped({NAME: OTHER}, app=app)
    assert list(now(app).files) == [NAME]
    assert len(imported(app, NAME).table) == 12
    assert says(app, "置き換えました")


def archive() -> bytes:
    """A saved import with a day and rules of its own, written out; nothing of it is left."""
    app = press(dropped({NAME: ACCOUNTS}), "import.latest")
    now(app).rules = JoinRules(customer="contract")
    ran(app)
    (summary,) = workspace.space().snapshots()
    made = workspace.space().export(summary.id)
    workspace.space().forget_everything()
    ended()
    return made


def test_a_saved_import_takes_the_place_of_what_is_here() -> None:
    saved = archive()
    app = dropped({"usage.csv": USAGE, "r.toml": RECIPE})
    dropped({"saved.zip": saved}, app=app)
    assert set(now(app).files) == {NAME}
    assert now(app).recipes == {}
    assert now(app).rules == JoinRules(customer="contract")
    assert now(app).as_of is not None
    assert says(app, "それまでのファイルは")
    assert {s.files for s in workspace.space().snapshots()} == {(NAME,), ("usage.csv",)}


def test_the_day_of_a_saved_import_is_not_that_of_files_beside_it() -> None:
    saved = archive()
    app = dropped({"usage.csv": USAGE, "saved.zip": saved})
    assert set(now(app).files) == {NAME, "usage.csv"}
    assert now(app).as_of is None
    assert now(app).rules == JoinRules(customer="contract")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"csdata_snapshot": 1', b'"csdata_snapshot": 9', "新しい版の csdata"),
        (b'"customer": "contract"', b'"customer": "unknown!"', "壊れていて開けません"),
    ],
    ids=["newer", "damaged"],
)
def test_an_archive_that_cannot_be_opened_is_told_and_the_page_goes_on(
    old: bytes, new: bytes, said: str
) -> None:
    app = dropped({"saved.zip": rewritten(archive(), old, new), "usage.csv": USAGE})
    assert says(app, said)
    assert set(now(app).files) == {"usage.csv"}
    assert not says(ran(app), "想定していない")


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    """An archive with other words in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(old, new))
    assert old not in made.getvalue()
    return made.getvalue()


def test_a_file_that_meets_a_bug_is_not_taken_out_of_its_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dropped({NAME: ACCOUNTS})
    ended()

    def bug(_: Upload, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(import_reading, "read_one", bug)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page(nav.SCRIPTS["import"]).run()
    assert [e.value for e in app.exception]
    assert says(ran(app), "想定していない問題")
    assert [s.files for s in workspace.space().snapshots()] == [(NAME,)]
