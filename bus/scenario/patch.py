"""Change a YAML text so that it says something else, and touch nothing that need not change.

Old and new values are compared; only the text of what differs is replaced, so that comments, order, quotes and blank
lines of everything else stay as the person wrote them.
"""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bus.scenario import spelling, tree
from bus.scenario.yaml_text import YamlText

Values = dict[str, Any]


def patched(text: str, old: Values, new: Values) -> str:
    """The text changed so that it says `new`. `old` is what it says now. To be read again: layouts can be odd."""
    layout = YamlText(text)
    _Patch(layout).change(None, tree.composed(text), old, new, 0)
    return layout.spliced()


def rewritten(values: Values) -> str:
    """A text that says this, without anything that was in the old one."""
    return spelling.block(values, 0) + "\n"


def same(one: Any, other: Any) -> bool:
    """Equal in type and order too: true is not 1."""
    return bool(json.dumps(one) == json.dumps(other))


class _Patch:
    """Walks old and new values beside the nodes of the text, and notes what to splice."""

    def __init__(self, layout: YamlText) -> None:
        self._layout = layout

    def change(self, name: Node | None, node: Node, old: Any, new: Any, column: int) -> None:
        """Make the value of this node say `new`. `name` is its key, None for the root and for items of lists."""
        if same(old, new):
            return
        blockwise = bool(new) and type(old) is type(new) and not getattr(node, "flow_style", True)
        if blockwise and isinstance(node, MappingNode) and self._mapping(node, old, new):
            return
        if blockwise and isinstance(node, SequenceNode) and self._sequence(node, old, new):
            return
        self._layout.replace(name, node, new, column)

    # Mappings

    def _mapping(self, node: MappingNode, old: Values, new: Values) -> bool:
        nodes = {key.value: (key, value) for key, value in node.value}
        before, after = list(old), list(new)
        if list(nodes) != before:
            return False
        renamed = self._renamed(before, after)
        kept = [key for key in before if key in new]
        if not renamed and not kept:
            return False
        if not renamed and kept != [key for key in after if key in old]:
            return self._moved(node, old, new)
        for key in before:
            target = renamed.get(key, key)
            if target in new:
                name, value = nodes[key]
                if target != key:
                    self._layout.splice(name.start_mark.index, name.end_mark.index, spelling.scalar(target))
                self.change(name, value, old[key], new[target], name.start_mark.column)
            elif not self._layout.remove_key(node, key):
                return False
        if not renamed:
            self._insert_keys(node, nodes, before, new)
        return True

    def _renamed(self, before: list[str], after: list[str]) -> dict[str, str]:
        """Where keys were exchanged for new ones at the same places."""
        if len(before) != len(after):
            return {}
        pairs = {old: new for old, new in zip(before, after, strict=True) if old != new}
        return {} if any(new in before for new in pairs.values()) else pairs

    def _insert_keys(self, node: MappingNode, nodes: dict[str, Any], before: list[str], new: Values) -> None:
        column = node.value[0][0].start_mark.column
        behind: tuple[Node, Node] | None = None
        first: list[str] = []
        for key, value in new.items():
            if key in before:
                behind = nodes[key]
                continue
            text = f"{spelling.scalar(key)}:{spelling.behind_key(value, column, key)}"
            if behind is None:
                first.append(text)
            else:
                apart = self._layout.are_apart(node)
                self._layout.insert_line_after(behind[1], " " * column + text, name=behind[0], apart=apart)
        for text in first:
            self._layout.insert_before(node.value[0][0], text, column)

    def _moved(self, node: MappingNode, old: Values, new: Values) -> bool:
        if set(old) != set(new) or any(not same(old[key], new[key]) for key in old):
            return False
        return self._layout.reorder_keys(node, list(new))

    # Lists

    def _sequence(self, node: SequenceNode, old: list[Any], new: list[Any]) -> bool:
        items, column = node.value, node.start_mark.column
        if len(items) != len(old):
            return False
        matcher = SequenceMatcher(None, [json.dumps(each) for each in old], [json.dumps(each) for each in new], False)
        for what, first, last, new_first, new_last in matcher.get_opcodes():
            if what == "equal":
                continue
            pairs = min(last - first, new_last - new_first)
            for offset in range(pairs):
                self.change(None, items[first + offset], old[first + offset], new[new_first + offset], column + 2)
            for item in items[first + pairs : last]:
                if not self._layout.remove_item(node, item):
                    return False
            for value in new[new_first + pairs : new_last]:
                text = "- " + spelling.block(value, column + 2)
                if first + pairs:
                    self._layout.insert_line_after(items[first + pairs - 1], " " * column + text)
                else:
                    self._layout.insert_before(node, text, column)
        return True
