"""Interned names of a capture: events of a bus, handlers with the place of their code, lanes, queues, buses."""

from __future__ import annotations

import json
from dataclasses import dataclass

from buslens.records import NameKind
from buslens.wire import MAX_NAME, NAME_ENTRY

MAX_NAMES = 250_000
"""What one capture may intern; more is damage."""


@dataclass(frozen=True, slots=True)
class Name:
    """One interned name: what is named, its text, and where it stands in the program."""

    kind: int
    """NameKind; 0 where the capture never said."""

    text: str
    file: str = ""
    """Of a handler: the file of its code; of a bus: what `made` says. Empty where unknown."""

    line: int = 0
    event: str = ""
    """Of a handler: the event that it was subscribed to."""

    bus: int = 0
    """Of an event: name id of the bus that it is on, 0 where unknown (`Names.bus` says whether it is one)."""

    class_name: str = ""
    """Of a bus: its class, with its module."""

    made: str = ""
    """Of a bus: "created" or "attached" at `file`, `line`; empty where that is unknown."""


MADE = ("created", "attached")
"""What is known of the place of a bus."""

UNKNOWN = Name(0, "?")
NOBODY = Name(0, "")


class Names:
    """The interned names of a capture by id."""

    def __init__(self) -> None:
        self._names: dict[int, Name] = {0: NOBODY}

    def __len__(self) -> int:
        return len(self._names) - 1

    def __getitem__(self, ident: int) -> Name:
        return self._names.get(int(ident), UNKNOWN)

    def text(self, ident: int) -> str:
        """The name, "?" where the capture never said it."""
        return self[ident].text

    def place(self, ident: int) -> tuple[str, int]:
        """File and line of a handler's code, ("", 0) where unknown."""
        name = self[ident]
        return name.file, name.line

    def bus(self, event: int) -> int:
        """Name id of the bus that an event is on, 0 where unknown."""
        bus = self[event].bus
        return bus if self[bus].kind == NameKind.BUS else 0

    def kind(self, ident: int) -> int:
        """What the name names, a NameKind; 0 where the capture does not say."""
        return self[ident].kind

    def ids(self, kind: NameKind) -> list[int]:
        """Ids of all names of a kind, in the order in which they were interned."""
        return [ident for ident, name in self._names.items() if name.kind == kind]

    def items(self) -> list[tuple[int, Name]]:
        """Every name that the capture said, with its id."""
        return [(ident, name) for ident, name in self._names.items() if ident]

    def read_frame(self, body: memoryview) -> None:
        """Read one NAMES frame. Raises ValueError where it is malformed."""
        at = 0
        while at < len(body):
            if at + NAME_ENTRY.size > len(body):
                raise ValueError("a name is cut short")
            ident, kind, _, _, length = NAME_ENTRY.unpack_from(body, at)
            at += NAME_ENTRY.size
            if length > 8 * MAX_NAME or at + length > len(body):
                raise ValueError(f"a name claims {length} bytes")
            if len(self._names) > MAX_NAMES:
                raise ValueError(f"more than {MAX_NAMES} names")
            self._names.setdefault(ident, _name(kind, bytes(body[at : at + length])))
            at += length


def _name(kind: int, body: bytes) -> Name:
    try:
        fields = json.loads(body)
        line, bus = int(fields.get("line", 0)), int(fields.get("bus", 0))
        # Half a surrogate pair is legal in JSON, and no screen or file can take it.
        text, file, event, class_name, made = (
            str(fields.get(key, ""))[:MAX_NAME].encode("utf-8", "replace").decode()
            for key in ("text", "file", "event", "class", "made")
        )
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        raise ValueError("a name cannot be read") from None
    return Name(
        kind, text, file, line if 0 <= line < 1 << 31 else 0, event,
        bus if kind == NameKind.EVENT and 0 <= bus < 1 << 32 else 0, class_name, made if made in MADE else "",
    )  # fmt: skip
