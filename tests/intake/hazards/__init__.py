"""The hazards of an export, one small file each: what it looks like, and what has to come out."""

from __future__ import annotations

from collections.abc import Callable

HAZARDS: dict[int, list[Callable[[], None]]] = {}
"""Number of the hazard → its checks."""


def hazard(number: int) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter a check into the table under the number of its hazard."""

    def enter(check: Callable[[], None]) -> Callable[[], None]:
        HAZARDS.setdefault(number, []).append(check)
        return check

    return enter
