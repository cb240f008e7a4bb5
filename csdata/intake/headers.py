"""Column headings: how they are compared, taken apart and made unique.

Matching forgives width, case, spaces, sort arrows and the object in front of a colon; what is shown
and used as a column name stays as the file has it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Final

LONGEST: Final = 200
"""Characters of a heading; a hostile cell may hold a million."""

ARROWS: Final = ("↑", "↓", "▲", "▼", "⬆", "⬇")
"""Signs of a sorted column; a report has them behind the heading."""

DOWN: Final = ("↓", "▼", "⬇")
_API_SUFFIX = re.compile(r"__[crp]$", re.IGNORECASE)
_IGNORED = re.compile(r"[\s_\-.・‐-―]+")
_BRACKETS = re.compile(r"\([^()]*\)$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


def clean(header: str) -> str:
    """A heading without the arrow of a sorted report and without surrounding space."""
    return header[:LONGEST].strip().rstrip("".join(ARROWS)).strip()


def normal(header: str) -> str:
    """The form in which headings are compared: NFKC, no spaces, case folded."""
    return _normal(header[:LONGEST])


@functools.lru_cache(maxsize=8192)
def _normal(header: str) -> str:
    text = _API_SUFFIX.sub("", unicodedata.normalize("NFKC", clean(header)))
    return _IGNORED.sub("", text).casefold()


def readings(header: str) -> Iterator[tuple[str, str]]:
    """Normal forms under which a heading may be known, the surest first, each with its kind.

    Kinds: ``whole``, ``suffix`` (what follows the colon of ``Object: Field``), ``bracketless``.
    """
    seen: set[str] = set()
    text = unicodedata.normalize("NFKC", clean(header))
    suffix = text.rpartition(":")[2] if ":" in text else ""
    for kind, form in (
        ("whole", text),
        ("suffix", suffix),
        ("bracketless", _BRACKETS.sub("", text)),
        ("bracketless", _BRACKETS.sub("", suffix)),
    ):
        reading = normal(form)
        if reading and reading not in seen:
            seen.add(reading)
            yield kind, reading


def ends_with(header: str, ending: str) -> bool:
    """Whether a heading ends with the word ``ending``: ``Zip Code`` does, ``Barcodes`` does not."""
    if not ending.isascii():
        return normal(header).endswith(normal(ending))
    words, last = words_of(header), words_of(ending)
    return words[-len(last) :] == last


@functools.lru_cache(maxsize=8192)
def words_of(header: str) -> tuple[str, ...]:
    """The words of a heading, at spaces, signs and CamelCase."""
    text = unicodedata.normalize("NFKC", _API_SUFFIX.sub("", clean(header)))
    return tuple(word.casefold() for word in _WORDS.findall(text))


def unique_names(headers: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """The headings, with `` (2)`` … behind those that occur again or are taken."""
    used = set(taken)
    names: list[str] = []
    for header in headers:
        name, n = header, 1
        while name in used:
            n += 1
            name = f"{header} ({n})"
        used.add(name)
        names.append(name)
    return names


def letters(position: int) -> str:
    """A column's letters in a spreadsheet: 0 → A, 27 → AB."""
    name = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
