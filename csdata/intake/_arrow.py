"""Arrow's compute functions, which come into being on import and which type checkers do not see."""

import importlib
from typing import Any

pc: Any = importlib.import_module("pyarrow.compute")
