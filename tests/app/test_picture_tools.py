"""Target, note and copy under a picture: kept through pages, out of the link."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

import csdata as cs
from csui import nav
from tests.app.driver import control, link_of, ran, says, shown


def spec(app: AppTest, place: int = 0) -> str:
    drawn: str = app.get("vega_lite_chart")[place].proto.spec
    return drawn


def note_of(app: AppTest, page: str) -> Any:
    data = app.session_state["csui.session"].source
    return control(app, f"note.{page}.chart.{data.fingerprint[:12]}")


def test_a_target_is_drawn_on_every_picture_of_rates(company: cs.Portfolio) -> None:
    app = shown("survival", data=company)
    assert '"style": "target"' not in spec(app)
    ran(control(app, "survival.chart.target").set_value(85.0))
    assert '"style": "target"' in spec(app)
    app = ran(app.switch_page(nav.SCRIPTS["overview"]))
    assert '"style": "target"' in spec(app, -1)  # the first is of money
    app = ran(app.switch_page(nav.SCRIPTS["quadrant"]))
    assert '"style": "target"' not in spec(app)
    app = ran(app.switch_page(nav.SCRIPTS["survival"]))
    ran(control(app, "survival.chart.target").set_value(None))
    assert '"style": "target"' not in spec(app)


def test_a_note_stays_with_its_picture_and_out_of_the_link(company: cs.Portfolio) -> None:
    app = shown("survival", data=company)
    ran(note_of(app, "survival").set_value("山田商事の件 *要確認*"))
    assert says(app, "山田商事の件 *要確認*")
    app = ran(app.switch_page(nav.SCRIPTS["retention"]))
    assert not says(app, "山田商事の件")
    app = ran(app.switch_page(nav.SCRIPTS["survival"]))
    assert says(app, "山田商事の件 *要確認*")
    assert "山田" not in json.dumps(link_of(app), ensure_ascii=False)


def test_the_copy_is_drawn_when_asked_for(company: cs.Portfolio) -> None:
    app = shown("survival", data=company)
    ran(control(app, "survival.chart.copy").click())
    assert not app.error
