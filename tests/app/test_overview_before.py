"""The overview beside the last import: read again when asked for, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from csdata.i18n import text
from csui import keeping, nav, work, workspace
from tests.app.cards import dropped, has, press, table
from tests.app.driver import ran, says

HEADER = ("取引先 ID", "取引先名", "契約開始日", "契約終了日", "プラン")


def accounts(left: int) -> bytes:
    """Thirty customers of two years, of whom ``left`` left on the last day of June 2025."""
    ends = ["2025-06-30" if n < left else "" for n in range(30)]
    rows = [[f"A{n:03}", f"会社{n}", "2023-04-01", end, "松"] for n, end in enumerate(ends)]
    return table(HEADER, *rows, ["A900", "会社900", "2025-09-01", "", "竹"])


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("CSDATA_WORKSPACE", "")
    monkeypatch.setenv("CSDATA_HOME", str(tmp_path))
    workspace.close()
    keeping.forget_read()
    yield
    workspace.close()
    keeping.forget_read()


def begun(files: dict[str, bytes], app: AppTest | None = None) -> AppTest:
    app = dropped(files, app=app)
    if has(app, "import.latest"):
        press(app, "import.latest")
    return press(app, "import.begin")


def test_the_first_import_has_nothing_before_it() -> None:
    assert not has(begun({"first.csv": accounts(2)}), "overview.compare")


def test_each_figure_says_what_changed_since_the_last_import() -> None:
    app = begun({"accounts.csv": accounts(2)})
    app = ran(app.switch_page(nav.SCRIPTS["import"]))
    app = begun({"accounts.csv": accounts(5)}, app=app)
    app = ran(app.switch_page(nav.SCRIPTS["overview"]))
    assert has(app, "overview.compare")
    mine = app.session_state["csui.work"]
    press(app, "overview.compare")
    assert app.session_state["csui.work"] is mine
    assert isinstance(mine, work.Work)
    more = text("page.overview.difference.customers", "ja", value=3)
    day = text("ui.day", "ja", day=keeping_day(app))
    assert says(app, text("page.overview.since", "ja", day=day, difference=more))
    assert says(app, text("page.overview.compared", "ja", name="accounts.csv"))


def keeping_day(app: AppTest) -> object:
    return app.session_state["csui.session"].source.as_of
