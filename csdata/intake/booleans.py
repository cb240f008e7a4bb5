"""Ticks: yes and no in the words of the catalogue. An unknown word is neither."""

from __future__ import annotations

import functools
import unicodedata

import numpy as np
import pyarrow as pa

from csdata.intake.catalogue import boolean_words
from csdata.intake.columns import Parsed

VARIATION = "\ufe0e\ufe0f"
"""Marks behind a sign such as ✔ that say whether it is drawn in colour."""


def booleans(texts: pa.StringArray) -> Parsed:
    """Yes and no in the words of the catalogue; anything else could not be read."""
    said = [_truth(text) for text in texts.to_pylist()]
    ok = np.array([truth is not None for truth in said], dtype=bool)
    return Parsed(np.array([bool(truth) for truth in said], dtype=bool), ok)


@functools.lru_cache(maxsize=4096)
def _truth(text: str) -> bool | None:
    plain = unicodedata.normalize("NFKC", text).strip().rstrip(VARIATION)
    return boolean_words().get(plain.casefold())
