"""Takes the pictures of the README from the running app: ``.venv/bin/python docs/pictures.py``.

Needs a Chromium and a Japanese font, as the browser tests do.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import tasks  # noqa: E402 (found only after the line above)

OUT = ROOT / "docs" / "images"
PORT = 8590
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CHROMIUM = Path("/usr/bin/chromium")


def main() -> None:
    """One picture of the quadrant per language."""
    OUT.mkdir(exist_ok=True)
    address = f"http://{tasks.HOST}:{PORT}"
    server = tasks.start_app(PORT, {"HOME": tempfile.mkdtemp(), "CSDATA_OPEN": "sample"})
    try:
        tasks.wait_for(server, address)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM if CHROMIUM.exists() else None,
                args=["--no-sandbox", "--disable-gpu"],
            )
            page = browser.new_page(viewport={"width": 1440, "height": 1080})
            for lang in ("ja", "en"):
                page.goto(f"{address}/?lang={lang}")
                page.wait_for_selector(IDLE)
                page.goto(f"{address}/quadrant?lang={lang}")
                page.wait_for_selector("canvas, .vega-embed svg")
                page.wait_for_timeout(3000)
                page.wait_for_selector(IDLE)
                page.screenshot(path=OUT / f"quadrant-{lang}.png")
    finally:
        tasks.end(server)


if __name__ == "__main__":
    main()
