"""Charts as PNG and SVG: from any script, with no font of the system, by a process that lasts."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from csdata import charts
from csdata.charts import fonts, theme
from csdata.errors import BadValues, NotBuilt
from csdata.export import ImageFailed, image, pictures
from csdata.export.image_child import fetches, send
from tests.charts import results

CHARACTERS = "㈱①髙﨑～漢あ"
PNG = b"\x89PNG\r\n\x1a\n"


def words(*texts: str) -> dict[str, Any]:
    """A chart of one text per line."""
    return {
        "data": {"values": [{"text": t, "line": i} for i, t in enumerate(texts)]},
        "mark": {"type": "text", "fontSize": 30},
        "encoding": {
            "text": {"field": "text"},
            "y": {"field": "line", "type": "ordinal", "axis": None},
        },
        "width": 300,
        "height": 60 * len(texts),
        "padding": 0,
    }


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("L")


@pytest.fixture
def renderer() -> Iterator[Any]:
    """A renderer of one's own, so that ending its process disturbs nobody."""
    own = pictures.Renderer()
    yield own
    own.close()


@pytest.mark.parametrize("scale", [1, 2, 2.5])
def test_a_png_is_the_chart_at_the_scale_asked_for(scale: float) -> None:
    picture = image(charts.survival(results.survival(None)), scale=scale)
    assert picture.startswith(PNG)
    assert opened(picture).width == 980 * scale


def test_an_svg_is_text_with_a_japanese_font_wherever_it_is_opened() -> None:
    result = results.survival()
    svg = image(charts.survival(result), format="svg").decode()
    assert svg.startswith("<svg")
    assert "契約の継続曲線" in svg
    assert f"{fonts.PACKAGED}, 'BIZ UDPGothic'" in svg
    assert f'font-family="{fonts.PACKAGED}"' not in svg


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_has_the_look_of_its_chart(*, dark: bool) -> None:
    chart = theme.apply(charts.survival(results.survival(None)), dark=dark)
    corner = Image.open(io.BytesIO(image(chart, scale=1))).convert("RGB").getpixel((2, 2))
    palette = theme.DARK if dark else theme.LIGHT
    assert "#{:02X}{:02X}{:02X}".format(*corner) == palette.background  # type: ignore[misc]


@pytest.mark.parametrize("form", ["pdf", "html", "PNG"])
def test_other_formats_are_not_guessed(form: Any) -> None:
    with pytest.raises(NotBuilt, match="png, svg"):
        image(words("a"), format=form)


@pytest.mark.parametrize("scale", [0, -1, 11, float("nan")])
def test_a_scale_that_makes_no_picture_is_refused(scale: float) -> None:
    with pytest.raises(BadValues):
        image(words("a"), scale=scale)


def test_more_rows_than_altair_takes_by_itself() -> None:
    import altair as alt
    import pandas as pd

    table = pd.DataFrame({"x": range(6000)})
    assert image(alt.Chart(table).mark_point().encode(x="x:Q"), scale=1).startswith(PNG)


# --- nothing is loaded from elsewhere -------------------------------------------------------------

FETCHING = {
    "data": {**words("a"), "data": {"url": "http://127.0.0.1:9/a.csv"}},
    "a file": {**words("a"), "data": {"url": "file:///etc/hostname"}},
    "an image mark": {**words("a"), "mark": {"type": "image", "url": "http://127.0.0.1:9/a.png"}},
    "an image mark by data": {
        **words("a"),
        "mark": "image",
        "encoding": {"url": {"field": "text"}},
    },
    "a layer": {"layer": [words("a"), {**words("a"), "data": {"url": "x.csv"}}]},
    "a lookup": {
        **words("a"),
        "transform": [
            {"lookup": "text", "from": {"data": {"url": "x.csv"}, "key": "k", "fields": ["v"]}}
        ],
    },
}


@pytest.mark.parametrize("case", FETCHING)
def test_a_chart_that_would_load_something_is_refused(case: str) -> None:
    with pytest.raises(BadValues, match="refers to nothing outside"):
        image(FETCHING[case])


@pytest.mark.parametrize("case", FETCHING)
def test_the_process_refuses_it_too(case: str, renderer: Any) -> None:
    with pytest.raises(ImageFailed, match=r"url|image"):
        renderer.render(pictures.request(FETCHING[case], form="png", scale=1), timeout=60)


def test_a_column_may_be_called_url() -> None:
    spec = words("a")
    spec["data"]["values"] = [{"url": "http://127.0.0.1:9/", "text": "a", "line": 0}]
    assert list(fetches(spec)) == []
    assert image(spec, scale=1).startswith(PNG)


# --- fonts ----------------------------------------------------------------------------------------


def test_every_font_becomes_the_packaged_one_and_data_are_left_alone() -> None:
    spec = {
        **words("a"),
        "title": {"text": "t", "font": "Meiryo", "subtitleFont": "Meiryo"},
        "config": {"font": "Meiryo", "axis": {"labelFont": "Meiryo", "labelFontSize": 3}},
        "datasets": {"d": [{"font": "Meiryo"}]},
    }
    replaced = pictures.with_packaged_font(spec)
    assert replaced["title"] == {
        "text": "t",
        "font": fonts.PACKAGED,
        "subtitleFont": fonts.PACKAGED,
    }
    assert replaced["config"] == {
        "font": fonts.PACKAGED,
        "axis": {"labelFont": fonts.PACKAGED, "labelFontSize": 3},
    }
    assert replaced["datasets"] == spec["datasets"]
    assert spec["config"]["font"] == "Meiryo"


