"""The open questions of an import, each with its answers and the one that the file speaks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from csdata.i18n import Message, message
from csdata.intake.amount_columns import HOME
from csdata.intake.currencies import DOTTED, WHOLE
from csdata.intake.gaps import gaps
from csdata.intake.recipe import Decimal, Recipe
from csdata.tables import Import
from csdata.taxes import Tax

CLEAR: Final = 0.2
"""How much more often something must point one way than the other to be evidence."""

_SIGNS: Final[tuple[Decimal, ...]] = ("comma", "point")

TWO_NUMBERS: Final = r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{2,4}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer: what it is called, and what it changes in the recipe."""

    name: Message | str
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open question.

    Attributes:
        attribute: Attribute of the recipe that answers it.
        about: Heading that it is about, empty if none; two questions differ in one of the two.
        question: The sentence.
        answers: What can be said, in a fixed order; empty where a column has to be chosen.
        best: Place of the proposed answer among them; None where nothing is proposed.
        reason: Why that one.
    """

    attribute: str
    question: Message
    answers: tuple[Answer, ...] = ()
    best: int | None = None
    reason: Message | None = None
    about: str = ""


def proposals(imported: Import, more: Sequence[Message] = ()) -> tuple[Proposal, ...]:
    """All open questions in order, but the as-of date: that is asked once for all files.

    Args:
        imported: One file.
        more: Questions that the other files raise about it (:attr:`.ImportSet.questions`).
    """
    found: list[Proposal] = []
    for question in (*imported.questions, *more):
        attribute = question.key.removeprefix("question.")
        if attribute == "as_of":
            continue
        make = _MAKERS.get(attribute)
        proposal = make(imported, question) if make else Proposal(attribute, question)
        # One answer holds for the whole table, unless it is given heading by heading.
        if attribute == "percent" or attribute not in {p.attribute for p in found}:
            found.append(proposal)
    return tuple(found)


def answered(recipe: Recipe, answer: Answer) -> Recipe:
    """The recipe with one more answer; decisions per heading are added to those before."""
    changes = {
        name: {**getattr(recipe, name), **value} if isinstance(value, Mapping) else value
        for name, value in answer.changes.items()
    }
    return replace(recipe, **changes)


def accepted(imported: Import, more: Sequence[Message] = ()) -> Recipe:
    """The recipe with every proposal taken that there is."""
    recipe = imported.recipe
    for proposal in proposals(imported, more):
        if proposal.best is not None:
            recipe = answered(recipe, proposal.answers[proposal.best])
    return recipe


def _values(question: Message) -> Mapping[str, Any]:
    return question.values  # noqa: PD011 (a mapping)


def _yes_no(
    attribute: str, question: Message, *, best: bool | None, reason: Message | None
) -> Proposal:
    answers = tuple(
        Answer(message(f"answer.{attribute}_{'yes' if yes else 'no'}"), {attribute: yes})
        for yes in (True, False)
    )
    place = None if best is None else 0 if best else 1
    return Proposal(attribute, question, answers, place, reason, about=_about(question))


def _about(question: Message) -> str:
    return str(_values(question).get("column", ""))


def _mapping(imported: Import, question: Message) -> Proposal:
    """The columns whose values fit best; a missing end is left open, as it was read."""
    chosen: dict[str, str | None] = {}
    for gap in gaps(imported):
        if not gap.options and gap.needed:
            return Proposal("mapping", question)
        chosen[gap.field] = gap.options[0][0] if gap.options else None
    answer = Answer(message("answer.mapping"), {"mapping": chosen})
    return Proposal("mapping", question, (answer,), 0)


def _role(imported: Import, question: Message) -> Proposal:
    roles = [imported.role or "", _said_role(question, "rival")]
    answers = tuple(Answer(message(f"role.{role}"), {"role": role}) for role in roles)
    chosen = [c.header for c in imported.candidates if c.chosen and c.score]
    reason = message("proposal.role", n=len(chosen), headers=chosen[:4])
    return Proposal("role", question, answers, 0, reason)


def _said_role(question: Message, name: str) -> str:
    said = _values(question)[name]
    return said.key.removeprefix("role.") if isinstance(said, Message) else str(said)


def _end(_imported: Import, question: Message) -> Proposal:
    values = _values(question)
    said = values.get("proposal")
    last = isinstance(said, Message) and said.key == "intake.end_last"
    seen, other = values.get("last", 0), values.get("first", 0)
    if not last:
        seen, other = other, seen
    key = "seen" if seen > other else "usual" if seen == other else "against"
    reason = message(f"proposal.end_{key}", n=seen, other=other)
    return _yes_no("end_is_last_day", question, best=last, reason=reason)


def _day_first(imported: Import, question: Message) -> Proposal:
    column = _about(question)
    best, reason = _order(imported, column)
    other, day = _values(question).get("like"), _values(question).get("day")
    if other and best is None:
        best = bool(day)
        reason = message(f"proposal.{'day' if day else 'month'}_like", column=other)
    elif other and best != day:
        # The first days of months speak for one order, another column for the other.
        best, reason = None, message("proposal.day_unknown")
    return _yes_no("day_first", question, best=best, reason=reason)


def _order(imported: Import, column: str) -> tuple[bool | None, Message]:
    """Which number is the day: things begin on the first of a month more often than not."""
    distinct = pd.Series(imported.raw[column].dropna().unique(), dtype="object")
    numbers = distinct.str.extract(TWO_NUMBERS).dropna().astype(int)
    a, b = numbers[0], numbers[1]
    first, second = int((a == 1).sum()), int((b == 1).sum())
    if len(a) and abs(first - second) > CLEAR * len(a):
        day = first > second
        key = "proposal.day_ones" if day else "proposal.month_ones"
        return day, message(key, n=max(first, second), other=min(first, second))
    # Nothing speaks for either; a wrong order would go unseen.
    return None, message("proposal.day_unknown")


def _undo_swap(_imported: Import, question: Message) -> Proposal:
    return _yes_no("undo_swap", question, best=True, reason=message("proposal.undo_swap"))


def _block(_imported: Import, question: Message) -> Proposal:
    values = _values(question)
    answers = tuple(
        Answer(message("answer.block_named", n=i, title=title or "–"), {"block": i})
        for i, title in enumerate(values["blocks"], 1)
    )
    return Proposal("block", question, answers, values["chosen"] - 1, message("proposal.block"))


def _percent(imported: Import, question: Message) -> Proposal:
    column = _about(question)
    answers = tuple(
        Answer(message(f"answer.percent_{kind}"), {"percent": {column: kind}})
        for kind in ("percent", "fraction")
    )
    said = _values(question).get("proposal")
    if isinstance(said, Message) or said in ("percent", "fraction"):
        key = said.key if isinstance(said, Message) else str(said)
        best = 1 if "fraction" in key else 0
    else:
        numbers = pd.to_numeric(imported.raw[column], errors="coerce") if column else pd.Series()
        best = 1 if len(numbers) and float(numbers.abs().max()) <= 1 else 0
    reason = message(f"proposal.percent_{'fraction' if best else 'percent'}")
    return Proposal("percent", question, answers, best, reason, about=column)


def _currency(_imported: Import, question: Message) -> Proposal:
    # Written "JPY × 120", the most frequent first; a message stands for those that name none.
    told: list[object] = list(_values(question)["currencies"])
    named = [str(said).split(" ", 1)[0] for said in told if not isinstance(said, Message)]
    unmarked = len(named) < len(told)
    found = [HOME, *(code for code in named if code != HOME)] if unmarked else named
    answers = tuple(Answer(code, {"currency": code}) for code in found)
    if unmarked:
        # Whichever is chosen, it is given to amounts that do not say it: nothing is proposed.
        return Proposal("currency", question, answers, None, message("proposal.currency_unmarked"))
    return Proposal("currency", question, answers, 0, message("proposal.currency"))


def _decimal(_imported: Import, question: Message) -> Proposal:
    values = _values(question)
    answers = tuple(Answer(message(f"answer.decimal_{s}"), {"decimal": s}) for s in _SIGNS)
    about, currency, like = _about(question), values.get("currency"), values.get("like")
    best, reason = None, message("proposal.decimal_unknown")
    if like:
        best = _SIGNS.index(values["sign"])
        reason = message(f"proposal.decimal_like_{values['sign']}", column=like)
    elif currency in DOTTED:
        best, reason = 0, message("proposal.decimal_dotted", currency=currency)
    elif currency in WHOLE:
        best, reason = 0, message("proposal.decimal_whole", currency=currency)
    return Proposal("decimal", question, answers, best, reason, about=about)


def _tax(_imported: Import, question: Message) -> Proposal:
    kinds: tuple[Tax, ...] = ("excluded", "included")
    answers = tuple(Answer(message(f"answer.tax_{kind}"), {"tax": kind}) for kind in kinds)
    values = _values(question)
    reason = message(f"proposal.tax_{values['reason']}")
    place = kinds.index(values["proposal"])
    return Proposal("tax", question, answers, place, reason, about=_about(question))


_MAKERS: Final[Mapping[str, Callable[[Import, Message], Proposal]]] = MappingProxyType(
    {
        "role": _role,
        "mapping": _mapping,
        "end_is_last_day": _end,
        "day_first": _day_first,
        "undo_swap": _undo_swap,
        "block": _block,
        "percent": _percent,
        "currency": _currency,
        "decimal": _decimal,
        "tax": _tax,
    }
)
