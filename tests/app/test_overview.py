"""The overview's page: figures with their reasons, ways to the evidence, nothing said twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from tests.app.driver import plain, raw_keys, says, shown
from tests.contracts import Term, company
from tests.portfolios import dates

pytestmark = pytest.mark.parametrize("lang", LANGUAGES)
_SENTENCE = 25
AS_OF = dt.date(2025, 12, 31)


def paragraphs(app: AppTest) -> list[str]:
    """Whatever stands on the page as running text, line by line."""
    kinds = ("text", "markdown", "caption", "info", "warning")
    lines = [str(getattr(e, "value", "")) for kind in kinds for e in app.get(kind)]
    return [part.strip("- *") for line in lines for part in plain(line).splitlines()]


def test_six_figures_and_what_the_data_say(lang: str, company: cs.Portfolio) -> None:
    app = shown("overview", data=company, lang=lang)
    result = cs.overview(company)
    names = [text(f"overview.figure.{f.key}", lang) for f in result.figures]
    assert [m.label for m in app.metric] == names
    for sentence in result.sentences:
        assert sum(sentence.say(lang) in t.value for t in app.text) == 1
    assert not raw_keys(app)


def test_no_sentence_twice(lang: str, company: cs.Portfolio) -> None:
    app = shown("overview", data=company, lang=lang)
    said = Counter(p for p in paragraphs(app) if len(p) > _SENTENCE)
    assert [p for p, n in said.items() if n > 1] == []


def test_a_figure_leads_to_its_page_with_its_setting(lang: str, company: cs.Portfolio) -> None:
    app = shown("overview", data=company, lang=lang)
    ways = {p.proto.label: p.proto for p in app.get("page_link")}
    nrr = ways[text("overview.figure.nrr", lang)]
    assert "window=12" in str(nrr)
    assert "revenue" in nrr.page


def test_what_is_missing_has_a_way_to_it(lang: str) -> None:
    lives = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(9)],
            "start": pd.to_datetime(["2023-01-01"] * 9),
        }
    )
    app = shown("overview", data=cs.Portfolio(customers=lives, as_of=AS_OF), lang=lang)
    for key in ("amounts", "contracts"):
        assert says(app, text(f"overview.missing.{key}", lang))
        assert says(app, text(f"overview.get.{key}", lang))
    assert not any(m.value == "–" for m in app.metric)
    said = Counter(p for p in paragraphs(app) if len(p) > _SENTENCE)
    assert [p for p, n in said.items() if n > 1 and "「" not in p and "“" not in p] == []


@pytest.mark.parametrize("currency", ["JPY", None])
def test_no_amount_without_its_currency(lang: str, currency: str | None) -> None:
    terms = [Term(f"c{i}", "2023-01-01", None, 1234.0) for i in range(9)]
    app = shown("overview", data=company(terms, "2025-12-31", currency=currency), lang=lang)
    value = next(m.value for m in app.metric if m.label == text("overview.figure.mrr", lang))
    unknown = {"ja": "通貨不明", "en": "currency unknown"}[lang]
    sign = unknown if currency is None else {"ja": "円", "en": "¥"}[lang]
    assert sign in value


def test_hostile_names_stay_text(lang: str) -> None:
    evil = "<img src=x onerror=alert(1)> [a](javascript:b) **x**"
    rows = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(200)],
            "start": pd.to_datetime(["2023-01-01"] * 200),
            "end": dates(["2023-08-01"] * 60 + [None] * 140),
            "plan": [evil] * 50 + ["b"] * 10 + [evil] * 10 + ["b"] * 130,
        }
    )
    app = shown("overview", data=cs.Portfolio(customers=rows, as_of=AS_OF), lang=lang)
    assert any(evil in t.value for t in app.text)  # st.text draws no Markdown
    drawn = [getattr(e, "value", "") for kind in ("markdown", "caption") for e in app.get(kind)]
    assert not any(evil in value for value in drawn)
