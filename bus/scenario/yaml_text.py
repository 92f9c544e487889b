"""Where the pieces of a YAML text begin and end, line by line, and the splices that change it."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from bus.scenario import spelling


class YamlText:
    """A YAML text whose lines are known, and changes to it that are applied together at the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._splices: list[tuple[int, int, str]] = []

    def splice(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of what stands from start to end."""
        self._splices.append((start, end, text.replace("\n", self._newline)))

    def spliced(self) -> str:
        """The text with all changes; "" where they contradict each other."""
        parts, at = [], 0
        for start, end, new in sorted(self._splices, key=_start):
            if start < at:
                return ""
            parts += [self._text[at:start], new]
            at = end
        return "".join([*parts, self._text[at:]])

    # Whole values

    def replace(self, name: Node | None, node: Node, value: Any, column: int) -> None:
        """Write a value anew: of a key, which stands at `column`, or an item of a list."""
        start, end = node.start_mark.index, self.end_of(node, name)
        if isinstance(node, CollectionNode) and node.flow_style and node.value and isinstance(value, dict | list):
            line = spelling.flow(value)
            if len(line) <= spelling.LONGEST_LINE:
                self.splice(start, end, line)
                return
        if name is None:
            self.splice(start, max(start, end), spelling.block(value, node.start_mark.column))
            return
        new = spelling.behind_key(value, column, name.value)
        if end > start and not _is_block(node) and not new.startswith("\n"):
            self.splice(start, end, new.removeprefix(" "))
        else:
            colon = self._text.index(":", name.end_mark.index)
            self.splice(colon + 1, max(end, colon + 1), new)

    def end_of(self, node: Node, name: Node | None = None) -> int:
        """Just behind the last character that belongs to a node (of this key), comments behind it left out."""
        if _is_block(node) and node.value:
            last = node.value[-1]
            return self.end_of(last[1], last[0]) if isinstance(node, MappingNode) else self.end_of(last)
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if isinstance(node, ScalarNode):
            if node.style in ("|", ">"):
                return start + len(self._text[start:end].rstrip())
            if name is not None and not node.style and not node.value:
                # Nothing stands behind this key: YAML places nothing at the next thing that stands anywhere.
                return self._text.index(":", name.end_mark.index) + 1
        return end

    # Lines

    def insert_line_after(self, node: Node, line: str, *, name: Node | None = None, apart: bool = False) -> None:
        """Put lines behind the line on which a node (of this key) ends, with a blank line between where `apart`."""
        at = self._line_end(self.end_of(node, name))
        self.splice(at, at, f"\n\n{line}" if apart else f"\n{line}")

    def insert_before(self, node: Node, text: str, column: int) -> None:
        """Put lines before the first of a list or mapping, which stands at this column."""
        at = node.start_mark.index
        self.splice(at, at, f"{text}\n{' ' * column}")

    def are_apart(self, node: MappingNode) -> bool:
        """Whether blank lines stand between the keys of a mapping."""
        between = zip(node.value, node.value[1:], strict=False)
        gaps = (self._text[self.end_of(one[1], one[0]) : other[0].start_mark.index] for one, other in between)
        return any(self._newline * 2 in gap for gap in gaps)

    def remove_key(self, node: MappingNode, key: str) -> bool:
        """Take a key, its value and the comment right above it away. False where that is not a matter of lines."""
        name, value = next(pair for pair in node.value if pair[0].value == key)
        return self._remove_lines(name.start_mark.index, self.end_of(value, name))

    def remove_item(self, node: SequenceNode, item: Node) -> bool:
        """Take an item of a list away."""
        column, line = node.start_mark.column, self._line_start(item.start_mark.index)
        while line > node.start_mark.index and self._text[line : line + column + 1] != " " * column + "-":
            line = self._line_start(line - 1)
        dash = line + column
        return self._text[dash : dash + 1] == "-" and self._remove_lines(dash, self.end_of(item))

    def reorder_keys(self, node: MappingNode, order: list[str]) -> bool:
        """Exchange the places of keys, each with the comment right above it."""
        chunks: dict[str, tuple[int, int]] = {}
        for name, value in node.value:
            if self._before_on_line(name.start_mark.index).strip():
                return False
            start = self._with_comment(self._line_start(name.start_mark.index), name.start_mark.column)
            chunks[name.value] = (start, self._line_end(self.end_of(value, name)))
        for (start, end), key in zip(list(chunks.values()), order, strict=True):
            self.splice(start, end, self._text[slice(*chunks[key])].replace("\r\n", "\n"))
        return True

    def _remove_lines(self, start: int, end: int) -> bool:
        before = self._before_on_line(start)
        if before.strip():
            return False
        first = self._with_comment(self._line_start(start), len(before))
        last = min(self._line_end(end) + len(self._newline), len(self._text))
        if self._blank_line_before(first):
            while self._text[last:].startswith(self._newline):
                last += len(self._newline)
        self.splice(first, last, "")
        return True

    def _with_comment(self, start: int, column: int) -> int:
        """Where the comment begins that stands right above a line, as far in as the line.

        The one at the top of the file is about the file.
        """
        first = start
        while first > 0:
            above = self._line_start(first - 1)
            if not self._text[above:first].startswith(" " * column + "#"):
                return first
            first = above
        return start

    def _blank_line_before(self, start: int) -> bool:
        above = self._text[:start]
        return above.endswith(self._newline * 2) or not above.strip()

    def _before_on_line(self, at: int) -> str:
        return self._text[self._line_start(at) : at]

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        end = self._text.find(self._newline, at)
        return len(self._text) if end < 0 else end


def _is_block(node: Node) -> bool:
    return isinstance(node, CollectionNode) and not node.flow_style


def _start(splice: tuple[int, int, str]) -> int:
    return splice[0]
