"""What a session and the process of its engine say to each other over two pipes: length, kind, body.

The session sends commands, which are JSON; the process sends frames of the capture format, as they would lie in a
file, and between them reports of what it is doing, which are JSON too. Nothing is pickled, and everything is bounded.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from pydantic import TypeAdapter

from bus.contract.holding import Redelivery
from bus.run.breakpoints import Breakpoint
from bus.run.holding import HeldOrder
from bus.run.order import Order
from bus.runtime.clock import Pace
from bus.runtime.state import EngineState

HEAD = struct.Struct("<IB")
"""Length of the body in bytes, kind."""

FRAMES, JSON = 1, 2

MOST_BYTES = 256 * 1024 * 1024
"""Of one message. Much more than an engine may record before it waits for who reads."""

Message = tuple[int, bytes]
"""Kind, body."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run was doing when all frames before this had been recorded."""

    state: EngineState
    """Its time is what the clock showed then; `pace` says how it goes on."""

    pace: Pace
    heard: int
    """Number of the last command that it had carried out."""

    over: bool
    """Nothing will come of this run any more."""


_REPORT = TypeAdapter(Report)
_ORDER = TypeAdapter(Order)
_BREAKPOINTS = TypeAdapter(list[Breakpoint])
_HELD_ORDER = TypeAdapter(HeldOrder)
_REDELIVERY = TypeAdapter(Redelivery)


def send(sink: IO[bytes], kind: int, body: bytes) -> None:
    """Write one message. Raises OSError, and ValueError where it is too long."""
    if len(body) > MOST_BYTES:
        raise ValueError(f"a message of {len(body)} bytes; at most {MOST_BYTES} fit")
    sink.write(HEAD.pack(len(body), kind))
    sink.write(body)
    sink.flush()


def receive(source: IO[bytes]) -> Message | None:
    """The next message; None where the other end has gone. Raises OSError, and ValueError for what is no message."""
    head = source.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    length, kind = HEAD.unpack(head)
    if length > MOST_BYTES or kind not in (FRAMES, JSON):
        raise ValueError(f"a message of {length} bytes and kind {kind}")
    body = source.read(length)
    return (kind, body) if len(body) == length else None


def packed_report(report: Report) -> bytes:
    """The body of a report."""
    return json.dumps(_REPORT.dump_python(report, mode="json")).encode()


def report_in(body: bytes) -> Report:
    """What `packed_report` made. Raises ValueError for anything else."""
    return _REPORT.validate_python(json.loads(body))


def packed_command(number: int, do: str, said: dict[str, Any]) -> bytes:
    """The body of a command: its number, from 1, what to do, and what that needs."""
    return json.dumps({"number": number, "do": do, "with": said}).encode()


def command_in(body: bytes) -> tuple[int, str, dict[str, Any]]:
    """What `packed_command` made. Raises ValueError for anything else."""
    said = json.loads(body)
    if not isinstance(said, dict) or not isinstance(said.get("with"), dict):
        raise ValueError("a command that is no object")
    return int(said["number"]), str(said["do"]), said["with"]


def packed_order(order: Order) -> Any:
    """An order as JSON says it."""
    return _ORDER.dump_python(order, mode="json")


def order_in(said: Any) -> Order:
    """What `packed_order` made. Raises ValueError for anything else."""
    return _ORDER.validate_python(said)


def packed_breakpoints(breakpoints: Sequence[Breakpoint]) -> Any:
    """Breakpoints as JSON says them."""
    return _BREAKPOINTS.dump_python(list(breakpoints), mode="json")


def breakpoints_in(said: Any) -> list[Breakpoint]:
    """What `packed_breakpoints` made. Raises ValueError for anything else."""
    return _BREAKPOINTS.validate_python(said)


def packed_redelivery(wanted: Redelivery) -> Any:
    """A call that is to be made once more, as JSON says it."""
    return _REDELIVERY.dump_python(wanted, mode="json")


def redelivery_in(said: Any) -> Redelivery:
    """What `packed_redelivery` made. Raises ValueError for anything else."""
    return _REDELIVERY.validate_python(said)


def packed_held_order(order: HeldOrder) -> Any:
    """What is to be done with held deliveries, as JSON says it."""
    return _HELD_ORDER.dump_python(order, mode="json")


def held_order_in(said: Any) -> HeldOrder:
    """What `packed_held_order` made. Raises ValueError for anything else."""
    return _HELD_ORDER.validate_python(said)
