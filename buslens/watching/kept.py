"""A plain value kept as it is, to see later what of it has changed: none of the program's code runs for either.

Dicts, lists and tuples of exactly these types are looked into. Of any other object only which one it is is known, so
that one which changes within itself, as caches do, is no change.
"""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple

from buslens.statics import class_name

ITEMS, DEPTH = 64, 4
"""Of all containers together, and containers in containers: what is larger is not looked at again."""

SEARCHED = 4096
"""Letters of a text or path, in which secrets are searched for before less of it is shown."""

_TOO_MUCH = "there is too much of it"
_MANY_KEYS = (str, int, bool, float, bytes, type(None))
_PLAIN = (*_MANY_KEYS, complex)


class Change(NamedTuple):
    """One place in a payload that is not what it was."""

    path: "tuple[str | int, ...]"
    """Keys and positions on the way to it."""

    how: str
    """"changed", "removed" or "added"."""

    was: Any
    now: Any
    """As shown: a plain value, the beginning of a text, or a few words for anything else. None where there is none."""


class Kept:
    """A value as it was."""

    __slots__ = ("_left", "_value")

    def __init__(self, value: Any) -> None:
        """Raises ValueError where there is too much of it, or nothing in it that can change."""
        self._left = ITEMS
        self._value = self._copied(value, DEPTH)
        if self._left == ITEMS:
            raise ValueError("nothing of it can change")

    def changes(self, value: Any) -> Iterator[Change]:
        """Where `value`, which is the same object, differs from what it was."""
        return _changes(self._value, value, ())

    def _copied(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is dict:
            self._enter(len(value), depth)
            copied: Any = value.copy()
            for key, item in copied.items():
                if not _is_plain(key, _MANY_KEYS):
                    return _Other(value)  # its own hash and `==` are code of the program
                if not _is_plain(item, _PLAIN):
                    copied[key] = self._copied(item, depth - 1)
            return copied
        if kind is list or kind is tuple:
            items = [*_few(value)]
            # A tuple of plain values alone cannot change.
            if kind is list or not all(_is_plain(item, _PLAIN) for item in items):
                self._enter(len(items), depth)
            copied = [item if _is_plain(item, _PLAIN) else self._copied(item, depth - 1) for item in items]
            return copied if kind is list else tuple(copied)
        return value if _is_plain(value, _PLAIN) else _Other(value)

    def _enter(self, items: int, depth: int) -> None:
        self._left -= items + 1
        if self._left < 0 or not depth:
            raise ValueError(_TOO_MUCH)


class _Other:
    """Stands for an object that is not looked into, without keeping it."""

    __slots__ = ("ident", "kind")

    def __init__(self, value: Any) -> None:
        self.ident = id(value)
        self.kind = type(value)


def _few(container: Any) -> Any:
    """The same, asked for before it is copied: a copy of millions would hold up the program. Raises ValueError."""
    if len(container) > ITEMS:
        raise ValueError(_TOO_MUCH)
    return container


def _is_plain(value: Any, kinds: "tuple[type, ...]") -> bool:
    # By identity: the hash or `==` of a class may be code of its metaclass.
    kind = type(value)
    return any(kind is each for each in kinds)


def _changes(was: Any, now: Any, path: "tuple[Any, ...]") -> Iterator[Change]:
    if was is now:
        return
    kind = type(was)
    if kind is _Other:
        if was.ident != id(now):
            yield Change(path, "changed", _shown(was), _shown(now))
    elif kind is not type(now):
        yield Change(path, "changed", _shown(was), _shown(now))
    elif kind is dict:
        yield from _in_dict(was, _few(now).copy(), path)
    elif kind is list or kind is tuple:
        yield from _in_items(was, [*_few(now)], path)
    elif was != now and (was == was or now == now):  # a number that is none differs from itself
        yield Change(path, "changed", _shown(was), _shown(now))


def _in_dict(was: "dict[Any, Any]", now: "dict[Any, Any]", path: "tuple[Any, ...]") -> Iterator[Change]:
    if not all(_is_plain(key, _MANY_KEYS) for key in now):
        yield Change(path, "changed", _shown(was), _shown(now))
        return
    for key, before in was.items():
        if key in now:
            yield from _changes(before, now[key], (*path, key))
        else:
            yield Change((*path, key), "removed", _shown(before), None)
    for key, item in now.items():
        if key not in was:
            yield Change((*path, key), "added", None, _shown(item))


def _in_items(was: "Any", now: "list[Any]", path: "tuple[Any, ...]") -> Iterator[Change]:
    for at, (before, item) in enumerate(zip(was, now)):  # noqa: B905  Python 3.9
        yield from _changes(before, item, (*path, at))
    if len(was) > len(now):
        yield Change((*path, len(now)), "removed", _shown(was[len(now)]), None)
    elif len(now) > len(was):
        yield Change((*path, len(was)), "added", None, _shown(now[len(was)]))


def _shown(value: Any) -> Any:
    kind = type(value)
    if kind is _Other:
        return f"a {class_name(value.kind)}"
    if kind is dict:
        return f"an object of {len(value)}"
    if kind is list or kind is tuple:
        return f"a list of {len(value)}"
    if kind is str:
        return value[:SEARCHED]
    if kind is int:
        return value if -(1 << 63) <= value < 1 << 63 else "a long number"
    if value is None or kind is bool or (kind is float and value - value == 0.0):
        return value
    return f"a {class_name(kind)}"


def shown_path(path: "tuple[Any, ...]") -> str:
    """`items[0].price`; of a long one the beginning."""
    text = ""
    for step in path:
        text += f"[{step}]" if type(step) is int else f"{'.' if text else ''}{step}"
    return text[:SEARCHED]
