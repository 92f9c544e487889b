"""What the members of one run write to each other through the broker: a line of JSON, and frames of records behind it.

From a worker to the owner: {"member", "host", "number", "now", "system", "echo"} and frames; `now` is the clock of the
worker's run, `system` its machine's, `echo` the last answer, with when it came. Messages are numbered from 1, and sent
again until the owner says that it has them.
From the owner: {"sent", "came", "now", "number"}, where it has all messages up to that number, or {"over": true} at the
end of the run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

OWNER = "owner"
"""Mailbox of whoever began the run."""

MOST_BYTES = 64 * 1024 * 1024
_LONGEST_LINE = 16 * 1024
_MEMBER = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class PeerMessage:
    """A message from one member of a run to another, as it was read."""

    fields: dict[str, Any]
    """The line of JSON; nothing in it is trusted."""

    frames: memoryview = field(default_factory=lambda: memoryview(b""))
    """Frames of records, as in a capture file; empty where it brings none."""

    def number(self, key: str) -> int | None:
        """The whole number in a field, below 2**62; None where there is none."""
        value = self.fields.get(key)
        return value if type(value) is int and abs(value) < 1 << 62 else None

    @property
    def member(self) -> str:
        """Name of the member that wrote it; empty where it gives none that is valid."""
        name = self.fields.get("member")
        return name if isinstance(name, str) and _MEMBER.fullmatch(name) else ""


def encode(fields: dict[str, Any], frames: bytes = b"") -> bytes:
    """The bytes of a message, as `decode` reads them."""
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n" + frames


def decode(body: bytes) -> PeerMessage:
    """The message in these bytes. Raises ValueError where there is none: anybody on the broker may have sent them."""
    if len(body) > MOST_BYTES:
        raise ValueError(f"a message of {len(body)} bytes")
    end = body.find(b"\n", 0, _LONGEST_LINE)
    if end < 0:
        raise ValueError("a message without a first line")
    try:
        fields = json.loads(body[:end])
    except RecursionError:
        raise ValueError("a message that is nested too deep") from None
    if not isinstance(fields, dict):
        raise ValueError("a message that says nothing")
    return PeerMessage(fields, memoryview(body)[end + 1 :])
