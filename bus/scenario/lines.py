"""What of a scenario's text a line belongs to: the step, the handler, the event or the service that stands there."""

from __future__ import annotations

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bus.scenario import tree
from bus.scenario.drafts import NAMED, FieldPath

STEP_LISTS = ("do", "script")


def path_at(text: str, line: int) -> FieldPath:
    """The path of what stands at a line, counted from 1: ("handlers", "pay", "do", 1), or () for none of them.

    text: one that was read as a scenario before.
    """
    return _below(tree.composed(text), line - 1, ()) if 0 < line <= len(text.splitlines()) else ()


def _below(node: Node, line: int, path: FieldPath) -> FieldPath:
    """What begins last before the line is what it belongs to: each ends where the next one begins."""
    if isinstance(node, MappingNode):
        begun = [(str(key.value), value) for key, value in node.value if key.start_mark.line <= line]
        if begun and (path in ((), *((section,) for section in NAMED)) or begun[-1][0] in STEP_LISTS):
            return _below(begun[-1][1], line, (*path, begun[-1][0]))
    elif isinstance(node, SequenceNode) and path[-1] in STEP_LISTS:
        steps = [place for place, step in enumerate(node.value) if step.start_mark.line <= line]
        return (*path, steps[-1]) if steps else path
    named = len(path) > 1 and path[0] in NAMED
    return path if named or path == ("script",) else ()
