"""Bytes to take away: pictures and tables. Nothing is computed here.

The functions are imported on first use; the modules have names of their own, so that
``export.image`` is always the function.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from csdata.export.corrections import error_workbook
    from csdata.export.pictures import ImageFailed, image
    from csdata.export.tables import csv_bytes

__all__ = ["ImageFailed", "csv_bytes", "error_workbook", "image"]

_HOME: Final = {
    "ImageFailed": "pictures",
    "csv_bytes": "tables",
    "error_workbook": "corrections",
    "image": "pictures",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
