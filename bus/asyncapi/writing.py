"""A scenario as an AsyncAPI 3.0 document: a channel for each event, an operation for each who receives or sends it.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bus.asyncapi.naming import UniqueNames
from bus.scenario.acts import EmitAct
from bus.scenario.model import Scenario, steps_of

VERSION = "3.0.0"


def document_of(scenario: Scenario) -> dict[str, Any]:
    """The document as plain data. What is done in handlers, times and expectations have no place in it."""
    ids, operations = UniqueNames(), UniqueNames()
    id_of = {event: ids.of(_id(event)) for event in scenario.events}
    schemas = _Schemas(ids)
    channels, messages = {}, {}
    for name, event in scenario.events.items():
        key = id_of[name]
        message: dict[str, Any] = {"name": name, "contentType": "application/json"}
        if event.description:
            message["summary"] = event.description
        if event.schema_ is not None:
            schemas.add(key, event.schema_)
            message["payload"] = {"$ref": f"#/components/schemas/{key}"}
        if event.sample is not None:
            message["examples"] = [{"payload": event.sample}]
        messages[key] = message
        channels[key] = {"address": name, "messages": {key: {"$ref": f"#/components/messages/{key}"}}}
    info = {"title": scenario.name or "Events", "version": "1.0.0"}
    if scenario.description:
        info["description"] = scenario.description
    return {
        "asyncapi": VERSION,
        "info": info,
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": dict(_operations(scenario, id_of, operations)),
        "components": {"messages": messages, **({"schemas": schemas.all} if schemas.all else {})},
    }


def _operations(scenario: Scenario, id_of: dict[str, str], names: UniqueNames) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, handler in scenario.handlers.items():
        heard = [event for event in scenario.events if handler.hears(event)]
        for event in heard:
            about = {"summary": handler.description} if handler.description else {}
            operation = names.of(_id(name if len(heard) == 1 else f"{name}.{event}"))
            yield operation, {**_operation("receive", id_of[event]), **about, "x-buslens-handler": name}
    for event in _emitted(scenario):
        if event in id_of:
            yield names.of(_id(f"send.{event}")), _operation("send", id_of[event])


def _emitted(scenario: Scenario) -> Iterator[str]:
    """Each event that the script or a handler emits, once."""
    script = [each.emit for each in steps_of(scenario.script) if isinstance(each, EmitAct)]
    yield from dict.fromkeys([*script, *(event for handler in scenario.handlers.values() for event in handler.emitted)])


def _operation(action: str, key: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
    }


class _Schemas:
    """The schemas of a document, where `#` is the document, not the schema: each definition has a name of its own."""

    def __init__(self, names: UniqueNames) -> None:
        self.all: dict[str, Any] = {}
        self._names = names
        self._known: dict[str, list[tuple[str, dict[str, Any]]]] = {}

    def add(self, key: str, schema: Any) -> None:
        """Put a schema in under this name, and its definitions beside it."""
        is_mapping = isinstance(schema, dict)
        definitions = schema["$defs"] if is_mapping and isinstance(schema.get("$defs"), dict) else {}
        places = {name: self._place(name, each, definitions) for name, each in definitions.items()}
        own = {name: each for name, each in schema.items() if name != "$defs"} if is_mapping else schema
        self.all[key] = _moved(own, key, places)
        for name, each in definitions.items():
            self.all[places[name]] = _moved(each, key, places)

    def _place(self, name: str, schema: Any, definitions: dict[str, Any]) -> str:
        """A definition that another event has word for word is the same one."""
        whole = {name: schema, **_needed(schema, definitions)}
        known = self._known.setdefault(_id(name), [])
        place = next((place for place, other in known if other == whole), None)
        if place is None:
            place = self._names.of(_id(name))
            known.append((place, whole))
        return place


def _needed(schema: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The definitions that a schema leads to, those that these lead to included."""
    found: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            name = str(value.get("$ref", "")).removeprefix("#/$defs/").partition("/")[0]
            if name in definitions and name not in found:
                found[name] = definitions[name]
                waiting.append(definitions[name])
            waiting += value.values()
    return found


def _moved(value: Any, key: str, places: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_moved(each, key, places) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _target(each, key, places) if name == "$ref" and isinstance(each, str) else _moved(each, key, places)
        for name, each in value.items()
    }


def _target(target: str, key: str, places: dict[str, str]) -> str:
    name, _, rest = target.removeprefix("#/$defs/").partition("/")
    if target.startswith("#/$defs/") and name in places:
        return f"#/components/schemas/{places[name]}{'/' * bool(rest)}{rest}"
    return f"#/components/schemas/{key}{target.removeprefix('#')}"


def _id(text: str) -> str:
    """What AsyncAPI allows in a key: letters, digits, dots, dashes and underscores."""
    return "".join(letter if (letter.isalnum() and letter.isascii()) or letter in "._-" else "_" for letter in text)
