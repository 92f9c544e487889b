"""An AsyncAPI document as a scenario: an event for each message, a handler for what the application receives.

The document says which messages there are, not what is done with them: handlers begin empty, and the script emits each
event once. What it says of servers, security, headers and bindings has no place in a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bus.asyncapi.document import AsyncApi, Channel, Message, Operation, read
from bus.asyncapi.example import examples_of
from bus.asyncapi.naming import UniqueNames, legal
from bus.asyncapi.references import References
from bus.errors import Place, UserError
from bus.scenario import payload, spelling
from bus.scenario import tree as yaml_tree

PAUSE = "100ms"
"""Between two emits of the script."""


@dataclass(frozen=True, slots=True)
class ImportedScenario:
    """What became of a document."""

    text: str
    """The scenario, as YAML."""

    notes: tuple[str, ...]
    """What was left out, and why: sentences without a full stop."""


def scenario_from(text: str, file: str) -> ImportedScenario:
    """The scenario of a document, which is YAML or JSON. Raises UserError."""
    if not text.strip():
        raise UserError(
            "the file is empty", at=Place(file, 1, 1), hint="it starts with a line such as: asyncapi: 3.0.0"
        )
    values = yaml_tree.values_of(text, file)
    document = read(values, file)
    return _Making(document, References(values)).made()


class _Making:
    """Makes one scenario."""

    def __init__(self, document: AsyncApi, references: References) -> None:
        self.document = document
        self.references = references
        self.notes = list(document.notes)
        self.events: dict[str, dict[str, Any]] = {}
        self.checkers: dict[str, payload.Checker] = {}
        self.event_of: dict[tuple[str, str], str] = {}
        """By channel and message."""

    def made(self) -> ImportedScenario:
        self._make_events()
        scenario: dict[str, Any] = {"buslens": 1}
        if self.document.title:
            scenario["name"] = " ".join(self.document.title.split())[:500]
        if self.document.description:
            scenario["description"] = self.document.description
        scenario["events"] = self.events
        scenario["handlers"] = self._handlers()
        scenario["script"] = self._script()
        return ImportedScenario(spelling.block(scenario, 0) + "\n", tuple(self.notes))

    def _make_events(self) -> None:
        names = UniqueNames()
        for channel in self.document.channels.values():
            messages: dict[str, Message | None] = {**channel.messages} or {"": None}
            for key, message in messages.items():
                name = names.of(_name(channel, key))
                self.event_of[channel.key, key] = name
                event: dict[str, Any] = {}
                about = (message.description if message else "") or channel.description
                if about:
                    event["description"] = about
                if message is not None:
                    if message.left_out:
                        self.notes.append(f"{name}: {message.left_out}, which is left out")
                    self._describe(name, event, message.schema, message.example, has_example=message.has_example)
                self.events[name] = event

    def _describe(self, name: str, event: dict[str, Any], schema: Any, example: Any, *, has_example: bool) -> None:
        own = self.references.alone(schema) if schema is not None else None
        wrong = next((problem for _, problem in payload.schema_mistakes(own)), "") if own is not None else ""
        if wrong:
            self.notes.append(f"{name}: its schema is left out: {wrong}")
            own = None
        if own is not None:
            event["schema"] = own
        checker = self.checkers[name] = payload.Checker(own)
        if has_example and checker.problems(example):
            self.notes.append(f"{name}: its example breaks its own schema: {checker.problems(example)[0]}")
            has_example = False
        made = () if own is None else examples_of(own)
        for sample in [example] if has_example else made:
            if not checker.problems(sample):
                event["sample"] = sample
                break

    def _handlers(self) -> dict[str, Any]:
        names, handlers = UniqueNames(), dict[str, Any]()
        given: dict[str, str] = {}
        for operation in self.document.operations:
            events = [self.event_of[operation.channel, key] for key in operation.messages or ("",)
                      if (operation.channel, key) in self.event_of]  # fmt: skip
            if operation.action != "receive" or not events:
                continue
            name = given.get(operation.handler) or names.of(operation.handler or operation.name)
            if operation.handler:
                given[operation.handler] = name
            handler = handlers.setdefault(name, {"on": [], "do": []})
            handler["on"] = list(dict.fromkeys([*handler["on"], *events]))
            handler["do"] += self._answers(operation)
            if operation.description:
                handler["description"] = operation.description
        for handler in handlers.values():
            if len(handler["on"]) == 1:
                handler["on"] = handler["on"][0]
        return handlers

    def _answers(self, operation: Operation) -> list[dict[str, Any]]:
        return [{"emit": event} for event in self._emitted(operation.replies)][:1]

    def _emitted(self, messages: tuple[tuple[str, str], ...]) -> list[str]:
        """Events that can be emitted as they are: their sample meets their schema."""
        events = [self.event_of[each] for each in messages if each in self.event_of]
        return [each for each in events if self._can_emit(each)]

    def _can_emit(self, event: str) -> bool:
        checker = self.checkers.get(event)
        return checker is None or not checker.problems(self.events[event].get("sample"))

    def _script(self) -> list[dict[str, Any]]:
        """Each event once that nobody answers with: what others send, and what the application sends by itself."""
        answers = {self.event_of[each] for operation in self.document.operations for each in operation.replies
                   if each in self.event_of}  # fmt: skip
        script: list[dict[str, Any]] = []
        for event in self.events:
            if event in answers:
                continue
            if not self._can_emit(event):
                self.notes.append(f"{event} is not in the script: no payload was found that its schema allows")
                continue
            script += [*([{"wait": PAUSE}] if script else []), {"emit": event}]
        return script


def _name(channel: Channel, message: str) -> str:
    """What a message is called: as its channel, with its own name where that has several, or where it has no name."""
    if len(channel.messages) > 1:
        return f"{channel.address}/{message}"
    return next((each for each in (channel.address, message, channel.key) if legal(each)), "")
