"""What every test shares: the profiles of Hypothesis, a real file, the app in a real browser.

With ``CI`` in the environment nothing may be skipped: whatever a machine lacks, it has to be given.
Elsewhere a missing browser or file is a skip that names its reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import tasks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
ROOT = Path(__file__).parents[1]
REAL_FILE = ROOT.parent / "shared" / "data" / "Telco_customer_churn_33col.xlsx"
CHROMIUM = Path("/usr/bin/chromium")

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("full", deadline=None, max_examples=1000)
settings.load_profile("ci" if IN_CI else "here")


# --- skipping -------------------------------------------------------------------------------------


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """A skipped test fails in CI (an expected failure is not a skip)."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped in CI, but: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """So does a file of tests that skips itself."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped in CI, but: {_reason(report)}"
    return report


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_file() -> Path:
    """The published Telco churn file: 7,043 customers, 33 columns, tenures instead of dates."""
    if not REAL_FILE.exists():
        pytest.skip(f"no {REAL_FILE.name} in {REAL_FILE.parent.relative_to(ROOT.parent)} beside us")
    return REAL_FILE


@pytest.fixture(autouse=True)
def nobody_s_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test sees, or touches, what the person at this machine has saved."""
    monkeypatch.setenv("CSDATA_HOME", str(tmp_path_factory.getbasetemp() / "home"))
    monkeypatch.setenv("CSDATA_WORKSPACE", "memory")


# --- the app in a browser -------------------------------------------------------------------------


def _free_port() -> int:
    # Each worker looks in a range of its own, or two would settle on the same port at once.
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "0")))
    first = 8600 + 40 * worker
    return next(port for port in range(first, first + 40) if tasks.is_free(port))


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts the app and gives its address: ``serve()`` empty, ``serve("sample")`` with the sample.

    One server per kind and session, each with an empty home folder.
    """
    running: dict[str, tuple[Popen[bytes], str]] = {}

    def start(opened: str = "") -> str:
        if opened not in running:
            home = str(tmp_path_factory.mktemp("home"))
            address = f"http://{tasks.HOST}:{(port := _free_port())}"
            places = {"HOME": home, "USERPROFILE": home, "CSDATA_HOME": home}
            # Many tests share the server: what one drops must not be there for the next.
            places |= {"CSDATA_WORKSPACE": "memory", "CSDATA_OPEN": opened}
            running[opened] = (server := tasks.start_app(port, places)), address
            assert tasks.wait_for(server, address), "the app did not start"
        return running[opened][1]

    yield start
    for server, _ in running.values():
        tasks.end(server)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium: Debian's where there is one, else the one Playwright brought.

    One per file of tests: while it runs, Playwright holds the thread's event loop.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        pytest.skip(f"Playwright does not start: {error}")
    with ExitStack() as stack:
        try:
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM if CHROMIUM.exists() else None,
                args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            )
        except (Error, OSError) as error:
            pytest.skip(f"no browser: {str(error).splitlines()[0]}")
        stack.callback(browser.close)
        yield browser


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    """A page as a user in Tokyo has it, nothing remembered; clocks and downloads included."""
    context = chromium.new_context(
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        accept_downloads=True,
        viewport={"width": 1440, "height": 900},
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def settled() -> Callable[[Page], None]:
    """Waits until the app has finished answering: ``settled(page)``."""

    def wait(page: Page) -> None:
        idle = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        page.wait_for_timeout(400)  # a click has not reached the app yet
        page.wait_for_selector(idle)
        page.wait_for_timeout(200)  # one run may lead to the next
        page.wait_for_selector(idle)

    return wait
