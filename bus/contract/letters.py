"""What the members of one run write to each other through the broker: a line of JSON, and frames of records behind it.

From a worker to the owner: {"member", "host", "number", "now", "system", "echo"} and frames; `now` is the clock of the
worker's run, `system` its machine's, `echo` the last answer, with when it came. Letters are numbered from 1, and sent
again until the owner says that it has them.
From the owner: {"sent", "came", "now", "number"}, where it has all letters up to that number, or {"over": true} at the
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
class Letter:
    """One of them."""

    said: dict[str, Any]
    frames: memoryview = field(default_factory=lambda: memoryview(b""))

    def number(self, key: str) -> int | None:
        """A number that it says; None where it does not."""
        value = self.said.get(key)
        return value if type(value) is int and abs(value) < 1 << 62 else None

    @property
    def member(self) -> str:
        """Who wrote it; empty where it does not say so."""
        name = self.said.get("member")
        return name if isinstance(name, str) and _MEMBER.fullmatch(name) else ""


def written(said: dict[str, Any], frames: bytes = b"") -> bytes:
    """As it travels."""
    return json.dumps(said, separators=(",", ":")).encode() + b"\n" + frames


def read(body: bytes) -> Letter:
    """Raises ValueError where it is none: anybody may have sent it."""
    if len(body) > MOST_BYTES:
        raise ValueError(f"a letter of {len(body)} bytes")
    end = body.find(b"\n", 0, _LONGEST_LINE)
    if end < 0:
        raise ValueError("a letter without a first line")
    try:
        said = json.loads(body[:end])
    except RecursionError:
        raise ValueError("a letter that is nested too deep") from None
    if not isinstance(said, dict):
        raise ValueError("a letter that says nothing")
    return Letter(said, memoryview(body)[end + 1 :])
