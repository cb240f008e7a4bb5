"""What the house consists of: files found on disk, read with ``ast``, never imported."""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("app.py", "tasks.py", "csdata", "csui", "pages", "bench", "tests")
_NOT_OURS = {"__pycache__", "build", "dist", "node_modules"}
_HIDDEN_BUT_OURS = {".ci", ".streamlit"}


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One Python file: its dotted name, its path from the root, its text and its syntax tree."""

    name: str
    path: str
    text: str = field(repr=False)
    tree: ast.Module = field(repr=False)
    is_package: bool

    def __str__(self) -> str:
        return self.path


def files() -> Iterator[Path]:
    """Every file of the checkout that somebody wrote or generated on purpose."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            f
            for f in folders
            if f not in _NOT_OURS
            and (not f.startswith(".") or f in _HIDDEN_BUT_OURS)
            and not f.endswith(".egg-info")
        )
        yield from (Path(folder, name) for name in sorted(names))


@functools.cache
def sources(*parts: str) -> tuple[Source, ...]:
    """The Python files below ``parts`` (all when none is given), sorted by path."""
    wanted = parts or PARTS
    paths = (p.relative_to(ROOT) for p in files() if p.suffix == ".py")
    return tuple(_read(p) for p in sorted(paths) if p.parts[0] in wanted)


def _read(path: Path) -> Source:
    text = (ROOT / path).read_text("utf-8")
    is_package = path.name == "__init__.py"
    dotted = path.parent if is_package else path.with_suffix("")
    return Source(
        ".".join(dotted.parts), path.as_posix(), text, ast.parse(text, str(path)), is_package
    )


def module_names(*parts: str) -> set[str]:
    """The dotted names of the modules below ``parts``."""
    return {source.name for source in sources(*parts)}


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a file imports, at any depth of its code.

    ``from csdata import charts`` imports ``csdata.charts``; ``from csdata import read_export``
    imports ``csdata``, because there is no module of that name.
    """
    known = module_names()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(source, node)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known else base


def _base(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.name.split(".")
    up = node.level - source.is_package
    return ".".join([*package[: len(package) - up], *([node.module] if node.module else [])])


def inside(name: str, package: str) -> bool:
    """Whether ``name`` is ``package`` or something in it."""
    return name == package or name.startswith(f"{package}.")
