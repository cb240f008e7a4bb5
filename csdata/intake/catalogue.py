"""The data file ``fields.toml``: headings that mean a field, words that mean yes or no."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from csdata.intake.headers import ends_with, normal, object_of, readings
from csdata.schema import SOURCES, Source

FieldKind = Literal["id", "text", "date", "number", "boolean", "any"]
SURENESS: Final = MappingProxyType(
    {"whole": 1.0, "suffix": 0.95, "bracketless": 0.9, "taxless": 0.88}
)
WEAK: Final = 0.6
STEP: Final = 0.004
"""What each place further down a list of labels costs: enough to settle a tie, no more."""

OWN_OBJECT: Final = 0.02
"""What the right object in front of a field is worth: 契約: 開始日 in a table of contracts."""


class Match(NamedTuple):
    """How a heading matches a field: which label, how surely, and by which reading of it.

    ``coded``: it counts only if the values look like ids, because it is a name otherwise.
    """

    label: str
    score: float
    kind: str
    coded: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one kind of table, with the headings that mean it.

    ``labels`` maps the normal form of a heading to the label as written and its score. Of other
    normal forms, ``leaving`` names the day of leaving rather than the end of a period, ``offered``
    headings that are proposed and never taken, ``coded`` those that count only above ids.
    ``objects`` are the objects that the field belongs to.
    """

    name: str
    kind: FieldKind
    points: float
    labels: Mapping[str, tuple[str, float]]
    leaving: frozenset[str]
    offered: frozenset[str]
    coded: frozenset[str]
    objects: frozenset[str]

    def match(self, header: str) -> Match | None:
        """How a heading matches; None if it does not."""
        best: Match | None = None
        of_object = object_of(header)
        for kind, reading in readings(header):
            label, worth = self.labels.get(reading, ("", 0.0))
            alien = bool(of_object) and of_object not in self.objects
            if not worth or (worth <= WEAK and kind != "whole" and alien):
                # A word as general as 名前 is a field of the object that stands before it.
                continue
            score = SURENESS[kind] * worth
            if kind != "whole" and of_object in self.objects:
                score += OWN_OBJECT
            if best is None or score > best.score:
                best = Match(label, score, kind, reading in self.coded)
        return best

    def offers(self, header: str) -> bool:
        """Whether a heading is worth proposing for the field, though it is never taken."""
        return any(reading in self.offered for _, reading in readings(header))


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


def _forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normal, words))


@functools.cache
def objects(role: Source) -> frozenset[str]:
    """Normal forms of the objects whose records make a table of a role: 契約, Contract."""
    return _forms(_tree()["objects"].get(role, ()))


@functools.cache
def fields(role: Source) -> Mapping[str, Field]:
    """The fields of a role by name; several entries of the data file for one field are joined."""
    merged: dict[str, Field] = {}
    for entry in _tree()["field"]:
        if role in entry["roles"]:
            before = merged.get(entry["name"])
            merged[entry["name"]] = _field(entry, role, before)
    return MappingProxyType(merged)


def _field(entry: Mapping[str, Any], role: Source, before: Field | None) -> Field:
    """The field of one entry, joined with what earlier entries say of it."""
    labels = dict(before.labels) if before else {}
    for key, worth in (("labels", 1.0), ("coded", WEAK), ("weak", WEAK)):
        for place, label in enumerate(entry.get(key, ())):
            labels.setdefault(normal(label), (label, worth - STEP * place))
    field = Field(
        name=entry["name"],
        kind=entry["kind"],
        points=entry.get("points", 0.0),
        labels=MappingProxyType(labels),
        leaving=_forms(entry.get("leaving", ())),
        offered=_forms(entry.get("offered", ())),
        coded=_forms(entry.get("coded", ())),
        objects=objects(entry.get("object", role)),
    )
    if before is None:
        return field
    return replace(
        field,
        points=max(before.points, field.points),
        leaving=before.leaving | field.leaving,
        offered=before.offered | field.offered,
        coded=before.coded | field.coded,
        objects=before.objects | field.objects,
    )


@functools.cache
def meanings(role: Source) -> Mapping[str, tuple[str, ...]]:
    """Normal form → names of the fields of a role that it may mean; a short way to :func:`fields`.

    A file may have thousands of headings, and there are hundreds of labels.
    """
    found: dict[str, list[str]] = {}
    for name, field in fields(role).items():
        for form in (*field.labels, *field.offered):
            found.setdefault(form, []).append(name)
    return MappingProxyType({form: tuple(dict.fromkeys(names)) for form, names in found.items()})


@functools.cache
def signs() -> tuple[Sign, ...]:
    """Headings that speak for a kind of table."""
    return tuple(
        Sign(entry["role"], entry["points"], _forms(entry["labels"])) for entry in _tree()["sign"]
    )


@functools.cache
def outcomes() -> Mapping[str, bool]:
    """Normal form of a stage of a deal → whether it is won; stages still open are not there."""
    words = _tree()["stage"]
    return MappingProxyType(
        {normal(word): won for key, won in (("won", True), ("lost", False)) for word in words[key]}
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
