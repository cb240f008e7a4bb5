"""The files of a session: their bytes, how they were understood, and what the person corrected.

They stay when the page is left; the drop zone itself forgets its files then.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Protocol

import pandas as pd
import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import message
from csdata.schema import DATES
from csdata.tables import Import, Portfolio
from csui import import_memory, import_reading, import_recipes, work
from csui.text import escape, t
from csui.work import Matched, Upload, Work

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from csdata.intake import ImportSet, JoinRules, Recipe

_DROPS: Final = "csui.drops"


class Dropped(Protocol):
    """A file as the drop zone hands it over."""

    name: str

    def getvalue(self) -> bytes:
        """Its bytes."""
        ...


def files() -> dict[str, Upload]:
    """The files of this session by name, in the order in which they came."""
    return work.work().files


def zone() -> str:
    """Key of the drop zone; a new one after each drop, so that it is empty again."""
    drops = st.session_state.get(_DROPS, 0)
    return f"import.files_{drops}" if drops else "import.files"


def take(dropped: Sequence[Dropped]) -> bool:
    """Take in what was dropped; what happened to the files is told on the page.

    A saved import replaces the files that are here. A table of the name of another one replaces it,
    unless both come at once: then it gets a name of its own.

    Returns:
        Whether there was anything; the page then runs again, with an empty drop zone.
    """
    if not dropped:
        return False
    work.work().told.clear()
    others = _take_snapshot([(item.name, item.getvalue()) for item in dropped])
    tables: list[tuple[str, bytes]] = []
    for name, data in others:
        if import_recipes.take(name, data):
            _read_again()
        else:
            tables += import_reading.members(name, data)
    _take_tables(tables)
    st.session_state[_DROPS] = st.session_state.get(_DROPS, 0) + 1
    return True


def _take_tables(tables: Sequence[tuple[str, bytes]]) -> None:
    from csdata.intake.recipe import Recipe

    new: dict[str, bytes] = {}
    for given, data in tables:
        name = _name(given, data, new)
        if name in new:
            _tell("twice", file=name)
            continue
        if name != given:
            _tell("renamed", file=name)
        if name in files():
            _tell("replaced", file=name)
        new[name] = data
    if new:
        work.work().as_of = None  # it was that of the files before
    for name, data in new.items():
        files()[name] = Upload(name, data, Recipe())


def _name(name: str, data: bytes, others: Mapping[str, bytes]) -> str:
    """The name of a file among those that came with it: another one has the name of another."""
    path, number, candidate = PurePath(name), 1, name
    while others.get(candidate, data) != data:
        number += 1
        candidate = f"{path.stem} ({number}){path.suffix}"
    return candidate


def _tell(key: str, *, wrong: bool = False, **values: Any) -> None:
    """Say on the page what has become of a file."""
    work.work().told.append((message(f"page.import.came.{key}", **values), wrong))


def _take_snapshot(dropped: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Open the saved import among the files, made here or on another machine.

    Returns:
        The other files.
    """
    from csdata.intake.limits import limits_in_force
    from csdata.store import snapshot_of

    others: list[tuple[str, bytes]] = []
    opened, told = 0, work.work().told
    for name, data in dropped:
        try:
            found = snapshot_of(data, largest=limits_in_force().file_bytes, name=name)
        except CsDataError as error:
            told.append((error.message, True))
            continue
        if found is None:
            others.append((name, data))
            continue
        opened += 1
        if opened > 1:
            _tell("one_only", wrong=True, file=name)
            continue
        stored, settings = found
        if files():
            _tell("opened", file=name)
        uploads = {file.name: work.unread(file) for file in stored}
        work.replace(Work(uploads, rules=settings.rules, as_of=settings.as_of, told=told))
    return others


def all_read() -> bool:
    """Whether nothing that is to be used is still locked or unreadable, and there is something."""
    wanted = [upload for upload in files().values() if upload.used]
    return bool(wanted) and all(upload.imported is not None for upload in wanted)


def key_of(upload: Upload) -> str:
    """A short name of a file for the keys of its widgets."""
    return hashlib.sha256(upload.name.encode()).hexdigest()[:8]


def read() -> None:
    """Read what has not been read under its recipe yet, and show how far that is."""
    waiting = [u for u in files().values() if u.imported is None and u.error is None]
    if not waiting:
        return
    with st.status(t("page.import.reading", n=len(waiting)), expanded=True) as status:
        bar = st.progress(0.0)
        for number, upload in enumerate(waiting):
            _read(upload, _step(bar, upload, number, len(waiting)))
            st.text(import_reading.outcome(upload))
        bar.progress(1.0, text=t("page.import.read", n=len(waiting)))
        status.update(label=t("page.import.read", n=len(waiting)), state="complete", expanded=False)


def unlock(name: str, password: str) -> None:
    """Open a locked file; the password is used here and kept nowhere."""
    files()[name].secret = True
    import_reading.read_one(files()[name], password=password)


def correct(name: str, **changes: Any) -> None:
    """Change the recipe of a file; it is read again on the next :func:`read`."""
    replace_recipe(name, replace(files()[name].recipe, **changes))


