"""Imports go down only, and heavy libraries are not loaded before somebody needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.tree import ROOT, Source, imports, inside, module_names, sources

LAYERS = (
    ("csdata.i18n", "csdata.errors"),
    (
        *("csdata.counts", "csdata.counts_activity", "csdata.counts_money", "csdata.counts_native"),
        "csdata.counts_periods",
        "csdata.counts_durations",
        "csdata.counts_customer",
        "csdata.counts_hazards",
        *("csdata.counts_renewals", "csdata.clock", "csdata.schema", "csdata.tables"),
    ),
    ("csdata.analyses", "csdata.intake", "csdata.sample"),
    ("csdata.charts", "csdata.export", "csdata.store", "csdata.cli"),
    ("csdata",),  # the surface: names for scripts, loaded on first use
    ("csui",),
    ("pages",),
    ("app",),
)
"""From the ground up. A module not named here counts as part of its package's layer."""

SHARED = dict.fromkeys(
    ("csdata.company_names", "csdata.labels", "csdata.months", "csdata.taxes"), 0
)
"""Modules that belong to a layer without being named in the design: module → layer."""

STRANGERS = {
    frozenset({"csdata.analyses", "csdata.intake"}),
    frozenset({"csdata.analyses", "csdata.sample"}),
    frozenset({"csdata.intake", "csdata.sample"}),
}
"""Neighbours on one floor that do not see each other."""

EXCEPTIONS = {
    ("csdata.tables", "csdata.intake"): (
        "Portfolio.from_imports joins what intake read; imported there, or for its types only"
    ),
}


def home(name: str) -> tuple[int, str]:
    """Layer and room of a module: ``csdata.charts.theme`` → (3, "csdata.charts")."""
    if name in SHARED:
        return SHARED[name], name
    rooms = [(i, room) for i, layer in enumerate(LAYERS) for room in layer if inside(name, room)]
    level, room = max(rooms, key=lambda found: len(found[1]))
    if room == "csdata" and name != "csdata":
        pytest.fail(f"{name} has no layer: give it one in {__name__}, or a room of the house")
    return level, room


def is_ours(name: str) -> bool:
    return any(inside(name, room) for layer in LAYERS for room in layer)


def is_allowed(importer: str, imported: str) -> bool:
    if any(inside(importer, a) and inside(imported, b) for a, b in EXCEPTIONS):
        return True
    (level, room), (target, neighbour) = home(importer), home(imported)
    if room == neighbour:
        return True
    return target <= level and frozenset({room, neighbour}) not in STRANGERS


HOUSE = sources("app.py", "csdata", "csui", "pages")


@pytest.mark.parametrize("source", HOUSE, ids=str)
def test_imports_go_down_only(source: Source) -> None:
    wrong = [
        f"{source.path}:{line} imports {name}"
        for line, name in imports(source)
        if is_ours(name) and not is_allowed(source.name, name)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        pytest.param("csui.page", "csdata.charts", True, id="down"),
        pytest.param("csdata.tables", "csdata.clock", True, id="same floor"),
        pytest.param("csdata.charts.theme", "csdata.charts.words", True, id="same room"),
        pytest.param("csdata.charts.theme", "csui.text", False, id="up"),
        pytest.param("csdata.counts", "csdata.analyses.retention", False, id="up inside csdata"),
        pytest.param("csdata.analyses.retention", "csdata", False, id="the surface from below"),
        pytest.param("csdata.analyses.quadrant", "csdata.intake", False, id="strangers"),
        pytest.param("csdata.tables", "csdata.intake.joining", True, id="exception"),
    ],
)
def test_the_rule_itself(importer: str, imported: str, *, allowed: bool) -> None:
    assert is_allowed(importer, imported) == allowed


BANNED = {
    "csdata": {"streamlit", "csui", "pages"},
    "csdata/charts": {"lifelines", "statsmodels", "scipy"},
    "pages": {"altair", "lifelines", "statsmodels"},
}


@pytest.mark.parametrize("place", BANNED)
def test_libraries_stay_in_their_rooms(place: str) -> None:
    wrong = [
        f"{source.path}:{line} imports {name}"
        for source in sources()
        if source.path.startswith(f"{place}/")
        for line, name in imports(source)
        if name.split(".")[0] in BANNED[place]
    ]
    assert not wrong


EACH_ALONE = """
import importlib, sys, traceback
failed = False
for name in sys.argv[1:]:
    for loaded in [m for m in sys.modules if m.split(".")[0] in ("csdata", "csui")]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException:
        failed = True
        print(name, traceback.format_exc(limit=-2), sep="\\n")
sys.exit(failed)
"""
"""Each module as the first of the package to be imported, so that no order of imports is needed."""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
    )


@pytest.mark.parametrize("package", ["csdata", "csui"])
def test_every_module_imports_on_its_own(package: str) -> None:
    names = sorted(n for n in module_names(package) if not n.endswith("__main__"))
    done = python("-c", EACH_ALONE, *names)
    assert done.returncode == 0, done.stdout


def test_importing_csdata_loads_nothing_heavy() -> None:
    heavy = ["streamlit", "altair", "statsmodels", "lifelines", "matplotlib", "scipy.stats"]
    code = f"import sys, csdata; print([m for m in {heavy!r} if m in sys.modules])"
    assert python("-c", code).stdout.strip() == "[]"
