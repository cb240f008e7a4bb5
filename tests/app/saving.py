"""Imports that are kept: one small company, a new tab, and the end of a process."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from csui import keeping, nav, workspace
from tests.app.cards import table
from tests.app.driver import ran
from tests.house.tree import ROOT

NAME = "accounts.csv"
HEADER = ("取引先 ID", "取引先名", "契約開始日", "契約終了日", "プラン")
ROWS = [[f"A{n:03}", f"会社{n}", f"2024-{n % 12 + 1:02}-01", "", "松"] for n in range(24)]
ACCOUNTS = table(HEADER, *ROWS)
OTHER = table(HEADER, *ROWS[:12])


def ended() -> None:
    """The process ends: nothing that it has read is left."""
    workspace.close()
    keeping.forget_read()


def opened(page: str = nav.HOME) -> AppTest:
    """A new tab, as after a reload."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    return ran(app.switch_page(nav.SCRIPTS[page]))
