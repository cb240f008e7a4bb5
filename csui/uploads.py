"""The files of a session: their bytes, how they were understood, and what the person corrected.

They stay when the page is left; the drop zone itself forgets its files then.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import pandas as pd
import streamlit as st

from csdata.i18n import Message
from csdata.schema import DATES
from csdata.tables import Import, Portfolio
from csui import import_memory, import_reading, import_recipes
from csui.text import escape, t

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from csdata.intake import ImportSet, JoinRules, Recipe
    from csdata.intake.workbook import Cells

_FILES: Final = "csui.files"
_DROPS: Final = "csui.drops"
_RULES: Final = "csui.join_rules"
_MATCHED: Final = "csui.matched"
AS_OF: Final = "csui.as_of"
"""The 基準日 that the person chose; it belongs to the files that were there."""


class Dropped(Protocol):
    """A file as the drop zone hands it over."""

    name: str

    def getvalue(self) -> bytes:
        """Its bytes."""
        ...


@dataclass(slots=True)
class Upload:
    """One file: read, or with the reason why it cannot be."""

    name: str
    data: bytes
    recipe: Recipe
    imported: Import | None = None
    error: Message | None = None
    used: bool = True
    draft: Import | None = None
    """What it would be if some column named the customers: nobody knows which one does."""
    edits: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    """Cells corrected by hand."""
    plain: bool = False
    """Read without what was remembered for its headings."""
    cells: Cells | None = None
    """What is in the file, once it is open: every correction is made on them."""
    locked: str = ""
    """``needed`` or ``wrong``: waits for its password."""
    secret: bool = False
    """Opened with a password: what is in it is for this session only."""


def files() -> dict[str, Upload]:
    """The files of this session by name, in the order in which they came."""
    return st.session_state.setdefault(_FILES, {})


def zone() -> str:
    """Key of the drop zone; a new one after each drop, so that it is empty again."""
    drops = st.session_state.get(_DROPS, 0)
    return f"import.files_{drops}" if drops else "import.files"


def take(dropped: Sequence[Dropped]) -> bool:
    """Take in what was dropped; a file of the same name replaces the old one.

    Returns:
        Whether there was anything; the page then runs again, with an empty drop zone.
    """
    from csdata.intake.recipe import Recipe

    if not dropped:
        return False
    st.session_state.pop(AS_OF, None)
    for item in dropped:
        if import_recipes.take(item.name, item.getvalue()):
            _read_again()
        elif not _take_snapshot(item.getvalue()):
            for name, data in import_reading.members(item.name, item.getvalue()):
                files()[name] = Upload(name, data, Recipe())
    st.session_state[_DROPS] = st.session_state.get(_DROPS, 0) + 1
    return True


def _take_snapshot(data: bytes) -> bool:
    """Take in a saved import that was written out here or on another machine; whether it is one."""
    from csdata.intake.limits import limits_in_force
    from csdata.store import snapshot_of

    found = snapshot_of(data, largest=limits_in_force().file_bytes)
    if found is None:
        return False
    stored, settings = found
    for file in stored:
        files()[file.name] = Upload(
            file.name,
            file.data,
            file.recipe,
            used=file.used,
            edits=dict(file.edits),
            plain=file.plain,
        )
    st.session_state[AS_OF] = settings.as_of
    set_rules(settings.rules)
    return True


def replace_all(
    others: Sequence[Upload], *, as_of: dt.date | None = None, rules: JoinRules | None = None
) -> None:
    """Work on other files from now on."""
    files().clear()
    files().update({upload.name: upload for upload in others})
    for key, value in ((AS_OF, as_of), (_RULES, rules)):
        st.session_state.pop(key, None)
        if value is not None:
            st.session_state[key] = value


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
    if upload.recipe.sheet is not None and recipe.sheet is None:
        upload.cells = None  # which sheet is read is open again
    upload.recipe = recipe
    upload.imported = upload.error = None


def edit(name: str, cells: Mapping[tuple[int, str], str]) -> None:
    """Correct single cells of a file: (line in the file, heading) → text; read again next time."""
    upload = files()[name]
    upload.edits = {**upload.edits, **cells}
    upload.imported = upload.error = None


def forget_corrections(name: str) -> None:
    """Back to what the reader makes of a file by itself."""
    files()[name].plain = True
    files()[name].edits = {}
    replace_recipe(name, type(files()[name].recipe)())


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
        # A bug is shown as one, but not again on every visit to the page.
        drop(upload.name)
        raise


def used() -> list[Import]:
    """The imports that go into the analysis, customers first."""
    found = [u.imported for u in files().values() if u.imported and u.used and u.imported.role]
    return sorted(found, key=lambda i: i.role != "customers")


def rules() -> JoinRules:
    """How rows become customers, as the person has it now, or has it usually."""
    return st.session_state.get(_RULES) or import_memory.usual_rules()


def set_rules(rules: JoinRules) -> None:
    """Count customers otherwise from now on."""
    st.session_state[_RULES] = rules


def matched(as_of: dt.date | None = None) -> ImportSet:
    """The imports joined, with what is left over on both sides.

    Raises:
        CsDataError: They cannot be joined as the rules have it.
    """
    from csdata.intake import combine

    imports = used()
    asked = (tuple(map(id, imports)), rules(), as_of)
    last = st.session_state.get(_MATCHED)
    if last is None or last[0] != asked:
        # What is kept holds the imports themselves, so that no other ones get their identities.
        last = (asked, combine(imports, rules=rules(), as_of=as_of), imports)
        st.session_state[_MATCHED] = last
    return last[1]


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
