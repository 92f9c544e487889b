"""CloudEvents 1.0 as a scenario: an event for each type, a script that emits them again with their times between them.

One event as JSON, a JSON batch, or one event a line. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bus.arrivals.json_lines import json_lines, json_value
from bus.arrivals.scripted import MOST_EVENTS, Arrival, scenario_of
from bus.asyncapi.reading import ImportedScenario
from bus.errors import Place, UserError

_NEEDED = ("id", "source", "specversion", "type")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)")


def looks_like_cloudevents(text: str) -> bool:
    """Whether this is JSON with a `specversion` near its beginning."""
    return text.lstrip()[:1] in ("{", "[") and '"specversion"' in text[:100_000]


def scenario_from(text: str, file: str) -> ImportedScenario:
    """The scenario that emits the events of a file again. Raises UserError with the place of what is none."""
    found: list[dict[str, Any]] = []
    notes: list[str] = []
    for at, value in _values(text, file):
        if len(found) == MOST_EVENTS:
            notes.append(f"the first {MOST_EVENTS} events are taken: a script has no more steps")
            break
        found.append(_checked(value, at))
    if not found:
        raise UserError("there is no event in this file", at=Place(file), hint="expected CloudEvents as JSON")
    arrivals = [Arrival(each["type"], _data(each, notes), _nanoseconds(each.get("time"))) for each in found]
    return scenario_of(arrivals, notes, {})


def _values(text: str, file: str) -> Iterator[tuple[Place, Any]]:
    """Each event, and where it begins: of one, a batch, or one a line."""
    try:
        value = json_value(text)
    except (ValueError, RecursionError):
        yield from ((Place(file, line, 1), each) for line, each in json_lines(text, file))
        return
    several = value if isinstance(value, list) else [value]
    yield from ((Place(file), each) for each in several)


def _checked(value: Any, at: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError("expected a CloudEvent, which is a JSON object", at=at)
    for key in _NEEDED:
        if not isinstance(value.get(key), str) or not value[key]:
            raise UserError(f"this is no CloudEvent: it has no {key}", at=at)
    if not value["specversion"].startswith("1."):
        raise UserError(f"CloudEvents {value['specversion'][:20]} is not known here", at=at, hint="1.0 is")
    return value


def _data(event: dict[str, Any], notes: list[str]) -> Any:
    if "data_base64" in event:
        notes.append(f"{event['type']} carries bytes (data_base64), which a payload cannot be: left out")
        return None
    return event.get("data")


def _nanoseconds(time: Any) -> int | None:
    """Of RFC 3339, nanoseconds since the epoch; None where it is none."""
    matched = _TIME.fullmatch(time) if isinstance(time, str) else None
    if matched is None:
        return None
    begins, digits, zone = matched.groups()
    try:
        seconds = datetime.fromisoformat(begins.upper() + ("+00:00" if zone in "Zz" else zone)).timestamp()
    except (ValueError, OverflowError):
        return None
    return int(seconds) * 10**9 + int((digits or "0").ljust(9, "0"))
