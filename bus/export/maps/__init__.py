"""The formats in which a map of a trace can be written. To add one: a file here with `lines`, and a line below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bus.analysis.topology import Topology
from bus.export.maps import asyncapi, dot, json, mermaid, svg, text


@dataclass(frozen=True, slots=True)
class MapFormat:
    """One format: what it is called, and what gives its lines, each with its end."""

    id: str
    title: str
    suffix: str
    lines: Callable[[Topology], Iterable[str]]


MAP_FORMATS = (
    MapFormat("text", "Text", ".txt", text.lines),
    MapFormat("svg", "SVG picture", ".svg", svg.lines),
    MapFormat("dot", "DOT (Graphviz)", ".dot", dot.lines),
    MapFormat("mermaid", "Mermaid flowchart", ".mmd", mermaid.lines),
    MapFormat("json", "JSON", ".json", json.lines),
    MapFormat("asyncapi", "AsyncAPI 3", ".asyncapi.json", asyncapi.lines),
)
