"""Words in Japanese (the reference) and English, and sentences that know both.

A :class:`Message` is a catalogue key with its values. Whatever the package has to say — a note on a
file, a definition, a finding, an error — is a Message, so that the screen, a slide and a script
read the same statement, each in its own language.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from csdata.i18n import money

LANGUAGES: Final = ("ja", "en")
DEFAULT: Final = "ja"


@functools.cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All texts of one language: dotted key → text with ``{placeholders}``.

    Raises:
        KeyError: ``lang`` is not one of :data:`LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    tree = tomllib.loads(resources.files(__name__).joinpath(f"{lang}.toml").read_text("utf-8"))
    flat: dict[str, str] = {}

    def walk(prefix: str, node: Mapping[str, Any]) -> None:
        for name, value in node.items():
            key = f"{prefix}{name}"
            if isinstance(value, str):
                flat[key] = value
            else:
                walk(f"{key}.", value)

    walk("", tree)
    return MappingProxyType(flat)


def text(key: str, lang: str = DEFAULT, /, **values: object) -> str:
    """The text of ``key`` in ``lang`` with its placeholders filled.

    Placeholders take the format specs of :class:`Formatter`: ``{n:int}``, ``{share:pct}``,
    ``{day:date}`` … A missing key raises ``KeyError``: it is a bug, not something to show.
    """
    return Formatter(lang).vformat(catalogue(lang)[key], (), values)


@dataclass(frozen=True, slots=True)
class Message:
    """One statement: a catalogue key and its values, sayable in every language.

    ``str(message)`` is English; ``message.say("ja")`` is Japanese. Values may be Messages.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    def say(self, lang: str = DEFAULT) -> str:
        """The sentence in ``lang``."""
        return text(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.say("en")


def message(key: str, /, **values: object) -> Message:
    """Short for ``Message(key, values)``."""
    return Message(key, values)


class Formatter(string.Formatter):
    """``str.format`` with the number styles of a Japanese or an English slide.

    Specs: ``int`` 7,043 · ``plus`` +13 · ``num`` 70.35 · ``num1`` 3.0 ·
    ``ratio`` 0.62 or <0.001 · ``pct`` 61 % as Japanese
    ``61%`` · ``pct1`` 61.4% · ``pt`` +4 pt · ``pt1`` +0.3 pt · ``date`` 2026/03/01 ·
    ``minute`` 2026/03/01 14:05 · ``months`` 12か月 · ``money`` 320万円 (of a
    :class:`~csdata.i18n.money.Money`) · ``list`` a、b.
    A missing number (None, NaN) is an en dash.
    """

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        """One placeholder: Messages are said in this language, the house's specs are applied."""
        if isinstance(value, Message):
            return value.say(self.lang)
        style = _STYLES.get(format_spec)
        if style is None:
            return super().format_field(value, format_spec)
        if _missing(value):
            return "–"
        return style(value, self.lang)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _number(value: float, digits: int) -> str:
    shown = f"{value:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if digits == 2 else shown  # noqa: PLR2004 (the `num` style)


def _percent(value: float) -> str:
    """Whole percents, but 0 % and 100 % are said of exactly none and all only."""
    whole = f"{100 * value:.0f}"
    if whole in {"0", "100"} and value not in {0, 1}:
        return f"{min(max(100 * value, 0.1), 99.9):.1f}%"
    return f"{whole}%"


def _points(value: float, digits: int) -> str:
    """A difference of shares; what rounds to nothing has no sign."""
    shown = f"{100 * value:+.{digits}f}"
    return f"{shown if float(shown) else '±' + shown[1:]} pt"


def _ratio(value: float) -> str:
    """0.62, 1.50, 12.3; as many digits as a small one needs, and bounds beyond which it is told."""
    if value < 0.001:  # noqa: PLR2004 (as the text says)
        return "<0.001"
    if value > 1000:  # noqa: PLR2004
        return ">1,000"
    if value < 0.1:  # noqa: PLR2004 (0.05, 0.0042)
        return f"{value:.3f}" if value < 0.01 else f"{value:.2f}"  # noqa: PLR2004
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}"  # noqa: PLR2004


def _date(value: dt.date, lang: str) -> str:
    return f"{value:%Y/%m/%d}" if lang == "ja" else f"{value:%Y-%m-%d}"


def _minute(value: dt.datetime, lang: str) -> str:
    return f"{_date(value, lang)} {value:%H:%M}"


def _months(value: float, lang: str) -> str:
    shown = f"{value:,.1f}".removesuffix(".0")
    return f"{shown}か月" if lang == "ja" else f"{shown} month{'' if shown == '1' else 's'}"


def _money(value: money.Money, lang: str) -> str:
    return money.said(value.amount, value.currency, lang)


def _list(values: Sequence[object], lang: str) -> str:
    said = [v.say(lang) if isinstance(v, Message) else str(v) for v in values]
    return ("、" if lang == "ja" else ", ").join(said)


_STYLES: Final = {
    "int": lambda v, _lang: f"{round(v):,}",
    "plus": lambda v, _lang: f"{round(v):+,}" if round(v) else "±0",
    "num": lambda v, _lang: _number(v, 2),
    "num1": lambda v, _lang: _number(v, 1),
    "ratio": lambda v, _lang: _ratio(v),
    "pct": lambda v, _lang: _percent(v),
    "pct1": lambda v, _lang: f"{100 * v:.1f}%",
    "pt": lambda v, _lang: _points(v, 0),
    "pt1": lambda v, _lang: _points(v, 1),
    "date": _date,
    "minute": _minute,
    "months": _months,
    "money": _money,
    "list": _list,
}
