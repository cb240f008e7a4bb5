"""Places for labels so that no two overlap: beside points, and in a column at the end of lines.

Vega-Lite places no labels. Positions are pixels from the top left corner of the plotting area.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_SIDES: Final = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
"""Where a label may stand, best first: right, left, above, below, then the corners."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


def around(x: float, y: float, radius: float) -> Box:
    """The box of a point of that radius."""
    return Box(x - radius, y - radius, x + radius, y + radius)


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    *,
    area: Box,
    obstacles: Iterable[Box] = (),
    gaps: Sequence[float],
) -> list[Box | None]:
    """A box beside each point, first come first served; None where no side is free.

    Args:
        points: Most important first.
        sizes: Width and height of each label.
        area: Labels stay inside.
        obstacles: What labels must not cover.
        gaps: Between the middle of each point and its label.
    """
    taken = list(obstacles)
    placed: list[Box | None] = []
    for point, size, gap in zip(points, sizes, gaps, strict=True):
        free = (
            box
            for box in (_beside(point, size, side, gap) for side in _SIDES)
            if area.holds(box) and not any(box.overlaps(other) for other in taken)
        )
        box = next(free, None)
        placed.append(box)
        if box is not None:
            taken.append(box)
    return placed


def _beside(
    point: tuple[float, float], size: tuple[float, float], side: tuple[int, int], gap: float
) -> Box:
    (x, y), (width, height), (right, down) = point, size, side
    left = x + right * gap - (width if right < 0 else width / 2 if right == 0 else 0)
    top = y + down * gap - (height if down < 0 else height / 2 if down == 0 else 0)
    return Box(left, top, left + width, top + height)


def offset(point: tuple[float, float], box: Box) -> dict[str, object]:
    """How the text of a box hangs on its point: ``align`` to the side that faces it, dx and dy.

    So it stays beside its point when the picture is stretched or the font is narrower.
    """
    x, y = point
    align = "left" if box.left > x else "right" if box.right < x else "center"
    edge = {"left": box.left, "right": box.right, "center": (box.left + box.right) / 2}[align]
    return {"align": align, "dx": edge - x, "dy": (box.top + box.bottom) / 2 - y}


def spread(wanted: Sequence[float], *, gap: float, lowest: float, highest: float) -> list[float]:
    """Positions at least ``gap`` apart that keep the order and move the least (least squares).

    If there is no room for all, they are evenly spaced over the whole range.

    Source: isotonic regression by pooling adjacent violators, on the positions less their gaps.
    """
    if not wanted:
        return []
    gap = min(gap, (highest - lowest) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    pools: list[list[float]] = []  # mean and size of neighbours that were pushed together
    for rank, i in enumerate(order):
        pools.append([wanted[i] - rank * gap, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, size = pools.pop()
            before, many = pools.pop()
            pools.append([(mean * size + before * many) / (size + many), size + many])
    top = highest - gap * (len(wanted) - 1)
    flat = [min(max(mean, lowest), max(top, lowest)) for mean, n in pools for _ in range(int(n))]
    result = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        result[i] = flat[rank] + rank * gap
    return result
