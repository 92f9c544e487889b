"""Which node of a map a dispatch or a call is about."""

from __future__ import annotations

from bus.analysis.topology.graph import Node, NodeKind
from bus.analysis.topology.grouping import GroupKey
from bus.analysis.topology.naming import bus_of
from bus.trace.trace import Trace


def key_of(trace: Trace, kind: str, ident: int) -> GroupKey | None:
    """Key of the event of a "dispatch", or of the handler of a "call"; None where there is no such record."""
    names = trace.names
    if kind == "call":
        row = trace.calls.row_of(ident)
        if row < 0:
            return None
        handler = int(trace.calls.handler[row])
        return Node(NodeKind.HANDLER, names.text(handler), "", 0, *names.place(handler)).key
    row = trace.dispatches.row_of(ident) if kind == "dispatch" else -1
    if row < 0:
        return None
    event = int(trace.dispatches.event[row])
    bus, file, line = bus_of(names, names.bus(event)) if names.bus(event) else ("", "", 0)
    return Node(NodeKind.EVENT, names.text(event), bus, 0, file, line).key
