"""The data file ``fields.toml``: headings that mean a field, words that mean yes or no."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

from csdata.intake.headers import ends_with, normal, readings
from csdata.schema import SOURCES, Source

FieldKind = Literal["id", "text", "date", "number", "boolean", "any"]
SURENESS: Final = MappingProxyType({"whole": 1.0, "suffix": 0.95, "bracketless": 0.9})
WEAK: Final = 0.6
STEP: Final = 0.004
"""What each place further down a list of labels costs: enough to settle a tie, no more."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one kind of table, with the headings that mean it.

    ``labels`` maps the normal form of a heading to the label as written and its score; ``leaving``
    has the normal forms that name the day of leaving rather than the end of a period.
    """

    name: str
    kind: FieldKind
    points: float
    labels: Mapping[str, tuple[str, float]]
    leaving: frozenset[str]

    def match(self, header: str) -> tuple[str, float, str] | None:
        """The label that a heading matches, the score, and the kind of match; None if none does."""
        found = [
            (label, SURENESS[kind] * score, kind)
            for kind, reading in readings(header)
            for label, score in [self.labels.get(reading, ("", 0.0))]
            if score
        ]
        return max(found, key=lambda match: match[1], default=None)


@dataclass(frozen=True, slots=True)
class Sign:
    """Headings that are no field, but tell what kind of table it is."""

    role: Source
    points: float
    labels: frozenset[str]


@functools.cache
def _tree() -> Mapping[str, Any]:
    return tomllib.loads(
        resources.files("csdata.intake").joinpath("fields.toml").read_text("utf-8")
    )


@functools.cache
def fields(role: Source) -> Mapping[str, Field]:
    """The fields of a role by name; several entries of the data file for one field are joined."""
    merged: dict[str, Field] = {}
    for entry in _tree()["field"]:
        if role not in entry["roles"]:
            continue
        name: str = entry["name"]
        before = merged.get(name)
        labels = dict(before.labels) if before else {}
        for words, worth in ((entry.get("labels", ()), 1.0), (entry.get("weak", ()), WEAK)):
            for place, label in enumerate(words):
                labels.setdefault(normal(label), (label, worth - STEP * place))
        merged[name] = Field(
            name=name,
            kind=entry["kind"],
            points=max(before.points if before else 0.0, entry.get("points", 0.0)),
            labels=MappingProxyType(labels),
            leaving=frozenset(map(normal, entry.get("leaving", ())))
            | (before.leaving if before else frozenset()),
        )
    return MappingProxyType(merged)


@functools.cache
def signs() -> tuple[Sign, ...]:
    """Headings that speak for a kind of table."""
    return tuple(
        Sign(entry["role"], entry["points"], frozenset(map(normal, entry["labels"])))
        for entry in _tree()["sign"]
    )


@functools.cache
def field_names() -> frozenset[str]:
    """Every canonical column name of every role."""
    return frozenset(name for role in SOURCES for name in fields(role))


@functools.cache
def _known() -> frozenset[str]:
    labels = {
        label for role in SOURCES for field in fields(role).values() for label in field.labels
    }
    return frozenset(labels.union(*(sign.labels for sign in signs())))


def is_known(header: str) -> bool:
    """Whether a text is a heading of the data file, whatever it stands for."""
    return any(reading in _known() for _, reading in readings(header))


@functools.lru_cache(maxsize=4096)
def is_code(header: str) -> bool:
    """Whether digits under this heading are a name and not a quantity."""
    text = _tree()["text"]
    if normal(header) in set(map(normal, text["except"])):
        return False
    return any(ends_with(header, ending) for ending in text["endings"])


@functools.cache
def boolean_words() -> Mapping[str, bool]:
    """Folded words of yes and no."""
    words = _tree()["boolean"]
    return MappingProxyType(
        {
            unicodedata.normalize("NFKC", word).casefold(): truth
            for key, truth in (("yes", True), ("no", False))
            for word in words[key]
        }
    )
