"""YAML text to a tree that knows its places and keeps its comments, with every bound checked before it is built.

Anchors, tags and endless nesting are refused while the text is still a stream of small events, so that a hostile
file costs no more than its size.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import Node, ScalarNode
from ruamel.yaml.parser import RoundTripParser
from ruamel.yaml.resolver import VersionedResolver

from bus.errors import Place, UserError
from bus.scenario import yaml_words

MAX_BYTES = 512 * 1024
"""A scenario is written by a person; what is larger is not a scenario."""

MAX_DEPTH = 40
MAX_VALUES = 50_000
"""Names, values and collections of one file; ruamel reads about ten thousand of them a second."""

LARGEST_INTEGER = (1 << 63) - 1
"""CEL's integers, and most languages'."""

_LONGEST_NUMBER = 100
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CORE_TAGS = "tag:yaml.org,2002:"
_WORDS = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.+ -]*[A-Za-z0-9_])?")
"""What is one plain scalar wherever it stands: whether it is a text, YAML's words and numbers alone decide."""

_TEXTS = (f"{_CORE_TAGS}str", f"{_CORE_TAGS}timestamp")


def parse(text: str, file: str) -> CommentedMap:
    """The tree of a text. Raises UserError with the place of the first mistake."""
    _check_text(text, file)
    events = _checked_events(text, file)
    try:
        tree = _replaying(events).load("")
    except (YAMLError, YAMLStreamError) as error:
        raise _mistake(error, text, file) from None
    except (ValueError, RecursionError) as error:
        raise UserError("this YAML cannot be read", at=Place(file)) from error
    if tree is None:
        raise UserError("the file is empty", at=Place(file, 1, 1), hint="a scenario starts with the line: buslens: 1")
    if not isinstance(tree, CommentedMap):
        raise UserError("expected a mapping that starts with buslens: 1", at=Place(file, 1, 1))
    return tree


def composed(text: str) -> Node:
    """The nodes of a text that has been parsed before, with their exact places."""
    node: Node = _yaml().compose(text)
    return node


def values_of(text: str, file: str) -> dict[str, Any]:
    """What a text says. Raises UserError with the first mistake."""
    mistakes: list[UserError] = []
    values: dict[str, Any] = plain(parse(text, file), file, mistakes, Place(file, 1, 1))
    if mistakes:
        raise mistakes[0]
    return values


def reads_as_text(text: str) -> bool:
    """Whether YAML takes this, written without quotes, for this very text."""
    if _WORDS.fullmatch(text):
        return str(_resolver().resolve(ScalarNode, text, (True, False))) in _TEXTS
    try:
        read = _yaml().load(f"[{text}]")
    except (YAMLError, ValueError):
        return False
    return isinstance(read, list) and len(read) == 1 and isinstance(read[0], str) and read[0] == text


def plain(node: Any, file: str, mistakes: list[UserError], at: Place) -> Any:
    """The tree as ordinary JSON values; what JSON cannot say becomes a mistake with its place."""
    if isinstance(node, Mapping):
        values = {}
        for key in node:
            key_at = key_place(node, key, file)
            if not isinstance(key, str):
                text = {None: "null", True: "true", False: "false"}.get(key, str(key))
                mistakes.append(UserError(f"expected a name, found {text}", at=key_at, hint="put it in quotes"))
                continue
            values[str(key)] = plain(node[key], file, mistakes, value_place(node, key, file))
        return values
    if isinstance(node, list):
        return [plain(item, file, mistakes, item_place(node, index, file)) for index, item in enumerate(node)]
    if node is None or isinstance(node, bool):
        return node
    if isinstance(node, str):
        return str(node)
    if isinstance(node, int):
        if abs(node) > LARGEST_INTEGER:
            mistakes.append(UserError("expected a whole number of at most 63 bits", at=at))
            return 0
        return int(node)
    if isinstance(node, float):
        if not math.isfinite(node):
            mistakes.append(UserError(f"expected a finite number, found {float(node)}", at=at))
            return 0.0
        return float(node)
    mistakes.append(UserError("expected a text, a number or another plain value", at=at, hint="put it in quotes"))
    return None


def key_place(node: Any, key: Any, file: str) -> Place:
    """Where a key of a mapping stands."""
    return _place(node, "key", key, file)


def value_place(node: Any, key: Any, file: str) -> Place:
    """Where the value of a key stands; one that is left out stands at its key."""
    at, key_at = _place(node, "value", key, file), _place(node, "key", key, file)
    return key_at if node[key] is None and at.line != key_at.line else at


def item_place(node: Any, index: int, file: str) -> Place:
    """Where an item of a list stands."""
    return _place(node, "item", index, file)


