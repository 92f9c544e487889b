"""Who emits and who handles: a trace as a graph of emitters, events, queues and handlers, with numbers on its edges."""

from __future__ import annotations

from bus.analysis.topology.counting import of_trace
from bus.analysis.topology.graph import Edge, EdgeKind, Node, NodeKind, Topology

__all__ = ["Edge", "EdgeKind", "Node", "NodeKind", "Topology", "of_trace"]
