"""Headings that no label matches: which labels are spelt nearly like them. Only ever a proposal."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from csdata.intake.catalogue import fields, is_known
from csdata.intake.headers import readings
from csdata.schema import Source

ALIKE: Final = 0.62
"""Share of common pairs of letters (Dice) from which two words are worth a look."""

MOST: Final = 2
"""Fields proposed for one heading."""

SHORTEST: Final = 3
SHORTEST_LATIN: Final = 6
"""Letters of a word below which nearly everything is spelt like something."""

HEADINGS: Final = 300
"""Headings of one file that are compared; a person looks at no more."""


class Near(NamedTuple):
    """A label that is spelt nearly like a heading."""

    field: str
    label: str
    share: float


def similar(role: Source, header: str) -> tuple[Near, ...]:
    """The fields of a role whose labels are spelt nearly like a heading, the nearest first.

    What is a label of another kind of table is no slip of the pen, and like nothing.
    """
    best: dict[str, Near] = {}
    if is_known(header):
        return ()
    index, sizes = _index(role)
    for _, form in readings(header):
        if len(form) < (SHORTEST_LATIN if form.isascii() else SHORTEST):
            continue
        pairs = _pairs(form)
        common = Counter(entry for pair in pairs for entry in index.get(pair, ()))
        for (field, label), n in common.items():
            share = 2 * n / (len(pairs) + sizes[field, label])
            if share >= ALIKE and share > best.get(field, Near("", "", 0.0)).share:
                best[field] = Near(field, label, share)
    return tuple(sorted(best.values(), key=lambda near: -near.share)[:MOST])


@functools.cache
def _index(
    role: Source,
) -> tuple[Mapping[str, tuple[tuple[str, str], ...]], Mapping[tuple[str, str], int]]:
    """Pair of letters → the labels that have it; label → how many pairs it has."""
    index: dict[str, list[tuple[str, str]]] = {}
    sizes: dict[tuple[str, str], int] = {}
    for name, field in fields(role).items():
        for form, (label, _) in field.labels.items():
            if form in field.coded:
                continue
            pairs = _pairs(form)
            sizes[name, label] = len(pairs)
            for pair in pairs:
                index.setdefault(pair, []).append((name, label))
    frozen = {pair: tuple(entries) for pair, entries in index.items()}
    return MappingProxyType(frozen), MappingProxyType(sizes)


def _pairs(form: str) -> frozenset[str]:
    """The pairs of neighbouring letters, with the edges of the word."""
    edged = f"^{form}$"
    return frozenset(edged[i : i + 2] for i in range(len(edged) - 1))
