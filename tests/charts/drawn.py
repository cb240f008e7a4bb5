"""A chart's specification as the tests read it: layers, their data, their titles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

Layer = dict[str, Any]


class Drawn:
    """The specification of a chart of several layers."""

    def __init__(self, chart: Any) -> None:
        self.spec: dict[str, Any] = chart.to_dict()

    def layers(self, *, mark: str | None = None, style: str | None = None) -> list[Layer]:
        """Layers of a kind of mark and/or a style, in the order in which they are drawn."""
        return [
            layer
            for layer in self.spec["layer"]
            if mark in (None, layer["mark"]["type"]) and style in (None, layer["mark"].get("style"))
        ]

    def layer(self, *, mark: str | None = None, style: str | None = None) -> Layer:
        (found,) = self.layers(mark=mark, style=style)
        return found

    def rows(self, layer: Layer) -> pd.DataFrame:
        """The data of a layer, before its filters."""
        data = layer.get("data") or self.spec["data"]
        return pd.DataFrame(self.spec["datasets"][data["name"]])

    def caption(self) -> str:
        """All lines under the title, without the spaces at which they were broken."""
        return "".join(self.spec["title"]["subtitle"]).replace(" ", "")

    def says(self, sentence: str) -> bool:
        return sentence.replace(" ", "") in self.caption()

    def styles(self) -> set[str]:
        return {layer["mark"]["style"] for layer in self.spec["layer"] if "style" in layer["mark"]}

    def scales(self, channel: str) -> list[dict[str, Any]]:
        """Every scale that the layers give for a channel."""
        found = (layer.get("encoding", {}).get(channel, {}) for layer in self.spec["layer"])
        return [definition["scale"] for definition in found if definition.get("scale")]

    def titles(self) -> Iterator[str]:
        """Titles of axes, legends and tooltips."""
        for layer in self.spec["layer"]:
            for definition in layer.get("encoding", {}).values():
                for one in definition if isinstance(definition, list) else [definition]:
                    title = one.get("title")
                    if title:
                        yield title if isinstance(title, str) else " ".join(title)


def tooltip(layer: Layer) -> dict[str, str]:
    """Field → title of a layer's tooltip."""
    return {t["field"]: t.get("title", "") for t in layer["encoding"]["tooltip"]}
