"""What an AsyncAPI document of version 2 or 3 says that a scenario can use: channels with messages, and operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bus.asyncapi.references import References, steps_to
from bus.errors import Place, UserError

MOST_CHANNELS = 2_000
_JSON_SCHEMA = ("application/vnd.aai.asyncapi", "application/schema+", "application/vnd.oai.openapi")
"""Beginnings of the schema formats that are JSON Schema, or very nearly."""


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of message of a channel."""

    name: str
    description: str
    schema: Any
    """As the document says it, references and all; None where there is none that is JSON Schema."""

    example: Any
    has_example: bool
    left_out: str = ""
    """Why its schema is not taken, without a full stop; "" where it is, or where there is none."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where messages go."""

    key: str
    address: str
    description: str
    messages: dict[str, Message]


@dataclass(frozen=True, slots=True)
class Operation:
    """What the application that is described does with a channel."""

    name: str
    action: Literal["send", "receive"]
    channel: str
    """The key of one of the channels."""

    messages: tuple[str, ...]
    """Keys of its messages."""

    description: str = ""
    handler: str = ""
    """`x-buslens-handler`: whose subscription it is, where we have written the document."""

    replies: tuple[tuple[str, str], ...] = ()
    """Channel and message of what is sent in answer."""


@dataclass(slots=True)
class AsyncApi:
    """The parts of a document."""

    title: str
    description: str
    channels: dict[str, Channel] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was left out, and why."""


def read(values: dict[str, Any], file: str) -> AsyncApi:
    """The parts of a document. Raises UserError where it is none, or of a version that is not known."""
    version = values.get("asyncapi")
    if not isinstance(version, str):
        raise UserError(
            "this is not an AsyncAPI document: the key asyncapi is missing", at=Place(file, 1, 1),
            hint="it starts with a line such as: asyncapi: 3.0.0",
        )  # fmt: skip
    references = References(values)
    info = _mapping(references.follow(values.get("info")))
    found = AsyncApi(_text(info.get("title")), _text(info.get("description")))
    readers: dict[str, type[_Second] | type[_Third]] = {"2": _Second, "3": _Third}
    reader = readers.get(version.partition(".")[0])
    if reader is None:
        raise UserError(f"AsyncAPI {version[:20]} is not known here", at=Place(file, 1, 1), hint="2.x and 3.x are")
    reader(values, references, found).read()
    if len(found.channels) > MOST_CHANNELS:
        raise UserError(f"the document has more than {MOST_CHANNELS} channels", at=Place(file))
    return found


class _Reader:
    """What both versions have in common."""

    def __init__(self, values: dict[str, Any], references: References, found: AsyncApi) -> None:
        self.values = values
        self.references = references
        self.found = found

    def follow(self, value: Any) -> dict[str, Any]:
        """What a value, or a reference to one, says; nothing where it leads nowhere, which is noted."""
        target = self.references.follow(value)
        if target is None and isinstance(value, dict) and "$ref" in value:
            self.found.notes.append(f"{str(value['$ref'])[:200]} leads nowhere in this document: left out")
        return _mapping(target)

    def message(self, key: str, value: dict[str, Any]) -> Message:
        """One message."""
        payload: Any = value.get("payload")
        form = _text(value.get("schemaFormat"))
        if isinstance(payload, dict) and "schemaFormat" in payload:
            form, payload = _text(payload["schemaFormat"]), payload.get("schema")
        left_out = ""
        if payload is not None and form and not form.startswith(_JSON_SCHEMA):
            payload, left_out = None, f"its schema is of the format {form[:60]}"
        examples = [each for each in _list(value.get("examples")) if isinstance(each, dict) and "payload" in each]
        return Message(
            key, _text(value.get("summary") or value.get("description") or value.get("title")), payload,
            examples[0]["payload"] if examples else None, bool(examples), left_out,
        )  # fmt: skip


class _Second(_Reader):
    """Version 2: operations stand in channels, and are named by what others do with the application."""

    def read(self) -> None:
        for address, value in _mapping(self.values.get("channels")).items():
            said = self.follow(value)
            channel = Channel(address, address, _text(said.get("description")), {})
            self.found.channels[address] = channel
            # What others publish the application receives, and what they subscribe to it sends.
            for word, action in (("publish", "receive"), ("subscribe", "send")):
                operation = self.follow(said.get(word))
                if not operation:
                    continue
                names = tuple(self._messages(operation, channel))
                name = _text(operation.get("operationId")) or f"{word} {address}"
                about = _text(operation.get("summary") or operation.get("description"))
                self.found.operations.append(Operation(name, action, address, names, about))  # type: ignore[arg-type]

    def _messages(self, operation: dict[str, Any], channel: Channel) -> Iterator[str]:
        said = self.follow(operation.get("message"))
        several = _list(said.get("oneOf")) or [operation.get("message")] * bool(said)
        for number, each in enumerate(several, 1):
            value = self.follow(each)
            last = steps_to(each)[-1:]
            key = _text(value.get("name") or value.get("messageId")) or "".join(last) or f"message{number}"
            channel.messages.setdefault(key, self.message(key, value))
            yield key


class _Third(_Reader):
    """Version 3: operations refer to channels, and say what the application does."""

    def read(self) -> None:
        for key, value in _mapping(self.values.get("channels")).items():
            said = self.follow(value)
            address = _text(said.get("address")) or key
            messages = {
                name: self.message(name, self.follow(each)) for name, each in _mapping(said.get("messages")).items()
            }
            self.found.channels[key] = Channel(key, address, _text(said.get("description")), messages)
        for name, value in _mapping(self.values.get("operations")).items():
            self._operation(name, self.follow(value))

    def _operation(self, name: str, said: dict[str, Any]) -> None:
        action, channel = said.get("action"), self._channel(said.get("channel"))
        if action not in ("send", "receive") or channel is None:
            self.found.notes.append(f"the operation {name[:100]} names no action or no channel: left out")
            return
        messages = self._messages(said.get("messages"), channel)
        about = _text(said.get("summary") or said.get("description") or said.get("title"))
        reply = self.follow(said.get("reply")) if "reply" in said else {}
        answers: list[tuple[str, str]] = []
        back = self._channel(reply.get("channel"))
        if back is not None:
            answers = [(back.key, each) for each in self._messages(reply.get("messages"), back)]
        whose = _text(said.get("x-buslens-handler"))
        self.found.operations.append(Operation(name, action, channel.key, messages, about, whose, tuple(answers)))

    def _channel(self, reference: Any) -> Channel | None:
        steps = steps_to(reference)
        return self.found.channels.get(steps[1]) if len(steps) == 2 and steps[0] == "channels" else None

    def _messages(self, references: Any, channel: Channel) -> tuple[str, ...]:
        if not isinstance(references, list):
            return tuple(channel.messages)
        return tuple(steps[-1] for each in references if (steps := steps_to(each)) and steps[-1] in channel.messages)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
