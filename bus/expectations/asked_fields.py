"""A condition asked of many events at what it costs to read a field: with the fields alone that it names, once for each
set of values that these have. To hand a whole payload to CEL costs twenty times what most conditions need of it.
"""

from __future__ import annotations

import re
from typing import Any

from bus.scenario import expressions

Path = tuple[str, ...]

MOST_KNOWN = 10_000
"""Sets of values whose answer is remembered."""

_ABSENT = object()
_TOKENS = re.compile(
    r"""(?: \s+
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | \d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?
    | (?:true|false|null|in|has)\b
    | event(?:\s*\.\s*[A-Za-z_]\w*)+
    | && | \|\| | [=!<>]= | [-+*/%<>!?:(),\[\]]
    )""",
    re.VERBOSE,
)
_CHAIN = re.compile(r"event((?:\s*\.\s*[A-Za-z_]\w*)+)(\s*\()?")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'")


class AskedFields:
    """A condition, ready to be asked of one event after another."""

    def __init__(self, condition: str) -> None:
        self._ask = expressions.compile_condition(condition)
        self._paths = fields_read(condition)
        self._known: dict[tuple[Any, ...], bool] = {}

    def holds(self, name: str, payload: Any) -> bool:
        """Whether it is true of an event. Raises ExpressionError where it cannot be evaluated."""
        event = {"name": name, "payload": payload}
        if self._paths is None:
            return self._ask({"event": event})
        key = tuple(_key(event, path) for path in self._paths)
        try:
            known = self._known.get(key)
        except TypeError:  # a list or an object, which nobody can look up
            return self._ask({"event": event})
        if known is None:
            try:
                known = self._ask({"event": _narrowed(event, self._paths)})
            except expressions.ExpressionError:
                return self._ask({"event": event})  # the sentence names what the whole event has
            if len(self._known) < MOST_KNOWN:
                self._known[key] = known
        return known


def fields_read(condition: str) -> tuple[Path, ...] | None:
    """All that a condition reads of its event, none of them inside of another; None: that cannot be told from its text.

    It can where the text consists of literals, operators and fields; a field that is called is a method of what is
    before it.
    """
    at = 0
    while at < len(condition):
        found = _TOKENS.match(condition, at)
        if found is None or condition.startswith(('"""', "'''"), at):
            return None
        at = found.end()
    paths = set()
    for chain, called in _CHAIN.findall(_QUOTED.sub('""', condition)):
        path = tuple(part.strip() for part in chain.split(".")[1:])
        paths.add(path[:-1] if called else path)
    if () in paths:
        return None
    return tuple(sorted(path for path in paths if not any(path[:size] in paths for size in range(1, len(path)))))


def _key(event: Any, path: Path) -> Any:
    """What stands at a path, so that two are equal only where CEL cannot tell them apart."""
    value = event
    for place, step in enumerate(path):
        if not isinstance(value, dict) or step not in value:
            return _ABSENT, value.__class__, place
        value = value[step]
    return _key_of(value)


def _key_of(value: Any) -> Any:
    return (value.__class__, repr(value) if isinstance(value, float) else value)


def _narrowed(event: Any, paths: tuple[Path, ...]) -> dict[str, Any]:
    """The event with these fields alone, as far as it has them."""
    made: dict[str, Any] = {}
    for path in paths:
        value, room = event, made
        for place, step in enumerate(path, 1):
            if not isinstance(value, dict) or step not in value:
                break
            value = value[step]
            if place == len(path) or not isinstance(value, dict):
                room[step] = value
                break
            room = room.setdefault(step, {})
    return made
