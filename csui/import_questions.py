"""What only the person can decide about a file: one question at a time, with a proposal."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from csdata.errors import CsDataError
from csdata.i18n import Message
from csdata.intake.proposals import Answer, Proposal, accepted, answered, proposals
from csdata.intake.recipe import Recipe
from csdata.tables import Import
from csui import import_gaps, uploads
from csui.text import escape, known, safe, say, t
from csui.uploads import Upload

_KEPT: Final = (
    *("end_is_last_day", "day_first", "undo_swap", "block", "currency", "decimal", "tax"),
    "percent",
)
"""Answers that stay at hand on the card, so that they can be taken back one by one."""


def open_count(upload: Upload) -> int:
    """How many questions of a file wait for an answer."""
    return len(_waiting(upload.imported)) if upload.imported is not None else 0


def _waiting(imported: Import) -> tuple[Proposal, ...]:
    """The open questions, without those that another file answers."""
    found = proposals(imported, _raised(imported))
    if _lives_elsewhere(imported):
        found = tuple(p for p in found if p.attribute != "mapping")
    return found


def _raised(imported: Import) -> tuple[Message, ...]:
    """What the other files leave to be asked about this one."""
    if len(uploads.used()) > 1 and any(imported is one for one in uploads.used()):
        with contextlib.suppress(CsDataError):
            return uploads.matched().questions.get(imported.name, ())
    return ()


def _lives_elsewhere(imported: Import) -> bool:
    """Whether start and end of these customers come from the contracts in another file."""
    return (
        imported.role == "customers"
        and "customer_id" in imported.mapping
        and not {"start", "end"} <= imported.mapping.keys()
        and any(i.role in ("contracts", "opportunities") for i in uploads.used())
    )


def _told_elsewhere() -> bool:
    """Whether the contracts say already when they start; deals are won on a day in any case."""
    return any(
        i.role == "opportunities" or (i.role == "contracts" and "start" in i.table)
        for i in uploads.used()
    )


def ask(upload: Upload, imported: Import, key: str) -> None:
    """The first open question, and the answers that were given."""
    if upload.imported is None:
        with st.container(border=True, key=f"csui_ask_{key}"):
            st.markdown(t("page.import.gaps.who"))
            import_gaps.form(upload, imported, key)
        return
    waiting = _waiting(imported)
    if _lives_elsewhere(imported):
        st.caption(t(f"page.import.ask.lives_elsewhere{'' if _told_elsewhere() else '_once'}"))
    if waiting:
        with st.container(border=True, key=f"csui_ask_{key}"):
            first = waiting[0]
            if len(waiting) > 1:
                st.caption(t("page.import.ask.number", n=len(waiting)))
            st.markdown(safe(first.question))
            if first.attribute == "mapping":
                import_gaps.form(upload, imported, key)
            else:
                _answers(upload, first, key)
            _accept(upload, waiting, key)
    _given(upload, key)


def _answers(upload: Upload, proposal: Proposal, key: str) -> None:
    if proposal.reason is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            if proposal.best is not None:
                said = say(proposal.answers[proposal.best].name)
                st.markdown(f"**{escape(t('page.import.ask.proposal', answer=said))}**")
            st.caption(safe(proposal.reason))
    with st.container(horizontal=True):
        for place, answer in enumerate(proposal.answers):
            st.button(
                safe(answer.name),
                key=f"import.answer_{key}_{proposal.attribute}_{place}",
                icon=":material/check:" if place == proposal.best else None,
                on_click=_answer,
                args=(upload.name, answer),
            )


def _answer(name: str, answer: Answer) -> None:
    uploads.replace_recipe(name, answered(uploads.files()[name].recipe, answer))


def _accept(upload: Upload, waiting: tuple[Proposal, ...], key: str) -> None:
    """すべて提案どおりにする, where that answers more than the question on the screen."""
    proposed = [p for p in waiting if p.best is not None]
    if len(waiting) > 1 and proposed:
        st.button(
            t("page.import.ask.accept", n=len(proposed)),
            key=f"import.accept_{key}",
            icon=":material/done_all:",
            on_click=accept,
            args=([upload.name],),
        )


def accept(names: list[str]) -> None:
    """Answer every question of these files as proposed."""
    for name in names:
        imported = uploads.files()[name].imported
        if imported is not None:
            uploads.replace_recipe(name, accepted(imported, _raised(imported)))


def _given(upload: Upload, key: str) -> None:
    """The answers so far; pressing one opens its question again."""
    empty = Recipe()
    given = {a: getattr(upload.recipe, a) for a in _KEPT}
    given = {a: value for a, value in given.items() if value != getattr(empty, a)}
    if not given:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"csui_given_{key}"):
        st.caption(t("page.import.ask.given"), width="content")
        for attribute, value in given.items():
            st.button(
                escape(_said(attribute, value)),
                key=f"import.given_{key}_{attribute}",
                icon=":material/edit:",
                type="tertiary",
                help=t("page.import.ask.again"),
                on_click=_reopen,
                args=(upload.name, attribute),
            )


def _said(attribute: str, value: Any) -> str:
    if isinstance(value, bool):
        word = t(f"answer.{attribute}_{'yes' if value else 'no'}")
    elif attribute == "percent":
        word = t("ui.list", values=[f"{h}: {t(f'answer.percent_{k}')}" for h, k in value.items()])
    elif attribute == "block":
        word = t("answer.block", n=value)
    else:
        key = f"answer.{attribute}_{value}"
        word = t(key) if known(key) else str(value)
    return t("page.import.ask.said", what=t(f"page.import.asked.{attribute}"), answer=word)


def _reopen(name: str, attribute: str) -> None:
    recipe = uploads.files()[name].recipe
    uploads.replace_recipe(name, replace(recipe, **{attribute: getattr(Recipe(), attribute)}))
