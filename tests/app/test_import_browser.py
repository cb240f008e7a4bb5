"""Four ugly files in a real browser: dropped, understood, corrected once, analysed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.intake.exports import details, formatted
from tests.intake.kinds import write

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SLOW = 60_000
Settled = Callable[["Page"], None]
IDS = [f"0015g00000A{i:04}" for i in range(24)]


def files(folder: Path) -> dict[str, Path]:
    """A report with banner and total, usage in tabs, a list in words of one's own, a photo."""
    starts = [dt.date(2024, i % 12 + 1, 1) for i in range(24)]
    customers = [
        [IDS[i], f"株式会社見本{i}", starts[i], dt.date(2025, 3, 31) if i % 3 else None, 80_000 + i]
        for i in range(24)
    ]
    total = [None, "合計", None, None, sum(80_000 + i for i in range(24))]
    head = ["取引先 ID", "取引先名  ↑", "契約開始日", "契約終了日", "月額"]
    usage = [[i, "2025/01/10", "経理", 3] for i in IDS[:20]]
    own = [[i, "2025/02/01", "電話"] for i in IDS[:5]]
    made = {
        "取引先一覧-2026-08-13-14-00-09.xlsx": formatted(head, [*customers, total]),
        "利用.tsv": write("tsv", ["取引先 ID", "利用日", "業務区分", "利用時間"], usage),
        "自社の記録.csv": details(["番号札", "いつ", "どうやって"], own, footer=()),
        "写真.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(400),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in made}


def test_four_ugly_files_from_drop_to_analysis(
    serve: Callable[..., str], browser_page: Page, settled: Settled, tmp_path: Path
) -> None:
    page, paths = browser_page, files(tmp_path)
    page.goto(f"{serve()}/import_files")
    zone = page.locator('[data-testid="stFileUploader"] input[type=file]')
    zone.set_input_files(list(paths.values()))
    page.get_by_role("button", name="分析をはじめる").wait_for(timeout=SLOW)
    settled(page)

    report = page.locator('[class*="st-key-csui_file_"]').filter(has_text="取引先一覧")
    assert "見出しより下の行 27 = 使う 24 + よけた 0 + 除いた 3" in report.inner_text()
    photo = page.locator('[class*="st-key-csui_file_"]').filter(has_text="写真.xlsx")
    assert "画像です" in photo.inner_text()

    own = page.locator('[class*="st-key-csui_file_"]').filter(has_text="自社の記録")
    role = own.get_by_role("combobox", name=re.compile("この表は"))
    role.scroll_into_view_if_needed()  # a list closes when the page scrolls under it
    settled(page)
    role.click()
    page.get_by_role("option", name="活動", exact=True).click()
    settled(page)
    own.get_by_role("button", name="この対応で読む").click()
    settled(page)
    own.get_by_role("button", name="この対応を覚える").click()
    own.get_by_text("使う 5").wait_for(timeout=SLOW)
    settled(page)  # that text stood there before; what moves is not clicked

    page.get_by_role("button", name="分析をはじめる").click()
    opened = page.get_by_text(re.compile(r"顧客 24 · 基準日 2026/08/13"))
    opened.wait_for(timeout=SLOW)
    page.get_by_role("heading", name="概況", exact=True).wait_for(timeout=SLOW)
