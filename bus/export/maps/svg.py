"""A map as a picture: SVG that needs nothing from elsewhere, and is dark where its reader's screen is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from xml.sax.saxutils import escape

from bus.analysis.topology import Edge, Node, NodeKind, Topology, labels
from bus.analysis.topology.layout import Layout, Point, layout
from bus.analysis.topology.looks import (
    KINDS,
    bus_words,
    edge_sentence,
    edge_words,
    many_buses,
    node_sentence,
    share_failed,
    width_of,
)
from bus.export.words import visible

LETTER, WIDE_LETTER, LINE = 6.8, 12.4, 15.0
"""Widths of letters and height of a line at 12 pixels; a file knows no font, so there is room for wide ones."""

SMALL = 0.84
MOST_LETTERS = 48
MARGIN = 24.0
LEGEND = 44.0

STYLE = """
svg{background:#fff;color:#1b2027;font-family:system-ui,sans-serif;font-size:12px}
text{fill:currentColor;stroke:none}.small{font-size:10px;fill:#545d69}.ground{fill:#fff}
.node{fill:#eceef2;stroke:#848c98}.event{fill:#d3e1fb;stroke:#2456c7}.queue{fill:#f5f6f8;stroke:#5b8db8}
.code,.unknown{fill:none;stroke:#848c98;stroke-dasharray:2 3}
.edge{fill:none;stroke:#848c98}.idle{stroke-dasharray:5 4}.lost{stroke:#8a5000}.failed{stroke:#bd1f2d}
.head{fill:#848c98;stroke:none}.head.lost{fill:#8a5000}.head.failed{fill:#bd1f2d}
@media(prefers-color-scheme:dark){svg{background:#14171c;color:#e3e7ed}.small{fill:#a3adba}.ground{fill:#14171c}
.node{fill:#262c35;stroke:#727c8b}.event{fill:#22355a;stroke:#86aeff}.queue{fill:#1b1f26;stroke:#4d84b3}
.code,.unknown{fill:none;stroke:#727c8b}.edge{stroke:#727c8b}.head{fill:#727c8b}
.lost{stroke:#e8ab48}.failed{stroke:#ff7b7b}.head.lost{fill:#e8ab48;stroke:none}.head.failed{fill:#ff7b7b;stroke:none}}
"""


def lines(topology: Topology) -> Iterator[str]:
    """Each line with its end."""
    several = many_buses(topology)
    texts = [_texts(node, several=several) for node in topology.nodes]
    widths = [max(_width(text) * (SMALL if row else 1) for row, text in enumerate(rows)) + 24 for rows in texts]
    words = [edge_words(edge) for edge in topology.edges]
    gap = max([56.0, *(_width(text) * SMALL + 40 for text in words)])
    drawn = layout(topology, widths, [LINE * len(rows) + 11 for rows in texts], gap=gap)
    width, height = max(drawn.width, 420.0) + 2 * MARGIN, drawn.height + 2 * MARGIN + LEGEND
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
    yield f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="Who emits and who handles">\n'
    yield f"<style>{STYLE}</style>\n"
    yield f'<g transform="translate({MARGIN:.0f} {MARGIN:.0f})">\n'
    if not topology.nodes:
        yield '<text y="14">Nothing was emitted, and nobody was subscribed.</text>\n'
    for edge, way in zip(topology.edges, drawn.ways, strict=True):
        yield from _edge(topology, edge, way)
    for place, rows in enumerate(texts):
        yield from _node(topology, place, rows, drawn)
    yield from _words(topology, words, drawn)
    yield "</g>\n"
    yield from _legend(topology, height - LEGEND)
    yield "</svg>\n"


def _texts(node: Node, *, several: bool) -> list[str]:
    second = [_cut(bus_words(node))] if several and node.bus else []
    return [_cut(node.text), *second]


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= MOST_LETTERS else f"{shown[: MOST_LETTERS - 1]}…"


def _width(text: str) -> float:
    return sum(WIDE_LETTER if unicodedata.east_asian_width(letter) in "WF" else LETTER for letter in text)


def _look(edge: Edge) -> str:
    return "failed" if share_failed(edge) else "lost" if edge.lost else "idle" if edge.is_idle else "seen"


def _edge(topology: Topology, edge: Edge, way: tuple[Point, ...]) -> Iterator[str]:
    look, width = _look(edge), width_of(edge)
    yield f"<g><title>{_safe(edge_sentence(topology, edge))}</title>"
    line = f'stroke-width="{width:.1f}" d="{path_of(way)}"'
    if look == "failed":  # red by the share of failures, over the line of all
        yield f'<path class="edge seen" {line}/>'
        line += f' stroke-opacity="{0.35 + 0.65 * share_failed(edge):.2f}"'
    yield f'<path class="edge {look}" {line}/><path class="head {look}" d="{_head(way, width)}"/></g>\n'


def path_of(way: tuple[Point, ...]) -> str:
    """A smooth line through these points, level at each of them."""
    parts = [f"M{way[0][0]:.1f} {way[0][1]:.1f}"]
    for (x, y), (further_x, further_y) in pairwise(way):
        half = (x + further_x) / 2
        parts.append(f"C{half:.1f} {y:.1f} {half:.1f} {further_y:.1f} {further_x:.1f} {further_y:.1f}")
    return "".join(parts)


def _head(way: tuple[Point, ...], width: float) -> str:
    (before, _), (x, y) = way[-2:]
    size = 5 + width
    back = x - size if before < x else x + size
    return f"M{x:.1f} {y:.1f}L{back:.1f} {y - size / 2:.1f}L{back:.1f} {y + size / 2:.1f}Z"


def _node(topology: Topology, place: int, rows: list[str], drawn: Layout) -> Iterator[str]:
    node = topology.nodes[place]
    x, y, width, height = (float(each[place]) for each in (drawn.left, drawn.top, drawn.widths, drawn.heights))
    round_ = height / 2 if node.kind is NodeKind.HANDLER else 3
    yield f"<g><title>{_safe(node_sentence(topology, place))}</title>"
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    yield f'<rect class="node {node.kind}" {size} rx="{round_:.1f}"/>'
    if node.kind is NodeKind.QUEUE:
        sides = "".join(f"M{side:.1f} {y:.1f}v{height:.1f}" for side in (x + 4, x + width - 4))
        yield f'<path class="node queue" d="{sides}"/>'
    for row, text in enumerate(rows):
        small = ' class="small"' if row else ""
        at = f'x="{x + width / 2:.1f}" y="{y + 17 + row * LINE:.1f}"'
        yield f'<text{small} text-anchor="middle" {at}>{_safe(text)}</text>'
    yield "</g>\n"


def _words(topology: Topology, words: list[str], drawn: Layout) -> Iterator[str]:
    sizes = [(_width(text) * SMALL + 4, 13.0) if text else (0.0, 0.0) for text in words]
    order = sorted(range(len(words)), key=lambda edge: -topology.edges[edge].count)
    for edge, (x, y) in labels.placed(drawn, sizes, order).items():
        width, height = sizes[edge]
        at = f'x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}"'
        yield f'<rect class="ground" {at}/>'
        yield f'<text class="small" text-anchor="middle" x="{x:.1f}" y="{y + 3.5:.1f}">{_safe(words[edge])}</text>\n'


def _legend(topology: Topology, top: float) -> Iterator[str]:
    x = MARGIN
    yield f'<g transform="translate(0 {top:.0f})">\n'
    present = {node.kind for node in topology.nodes}
    for kind, text in KINDS.items():
        if kind in present:
            round_ = 6 if kind is NodeKind.HANDLER else 2
            yield f'<rect class="node {kind}" x="{x:.0f}" y="8" width="18" height="12" rx="{round_}"/>'
            yield f'<text class="small" x="{x + 24:.0f}" y="18">{text}</text>\n'
            x += 24 + _width(text) * SMALL + 22
    x = MARGIN
    for look, text in (
        ("seen", "seen, the wider the more"), ("idle", "subscribed, never called"), ("failed", "some failed"),
        ("lost", "some lost"),
    ):  # fmt: skip
        if any(_look(edge) == look for edge in topology.edges):
            yield f'<path class="edge {look}" stroke-width="2" d="M{x:.0f} 33h18"/>'
            yield f'<text class="small" x="{x + 24:.0f}" y="36.5">{text}</text>\n'
            x += 24 + _width(text) * SMALL + 22
    yield "</g>\n"


def _safe(text: str) -> str:
    return escape(visible(text))
