"""The records of one process of a session, as they are called in the session's joint capture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.programs.joint_blobs import JointBlobs
from bus.programs.joint_messages import JointMessages
from bus.programs.joint_names import JointNames
from bus.trace.facts import FACT_DTYPE
from bus.trace.frame_reader import FrameReader
from bus.trace.ids import IDS_OF_ONE
from bus.trace.names import Name, Names
from bus.trace.renaming import Renamer
from buslens import wire
from buslens.context import CAUSE_UNKNOWN
from buslens.records import Flag, Kind, NameKind

Array = npt.NDArray[Any]

_SUBSCRIPTIONS = (int(Kind.HANDLER_ADDED), int(Kind.HANDLER_REMOVED))
"""Their parent is the name of an event."""

_CARRIED = int(Flag.DURABLE | Flag.FOREIGN)
_TOLD = [
    int(each)
    for each in (
        *(Kind.SENT, Kind.CONFIRMED, Kind.DISCARDED),
        *(Kind.DELIVERED, Kind.REDELIVERED, Kind.WORK_RECEIVED),
    )
]
"""What says of a dispatch which message it is, or that nothing will be said."""


class ProcessRecords:
    """Takes in the capture of one process, bytes cut anywhere; gives its facts with the joint capture's numbers.

    Raises wire.WireError where it is no capture, ValueError at damage; nothing more can be taken in then.
    """

    def __init__(
        self,
        names: JointNames,
        reserve_blobs: Callable[[int], int],
        number: int,
        shift_ns: Callable[[wire.Header], int],
        messages: JointMessages,
    ) -> None:
        """number: of this process among those of its session, from 0 on; the first one's names stay as they are.

        shift_ns: what is added to the times of a process with this header. messages: those of all processes.
        """
        self._names = Names()
        self._joint_names = names
        self._renamed = Renamer(self._names, self._number)
        self._blobs = JointBlobs(reserve_blobs)
        self._framing = FrameReader()
        self._first_id = np.uint64(number * IDS_OF_ONE)
        self.number = number
        """Among those of its session."""

        self._shift_ns = shift_ns
        self._messages = messages
        self.ended = False
        """Whether it says that its capture is complete."""

        self.facts: list[Array] = []
        """Those that have come, not yet in the joint capture; whoever takes them empties the list."""

    @property
    def header(self) -> wire.Header | None:
        """Of its capture; None before it has come."""
        return self._framing.header

    @property
    def title(self) -> str:
        """How a person tells it from the others: "web.py 4711"."""
        return f"{self.header.process} {self.header.pid}" if self.header is not None else ""

    @property
    def newest_ns(self) -> int:
        """Which time it has come to, as far as its facts wait to be taken; 0 where none does."""
        return int(max((facts["time_ns"].max() for facts in self.facts if len(facts)), default=0))

    def take_in(self, data: bytes | memoryview) -> bytes:
        """The next bytes of its capture; the BLOBS frames that belong to its facts."""
        blobs = []
        for kind, body, _ in self._framing.feed(data):
            if kind == wire.NAMES:
                self._names.read_frame(body)
            elif kind == wire.BLOBS:
                blobs.append(self._blobs.frame(body))
            elif kind == wire.FACTS:
                if len(body) % FACT_DTYPE.itemsize:
                    raise ValueError("a frame of facts ends inside a fact")
                self.facts.append(self._joined(np.frombuffer(body, FACT_DTYPE).copy()))
            elif kind == wire.END:
                self.ended = True
        return b"".join(blobs)

    def _joined(self, facts: Array) -> Array:
        assert self.header is not None
        self._tell_messages(facts)
        facts["name"] = self._renamed(facts["name"])
        facts["lane"] = self._renamed(facts["lane"])
        facts["blob"] = self._blobs.joint(facts["blob"])
        facts["time_ns"] += self._shift_ns(self.header)
        of_names = np.isin(facts["kind"], _SUBSCRIPTIONS)
        names = self._renamed(facts["parent"][of_names].astype(np.uint32))
        for field in ("id", "parent"):
            ids = facts[field]
            facts[field] = np.where((ids == 0) | (ids == CAUSE_UNKNOWN), ids, ids + self._first_id)
        facts["parent"][of_names] = names
        return facts

    def _tell_messages(self, facts: Array) -> None:
        """What these facts, as the process has written them, say of messages over a broker."""
        kinds = facts["kind"]
        sent = (kinds == Kind.DISPATCH_EMITTED) & (facts["flags"] & _CARRIED > 0)
        for fact in facts[sent | np.isin(kinds, _TOLD)]:
            dispatch = int(fact["id"] + self._first_id)
            if fact["kind"] == Kind.DISPATCH_EMITTED:
                self._messages.emitted(dispatch, self._names.text(int(fact["name"])), int(fact["flags"]))
            elif fact["id"]:
                self._messages.told(dispatch, self._blobs.notes.of(int(fact["blob"])))

    def _number(self, name: Name, bus: int) -> int:
        """Threads and buses of each process are its own; handlers are the same code in all of them."""
        if name.kind == NameKind.LANE and self.number:
            name = replace(name, text=f"{self.title} {name.text}")
        elif name.kind == NameKind.BUS and self.number:
            name = replace(name, text=f"{name.text} in {self.title}")
        return self._joint_names.number(replace(name, bus=bus))