def replace_recipe(name: str, recipe: Recipe) -> None:
    """Read a file under another recipe, on the next :func:`read`."""
    upload = files()[name]
    if upload.edits and _place(upload.recipe) != _place(recipe):
        # The same line and heading are another customer's there.
        _tell("edits_lost", file=name, n=len(upload.edits))
        upload.edits = {}
    upload.tried, upload.refused = {}, ()
    if upload.recipe.sheet is not None and recipe.sheet is None:
        upload.cells = None  # which sheet is read is open again
    upload.recipe = recipe
    upload.imported = upload.error = None


def _place(recipe: Recipe) -> tuple[object, ...]:
    """Where in its file a table stands."""
    return recipe.sheet, recipe.header_row, recipe.block


def edit(name: str, cells: Mapping[tuple[int, str], str]) -> None:
    """Correct single cells of a file: (line in the file, heading) → text; read again next time."""
    files()[name].correct(cells)


def forget_corrections(name: str) -> None:
    """Back to what the reader makes of a file by itself."""
    files()[name].plain = True
    _anew(name)


def use_remembered(name: str) -> None:
    """Read a file by what is remembered for its headings, after all."""
    files()[name].plain = False
    _anew(name)


def _anew(name: str) -> None:
    upload = files()[name]
    upload.edits, upload.remembered = {}, ""
    replace_recipe(name, type(upload.recipe)())


def _read_again() -> None:
    """Whatever nobody has corrected, because a recipe has come that may fit it."""
    for upload in files().values():
        if upload.recipe == type(upload.recipe)() and not upload.locked:
            upload.imported = upload.error = None


def drop(name: str) -> None:
    """Forget a file."""
    files().pop(name, None)


def _step(
    bar: DeltaGenerator, upload: Upload, number: int, n: int
) -> Callable[[import_reading.Doing], None]:
    """Shows which file it is and what is being done with it."""

    def show(doing: import_reading.Doing) -> None:
        said = t(f"page.import.{doing}", k=number + 1, n=n, file=upload.name)
        done = number + (doing == "understanding") / 2
        bar.progress(done / n, text=escape(said))

    return show


def _read(upload: Upload, step: Callable[[import_reading.Doing], None]) -> None:
    """A problem that a person can mend belongs to its file; the others go on."""
    try:
        import_reading.read_one(upload, step=step)
    except Exception:
        # A bug is shown as one, but not again on every visit to the page; the file stays.
        upload.error = message("error.unknown")
        raise


def used() -> list[Import]:
    """The imports that go into the analysis, customers first."""
    found = [u.imported for u in files().values() if u.imported and u.used and u.imported.role]
    return sorted(found, key=lambda i: i.role != "customers")


def rules() -> JoinRules:
    """How rows become customers, as the person has it now, or has it usually."""
    return work.work().rules or import_memory.usual_rules()


def set_rules(rules: JoinRules) -> None:
    """Count customers otherwise from now on."""
    work.work().rules = rules


def chosen_as_of() -> dt.date | None:
    """The 基準日 that the person chose for these files."""
    return work.work().as_of


def choose_as_of(day: dt.date | None) -> None:
    """Count up to this day; None: the one that the files state."""
    work.work().as_of = day


def matched(as_of: dt.date | None = None) -> ImportSet:
    """The imports joined, with what is left over on both sides.

    Raises:
        CsDataError: They cannot be joined as the rules have it.
    """
    from csdata.intake import combine

    imports = used()
    asked = (tuple(map(id, imports)), rules(), as_of)
    now = work.work()
    if now.matched is None or now.matched.asked != asked:
        found = combine(imports, rules=rules(), as_of=as_of)
        now.matched = Matched(asked, tuple(imports), found)
    return now.matched.found


def customers() -> pd.DataFrame | None:
    """The customers that the files make together; None if none of them tells any."""
    return matched().tables.get("customers")


def dated() -> bool:
    """Whether the customers have start dates, so that a 基準日 is needed."""
    rows = customers()
    return rows is not None and "start" in rows


def stated_as_of() -> dt.date | None:
    """The 基準日 that the files state for themselves, by the rule of the join."""
    return matched().stated_as_of


def as_of_candidates() -> tuple[dt.date, ...]:
    """The days that a file may mean by the 基準日 that it states; none where one is clear."""
    if stated_as_of() is not None:
        return ()
    return tuple(sorted({day for imported in used() for day in imported.as_of_candidates}))


def latest_date() -> dt.date | None:
    """The latest day that anything in the files happened on: a proposal, where none is stated."""
    found = [
        i.table[column].max()
        for i in used()
        if i.role
        for column in DATES[i.role]
        if column in i.table and column != "end"
    ]
    latest = max((d for d in found if not pd.isna(d)), default=None)
    return None if latest is None else latest.date()


def are_open(source: Portfolio) -> bool:
    """Whether the data come from these files."""
    return bool(files()) and source.provenance.files == tuple(i.name for i in used())


def portfolio(as_of: dt.date | None) -> Portfolio:
    """All of it as one portfolio.

    Raises:
        CsDataError: No customers, a doubled id, no 基準日 …
    """
    return Portfolio.from_imports(used(), as_of=as_of, rules=rules())
