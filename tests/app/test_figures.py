"""Figures as a slide writes them, in both languages."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from csui import figures


@pytest.fixture(params=["ja", "en"])
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for place in ("csui.text.language", "csui.figures.language"):
        monkeypatch.setattr(place, lambda: request.param)
    return request.param


@pytest.mark.parametrize(
    ("value", "currency", "said"),
    [
        (950, "JPY", {"ja": "950円", "en": "¥950"}),
        (12_345, "JPY", {"ja": "1.2万円", "en": "¥12,345"}),
        (90_000, "JPY", {"ja": "9万円", "en": "¥90,000"}),
        (3_107_550, "JPY", {"ja": "311万円", "en": "¥3.1M"}),
        (123_456_789, "JPY", {"ja": "1.23億円", "en": "¥123.5M"}),
        (-2_000_000, "JPY", {"ja": "-200万円", "en": "-¥2.0M"}),
        (53.85, None, {"ja": "53.85", "en": "53.85"}),
        (2_283.3, "USD", {"ja": "2,283 USD", "en": "2,283 USD"}),
        (math.nan, "JPY", {"ja": "–", "en": "–"}),
        (None, None, {"ja": "–", "en": "–"}),
    ],
)
def test_money(value: float | None, currency: str | None, said: dict[str, str], lang: str) -> None:
    assert figures.money(value, currency) == said[lang]


def test_shares_and_intervals(lang: str) -> None:
    assert figures.share(0.614) == "61%"
    assert figures.share(math.nan) == "–"
    assert figures.share_with(0.614, 0.5644, 0.66) == "61% (56–66)"
    assert figures.share_with(1.0, math.nan, math.nan) == "100%"
    interval = {"ja": "95%区間 56–66%", "en": "95% interval 56–66%"}
    assert figures.share_interval(0.56, 0.66) == interval[lang]
    assert figures.rate_with(0.021, 0.016, 0.027) == "2.1% (1.6–2.7)"


def test_medians_that_are_not_reached_are_never_infinite(lang: str) -> None:
    unreached = {"ja": "未到達", "en": "not reached"}[lang]
    assert figures.months(math.nan) == unreached
    assert figures.months(math.inf) == unreached
    assert figures.months_with(24.0, 20.0, math.nan).endswith(f"(20–{unreached})")
    assert figures.months_with(math.nan, math.nan, math.nan) == unreached


def test_days(lang: str) -> None:
    day = {"ja": "2026/03/01", "en": "2026-03-01"}
    assert figures.day(pd.Timestamp("2026-03-01")) == day[lang]
    assert figures.day(pd.NaT) == "–"