def _place(node: Any, what: str, key: Any, file: str) -> Place:
    if isinstance(node, CommentedMap | CommentedSeq):
        try:
            line, column = getattr(node.lc, what)(key)
            return Place(file, line + 1, column + 1)
        except (KeyError, TypeError, AttributeError, IndexError):
            return Place(file, (node.lc.line or 0) + 1, (node.lc.col or 0) + 1)
    return Place(file)


class _JsonConstructor(RoundTripConstructor):
    """JSON has no dates: what looks like one is a text, as the person wrote it."""

    def construct_date(self, node: ScalarNode) -> Any:
        """A date as the text that was written: 2026-11-23."""
        return self.construct_scalar(node)


_JsonConstructor.add_constructor(f"{_CORE_TAGS}timestamp", _JsonConstructor.construct_date)


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _JsonConstructor
    yaml.preserve_quotes = True
    yaml.width = 120
    return yaml


@cache
def _resolver() -> VersionedResolver:
    made: VersionedResolver = _yaml().resolver
    made.resolve(ScalarNode, "", (True, False))  # fills its tables, which two threads must not do at a time
    return made


def _check_text(text: str, file: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UserError(f"the file is larger than {MAX_BYTES // 1024} KiB, which no scenario needs", at=Place(file))
    found = _UNPRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise UserError(f"unprintable character U+{ord(found.group()):04X}", at=Place(file, line, column))


def _replaying(events: Iterable[Event]) -> YAML:
    """Builds what these events say: to scan the text is most of the work, and is done."""

    class Replay(RoundTripParser):
        def __init__(self, loader: YAML) -> None:
            super().__init__(loader)
            self.state = partial(next, iter(events), None)

    yaml = _yaml()
    yaml.Parser = Replay
    return yaml


def _checked_events(text: str, file: str) -> list[Event]:
    """All events of a text. Raises UserError with the place of the first that a scenario may not have."""
    checked: list[Event] = []
    documents = values = 0
    keys: list[bool | None] = []  # of each open collection: is a key expected next? None in a list
    try:
        for event in _yaml().parse(text):
            checked.append(event)
            at = _at(event.start_mark, file)
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise UserError("expected one YAML document, found a second one", at=at)
                if event.version not in (None, (1, 2)):
                    raise UserError("scenarios are YAML 1.2", at=at, hint="leave %YAML out")
            if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
                hint = "write the value out; a text that begins with & or * belongs in quotes"
                raise UserError("anchors and aliases (& and *) are not allowed here", at=at, hint=hint)
            tag = getattr(event, "tag", None)
            if tag is not None:
                name = str(tag).replace(_CORE_TAGS, "!!")[:60]
                hint = "a text that begins with ! belongs in quotes"
                raise UserError(f"tags such as {name} are not allowed here", at=at, hint=hint)
            if isinstance(event, NodeEvent):
                values += 1
                if values > MAX_VALUES:
                    raise UserError(f"more than {MAX_VALUES} values, which no scenario needs", at=at)
            if isinstance(event, ScalarEvent) and event.implicit[0] and len(event.value) > _LONGEST_NUMBER:
                if event.value.lstrip("+-").replace("_", "").isdigit():
                    raise UserError("expected a whole number of at most 63 bits", at=at)
            if isinstance(event, NodeEvent) and keys and keys[-1] is not None:
                if keys[-1] and isinstance(event, CollectionStartEvent):
                    # Such keys are also hashed over and over: the time to load them doubles with each level.
                    raise UserError("expected a name, found a list or mapping as a key", at=at)
                if keys[-1] and isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]:
                    hint = "write out what is to be merged; a key of that name belongs in quotes"
                    raise UserError("merging with << is not allowed here", at=at, hint=hint)
                keys[-1] = not keys[-1]
            if isinstance(event, CollectionStartEvent):
                keys.append(True if isinstance(event, MappingStartEvent) else None)
                if len(keys) > MAX_DEPTH:
                    raise UserError(f"nested deeper than {MAX_DEPTH} levels", at=at)
            elif isinstance(event, CollectionEndEvent):
                keys.pop()
    except (YAMLError, YAMLStreamError) as error:
        raise _mistake(error, text, file) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise UserError(f"this YAML cannot be read ({error})", at=Place(file)) from None
    return checked


def _mistake(error: Exception, text: str, file: str) -> UserError:
    if isinstance(error, DuplicateKeyError):
        found = re.search(r'duplicate key "(.*?)"', str(error))
        name = f" {found.group(1)}" if found else ""
        return UserError(f"the key{name} stands here a second time", at=_at(error.problem_mark, file))
    if isinstance(error, MarkedYAMLError):
        line, column, problem, hint = yaml_words.mistake(error, text)
        return UserError(f"this is not YAML: {problem}", at=Place(file, line, column), hint=hint)
    return UserError("this is not YAML", at=Place(file))


def _at(mark: StringMark | None, file: str) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
