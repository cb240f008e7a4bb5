"""Which recipe belongs to which headings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from csdata.intake.headers import normal
from csdata.intake.recipe import Recipe

RecipeBook = Mapping[str, Recipe]
"""Fingerprint of headings → the recipe that was remembered for files with those headings."""


def fingerprint(headers: Sequence[str]) -> str:
    """Identity of a set of headings: their order, width, case and arrows do not matter."""
    names = sorted(normal(header) for header in headers)
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:16]
