"""The colours: perceptually even, readable, the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from csdata.charts import theme
from csdata.charts.cells import INKS

MODES = pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])


def linear(color: str) -> np.ndarray:
    channel = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def oklab(color: str) -> np.ndarray:
    """Björn Ottosson's OKLab."""
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return to_lab @ np.cbrt(to_lms @ linear(color))


def contrast(a: str, b: str) -> float:
    """Contrast of WCAG 2."""
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


@MODES
def test_the_scale_of_rates_is_perceptually_even(palette: theme.Palette) -> None:
    lab = np.array([oklab(c) for c in palette.rates])
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert steps.max() / steps.min() < 1.1
    lightness = np.diff(lab[:, 0])
    assert (lightness < 0).all() or (lightness > 0).all()


@MODES
def test_the_highest_rate_stands_out_most(palette: theme.Palette) -> None:
    assert contrast(palette.rates[-1], palette.background) > 10


@MODES
def test_the_figure_in_a_cell_can_be_read(palette: theme.Palette) -> None:
    for share in np.linspace(0, 1, 101):
        place = share * (len(palette.rates) - 1)
        below = palette.rates[int(np.floor(place))]
        above = palette.rates[int(np.ceil(place))]
        limit = theme.BLACK_TEXT_UP_TO
        name = "high" if share > limit else "low" if share < 1 - limit else "mid"
        ink = getattr(palette, f"on_{name}")
        mixed = mix(below, above, place % 1)
        assert contrast(ink, mixed) >= 4.5, share


def mix(a: str, b: str, share: float) -> str:
    pairs = [(int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(x + (y - x) * share):02X}" for x, y in pairs)


@MODES
def test_text_and_grey_cells_can_be_read(palette: theme.Palette) -> None:
    assert contrast(palette.ink, palette.background) >= 7
    assert contrast(palette.muted, palette.background) >= 4.5
    assert contrast(palette.muted, palette.small_n) >= 4.5


@MODES
def test_the_first_groups_stand_out_from_the_page(palette: theme.Palette) -> None:
    for i in range(3):
        assert contrast(theme.category(i), palette.background) >= 3


def test_eighteen_groups_differ_in_colour_or_dash() -> None:
    assert len({(theme.category(i), tuple(theme.dash(i))) for i in range(18)}) == 18


def test_presenting_makes_type_larger() -> None:
    normal, large = theme.config(), theme.config(presenting=True)
    for part, name in (
        ("axis", "labelFontSize"),
        ("title", "fontSize"),
        ("legend", "labelFontSize"),
    ):
        assert large[part][name] == pytest.approx(normal[part][name] * theme.PRESENTING)


def test_every_ink_of_a_cell_has_a_style() -> None:
    assert set(INKS) <= set(theme.config()["style"])
