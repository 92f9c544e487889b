"""Names that a scenario uses and never declares. Looks at plain values that may be wrong in other ways too."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from typing import Any

from bus.scenario.acts import ACTS
from bus.scenario.expected_names import NAMING, handlers_in, patterns_in
from bus.scenario.nearest import nearest
from bus.scenario.parts import Verbs, keys_of_events, keys_of_steps
from bus.scenario.steps import VERBS

BUILT_IN_EVENTS = ("error", "new_listener")
"""What pyee emits by itself: handlers may listen to them without their being declared."""

Location = tuple[Any, ...]


def undeclared(values: dict[str, Any]) -> Iterator[tuple[Location, str, str]]:
    """Location, problem and hint of each name that nothing declares."""
    events = list(_mapping(values.get("events")))
    handlers, services = _mapping(values.get("handlers")), list(_mapping(values.get("services")))
    for name, handler in handlers.items():
        yield from _subscriptions(_mapping(handler).get("on"), ("handlers", name, "on"), events)
        for location, event in named_events(_mapping(handler).get("do"), ("handlers", name, "do"), VERBS):
            yield from _event(event, location, events)
        service = _mapping(handler).get("service")
        if isinstance(service, str) and service not in services:
            yield (
                ("handlers", name, "service"),
                f"no service {service}",
                nearest(service, services) or "declare it in services",
            )
        dead_letter = _mapping(handler).get("on_failure")
        if isinstance(dead_letter, str):
            yield from _event(dead_letter, ("handlers", name, "on_failure"), events)
    for location, event in named_events(values.get("script"), ("script",), ACTS):
        yield from _event(event, location, events)
    for section in NAMING:
        for index, part in enumerate(_list(values.get(section))):
            for place, handler in handlers_in(part, section):
                if handler not in handlers:
                    hint = nearest(handler, handlers) or "declare it in handlers"
                    yield (section, index, *place), f"no handler {handler}", hint
            for place, pattern in patterns_in(part, section):
                yield from _subscriptions(pattern, (section, index, *place), events)


def named_events(steps: Any, location: Location, verbs: Verbs) -> Iterator[tuple[Location, str]]:
    """Every event that steps of these kinds emit or wait for, however deep, and where it is named."""
    for index, step in enumerate(_list(steps)):
        if not isinstance(step, dict):
            continue
        for key in keys_of_events(verbs):
            if isinstance(step.get(key), str):
                yield (*location, index, key), step[key]
        for key in keys_of_steps(verbs):
            yield from named_events(step.get(key), (*location, index, key), verbs)


def _subscriptions(on: Any, location: Location, events: list[str]) -> Iterator[tuple[Location, str, str]]:
    patterns = (
        [(location, on)] if isinstance(on, str) else [((*location, at), each) for at, each in enumerate(_list(on))]
    )
    for where, pattern in patterns:
        if not isinstance(pattern, str) or pattern in BUILT_IN_EVENTS:
            continue
        if not any(fnmatch.fnmatchcase(event, pattern) for event in events):
            what = "no event matches" if "*" in pattern else "no event"
            yield where, f"{what} {pattern}", nearest(pattern, [*events, *BUILT_IN_EVENTS]) or "declare it in events"


def _event(name: str, location: Location, events: Iterable[str]) -> Iterator[tuple[Location, str, str]]:
    if name not in events:
        yield location, f"no event {name}", nearest(name, events) or "declare it in events"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
