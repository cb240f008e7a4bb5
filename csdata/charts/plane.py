"""Where the customers of the quadrant are drawn: scatter of equal values, cuts, frame, thinning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DISTINCT: Final = 40
"""An axis of whole numbers with at most so many values is drawn as columns of points."""
POINTS: Final = 8000
"""More customers than this are thinned out; a selection still holds all of them."""

_FEW: Final = 200
"""Up to so many points have their full size."""
_NAMES: Final = ((300, 24), (1500, 16), (math.inf, 10))
"""Up to so many customers, so many names."""
_GOLDEN: Final = (math.sqrt(5) - 1) / 2
_SCATTER: Final = 0.7
"""Share of the gap between two whole numbers over which their points are scattered."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the plane, in its own units.

    ``drawn`` are the positions of the points, ``line`` is where the cut is drawn: on a scattered
    axis between the last value below the cut and the first one above.
    """

    values: NDArray[np.float64]
    drawn: NDArray[np.float64]
    scattered: bool
    cut: float
    line: float
    low: float
    high: float

    def ticks(self, most: int = 9) -> list[float]:
        """Round values within the data, at most ``most``."""
        low, high = float(self.values.min()), float(self.values.max())
        rough = max((high - low) / most, 1e-9)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
        if self.scattered and self.whole:
            step = max(1.0, math.ceil(step))
        first = math.ceil(low / step - 1e-9)
        return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]

    @property
    def whole(self) -> bool:
        """Whether all values are whole numbers."""
        return bool((self.values == np.round(self.values)).all())

    def pixel(self, value: float, length: float) -> float:
        """Distance of a value from the low end of an axis of that length."""
        return (value - self.low) / (self.high - self.low) * length


def axis(values: pd.Series, other: pd.Series, cut: float, *, length: float, pad: float) -> Axis:
    """The axis of some values.

    Args:
        values: Of the customers drawn.
        other: Their values on the other axis: neighbours there are scattered apart here.
        cut: At or above it is the upper side.
        length: Of the axis in pixels.
        pad: Pixels at either end that stay free of points.
    """
    own = values.to_numpy(dtype=float)
    distinct = np.unique(own)
    scattered = (
        len(own) > len(distinct)
        and len(distinct) <= DISTINCT
        and bool((distinct == np.round(distinct)).all())
    )
    gap = float(np.diff(distinct).min()) if len(distinct) > 1 else 1.0
    drawn, line = own, cut
    if scattered:
        drawn = own + gap * _SCATTER * _shifts(own, other.to_numpy(dtype=float))
        below, above = distinct[distinct < cut], distinct[distinct >= cut]
        if len(below) and len(above):
            line = (below[-1] + above[0]) / 2
    low, high = min(float(drawn.min()), line), max(float(drawn.max()), line)
    # All on one spot: an axis needs some extent.
    extent = (high - low) or max(abs(high), 1.0) * 0.1
    margin = extent * pad / (length - 2 * pad)
    middle = 0.0 if high > low else extent / 2
    return Axis(own, drawn, scattered, cut, line, low - margin - middle, high + margin + middle)


def _shifts(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shifts in (−½, ½) for points of equal value, evenly spread and always the same.

    The golden-ratio sequence over the order on the other axis keeps neighbours apart there.
    """
    order = np.lexsort((other, own))
    starts = np.searchsorted(own[order], own[order], side="left")
    rank = np.arange(len(own)) - starts
    shifts = np.empty(len(own))
    shifts[order] = ((rank + 1) * _GOLDEN + 0.5) % 1 - 0.5
    return shifts


def thinned(table: pd.DataFrame, keep: set[str], most: int = POINTS) -> pd.DataFrame:
    """At most about ``most`` rows in their order: the same share of every cell, drawn by lot.

    The lot is always the same. All whose id is in ``keep`` stay.
    """
    if len(table) <= most:
        return table
    # By lot, because every other regularity meets that of the scattering and leaves holes.
    lot = pd.Series(np.random.default_rng(0).permutation(len(table)), index=table.index)
    place = lot.groupby(table["cell"]).rank(pct=True)
    return table[(place <= most / len(table)) | table["customer_id"].isin(keep)]


@dataclass(frozen=True, slots=True)
class Plane:
    """The customers of a quadrant as points.

    ``table`` has all that have a cell, positions as ``breadth`` and ``depth`` and the true values
    as ``breadth_value`` and ``depth_value``; ``shown`` those that are drawn, the largest first so
    that small ones lie on top. ``sized`` says that the area of a point is its MRR; ``named`` are
    the customers that matter, most important first.
    """

    table: pd.DataFrame
    shown: pd.DataFrame
    x: Axis
    y: Axis
    width: float
    height: float
    sized: bool
    named: list[str]

    @property
    def areas(self) -> tuple[float, float]:
        """Smallest and largest area of a point in square pixels: the more there are, the less."""
        crowd = max(len(self.shown), _FEW)
        largest = 380 * (_FEW / crowd) ** 0.5
        return (largest / 8, largest)

    @property
    def opacity(self) -> float:
        """Lower where many points lie on each other."""
        return max(0.4, min(0.85, 0.85 * (2 * _FEW / max(len(self.shown), 1)) ** 0.25))

    def area(self, mrr: float) -> float:
        """Area of the point of one customer."""
        low, high = self.areas
        if not self.sized:
            return (low + high) / 3
        share = 0.0 if math.isnan(mrr) else max(mrr, 0.0) / float(self.table["mrr"].max())
        return low + (high - low) * share

    def radius(self, mrr: float) -> float:
        """Radius of the point of one customer in pixels."""
        return math.sqrt(self.area(mrr) / math.pi)

    def pixels(self, breadth: float, depth: float) -> tuple[float, float]:
        """A place in pixels from the top left corner."""
        return self.x.pixel(breadth, self.width), self.height - self.y.pixel(depth, self.height)


def plane(
    table: pd.DataFrame,
    cuts: tuple[float, float],
    *,
    room: tuple[float, float],
    pads: tuple[float, float],
    names: int | None = None,
) -> Plane:
    """The plane of the customers that have a cell.

    Args:
        table: ``customer_id``, ``breadth``, ``depth``, ``cell``, ``mrr``, ``total_billing`` …
        cuts: Of breadth and depth.
        room: Width and height of the plotting area in pixels.
        pads: Pixels at the left and right, and at the top and bottom, that stay free of points.
        names: How many customers to name at most; None: fewer the more there are.
    """
    x = axis(table["breadth"], table["depth"], cuts[0], length=room[0], pad=pads[0])
    y = axis(table["depth"], table["breadth"], cuts[1], length=room[1], pad=pads[1])
    placed = table.assign(
        breadth=x.drawn, depth=y.drawn, breadth_value=x.values, depth_value=y.values
    )
    sized = bool((placed["mrr"] > 0).any())
    weight = placed["mrr"] if sized else placed["total_billing"]
    ranked = placed.assign(weight=weight.astype(float)).sort_values(
        ["weight", "customer_id"], ascending=[False, True], na_position="last"
    )
    most = next(n for limit, n in _NAMES if len(placed) <= limit) if names is None else names
    # An id says nothing to a reader: only customers that have a name carry one.
    worth = (ranked["weight"] > 0) & ranked["name"].notna()
    named = ranked.loc[worth, "customer_id"].head(most).tolist()
    shown = thinned(ranked, set(named))
    return Plane(placed, shown, x, y, *room, sized=sized, named=named)
