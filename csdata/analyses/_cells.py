"""Cells of a quadrant: cuts, membership, how firm it is, and the figures of each cell."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.analyses import axes, intervals
from csdata.analyses.axes import Axis, Floats
from csdata.analyses.survival import SurvivalCurves
from csdata.errors import NotBuilt

CELLS: Final = ("wide_deep", "narrow_deep", "wide_shallow", "narrow_shallow", "undecidable")
UNDECIDABLE: Final = "undecidable"
HORIZON: Final = 12
"""Months after the landmark (or the start) for which retention is stated."""

_DRAWS: Final = 200
_FLIPS: Final = 0.2
_BOOTSTRAPS: Final = 2000
_SEED: Final = 20261031


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut: at or above it is wide or deep. ``note`` names what had to be done, if anything."""

    value: float
    note: str = ""


def cut_of(values: Floats, cuts: Any, place: int) -> Cut:
    """The cut of one axis: the median or mean of the customers drawn, or a fixed number.

    A data-driven cut that leaves nobody below it moves to the next distinct value.

    Raises:
        NotBuilt: ``cuts`` is neither "median" nor "mean" nor two numbers.
    """
    if isinstance(cuts, tuple) and len(cuts) == 2:  # noqa: PLR2004 (one per axis)
        return Cut(float(cuts[place]))
    if cuts not in ("median", "mean"):
        raise NotBuilt(option="cuts", value=cuts, choices=["median", "mean", "(x, y)"])
    known = values[~np.isnan(values)]
    if not len(known):
        return Cut(np.nan, "empty")
    if known.min() == known.max():
        return Cut(float(known[0]), "constant")
    cut = float(np.median(known) if cuts == "median" else known.mean())
    if known.min() < cut:
        return Cut(cut)
    return Cut(float(known[known > cut].min()), "moved")


def cells_of(points: Floats, cuts: tuple[float, float]) -> NDArray[np.int64]:
    """The place in :data:`CELLS` of each point[customer, axis]; ``len(CELLS) − 1``: undecidable."""
    wide, deep = points[:, 0] >= cuts[0], points[:, 1] >= cuts[1]
    place = np.where(deep, 0, 2) + np.where(wide, 0, 1)
    return np.where(np.isnan(points).any(axis=1), len(CELLS) - 1, place)


def borderline(
    points: Floats,
    cells: NDArray[np.int64],
    usage: axes.UsageWindow | None,
    both: tuple[Axis, Axis],
    *,
    cuts: Any,
) -> NDArray[np.bool_]:
    """Whose membership flips in more than 20 % of 200 draws.

    Each draw resamples the customers for data-driven cuts and, where usage rows exist, each
    customer's own months for the axis value. Without either nobody is borderline.
    """
    rng = np.random.default_rng(_SEED)
    flips = np.zeros(len(points), dtype=int)
    for _ in range(_DRAWS):
        drawn = points if usage is None else _resampled(points, usage, both, rng)
        picked = drawn[rng.integers(len(drawn), size=len(drawn))]
        at = (cut_of(picked[:, 0], cuts, 0).value, cut_of(picked[:, 1], cuts, 1).value)
        flips += cells_of(drawn, at) != cells
    return (flips > _FLIPS * _DRAWS) & (cells != len(CELLS) - 1)


def _resampled(
    points: Floats,
    usage: axes.UsageWindow,
    both: tuple[Axis, Axis],
    rng: np.random.Generator,
) -> Floats:
    width = usage.hours.shape[1]
    totals = usage.totals(rng.integers(width, size=(len(points), width)))
    points = points.copy()
    for place, axis in enumerate(both):
        if isinstance(axis, (axes.Categories, axes.QuantityPerCategory)):
            points[:, place] = usage.measure(axis, totals)
    return points


def cell_table(
    table: pd.DataFrame, curves: SurvivalCurves | None
) -> tuple[pd.DataFrame, float | None]:
    """One row per cell with its figures (see :class:`Quadrant`), and the horizon of ``rmst``."""
    groups = [table[table["cell"] == cell] for cell in CELLS]
    cells = pd.DataFrame({"cell": CELLS, "n": [len(g) for g in groups]})
    cells["share"] = cells["n"] / max(len(table), 1)
    cells["events"] = [int(g["event"].sum()) for g in groups]
    cells["customer_months"] = [float((g["duration"] - g["entry"]).sum()) for g in groups]
    rate = intervals.poisson_rate(cells["events"], cells["customer_months"])
    _put(cells, "event_rate", *rate)
    means = [_mean(g["mrr"]) for g in groups]
    _put(cells, "mrr", *np.transpose(means))
    cells["total_billing"] = [g["total_billing"].mean() for g in groups]
    tau = None if curves is None else _put_survival(cells, curves)
    return cells, tau


def _put(cells: pd.DataFrame, name: str, value: Any, lower: Any, upper: Any) -> None:
    cells[name], cells[f"{name}_lower"], cells[f"{name}_upper"] = value, lower, upper


def _put_survival(cells: pd.DataFrame, curves: SurvivalCurves) -> float | None:
    """Median, retention at the horizon and restricted mean of each cell that has a curve."""
    medians = curves.medians.set_index("group").reindex(cells["cell"])
    _put(cells, "median", *(medians[c].to_numpy() for c in ("median", "lower", "upper")))
    at = curves.at([HORIZON], exact_ends=True).set_index("group").reindex(cells["cell"])
    _put(cells, "retention_12", *(at[c].to_numpy() for c in ("survival", "lower", "upper")))
    cells["at_risk_12"] = at["at_risk"].fillna(0).to_numpy().astype(int)
    tau = curves.default_tau()
    if tau is not None:
        mean = curves.rmst(tau).set_index("group").reindex(cells["cell"])
        _put(cells, "rmst", *(mean[c].to_numpy() for c in ("rmst", "lower", "upper")))
    else:
        _put(cells, "rmst", np.nan, np.nan, np.nan)
    return tau


def _mean(values: pd.Series) -> tuple[float, float, float]:
    """Mean with a percentile bootstrap interval over the customers.

    Seeded from the values themselves, so that the same amounts give the same interval whatever
    file or backend they came from.
    """
    known: Floats = values.dropna().to_numpy(dtype=float)
    if not len(known):
        return np.nan, np.nan, np.nan
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(known.tobytes()).digest()[:8]))
    # In slices, so that 50,000 customers do not make one array of 2,000 × 50,000.
    rows = max(1, 4_000_000 // len(known))
    means = [
        known[rng.integers(len(known), size=(min(rows, _BOOTSTRAPS - done), len(known)))].mean(1)
        for done in range(0, _BOOTSTRAPS, rows)
    ]
    lower, upper = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(known.mean()), float(lower), float(upper)
