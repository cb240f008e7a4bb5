"""What a person adds to a finished picture: a line at a target, a note beneath the caption."""

from __future__ import annotations

from typing import Any, Final, cast

import altair as alt
import pandas as pd

from csdata.charts import fonts, frame, theme
from csdata.i18n import text

_BLANK: Final = ""


def with_target(chart: alt.LayerChart, share: float, *, lang: str = "ja") -> alt.LayerChart:
    """The picture with a line at a target rate, named at its left end.

    Args:
        chart: A picture of this package whose vertical axis is a rate from 0 to 1.
        share: The target (目標継続率), 0 to 1.
        lang: "ja" or "en".
    """
    said = text("chart.target", lang, percent=100 * share)
    base = alt.Chart(frame.inline(pd.DataFrame({"target": [share], "said": [said]})))
    y = alt.Y("target:Q", scale=alt.Scale(domain=[0, 1], nice=False))
    # Under the line where there is no room above it.
    above = share < 0.95  # noqa: PLR2004 (a line of type, as a share of the height)
    place: dict[str, Any] = {"align": "left", "baseline": "bottom" if above else "top", "dx": 4}
    words = base.encode(y=y, x=alt.value(0), text="said:N")
    made = chart.copy(deep=False)
    made.layer = [
        *chart.layer,
        base.mark_rule(style="target").encode(y=y),
        words.mark_text(style="halo_strong", dy=-3 if above else 3, **place),
        words.mark_text(style="strong", dy=-3 if above else 3, **place),
    ]
    return made


def with_note(chart: alt.LayerChart, note: str) -> alt.LayerChart:
    """The picture with lines of the user's own beneath its caption.

    Args:
        chart: A picture of this package.
        note: Plain text, any number of lines; wrapped to the width of the picture.
    """
    room = cast("float", chart.width) - 2 * frame.MARGIN
    lines = [
        wrapped
        for line in note.strip().splitlines()
        for wrapped in fonts.wrap(line, theme.FONT * theme.PRESENTING, room) or [_BLANK]
    ]
    if not any(lines):
        return chart
    made: Any = chart.copy(deep=False)
    made.title = alt.Title(text=made.title.text, subtitle=[*made.title.subtitle, *lines])
    return made
