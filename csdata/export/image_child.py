"""The process that turns chart specifications into pictures: ``python -I -m … image_child``.

It stays up, because starting the renderer takes seconds and rendering holds the interpreter's lock,
which would freeze every session of the app. Messages are a length (four bytes, big-endian) and as
many bytes. A request is JSON: ``format``, ``scale``, ``spec``. An answer is JSON, ``ok`` or
``error``, and after ``ok`` a second message with the picture. End of input ends the process, so it
never outlives its parent.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Iterator
from typing import IO, Any, Final

from csdata.charts.fonts import packaged_font

LENGTH: Final = struct.Struct(">I")
VEGA_LITE: Final = "6.4"
"""The version that altair 6 writes."""

ROWS: Final = frozenset({"values", "datasets"})
"""Keys under which a specification holds data: what is in them is drawn, never followed."""


def send(pipe: IO[bytes], payload: bytes) -> None:
    """Write one message."""
    pipe.write(LENGTH.pack(len(payload)) + payload)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Read one message; None at the end of input."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    payload = pipe.read(size)
    return payload if len(payload) == size else None


def fetches(spec: Any) -> Iterator[str]:
    """Everything in a specification that would load something from elsewhere.

    A ``url`` anywhere but in a row of inline data, and image marks, whose address may be a value.
    """
    if isinstance(spec, list):
        for item in spec:
            yield from fetches(item)
    elif isinstance(spec, dict):
        for key, value in spec.items():
            if key == "url":
                yield f"url: {value}"
            elif key == "mark" and "image" in (
                value,
                value.get("type") if isinstance(value, dict) else None,
            ):
                yield "mark: image"
            elif key not in ROWS:
                yield from fetches(value)


def render(spec: dict[str, Any], *, form: str, scale: float) -> bytes:
    """The picture of a specification.

    Raises:
        ValueError: The specification would load something, or is not valid.
    """
    import vl_convert

    found = list(fetches(spec))
    if found:
        raise ValueError(found[0])
    if form == "svg":
        svg = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
        return svg.encode()
    return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[])


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the input ends."""
    while (payload := receive(requests)) is not None:
        try:
            request = json.loads(payload)
            picture = render(request["spec"], form=request["format"], scale=request["scale"])
        except Exception as error:  # noqa: BLE001 (whatever it is, the parent has to hear of it)
            send(answers, json.dumps({"error": str(error)}).encode())
        else:
            send(answers, json.dumps({"ok": True}).encode())
            send(answers, picture)


def main() -> None:
    """Register the packaged font and serve. Whatever a library prints goes to standard error."""
    import vl_convert

    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    vl_convert.register_font_directory(str(packaged_font().parent))
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
