"""How customers are counted, as plain values and back: told by the fields of the rules themselves.

A new rule needs nothing here as long as it is a choice, a number of days, a date, several choices
or texts by text.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, Literal, cast, get_args, get_origin, get_type_hints

from csdata.intake.join_rules import JoinRules

_MOST_DAYS: Final = 3650
_YEARS: Final = (1900, 2200)


class Unknown(ValueError):
    """A rule that this version does not have."""


def rules_state(rules: JoinRules) -> dict[str, Any]:
    """The rules as what JSON can say."""
    return {field.name: _plain(getattr(rules, field.name)) for field in fields(JoinRules)}


def rules_of(said: object) -> JoinRules:
    """The rules again; those that are not named stay as they are by themselves.

    Raises:
        Unknown: A rule of a newer version.
        ValueError: No rules, or a value that a rule cannot have.
    """
    if not isinstance(said, dict):
        raise ValueError("no rules")  # noqa: TRY004 (a wrong text, not a wrong call)
    given = cast("dict[str, object]", said)
    if more := given.keys() - _hints().keys():
        raise Unknown(", ".join(map(str, more)))
    return JoinRules(**{name: _value(_hints()[name], value) for name, value in given.items()})


def day_state(day: dt.date | None) -> str | None:
    """A date as text."""
    return None if day is None else day.isoformat()


def day_of(said: object) -> dt.date | None:
    """The date again.

    Raises:
        ValueError: It is none, or none that a table of customers could hold.
    """
    return None if said is None else _day(said)


@functools.cache
def _hints() -> dict[str, Any]:
    return get_type_hints(JoinRules)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return day_state(value)
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, str]", value))
    return list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def _value(hint: Any, said: object) -> Any:
    """What was said, as the field has it."""
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if type(None) in inner:
        return None if said is None else _value(inner[0], said)
    if kind is Literal:
        return _choice(said, inner)
    if kind is tuple and isinstance(said, list):
        return tuple(_value(inner[0], item) for item in cast("list[object]", said))
    read = _READ.get(kind)
    if read is None:
        raise ValueError(str(said)[:50])
    return read(said)


def _choice(said: object, choices: tuple[str, ...]) -> str:
    if not isinstance(said, str) or said not in choices:
        raise ValueError(str(said)[:50])
    return said


def _number(said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said <= _MOST_DAYS:
        raise ValueError(str(said)[:50])
    return said


def _flag(said: object) -> bool:
    if not isinstance(said, bool):
        raise ValueError(str(said)[:50])  # noqa: TRY004 (a wrong text, not a wrong call)
    return said


def _day(said: object) -> dt.date:
    day = dt.date.fromisoformat(str(said))
    if not _YEARS[0] <= day.year < _YEARS[1]:
        raise ValueError(str(said))
    return day


def _texts(said: object) -> dict[str, str]:
    if not isinstance(said, dict):
        raise ValueError(str(said)[:50])  # noqa: TRY004 (a wrong text, not a wrong call)
    given = cast("dict[object, object]", said)
    if not all(isinstance(part, str) for pair in given.items() for part in pair):
        raise ValueError(str(said)[:50])
    return cast("dict[str, str]", given)


_READ: Final[Mapping[Any, Callable[[object], Any]]] = {
    int: _number,
    bool: _flag,
    dt.date: _day,
    Mapping: _texts,
}
