"""The figures that a CS lead opens the tool for, and what the data say: see :func:`overview`."""

from __future__ import annotations

from csdata.analyses.overview.report import overview
from csdata.analyses.overview.result import KEYS, Change, Figure, Overview
from csdata.analyses.overview.sentences import LEVEL

__all__ = ["KEYS", "LEVEL", "Change", "Figure", "Overview", "overview"]
