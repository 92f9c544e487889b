"""A picture that every reader of XML takes, and in which no name is anything but a name."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.export.maps import svg
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace

SVG = "{http://www.w3.org/2000/svg}"


def read(topology: Topology) -> ElementTree.Element:
    return ElementTree.fromstring("".join(svg.lines(topology)))


def texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def test_nodes_edges_their_words_and_a_legend() -> None:
    topology = of_trace(make_trace(10, failures=1))
    root = read(topology)
    found = texts(root)
    assert {"order.placed", "charge_card", "10, 10 failed", "event", "handler", "some failed"} <= set(found)
    titles = [each.text for each in root.iter(f"{SVG}title")]
    assert len(titles) == len(topology.nodes) + len(topology.edges)
    assert "stock.reserved → charge_card: 10 calls, 10 failed" in titles


def test_an_edge_is_red_by_the_share_of_what_failed() -> None:
    nodes = Node(NodeKind.EVENT, "e"), Node(NodeKind.HANDLER, "h"), Node(NodeKind.HANDLER, "g")
    edges = Edge(0, 1, EdgeKind.HANDLES, 10, 10), Edge(0, 2, EdgeKind.HANDLES, 10, 5)
    reds = [each for each in read(Topology(nodes, edges)).iter(f"{SVG}path") if each.get("stroke-opacity")]
    assert [float(each.get("stroke-opacity", 0)) for each in reds] == pytest.approx([1.0, 0.68], abs=0.01)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(name: str) -> None:
    nodes = [Node(kind, name, name, 2, name) for kind in NodeKind] + [Node(NodeKind.EVENT, name, "b")]
    root = read(Topology(nodes, (Edge(1, 3, EdgeKind.HANDLES, registered=1),)))
    allowed = {f"{SVG}{tag}" for tag in ("svg", "style", "g", "title", "path", "rect", "text")}
    assert {each.tag for each in root.iter()} <= allowed
    assert not any(key.startswith("on") or "href" in key for each in root.iter() for key in each.keys())
    assert len(texts(root)) >= len(nodes)


def test_an_empty_map_says_so() -> None:
    assert "Nothing was emitted, and nobody was subscribed." in texts(read(Topology((), ())))


def test_a_long_name_is_cut_and_whole_in_its_title() -> None:
    root = read(Topology([Node(NodeKind.EVENT, "y" * 200)], []))
    (text,) = [each for each in texts(root) if each.startswith("y")]
    assert text.endswith("…")
    assert any("y" * 200 in (each.text or "") for each in root.iter(f"{SVG}title"))


def test_a_way_is_a_smooth_line() -> None:
    assert svg.path_of(((0, 0), (10, 4))) == "M0.0 0.0C5.0 0.0 5.0 4.0 10.0 4.0"
