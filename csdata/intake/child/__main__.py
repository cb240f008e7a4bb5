"""Run by its path: makes the folder a package of its own, so that nothing else is imported."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    folder = Path(__file__).parent
    spec = importlib.util.spec_from_file_location(
        "child", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None  # noqa: PT018, S101 (for the type checker)
    child = sys.modules["child"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    os._exit(child.main())  # the answer is out; tearing large tables down only takes time
