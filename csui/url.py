"""The address bar's language: controls and filters as short texts that belong to no language.

A bound Streamlit widget writes its *label* into the URL: translated words, and names of people.
Here a choice that the code defines is written by its identifier, and whatever comes from a file
(columns, values, customers) by an opaque key: a hash under the fingerprint of the data. A link
therefore opens in any language, says nothing about the data to those who do not have it, and means
nothing on other data. What a link says is a stranger's word: what is unknown is ignored.

Pure functions; nothing here knows Streamlit.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol


class Unknown(enum.Enum):
    """What decoding yields for text that no control wrote."""

    UNKNOWN = 0


UNKNOWN: Final = Unknown.UNKNOWN
_EMPTY: Final = "-"
_SEPARATOR: Final = "."
_LONGEST: Final = 4000
_LONGEST_NUMBER: Final = 24


class Codec(Protocol):
    """One control's way into the URL and back; ``decode(encode(v)) == v`` for accepted values."""

    def accepts(self, value: Any) -> bool:
        """Whether the control can take this value as it is now."""
        ...

    def encode(self, value: Any) -> str:
        """The text in the URL."""
        ...

    def decode(self, text: str) -> Any:
        """The value, or ``UNKNOWN``."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of ``options`` (code in the URL → value)."""

    options: Mapping[str, Hashable]

    def accepts(self, value: Any) -> bool:
        """Whether the value is one of the options."""
        return value in self.options.values()

    def encode(self, value: Any) -> str:
        """The code of the value."""
        return next(code for code, option in self.options.items() if option == value)

    def decode(self, text: str) -> Any:
        """The option of a code."""
        return self.options.get(text, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Many:
    """A list of ``options`` (code → value), none twice; unknown codes are left out."""

    options: Mapping[str, Hashable]

    def accepts(self, value: Any) -> bool:
        """Whether the value is a list of options."""
        allowed = set(self.options.values())
        return isinstance(value, list) and all(v in allowed for v in value)

    def encode(self, value: Sequence[Hashable]) -> str:
        """Codes in the order of the list; ``-`` for the empty list."""
        codes = {option: code for code, option in self.options.items()}
        return _SEPARATOR.join(codes[v] for v in value) or _EMPTY

    def decode(self, text: str) -> Any:
        """The list; ``UNKNOWN`` when nothing of it is known."""
        if text == _EMPTY:
            return []
        found = [self.options[c] for c in _parts(text) if c in self.options]
        return found or UNKNOWN


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number within bounds."""

    lower: float = -math.inf
    upper: float = math.inf
    whole: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether the value is a number within the bounds."""
        return (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and math.isfinite(value)
            and self.lower <= value <= self.upper
            and (not self.whole or isinstance(value, int))
        )

    def encode(self, value: float) -> str:
        """The shortest text that gives the same number back."""
        return repr(value).removesuffix(".0")

    def decode(self, text: str) -> Any:
        """The number; out of bounds is unknown."""
        if len(text) > _LONGEST_NUMBER or not text.isascii():
            return UNKNOWN
        try:
            value = int(text) if self.whole else float(text)
        except ValueError:
            return UNKNOWN
        return value if self.accepts(value) else UNKNOWN


def opaque(fingerprint: str, scope: str, value: object) -> str:
    """A short key for something out of a file: 10 letters and digits, 50 bits.

    The fingerprint of the data is the key of the hash, so that a name cannot be guessed from the
    URL without having the data.
    """
    digest = hashlib.blake2b(
        f"{scope}\0{type(value).__name__}\0{value}".encode(),
        key=hashlib.sha256(fingerprint.encode()).digest(),
        digest_size=7,
    ).digest()
    return base64.b32encode(digest).decode().lower()[:10]


def identifiers(options: Iterable[str]) -> dict[str, Hashable]:
    """Options that the code defines are their own codes."""
    return {option: option for option in options}


def keyed(fingerprint: str, scope: str, options: Iterable[Hashable]) -> dict[str, Hashable]:
    """Options out of a file, each under its opaque key."""
    return {opaque(fingerprint, scope, option): option for option in options}


def write_filters(fingerprint: str, filters: Mapping[str, Sequence[Hashable]]) -> str:
    """Filters as opaque keys, one for each (column, value)."""
    return _SEPARATOR.join(
        opaque(fingerprint, f"filter\0{column}", value)
        for column, values in filters.items()
        for value in values
    )


def read_filters(
    fingerprint: str, possible: Mapping[str, Sequence[Hashable]], text: str
) -> dict[str, tuple[Hashable, ...]]:
    """The filters of a link among the ``possible`` ones (column → values); the rest is ignored."""
    keys = {
        opaque(fingerprint, f"filter\0{column}", value): (column, value)
        for column, values in possible.items()
        for value in values
    }
    found: dict[str, tuple[Hashable, ...]] = {}
    for part in _parts(text):
        if part in keys:
            column, value = keys[part]
            found[column] = (*found.get(column, ()), value)
    return found


def _parts(text: str) -> list[str]:
    """The codes of a text, each once, of a text of sensible length."""
    return list(dict.fromkeys(text[:_LONGEST].split(_SEPARATOR)))
