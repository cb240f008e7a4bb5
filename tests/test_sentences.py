"""Numbers in sentences: the styles of a slide, and what rounding must not say."""

import math

import pytest

from csdata.i18n import Formatter


@pytest.mark.parametrize(
    ("share", "said"),
    [
        pytest.param(0.614, "61%", id="whole percents"),
        pytest.param(1, "100%", id="all"),
        pytest.param(0, "0%", id="none"),
        pytest.param(0.996, "99.6%", id="not quite all"),
        pytest.param(0.9999, "99.9%", id="next to all"),
        pytest.param(0.0001, "0.1%", id="next to none"),
        pytest.param(math.nan, "–", id="unknown"),
    ],
)
def test_all_and_none_are_said_of_exactly_those(share: float, said: str) -> None:
    assert Formatter("ja").format("{share:pct}", share=share) == said
