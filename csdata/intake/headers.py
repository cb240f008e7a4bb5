"""Column headings: how they are compared, taken apart and made unique.

Matching forgives width, case, spaces, sort arrows, remarks in brackets, words of tax and the object
in front of a colon; what is shown and used as a column name stays as the file has it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from csdata.taxes import WITH_TAX, WITHOUT_TAX

LONGEST: Final = 200
"""Characters of a heading; a hostile cell may hold a million."""

ARROWS: Final = ("↑", "↓", "▲", "▼", "⬆", "⬇")
"""Signs of a sorted column; a report has them behind the heading."""

DOWN: Final = ("↓", "▼", "⬇")
_API_SUFFIX = re.compile(r"__(?:c|r|p|pc|pr)$", re.IGNORECASE)
_NAMESPACE = re.compile(r"^[A-Za-z]\w*?__(?=\w+__(?:c|r)$)", re.IGNORECASE)
_PATH = re.compile(r"^[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$", re.ASCII)
"""A field over its relations, as a query has it: ``Opportunity.Account.Name``."""

_IGNORED = re.compile(r"[\s_\-.・‐-―]+")
_MARKS: Final = "*＊※●■◆○□◇★☆#"
"""What people put in front of a heading or behind it, to say that it matters."""

_OPEN, _SHUT = r"[(\[{【〔〈《「<]", r"[)\]}】〕〉》」>]"
_REMARK: Final = rf"{_OPEN}[^()\[\]{{}}【】〔〕〈〉《》「」<>]*{_SHUT}"
_BRACKETS = re.compile(rf"^(?:{_REMARK}\s*)+|(?:\s*{_REMARK})+$")
_TAX = re.compile(rf"[\s/_-]*(?:{WITHOUT_TAX}|{WITH_TAX})[\s/_-]*", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


def clean(header: str) -> str:
    """A heading without the arrow of a sorted report and without surrounding space."""
    return header[:LONGEST].strip().rstrip("".join(ARROWS)).strip()


def normal(header: str) -> str:
    """The form in which headings are compared: NFKC, no spaces, case folded."""
    return _normal(header[:LONGEST])


@functools.lru_cache(maxsize=8192)
def _normal(header: str) -> str:
    text = unicodedata.normalize("NFKC", clean(header).lstrip("".join(ARROWS)))
    if _PATH.match(text):
        text = " ".join(_API_SUFFIX.sub("", part) for part in text.split("."))
    return _IGNORED.sub("", _API_SUFFIX.sub("", text)).casefold()


def readings(header: str) -> tuple[tuple[str, str], ...]:
    """Normal forms under which a heading may be known, the surest first, each with its kind.

    Kinds: ``whole``; ``suffix``, what follows the colon of ``Object: Field``, or the last parts of
    a path; ``bracketless``, without remarks in brackets; ``taxless``, without 税抜 and the like.
    """
    return _readings(header[:LONGEST])


@functools.lru_cache(maxsize=8192)
def _readings(header: str) -> tuple[tuple[str, str], ...]:
    text = unicodedata.normalize("NFKC", clean(header)).strip(_MARKS + " ")
    # A namespace of an installed package says nothing about the field.
    text = _NAMESPACE.sub("", text)
    suffixes = [text.rpartition(":")[2]] if ":" in text else []
    if _PATH.match(text):
        parts = text.split(".")
        suffixes += [".".join(parts[-n:]) for n in (2, 1) if n < len(parts)]
    forms = [("whole", text), *(("suffix", suffix) for suffix in suffixes)]
    forms += [("bracketless", _BRACKETS.sub("", form)) for _, form in tuple(forms)]
    forms += [("taxless", _BRACKETS.sub("", _TAX.sub("", form))) for _, form in tuple(forms)]
    found: dict[str, str] = {}
    for kind, form in forms:
        if reading := normal(form):
            found.setdefault(reading, kind)
    return tuple((kind, reading) for reading, kind in found.items())


def object_of(header: str) -> str:
    """Normal form of the object that a heading names in front of its field; empty if none."""
    text = unicodedata.normalize("NFKC", clean(header))
    if ":" in text:
        return normal(text.split(":")[-2])
    return normal(text.split(".")[-2]) if _PATH.match(text) else ""


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
