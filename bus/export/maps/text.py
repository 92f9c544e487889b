"""A map as lines for a terminal: each edge with its numbers, and what is asked most."""

from __future__ import annotations

from collections.abc import Iterator

from bus.analysis.topology import Topology, questions
from bus.analysis.topology.looks import called, edge_sentence
from bus.export.words import visible


def lines(topology: Topology) -> Iterator[str]:
    """Each line with its end."""
    if not topology.edges:
        yield "Nothing was emitted, and nobody was subscribed.\n"
        return
    nodes, edges = topology.nodes, topology.edges
    for edge in sorted(edges, key=lambda each: (nodes[each.source].text, nodes[each.target].text)):
        yield f"{visible(edge_sentence(topology, edge))}\n"
    for title, found in (
        ("Emitted and never handled", [called(topology, at) for at in questions.never_handled(topology)]),
        (
            "Registered and never called",
            [
                f"{called(topology, edges[at].target)} for {called(topology, edges[at].source)}"
                for at in questions.never_called(topology)
            ],
        ),
        ("Many emitters", [called(topology, at) for at in questions.many_emitters(topology)]),
    ):
        if found:
            yield f"\n{title}: {visible(', '.join(found))}\n"