DRAW = """
import csdata as cs, sys, pathlib
from tests.export.test_pictures import words
for i, text in enumerate(sys.argv[2:]):
    pathlib.Path(sys.argv[1], f"{i}.png").write_bytes(cs.export.image(words(text), scale=1))
"""
HIDE = 'mount -t tmpfs tmpfs /usr/share/fonts && exec "$@"'


def without_system_fonts() -> list[str] | None:
    """A command that runs another one with the system's fonts hidden; None where it cannot."""
    if not shutil.which("unshare"):
        return None
    for options in (["-m"], ["-r", "-m"]):
        command = ["unshare", *options, "bash", "-c", HIDE, "hidden"]
        if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0:
            return command
    return None


def test_japanese_is_drawn_when_the_system_has_no_fonts(tmp_path: Path) -> None:
    hidden = without_system_fonts()
    if hidden is None:
        pytest.skip("hiding the fonts of the system needs Linux and the right to mount")
    missing = "\U0001f9ff"  # no glyph in the packaged font: this is what tofu looks like
    texts = [*CHARACTERS, missing]
    draw = [sys.executable, "-c", DRAW, str(tmp_path), *texts]
    subprocess.run([*hidden, *draw], check=True, cwd=Path(__file__).parents[2])
    drawn = {t: opened((tmp_path / f"{i}.png").read_bytes()) for i, t in enumerate(texts)}
    for a, b in itertools.combinations(texts, 2):
        assert ImageChops.difference(drawn[a], drawn[b]).getbbox(), f"{a} looks like {b}"


# --- the process ----------------------------------------------------------------------------------


def ask(renderer: Any, *texts: str, timeout: float = 60) -> bytes:
    spec = pictures.with_packaged_font(words(*texts))
    return renderer.render(pictures.request(spec, form="png", scale=1), timeout=timeout)


def test_one_process_serves_many_pictures(renderer: Any) -> None:
    first = ask(renderer, "a")
    process = renderer.child.pid
    assert ask(renderer, "a") == first
    assert ask(renderer, "b") != first
    assert renderer.child.pid == process


def test_a_process_that_died_is_started_anew(renderer: Any) -> None:
    first = ask(renderer, "a")
    renderer.child.kill()
    renderer.child.wait()
    assert ask(renderer, "a") == first


def test_a_chart_that_is_none_is_one_clear_sentence_and_the_process_goes_on(renderer: Any) -> None:
    ask(renderer, "a")
    process = renderer.child.pid
    with pytest.raises(ImageFailed, match="could not be drawn"):
        renderer.render(pictures.request({"mark": "nonsense"}, form="png", scale=1), timeout=60)
    assert ask(renderer, "a").startswith(PNG)
    assert renderer.child.pid == process


def test_what_takes_too_long_is_given_up(renderer: Any) -> None:
    with pytest.raises(ImageFailed, match=r"after 0\.01 seconds"):
        ask(renderer, "a", timeout=0.01)
    assert ask(renderer, "a").startswith(PNG)


def test_an_interrupted_picture_does_not_become_the_answer_to_the_next(
    renderer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(renderer, "a")

    def interrupted(child: Any, asked: bytes) -> Any:
        send(child.stdin, asked)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pictures, "_exchange", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(renderer, "another")
    assert ask(renderer, "a") == first


def test_threads_get_their_own_pictures(renderer: Any) -> None:
    texts = [f"text {i}" for i in range(12)]
    alone = {t: ask(renderer, t) for t in texts}
    with ThreadPoolExecutor(6) as pool:
        together = dict(zip(texts, pool.map(lambda t: ask(renderer, t), texts), strict=True))
    assert together == alone
    assert len(set(alone.values())) == len(texts)


SCRIPT = """
import csdata as cs
survival = cs.survival(cs.sample.company(customers=60))
open("picture.png", "wb").write(cs.export.image(cs.charts.survival(survival)))
"""


def test_three_lines_without_a_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    subprocess.run([sys.executable, str(script)], check=True, cwd=tmp_path)
    assert (tmp_path / "picture.png").read_bytes().startswith(PNG)


ENDS = {
    "by itself": "",
    "by an error": "raise SystemExit(3)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.skipif(os.name == "nt", reason="signals are those of Unix")
@pytest.mark.parametrize("end", ENDS)
def test_the_process_ends_with_its_parent(end: str, tmp_path: Path) -> None:
    code = textwrap.dedent(
        f"""
        import pathlib
        from csdata.export import image, pictures
        image({words("a")!r}, scale=1)
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(pictures.RENDERER.child.pid))
        {ENDS[end]}
        """
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    process = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 20
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(process)


def alive(process: int) -> bool:
    """Whether a process runs; one that only waits for its exit code to be read does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().split(")")[1].split()[0] == "Z")
