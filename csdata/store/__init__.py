"""The workspace: what was imported, and how it was understood, survives a reload or a crash.

One DuckDB file in the user's data folder holds dated snapshots of imports (the files as they came,
with the corrections made to their reading), remembered recipes and presets. Nothing leaves it.
"""

from csdata.store.archive import snapshot_of
from csdata.store.contents import (
    Analysed,
    Damaged,
    NewerSnapshot,
    NoSuchSnapshot,
    NotSaved,
    Reading,
    Settings,
    Snapshot,
    StoredFile,
    Summary,
)
from csdata.store.place import home
from csdata.store.workspace import Saved, Workspace

__all__ = [
    "Analysed",
    "Damaged",
    "NewerSnapshot",
    "NoSuchSnapshot",
    "NotSaved",
    "Reading",
    "Saved",
    "Settings",
    "Snapshot",
    "StoredFile",
    "Summary",
    "Workspace",
    "home",
    "snapshot_of",
]
