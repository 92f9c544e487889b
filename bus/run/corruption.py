"""A payload with one value that is another one: what arrives where a wire or a writer is broken."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from bus.trace.payload_paths import written

Path = tuple[str | int, ...]


def corrupted(payload: Any, draws: random.Random) -> tuple[Any, str] | None:
    """A copy in which one value is changed, and in words which; None where there is nothing that could be."""
    leaves = list(_leaves(payload, ()))
    if payload is None or not leaves:
        return None
    path, value = draws.choice(leaves)
    now = draws.choice([other for other in _others(value) if other != value or type(other) is not type(value)])
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{written(step)}" for step in path)
    what = f"{where.removeprefix('.') or 'the payload'} was {value!r:.60}, is {now!r:.60}"
    return _replaced(payload, path, now), what


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value, None, str(value)]
    if isinstance(value, int | float):
        return [-value, value * 1000 + 1, None, str(value)]
    if isinstance(value, str):
        return [value[: len(value) // 2] + "\N{REPLACEMENT CHARACTER}", "", None, 0]
    return ["", 0]


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, (*path, index))
    else:
        yield path, value


def _replaced(value: Any, path: Path, now: Any) -> Any:
    if not path:
        return now
    step, *rest = path
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[step] = _replaced(copied[step], tuple(rest), now)
    return copied
