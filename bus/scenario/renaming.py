"""What renaming an event does beyond its name, in words: a person must see what patterns made of it."""

from __future__ import annotations

import fnmatch
import re

from bus.scenario.expected_names import Place, patterns_in
from bus.scenario.model import Expected, Scenario


def consequences(before: Scenario, after: Scenario, old: str, new: str) -> list[str]:
    """Sentences about who hears the event in another way than before; empty where the name says it all."""
    if old == new:
        return []
    told = []
    for name, handler in before.handlers.items():
        now = after.handlers[name]
        if old not in handler.patterns and handler.hears(old) and now.on != handler.on:
            told.append(f"{name} heard {old} through a pattern and hears {new} by its name now.")
        elif not handler.hears(old) and now.hears(new):
            told.append(f"{name} hears {new} now: its pattern matches the new name.")
    for expected, then in zip(before.expect, after.expect, strict=True):
        for (_, pattern), (_, called) in zip(_patterns(expected), _patterns(then), strict=True):
            if pattern != old and "*" in pattern and _matches(pattern, old) and not _matches(called, new):
                told.append(f"The expectation of {pattern} does not count {new}.")
    told += [f"{name} still says {old} in its texts or code." for name in _sayers(after, old)]
    return told


def _patterns(expected: Expected) -> list[tuple[Place, str]]:
    return list(patterns_in(expected.model_dump(by_alias=True, exclude_unset=True)))


def _sayers(scenario: Scenario, old: str) -> list[str]:
    """Handlers that name the event where it is not a name to the scenario: in conditions, code and texts."""
    quoted = re.compile(rf"""["']{re.escape(old)}["']""")
    return [name for name, handler in scenario.handlers.items() if quoted.search(_texts(handler.model_dump()))]


def _texts(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(map(_texts, value.values()))
    if isinstance(value, list | tuple):
        return "\n".join(map(_texts, value))
    return value if isinstance(value, str) else ""


def _matches(pattern: str, event: str) -> bool:
    return bool(pattern) and fnmatch.fnmatchcase(event, pattern)
