"""The canonical tables: what an import yields, and the Portfolio that every analysis takes."""

from csdata.tables.imported import Import, SheetPreview
from csdata.tables.portfolio import Portfolio
from csdata.tables.provenance import LATE, Provenance

__all__ = ["LATE", "Import", "Portfolio", "Provenance", "SheetPreview"]
