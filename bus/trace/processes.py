"""Which processes a capture of several has: what each is called, and how it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from buslens.wire import PROCESSES, pack_frame

RUNNING, ENDED, DIED, DAMAGED, UNSEEN = "running", "ended", "killed or crashed", "damaged", "not followed any more"
REPLACED = "became another program"
STATES = (RUNNING, ENDED, DIED, DAMAGED, UNSEEN, REPLACED)
MOST = 4096
"""Processes that one capture may tell of."""

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class JoinedProcess:
    """One process of a joint capture."""

    number: int
    """From 0 on: its ids begin at so many times `ids.IDS_OF_ONE`, and are written from "1:" on."""

    title: str
    """How a person tells it from the others: "web.py 4711"."""

    state: str = RUNNING
    """One of STATES, when the capture was written."""


class JoinedProcesses:
    """Those of a trace, by their numbers; none where it is of one process alone."""

    def __init__(self) -> None:
        self.all: dict[int, JoinedProcess] = {}
        self.revision = 0
        """Grows with every change."""

    def title(self, number: int) -> str:
        """What it is called; empty where the capture does not say."""
        found = self.all.get(number)
        return found.title if found is not None else ""

    def tell(self, process: JoinedProcess) -> bool:
        """Take it in, or what became of it. Whether that is new."""
        if self.all.get(process.number) == process:
            return False
        self.all[process.number] = process
        self.revision += 1
        return True

    def read_frame(self, body: memoryview) -> None:
        """Read a frame, which has all of them: the last one counts. Raises ValueError where it is no such list."""
        try:
            listed = json.loads(bytes(body))["processes"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ValueError("the list of processes cannot be read") from None
        found = [_read(each) for each in listed[:MOST]] if isinstance(listed, list) else []
        self.all = {each.number: each for each in found if each is not None}
        self.revision += 1

    def frame(self) -> bytes:
        """The frame that says all of them; nothing where there are none."""
        if not self.all:
            return b""
        told = {"processes": [asdict(each) for each in self.all.values()]}
        return pack_frame(PROCESSES, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def _read(fields: Any) -> JoinedProcess | None:
    try:
        number, title, state = int(fields["number"]), str(fields["title"])[:_LONGEST], str(fields["state"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not 0 <= number < MOST or state not in STATES:
        return None
    # Half a surrogate pair is legal in JSON, and no screen or file can take it.
    return JoinedProcess(number, title.encode("utf-8", "replace").decode(), state)
