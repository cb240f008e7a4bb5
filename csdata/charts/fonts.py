"""The packaged Japanese font, and how wide a text is in it.

Vega-Lite can neither measure nor place nor wrap a text by what surrounds it, so that is done here
before the picture is drawn. On screen another font is used, but Japanese characters are one em wide
in all of them, and Latin ones differ little.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

PACKAGED: Final = "IPAexGothic"
"""Family name of the font that every export uses; no system font is needed."""

ELLIPSIS: Final = "…"
_MEASURED_AT: Final = 100
_NOT_FIRST: Final = "、。，．,.)）」』】］・:;：；!?！？%％ー々〜～"


@functools.cache
def packaged_font() -> Path:
    """Where the packaged TTF lies, found without importing the package (it imports matplotlib)."""
    spec = importlib.util.find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("matplotlib_fontja")
    return Path(spec.origin).parent / "fonts" / "ipaexg.ttf"


@functools.cache
def _face() -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(packaged_font(), _MEASURED_AT)


@functools.lru_cache(maxsize=20_000)
def _advance(text: str) -> float:
    return _face().getlength(text) / _MEASURED_AT


def width(text: str, size: float) -> float:
    """Width in pixels of one line of text at a font size in pixels."""
    return _advance(text) * size


def cut(text: str, size: float, limit: float) -> str:
    """The text, or as much of its beginning as fits into ``limit`` pixels with an ellipsis."""
    if width(text, size) <= limit:
        return text
    kept = text
    while kept and width(kept + ELLIPSIS, size) > limit:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def wrap(text: str, size: float, limit: float) -> list[str]:
    """Lines of at most ``limit`` pixels, broken at spaces and between Japanese characters.

    A closing mark stays with what it closes and a Latin word is never broken: such a line may be
    longer.
    """
    lines = [""]
    for piece in _pieces(text):
        longer = lines[-1] + piece
        if lines[-1] and width(longer.rstrip(), size) > limit and piece[0] not in _NOT_FIRST:
            lines.append(piece.lstrip())
        else:
            lines[-1] = longer
    return [line.rstrip() for line in lines if line.strip()]


def _pieces(text: str) -> list[str]:
    """Unbreakable pieces: a run of Latin with its trailing space, or one wide character."""
    pieces: list[str] = []
    for character in text:
        narrow = character.isascii()
        if pieces and narrow and pieces[-1].isascii() and not pieces[-1].endswith(" "):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
