"""The files of a session: their bytes, how they were understood, and what the person corrected.

They stay when the page is left; the drop zone itself forgets its files then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import pandas as pd
import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csdata.schema import DATES
from csdata.tables import Import, Portfolio
from csui.text import escape, t

if TYPE_CHECKING:
    from csdata.intake import ImportSet, Recipe

_FILES: Final = "csui.files"
_DROPS: Final = "csui.drops"
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


def files() -> dict[str, Upload]:
    """The files of this session by name, in the order in which they came."""
    return st.session_state.setdefault(_FILES, {})


def zone() -> str:
    """Key of the drop zone; a new one after each drop, so that it is empty again."""
    drops = st.session_state.get(_DROPS, 0)
    return f"import.files_{drops}" if drops else "import.files"


def take(dropped: Sequence[Dropped]) -> None:
    """Take in what was dropped; a file of the same name replaces the old one."""
    from csdata.intake.recipe import Recipe

    if not dropped:
        return
    st.session_state.pop(AS_OF, None)
    for item in dropped:
        files()[item.name] = Upload(item.name, item.getvalue(), Recipe())
    read()
    st.session_state[_DROPS] = st.session_state.get(_DROPS, 0) + 1
    st.rerun()


def read() -> None:
    """Read what has not been read under its recipe yet, and show how far that is."""
    waiting = [u for u in files().values() if u.imported is None and u.error is None]
    if not waiting:
        return
    with st.status(t("page.import.reading", n=len(waiting)), expanded=True) as status:
        bar = st.progress(0.0)
        for number, upload in enumerate(waiting):
            bar.progress(number / len(waiting), text=escape(upload.name))
            _read(upload)
        bar.progress(1.0, text=t("page.import.read", n=len(waiting)))
        status.update(label=t("page.import.read", n=len(waiting)), state="complete", expanded=False)


def correct(name: str, **changes: Any) -> None:
    """Change the recipe of a file; it is read again on the next :func:`read`."""
    upload = files()[name]
    upload.recipe = replace(upload.recipe, **changes)
    upload.imported = upload.error = None


def forget_corrections(name: str) -> None:
    """Back to what the reader makes of a file by itself."""
    upload = files()[name]
    upload.recipe = type(upload.recipe)()
    upload.imported = upload.error = None


def drop(name: str) -> None:
    """Forget a file."""
    files().pop(name, None)


def _read(upload: Upload) -> None:
    """A problem that a person can mend belongs to its file; the others go on."""
    from csdata.intake import read_export

    try:
        upload.imported = read_export(upload.data, name=upload.name, recipe=upload.recipe)
    except CsDataError as error:
        upload.error = error.message
    except Exception:
        # A bug is shown as one, but not again on every visit to the page.
        drop(upload.name)
        raise


def used() -> list[Import]:
    """The imports that go into the analysis, customers first."""
    found = [u.imported for u in files().values() if u.imported and u.used and u.imported.role]
    return sorted(found, key=lambda i: i.role != "customers")


def matched() -> ImportSet:
    """The imports joined, with what is left over on both sides."""
    from csdata.intake import combine

    return combine(used())


def dated() -> bool:
    """Whether the customers have start dates, so that a 基準日 is needed."""
    return any(i.role == "customers" and "start" in i.table for i in used())


def stated_as_of() -> dt.date | None:
    """The 基準日 that the files state for themselves, by the rule of the join."""
    return matched().as_of


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


def portfolio(as_of: dt.date | None) -> Portfolio:
    """All of it as one portfolio.

    Raises:
        CsDataError: No customers, a doubled id, no 基準日 …
    """
    return Portfolio.from_imports(used(), as_of=as_of)
