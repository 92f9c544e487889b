"""One run whose engine is in a process of its own, as a session holds it (RunHandle).

What the process reports comes some milliseconds after a command. Until then the state is what the command makes of it,
as it would be at once where the engine is on a thread.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bus.behaviour.plain import plain
from bus.engine_process import messages
from bus.engine_process.messages import Report
from bus.engine_process.process import EngineProcess
from bus.engine_process.remote_hand import RemoteHand
from bus.engine_process.unread import Unread
from bus.run.order import Order
from bus.runtime.clock import shown_at
from bus.runtime.gate import Step
from bus.runtime.state import EngineState, Phase
from bus.scenario import Document
from buslens.records import FACT

GIVEN_UP = "the engine did not end, so its process was ended by force"

_STANDS: Mapping[Phase, Phase] = {"starting": "paused", "running": "paused"}
_GOES_ON: Mapping[Phase, Phase] = {"paused": "running"}
_HAS_WORK: Mapping[Phase, Phase] = {"finished": "running"}
_ENDS: Mapping[Phase, Phase] = {
    "starting": "stopping",
    "running": "stopping",
    "paused": "stopping",
    "finished": "stopping",
}
_STAYS: Mapping[Phase, Phase] = {}


class RemoteRun:
    """All methods belong to one thread, and none of them waits but `join`."""

    def __init__(self, process: EngineProcess, document: Document, order: Order, *, trusted: bool) -> None:
        """The process is free. trusted: whether the Python of this document may run."""
        self._process = process
        self._unread = process.begin()
        self._document = document
        self._order = order
        self._trusted = trusted
        self._records = True
        self._speed = order.speed
        self._sent = 0
        """Number of the last command."""

        self._backlog = 0
        """Pieces that are left of those that were there when somebody began to take them."""

        self.by_hand = RemoteHand(self._tell_begun, partial(self._tell, becomes=_HAS_WORK))
        """Breakpoints, and what is held at them."""

        phase: Phase = "paused" if order.paused else "starting"
        self._expected = phase
        """What the last command has made of its phase, until the process says."""

        state = EngineState(phase, order.engine, order.seed, order.speed)
        self._report = Report(state, (0, 0, 0.0), 0, over=False)

    @property
    def alive(self) -> bool:
        """Whether more may come of it than has come."""
        return not self._unread.ended.is_set()

    @property
    def back_pressure(self) -> Unread:
        """What keeps the engine from recording more than is read."""
        return self._unread

    @property
    def has_more(self) -> bool:
        """Whether the last `take` has left records for the next one."""
        return self._backlog > 0 or (not self.alive and self._unread.frames > 0)

    def start(self) -> None:
        """Begin."""
        self._tell(
            "begin",
            order=messages.packed_order(self._order),
            trusted=self._trusted_hash(self._trusted),
            records=self._records,
            breakpoints=self.by_hand.packed,
            pid=os.getpid(),
            process=os.path.basename(sys.argv[0]) if sys.argv else "",
            **_told(self._document),
        )

    def stop(self) -> None:
        """End as soon as possible; whatever waits or stands is released."""
        self._unread.unbound()
        self._tell("stop", _ENDS)

    def join(self, timeout: float) -> bool:
        """Wait so many seconds at most for its end; whether it has ended."""
        return self._unread.ended.wait(timeout)

    def give_up(self) -> str:
        """It was told to end and has not: end its process."""
        self._process.kill()
        return GIVEN_UP

    def pause(self) -> None:
        """Stop before whatever comes next."""
        self._tell("pause", _STANDS)

    def resume(self) -> None:
        """Let it go on."""
        self._tell("resume", _GOES_ON)

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""
        self._tell("step", _GOES_ON, step=step.value)

    def record(self, on: bool) -> None:
        """Keep records from now on, or keep none."""
        self._records = on
        if self._sent:
            self._tell("record", on=on)

    def set_speed(self, speed: float) -> None:
        """From now on: times real time, math.inf where waits cost nothing."""
        self._speed = speed
        self._tell("set_speed", speed=speed)

    def trust(self, trusted: bool) -> None:
        """Whether the Python of the scenario, as it is applied now, may run from the next step on."""
        self._tell("trust", trusted=self._trusted_hash(trusted))

    def apply(self, document: Document) -> None:
        """Follow the edited scenario, from now on."""
        self._document = document
        self._tell("apply", **_told(document))

    def emit(
        self, event: str, payload: Any, times: int, per_second: float | None, *, against_schema: bool = False
    ) -> None:
        """Put an event on the bus by hand, as soon as the engine has time."""
        value, _ = plain(payload)
        rate = {"per_second": per_second, "against_schema": against_schema}
        self._tell("emit", _HAS_WORK, event=event, payload=value, times=times, **rate)

    def take(self, most: int = 0) -> bytes:
        """Frames of what was recorded since the last time; about `most` facts, 0 for all that has come."""
        if not self._backlog:
            self._backlog = self._unread.frames
        pieces: list[bytes] = []
        room = most * FACT.size if most else sys.maxsize
        self._take_reports()
        while room > 0 and (piece := self._unread.piece()) is not None:
            pieces.append(piece)
            room -= len(piece)
            self._backlog -= 1
            self._take_reports()
        self._backlog = max(self._backlog, 0) if room <= 0 else 0
        return b"".join(pieces)

    def state(self) -> EngineState:
        """What it is doing, as of the last record that was taken."""
        report = self._report
        state = replace(report.state, virtual_ns=shown_at(report.pace, time.monotonic_ns()))
        if self._unread.lost and not self._unread.frames:
            told = f"the engine's process {self._unread.lost}; what it had recorded until then is kept"
            state = replace(state, held=(), held_count=0, queue=(), next_stop=None)
            return replace(state, phase="failed", message=told, waits_for="", trouble="")
        if report.heard < self._sent:
            state = replace(state, speed=self._speed)
            if state.phase != self._expected:
                state = replace(state, phase=self._expected, queue=(), next_stop=None)
        return state

    def _take_reports(self) -> None:
        while (report := self._unread.report()) is not None:
            self._report = report

    def _tell(self, do: str, becomes: Mapping[Phase, Phase] = _STAYS, **said: Any) -> None:
        phase = self.state().phase
        self._expected = becomes.get(phase, phase)
        self._sent += 1
        self._process.tell(messages.packed_command(self._sent, do, said))

    def _tell_begun(self, do: str, **said: Any) -> None:
        if self._sent:  # the command that begins it says the rest
            self._tell(do, **said)

    def _trusted_hash(self, trusted: bool) -> str:
        """Which text's Python may run; none: ""."""
        return self._document.content_hash if trusted else ""


def _told(document: Document) -> dict[str, Any]:
    return {"texts": document.texts.as_json(), "file": str(Path(document.path).absolute()) if document.path else ""}
