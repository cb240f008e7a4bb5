"""What may mislead in a CRM export, and in which direction: see :func:`data_quality`."""

from __future__ import annotations

from csdata.analyses.quality.report import data_quality
from csdata.analyses.quality.result import Checked, DataQuality, Direction, Finding

__all__ = ["Checked", "DataQuality", "Direction", "Finding", "data_quality"]
