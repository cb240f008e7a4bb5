"""How many times faster one way is than another, measured so that a busy machine matters little."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(
    title: str, ours: Callable[[], object], theirs: Callable[[], object], *, pairs: int = 3
) -> float:
    """Print and return the median of the ratios theirs ÷ ours over paired runs.

    The two run in turn, so that whatever else slows the machine slows both; each is called once
    beforehand, so that neither pays for first imports.
    """
    ours()
    theirs()
    runs = [(seconds(ours), seconds(theirs)) for _ in range(pairs)]
    ratio = statistics.median(their / our for our, their in runs)
    mine, other = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"{title}: {ratio:.1f} times as fast ({mine:.2f} s against {other:.2f} s, {pairs} pairs)")
    return ratio
