"""The import page under the test driver: drop files, find the controls of a card."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from csdata.tables import Import
from tests.app.driver import control, ran, shown
from tests.intake.exports import Row, details


def dropped(files: Mapping[str, bytes], lang: str = "ja", app: AppTest | None = None) -> AppTest:
    """The page after a drop, of a new tab unless one is given."""
    app = app or shown("import", lang=lang)
    app.file_uploader[0].set_value(
        [(name, data, "application/octet-stream") for name, data in files.items()]
    )
    return ran(app)


def table(header: Row, *rows: Row) -> bytes:
    """A CSV of these rows."""
    return details(header, rows, encoding="utf-8", footer=())


def card(name: str) -> str:
    """What the keys of a file's controls end with, or contain."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def upload(app: AppTest, name: str) -> Any:
    """What the session holds of a file."""
    return app.session_state["csui.work"].files[name]


def imported(app: AppTest, name: str) -> Import:
    """How a file was understood."""
    found = upload(app, name).imported
    assert found is not None, upload(app, name).error
    return found


def look(app: AppTest, name: str, part: str) -> AppTest:
    """Open a part of a card."""
    return ran(control(app, f"import.look_{card(name)}").set_value(part))


def answers(app: AppTest, name: str) -> list[str]:
    """Keys of the answers to the question that a card asks now."""
    keys = (b.key or "" for b in app.button)
    return [key for key in keys if key.startswith(f"import.answer_{card(name)}_")]


def asked(app: AppTest, name: str) -> str:
    """Attribute of the recipe that the question on a card is about; empty without one."""
    for key in answers(app, name):
        return key.removeprefix(f"import.answer_{card(name)}_").rpartition("_")[0]
    return ""


def press(app: AppTest, key: str) -> AppTest:
    """Press the button with a key."""
    return ran(app.button(key=key).click())


def has(app: AppTest, key: str) -> bool:
    """Whether there is a button with this key."""
    return any(b.key == key for b in app.button)
