"""What is imported survives a reload; the page of saved imports opens, renames and deletes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from csdata import sample
from csdata.i18n import text
from csdata.sample import exports
from csdata.store import Workspace
from csui import nav, workspace
from tests.app.cards import card, dropped, has, imported, press, table, upload
from tests.app.driver import control, ran, says
from tests.app.saving import ACCOUNTS, HEADER, NAME, OTHER, ROWS, ended, opened
from tests.intake.kinds import write

pytestmark = pytest.mark.usefixtures("disk")


def killed_while_opening(folder: Path, id_: str) -> None:
    """A process begins to open a snapshot, and does not live to see the end of it."""
    ended()
    code = (
        "import os, sys; from pathlib import Path; from csdata.store import Workspace\n"
        "with Workspace.open(Path(sys.argv[1])).opening(sys.argv[2]): os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder), id_], check=False)
    assert done.returncode == 9


def begun(files: dict[str, bytes], app: AppTest | None = None) -> AppTest:
    """Files dropped, the day chosen, and the analysis begun."""
    app = dropped(files, app=app)
    if has(app, "import.latest"):
        press(app, "import.latest")
    return press(app, "import.begin")


@pytest.mark.parametrize("process", ["same", "new"])
def test_a_reload_goes_on_where_it_was(process: str) -> None:
    app = dropped({NAME: ACCOUNTS})
    assert says(app, "このパソコンに保存しました")
    ran(control(app, f"import.role_{card(NAME)}").set_value("touches"))
    if process == "new":
        ended()
    again = opened("import")
    assert imported(again, NAME).table.equals(imported(app, NAME).table)
    assert upload(again, NAME).recipe.role == "touches"
    assert again.session_state["csui.session"].source is None
    assert says(again, NAME)


@pytest.mark.parametrize("process", ["same", "new"])
def test_an_analysis_is_open_again_after_a_reload(process: str) -> None:
    app = begun({NAME: ACCOUNTS})
    before = app.session_state["csui.session"].source
    assert before is not None
    if process == "new":
        ended()
    again = opened()
    source = again.session_state["csui.session"].source
    assert source.fingerprint == before.fingerprint
    assert says(again, NAME)


def test_what_was_saved_comes_before_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDATA_OPEN", "sample")
    first = opened()
    assert first.session_state["csui.session"].source.fingerprint == sample.company().fingerprint
    begun({NAME: ACCOUNTS}, app=opened("import"))
    ended()
    assert opened().session_state["csui.session"].source.provenance.files == (NAME,)


def test_the_sample_does_not_cover_an_import_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDATA_OPEN", "sample")
    dropped({NAME: ACCOUNTS})
    ended()
    again = opened("import")
    assert says(again, NAME)
    assert again.session_state["csui.session"].source is None


def test_the_four_exports_of_the_sample_company_are_open_again() -> None:
    app = begun(exports.files(sample.company()))
    before = app.session_state["csui.session"].source
    assert before is not None
    ended()
    source = opened("quadrant").session_state["csui.session"].source
    assert source.fingerprint == before.fingerprint


def test_corrections_are_kept(disk: Path) -> None:
    app = dropped({NAME: ACCOUNTS})
    upload(app, NAME).edits = {(3, "取引先名"): "直した名前"}
    upload(app, NAME).imported = None
    ran(app)
    ended()
    again = opened("import")
    assert "直した名前" in set(imported(again, NAME).table["name"])
    assert (disk / "workspace" / "workspace.duckdb").exists()


def test_other_files_after_the_beginning_are_another_import() -> None:
    app = begun({NAME: ACCOUNTS})
    app = ran(app.switch_page(nav.SCRIPTS["import"]))
    dropped({"more.csv": OTHER}, app=app)
    listed = workspace.space().snapshots()
    assert [s.files for s in listed] == [(NAME, "more.csv"), (NAME,)]
    assert [s.begun for s in listed] == [False, True]


def test_files_taken_out_before_the_beginning_leave_nothing() -> None:
    app = dropped({NAME: ACCOUNTS})
    press(app, f"import.remove_{card(NAME)}")
    assert workspace.space().snapshots() == []
    assert not opened("import").session_state["csui.work"].files


def test_saved_imports_are_listed_opened_and_renamed() -> None:
    begun({NAME: ACCOUNTS})
    app = opened("import")
    dropped({"other.csv": OTHER}, app=app)
    press(app, f"import.remove_{card(NAME)}")
    app = opened("saved")
    other, first = workspace.space().snapshots()
    assert says(app, "other.csv")
    assert says(app, NAME)
    assert says(app, "開いています")
    press(app, f"saved.open_{first.id[:12]}")
    assert app.session_state["csui.session"].source is not None
    assert set(app.session_state["csui.work"].files) == {NAME}
    app = ran(app.switch_page(nav.SCRIPTS["saved"]))
    control(app, f"saved.name_{other.id[:12]}").set_value("七月の <b>取り込み</b>")
    press(app, f"saved.rename_{other.id[:12]}")
    assert says(app, "七月の <b>取り込み</b>")
    assert workspace.space().snapshots()[0].name == "七月の <b>取り込み</b>"


def test_files_that_come_and_go_leave_the_analysis_as_it_was() -> None:
    app = ran(begun({NAME: ACCOUNTS}).switch_page(nav.SCRIPTS["import"]))
    (before,) = workspace.space().snapshots()
    dropped({"other.csv": OTHER}, app=app)
    assert len(workspace.space().snapshots()) == 2
    assert says(app, text("page.import.saving.pending", "ja")), "it is not in the analysis"
    press(app, f"import.remove_{card('other.csv')}")
    assert app.session_state["csui.work"].begun is not None
    assert [s.id for s in workspace.space().snapshots()] == [before.id]
    assert workspace.space().current() == before.id
    assert not says(app, text("page.import.saving.pending", "ja"))


def test_deleting_what_is_open_closes_it(disk: Path) -> None:
    begun({NAME: ACCOUNTS})
    app = opened("saved")
    (summary,) = workspace.space().snapshots()
    press(app, f"saved.delete_{summary.id[:12]}")
    assert workspace.space().snapshots() == []
    assert app.session_state["csui.session"].source is None
    assert not app.session_state["csui.work"].files
    assert says(app, "保存したデータはまだありません")
    workspace.close()
    for path in (disk / "workspace").iterdir():
        assert "会社23".encode() not in path.read_bytes()


def test_forgetting_everything(disk: Path) -> None:
    app = dropped({NAME: ACCOUNTS})
    ran(control(app, f"import.role_{card(NAME)}").set_value("touches"))
    press(app, f"import.remember_{card(NAME)}")
    assert len(workspace.space().recipes()) == 1
    app = opened("saved")
    press(app, "saved.forget_all_all")
    assert not app.session_state["csui.work"].files
    assert (workspace.space().recipes(), workspace.space().snapshots()) == ({}, [])
    workspace.close()
    for path in (disk / "workspace").iterdir():
        assert "会社23".encode() not in path.read_bytes()


def test_a_remembered_reading_is_used_at_the_next_start_and_can_be_forgotten() -> None:
    app = dropped({NAME: ACCOUNTS})
    ran(control(app, f"import.role_{card(NAME)}").set_value("touches"))
    press(app, f"import.remember_{card(NAME)}")
    press(app, f"import.remove_{card(NAME)}")
    ended()
    app = dropped({"next.csv": OTHER})
    assert imported(app, "next.csv").role == "touches"
    (fingerprint,) = workspace.space().recipes()
    app = opened("saved")
    press(app, f"saved.forget_{fingerprint}")
    assert workspace.space().recipes() == {}


def test_a_new_import_leaves_the_saved_one_in_the_list() -> None:
    begun({NAME: ACCOUNTS})
    app = opened("saved")
    press(app, "saved.anew")
    assert not app.session_state["csui.work"].files
    assert app.session_state["csui.session"].source is None
    assert len(workspace.space().snapshots()) == 1
    assert not opened("import").session_state["csui.work"].files


def test_a_locked_workbook_stays_locked() -> None:
    secret = write("encrypted", HEADER, ROWS, password="ひらけ")  # noqa: S106 (made here)
    app = dropped({"locked.xlsx": secret})
    control(app, f"import.password_{card('locked.xlsx')}").set_value("ひらけ")
    press(app, f"import.open_{card('locked.xlsx')}")
    assert len(imported(app, "locked.xlsx").table) == len(ROWS)
    again = opened("import")
    assert upload(again, "locked.xlsx").imported is None
    assert upload(again, "locked.xlsx").locked == "needed"


def test_what_ends_the_process_is_not_opened_at_every_start(disk: Path) -> None:
    dropped({NAME: ACCOUNTS})
    (summary,) = workspace.space().snapshots()
    for _ in range(2):
        killed_while_opening(disk / "workspace", summary.id)
    app = opened("import")
    assert not app.session_state["csui.work"].files
    assert says(app, "途中で止まったため")
    app = opened("saved")
    press(app, f"saved.open_{summary.id[:12]}")
    assert imported(app, NAME) is not None
    assert imported(opened("import"), NAME) is not None


def test_a_written_out_import_opens_on_another_machine(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = dropped({NAME: ACCOUNTS})
    ran(control(app, f"import.role_{card(NAME)}").set_value("touches"))
    (summary,) = workspace.space().snapshots()
    archive = workspace.space().export(summary.id)
    ended()
    monkeypatch.setenv("CSDATA_HOME", str(disk / "another"))
    other = dropped({"saved.zip": archive})
    assert set(other.session_state["csui.work"].files) == {NAME}
    assert imported(other, NAME).role == "touches"


def test_a_second_app_says_that_it_keeps_nothing(disk: Path) -> None:
    owner = Workspace.open(disk / "workspace")
    app = dropped({NAME: ACCOUNTS})
    assert says(app, "別に開いている csdata")
    assert says(opened("saved"), "別に開いている csdata")
    owner.close()


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5"])  # noqa: S104 (that is the case)
def test_nothing_is_kept_where_others_can_open_the_app(
    disk: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    usual = st.get_option
    others = {"server.address": address}
    monkeypatch.setattr(st, "get_option", lambda name: others.get(name, usual(name)))
    app = dropped({NAME: ACCOUNTS})
    assert says(app, "再読み込みすると消えます")
    assert not list(disk.iterdir())
    assert not opened("import").session_state["csui.work"].files


def test_a_way_of_counting_is_kept_for_the_next_files() -> None:
    app = dropped({NAME: ACCOUNTS})
    assert not has(app, "import.join_usual")
    ran(control(app, "import.join_returning").set_value("one"))
    press(app, "import.join_usual")
    assert not has(app, "import.join_usual")
    press(app, f"import.remove_{card(NAME)}")
    ended()
    app = dropped({"next.csv": OTHER})
    assert control(app, "import.join_returning").value == "one"


def test_the_target_and_a_note_survive_a_reload() -> None:
    rows = [[*row[:3], "2025-03-31" if n % 3 else "", row[4]] for n, row in enumerate(ROWS)]
    app = ran(begun({NAME: table(HEADER, *rows)}).switch_page(nav.SCRIPTS["survival"]))
    note = f"note.survival.chart.{app.session_state['csui.session'].source.fingerprint[:12]}"
    ran(control(app, "survival.chart.target").set_value(80.0))
    ran(control(app, note).set_value("値上げの前"))
    again = opened("survival")
    assert control(again, "survival.chart.target").value == 80
    assert control(again, note).value == "値上げの前"
