"""What a person puts on a picture, a target and a note, and the copy that goes into a mail."""

from __future__ import annotations

import base64
import functools
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from csdata.errors import CsDataError
from csui import preferences, state
from csui.text import language, safe, t

if TYPE_CHECKING:
    from altair import TopLevelMixin

_TARGET: Final = "target"
"""One for all pages: a company has one 目標継続率."""
_LONGEST_NOTE: Final = 500

_SCRIPT: Final = """
export default async function ({ data, parentElement }) {
  const place = parentElement.querySelector("span");
  try {
    const bytes = Uint8Array.from(atob(data.png), (c) => c.charCodeAt(0));
    const picture = new Blob([bytes], { type: "image/png" });
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    place.textContent = data.done;
  } catch (error) {
    place.textContent = data.failed;
  }
}
"""
_STYLE: Final = "span { font-size: .85rem; color: var(--st-text-color); }"


def note_key(key: str) -> str:
    """Where the note of a picture is kept: it belongs to the data as well as to the picture."""
    return f"note.{key}.{state.data_key()[:12]}"


def note(key: str) -> str:
    """What was typed under a picture."""
    return str(state.known(note_key(key), preferences.kept(note_key(key)) or "")).strip()


def target() -> float | None:
    """目標継続率 in percent; None while there is none."""
    kept = preferences.kept(_TARGET)
    return float(kept) if kept else None


def on_screen(chart: Any, *, rate: bool) -> Any:
    """The picture with the line of the target, where its height is a rate and there is a target."""
    aim = target()
    if not rate or aim is None:
        return chart
    from csdata import charts

    return charts.with_target(chart, aim / 100, lang=language())


def to_carry(chart: Any, key: str) -> Any:
    """The picture as it is saved or copied: the note is in it."""
    if not note(key):
        return chart
    from csdata import charts

    return charts.with_note(chart, note(key))


def tools(key: str, *, rate: bool) -> None:
    """The target, if the picture can have one, and the note, behind one button."""
    with st.popover(t("ui.annotate"), icon=":material/edit_note:", type="tertiary"):
        if rate:
            widget = f"{key}.target"
            st.session_state[widget] = target()
            st.number_input(
                t("ui.target"),
                min_value=1.0,
                max_value=100.0,
                step=1.0,
                value=None,
                format="%g",
                key=widget,
                help=t("ui.target_help"),
                on_change=_aim,
                args=(widget,),
            )
        state.kept(note_key(key), note(key))
        st.text_area(
            t("ui.note"),
            key=note_key(key),
            max_chars=_LONGEST_NOTE,
            help=t("ui.note_help"),
            on_change=_write,
            args=(note_key(key),),
        )


def _aim(widget: str) -> None:
    chosen = st.session_state[widget]
    preferences.keep(_TARGET, "" if chosen is None else repr(float(chosen)))


def _write(key: str) -> None:
    preferences.keep(key, str(st.session_state[key]).strip())


def copy(chart: TopLevelMixin, *, key: str) -> None:
    """A button that puts the picture on the clipboard."""
    if not st.button(
        t("ui.copy"),
        key=f"{key}.copy",
        icon=":material/content_copy:",
        type="tertiary",
        help=t("ui.copy_help"),
    ):
        return
    from csdata.export import image

    try:
        with st.spinner(t("ui.drawing")):
            drawn = image(chart)
    except CsDataError as error:
        st.caption(safe(error.message))
        return
    _clipboard()(
        data={
            "png": base64.b64encode(drawn).decode(),
            "done": t("ui.copied"),
            "failed": t("ui.not_copied"),
        },
        key=f"{key}.clipboard",
    )


@functools.cache
def _clipboard() -> Any:
    """Writes to the clipboard as soon as it is there; the click before it allows that."""
    # Imported here: a test that draws no copy needs no component manager.
    from streamlit.components.v2 import component

    return component("csdata_clipboard", html="<span></span>", css=_STYLE, js=_SCRIPT)
