"""Charts as PNG or SVG, drawn by a process of its own with the packaged Japanese font."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar, Final, Literal

from csdata.charts.fonts import PACKAGED
from csdata.charts.theme import SCREEN_FONTS
from csdata.errors import BadValues, CsDataError, NotBuilt
from csdata.export.image_child import ROWS, fetches, receive, send
from csdata.i18n import message

Format = Literal["png", "svg"]
FORMATS: Final = ("png", "svg")
TIMEOUT: Final = 60.0
"""Seconds after which a picture is given up; 8,000 points take about three."""

_FONT_KEYS: Final = frozenset({"font", "labelFont", "titleFont", "subtitleFont"})


class ImageFailed(CsDataError):
    """A picture that could not be drawn. Values: ``why``."""

    key: ClassVar[str] = "error.image_failed"


class _Gone(Exception):
    """The child is not there any more."""


def image(
    chart: Any,
    format: Format = "png",  # noqa: A002 (the name that a user types)
    scale: float = 2,
    *,
    timeout: float = TIMEOUT,
) -> bytes:
    """A chart as a picture. Needs no system font, no network and no ``__main__`` guard.

    Args:
        chart: Any altair chart, or a Vega-Lite specification as a dict.
        format: "png" or "svg". An SVG names its fonts and does not contain them.
        scale: Pixels of a PNG per pixel of the chart.
        timeout: Seconds to wait.

    Raises:
        NotBuilt: A format that this version does not offer.
        BadValues: The chart would load something from elsewhere, or the scale is not in (0, 10].
        ImageFailed: The renderer refused the chart, died or took too long.
    """
    if format not in FORMATS:
        raise NotBuilt(option="format", value=format, choices=list(FORMATS))
    if not 0 < scale <= 10:  # noqa: PLR2004 (a chart of 1,000 pixels would have 100 megapixels)
        raise BadValues(where="scale", found=scale, remedy=message("remedy.image_scale"))
    spec = with_packaged_font(specification(chart))
    for found in fetches(spec):
        raise BadValues(where="chart", found=found, remedy=message("remedy.inline_data"))
    picture = RENDERER.render(request(spec, form=format, scale=scale), timeout=timeout)
    return picture if format == "png" else _with_screen_fonts(picture)


def request(spec: dict[str, Any], *, form: str, scale: float) -> bytes:
    """What the process is asked."""
    return json.dumps({"format": form, "scale": scale, "spec": spec}).encode()


def specification(chart: Any) -> dict[str, Any]:
    """The Vega-Lite specification of a chart, however many rows its data have."""
    if isinstance(chart, dict):
        return chart
    import altair as alt

    with alt.data_transformers.disable_max_rows():
        return chart.to_dict()


def with_packaged_font(spec: dict[str, Any]) -> dict[str, Any]:
    """The specification with every font replaced by the packaged one; data are left alone."""
    replaced = _replaced(spec)
    replaced["config"] = {**replaced.get("config", {}), "font": PACKAGED}
    return replaced


def _replaced(node: Any) -> Any:
    if isinstance(node, list):
        return [_replaced(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: PACKAGED
        if key in _FONT_KEYS and isinstance(value, str)
        else value
        if key in ROWS
        else _replaced(value)
        for key, value in node.items()
    }


def _with_screen_fonts(svg: bytes) -> bytes:
    """Measured in the packaged font, but a reader without it gets a Japanese font all the same."""
    stack = f"{PACKAGED}, {SCREEN_FONTS}".replace('"', "'")
    return svg.replace(f'font-family="{PACKAGED}"'.encode(), f'font-family="{stack}"'.encode())


@dataclass(eq=False)
class Renderer:
    """The child process and the pipe to it; one picture at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    child: subprocess.Popen[bytes] | None = None
    owner: int = 0

    def render(self, asked: bytes, *, timeout: float) -> bytes:
        """The picture of a request. A child that has died is started anew, once."""
        if not self.lock.acquire(timeout=timeout):
            raise ImageFailed(why=message("error.image_timeout", seconds=timeout))
        try:
            try:
                return self._answer(asked, timeout=timeout)
            except _Gone:
                return self._answer(asked, timeout=timeout)
        except _Gone as error:
            raise ImageFailed(why=message("error.image_died")) from error
        finally:
            self.lock.release()

    def _running(self) -> subprocess.Popen[bytes]:
        """The child, started if there is none. A forked process does not share its parent's."""
        child = self.child
        if child is not None and child.poll() is None and self.owner == os.getpid():
            return child
        self.close()
        self.owner = os.getpid()
        self.child = subprocess.Popen(
            [sys.executable, "-I", "-m", "csdata.export.image_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return self.child

    def _answer(self, asked: bytes, *, timeout: float) -> bytes:
        """One request and its answer; the child is killed when it takes too long."""
        child, late, whole = self._running(), threading.Event(), False

        def give_up() -> None:
            late.set()
            child.kill()

        watch = threading.Timer(timeout, give_up)
        watch.daemon = True
        watch.start()
        try:
            said, picture = _exchange(child, asked)
            whole = True
        except (OSError, EOFError) as error:
            if late.is_set():
                raise ImageFailed(why=message("error.image_timeout", seconds=timeout)) from None
            raise _Gone from error
        finally:
            watch.cancel()
            # An exchange that was broken off leaves half an answer in the pipe.
            if not whole:
                self.close()
        if "error" in said:
            raise ImageFailed(why=said["error"])
        return picture

    def close(self) -> None:
        """End the child, if it is ours, and let go of the pipes to it."""
        child, self.child = self.child, None
        if child is None:
            return
        if self.owner == os.getpid():
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _exchange(child: subprocess.Popen[bytes], asked: bytes) -> tuple[dict[str, Any], bytes]:
    """What the child says to a request, and the picture if it could draw it."""
    if child.stdin is None or child.stdout is None:
        raise EOFError
    send(child.stdin, asked)
    said = json.loads(_received(child.stdout))
    return said, b"" if "error" in said else _received(child.stdout)


def _received(pipe: IO[bytes]) -> bytes:
    payload = receive(pipe)
    if payload is None:
        raise EOFError
    return payload


RENDERER: Final = Renderer()
atexit.register(RENDERER.close)
