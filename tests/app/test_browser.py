"""The app in a real browser, used as a user would."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SERVICES = [
    *("Phone Service", "Multiple Lines", "Online Security", "Online Backup"),
    *("Device Protection", "Tech Support", "Streaming TV", "Streaming Movies"),
]
CHART = '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg.marks'
SLOW = 60_000
PARTS = ("解約した", "続いている", "まだ分からない")

Settled = Callable[["Page"], None]


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()


def cells(page: Page, heading: str) -> list[list[str]]:
    """The rows of the table under a heading, as assistive technology reads them."""
    table = page.get_by_test_id("stDataFrame").filter(has_text=heading).first
    table.scroll_into_view_if_needed()
    table.locator("[role=gridcell]").first.wait_for(state="attached")
    return table.evaluate(
        """table => [...table.querySelectorAll('[role=row]')]
              .map(row => [...row.querySelectorAll('[role=gridcell]')].map(c => c.textContent))
              .filter(row => row.length)"""
    )


def test_from_a_dropped_file_to_the_quadrant(
    serve: Callable[..., str], browser_page: Page, settled: Settled, real_file: Path
) -> None:
    page, address = browser_page, serve()
    outside: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address, "ws", "data:", "blob:"))
            else outside.append(request.url)
        ),
    )
    page.goto(address)
    go(page, "取り込み")
    page.get_by_text("どのファイルを置けばよいか").wait_for()
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(real_file)
    page.get_by_text(re.compile("使う 7,043")).wait_for(timeout=SLOW)
    page.get_by_role("button", name="分析をはじめる").click()
    page.get_by_text("1,869 社", exact=True).wait_for(timeout=SLOW)
    page.locator(CHART).first.wait_for(timeout=SLOW)
    assert page.get_by_text(re.compile(r"顧客 7,043 · 基準日なし")).count() == 1

    go(page, "四象限")
    columns = page.get_by_role("combobox", name=re.compile("業務範囲として数える列"))
    for service in SERVICES:
        columns.click()
        columns.fill(service)
        page.get_by_role("option", name=service, exact=True).click()
        settled(page)
    page.keyboard.press("Escape")
    page.get_by_text("象限のまとめ").wait_for(timeout=SLOW)
    settled(page)
    counted = {row[0]: row[1] for row in cells(page, "12か月継続率")}
    assert counted == {"広×深": "3015", "狭×深": "509", "広×浅": "1059", "狭×浅": "2460"}
    assert page.get_by_text("説明のみ: 継続との関係はこの図からは言えません").is_visible()
    assert not outside


def test_a_wrong_file_is_said_to_be_and_the_app_goes_on(
    serve: Callable[..., str], browser_page: Page, settled: Settled, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.xlsx"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(400))
    page = browser_page
    page.goto(serve())
    go(page, "取り込み")
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(photo)
    box = page.get_by_test_id("stAlert").first
    box.wait_for(timeout=SLOW)
    assert "「photo.xlsx」を読めません" in box.inner_text()
    settled(page)
    page.get_by_role("button", name="外す").click()
    page.get_by_role("button", name="サンプル企業で試す").click()
    page.get_by_text("顧客 600 · 基準日 2026/10/31").wait_for(timeout=SLOW)


def test_pick_customers_in_the_picture_and_take_it_away(
    serve: Callable[..., str], browser_page: Page, settled: Settled
) -> None:
    page = browser_page
    page.goto(serve("sample"))
    page.locator(CHART).first.wait_for(timeout=SLOW)
    go(page, "四象限")
    page.get_by_text("象限のまとめ").wait_for(timeout=SLOW)
    settled(page)
    picture = page.locator(CHART).first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.6, steps=8)
    page.mouse.up()
    said = page.get_by_text(re.compile(r"図で囲んだ \d+ 社を表示しています。"))
    said.wait_for(timeout=SLOW)
    number = re.search(r"\d+", said.inner_text())
    assert number is not None
    assert 0 < int(number[0]) < 517

    with page.expect_download(timeout=SLOW) as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "quadrant_chart.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_a_link_opens_with_its_controls(
    serve: Callable[..., str], browser_page: Page, settled: Settled
) -> None:
    page, address = browser_page, serve("sample")
    page.goto(address)
    page.locator(CHART).first.wait_for(timeout=SLOW)
    go(page, "継続率")
    page.get_by_role("radio", name="年度").or_(
        page.get_by_role("button", name="年度")
    ).first.click()
    page.wait_for_url(re.compile("cohort=year"))
    link = page.url
    assert link.isascii()
    page.goto(link.replace("lang=ja", "lang=en"))
    page.get_by_role("heading", name="Retention", exact=True).wait_for(timeout=SLOW)
    settled(page)
    chosen = page.locator("[aria-checked=true], [aria-pressed=true]").all_inner_texts()
    assert "Fiscal year" in [text.strip() for text in chosen]


def test_a_click_on_a_cell_lists_its_customers(
    serve: Callable[..., str], browser_page: Page, settled: Settled
) -> None:
    page = browser_page
    page.goto(serve("sample"))
    page.locator(CHART).first.wait_for(timeout=SLOW)
    go(page, "継続率")
    page.get_by_text("2 つの行を比べる").wait_for(timeout=SLOW)
    settled(page)
    picture = page.locator(CHART).first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    # In the upper left part of the triangle every place is a cell.
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.3)
    said = page.get_by_text(re.compile(r"^\d{4}.*、\d+か月のマス: \d+ 社$"))
    said.wait_for(timeout=SLOW)
    of = int(re.findall(r"(\d+) 社", said.inner_text())[0])
    settled(page)
    found = [page.get_by_text(re.compile(rf"^{word} \d+$")) for word in PARTS]
    counted = [int(part.first.inner_text().split()[-1]) for part in found]
    assert sum(counted) == of
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="CSV で保存", exact=True).click()
    rows = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + counted[0]
    assert all(re.search(r"\b[0-9A-Za-z]{18}\b", row) for row in rows[1:])
    page.get_by_text("この列", exact=True).click()
    page.get_by_text(re.compile(r"^すべての行、\d+か月のマス: 600 社$")).wait_for(timeout=SLOW)
    settled(page)
    page.get_by_text("この行", exact=True).click()
    page.get_by_text(re.compile(r"^\d{4}.* の顧客$")).wait_for(timeout=SLOW)
