"""A picture as the page shows it: without the caption that exports carry, light or dark.

An exported picture stands alone, so it has title, definition, 基準日 and n inside. On the page
these stand around it, and the height belongs to the data.
"""

from __future__ import annotations

from typing import Any

from csdata.i18n import text
from csui import theme
from csui.text import language


def of(chart: Any, result: Any) -> tuple[Any, str]:
    """The chart for the screen, and what its caption says beyond definition, 基準日 and n."""
    from altair import Undefined

    from csdata.charts.theme import apply

    shown: Any = apply(chart, dark=theme.dark())
    notes = _notes(shown.title, result)
    # The description would be said twice: the page gives an alternative text of its own.
    shown.title, shown.description = Undefined, Undefined
    return shown, notes


def _notes(title: Any, result: Any) -> str:
    """The rest of a caption once the lines that the page says itself are taken off."""
    from csdata.charts.frame import evidence

    lang = language()
    lines = title.subtitle if isinstance(getattr(title, "subtitle", None), list) else []
    said = ("" if lang == "ja" else " ").join(map(str, lines))
    own = (text("chart.definition", lang, definition=result.definition), evidence(result, lang))
    for line in own:
        said = said.removeprefix(line).lstrip()
    return said
