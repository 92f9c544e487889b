"""The owner of a run that others have joined: reads their messages, answers, and knows how far their clocks are off.

Lives on the engine's loop, but for `take` and `look`, which are called on the thread that reads the records.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bus.contract import peer_messages
from bus.contract.peer_messages import PeerMessage
from bus.sharing.merging import DeliveryStep, MergedMessage, Merger
from bus.sharing.offset import ClockOffset
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome

MOST_MEMBERS = 1000
TELL_AFTER = 5
"""Messages, before a person is told how its clock goes: by then some were answered."""

TELL_AT_LAST = 40
"""The same, where no answer comes."""

MOST_UNCONFIRMED = 100_000
GONE_S = 5.0
"""A worker that has not written for so long is said to be gone."""

LEFT_S = 15.0
"""After so long nobody waits for what it may still publish; to find a broker that starts again takes less."""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker that has joined, as a person sees it."""

    title: str
    clock: str
    """How far its machine's clock is from ours, as far as that is known."""

    is_gone: bool


class WorkerLost(Exception):
    """What a call ended with whose machine is gone, or the way to it."""

    __module__ = "__main__"  # as the other failures that a scenario's calls end with


class RemoteWorker:
    """What the owner knows of one worker that has joined."""

    def __init__(self, name: str, host: str, merger: Merger) -> None:
        self.name = name
        self.host = host
        self.merger = merger
        self.offset = ClockOffset()
        """Of its run's clock, which began when it joined."""

        self.system: tuple[int, int] | None = None
        """What its run's clock and its machine's have shown at one moment."""

        self.last_number = 0
        """Number of its last message; 0 before the first."""

        self.unconfirmed: OrderedDict[int, str] = OrderedDict()
        """Dispatches that it has emitted, by id, with their event: the broker may have them or not."""

        self.is_told = False
        self.is_gone = False
        self.has_left = False
        self.heard_s = 0.0

    @property
    def title(self) -> str:
        """How people are told of it: "worker w-1a2b3c on host"."""
        return f"worker {self.name} on {self.host}"

    def follow(self, step: DeliveryStep) -> None:
        """What it has emitted, and what the broker has of that."""
        if step.kind == Kind.DISPATCH_EMITTED:
            self.unconfirmed[step.dispatch] = step.name
            if len(self.unconfirmed) > MOST_UNCONFIRMED:
                self.unconfirmed.popitem(last=False)
        elif step.kind in (Kind.CONFIRMED, Kind.DISCARDED):
            self.unconfirmed.pop(step.dispatch, None)


class Owner:
    """The owner's side of a shared run: reads what workers recorded, answers, and watches who is still there."""

    member = ""

    def __init__(
        self,
        scenario: str,
        recorder: Recorder,
        clock_ns: Callable[[], int],
        *,
        is_real_time: Callable[[], bool],
        system_ns: Callable[[], int] = time.time_ns,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """clock_ns: the run's clock, which may stand still. now_s: one that does not."""
        self._now_s = now_s
        self.scenario = scenario
        self._recorder = recorder
        self._clock_ns = clock_ns
        self._system_ns = system_ns
        self._is_real_time = is_real_time
        self._workers: dict[str, RemoteWorker] = {}
        self._merged: deque[MergedMessage] = deque()
        self._refused = 0

    @property
    def joined(self) -> tuple[WorkerStatus, ...]:
        """All that have joined, the first first; may be asked on any thread."""
        workers = list(self._workers.values())
        return tuple(WorkerStatus(each.title, self._about_clock(each), each.is_gone) for each in workers)

    def take(self, most: int = 0) -> bytes:
        """Frames for the trace since the last time, our own first. On the thread that reads the recorder.

        most: about so many facts of our own, 0 for all; where others have sent some they may need all.
        """
        merged = [self._merged.popleft() for _ in range(len(self._merged))]
        recorder = self._recorder
        own = recorder.take(0 if merged else most)  # behind what was popped: names come before what uses them
        return own + b"".join(each.frames(recorder.reserve_blobs(each.blobs)) for each in merged)

    def outgoing(self) -> list[bytes]:
        """None: the owner only answers."""
        return []

    def received(self, body: bytes) -> tuple[list[DeliveryStep], tuple[str, bytes] | None]:
        """What a message says about deliveries, and the answer with whose mailbox it is for."""
        if not body:
            return self._left_behind(), None
        now = self._clock_ns()
        try:
            message = peer_messages.decode(body)
            worker = self._worker(message)
            sent, number = message.number("now"), message.number("number")
            if sent is None or number is None:
                raise ValueError("a message without a time or a number")
            merged = MergedMessage()
            steps: list[DeliveryStep] = []
            # Messages come twice, and where a broker was killed some are missing until they are sent again.
            if number == worker.last_number + 1:
                worker.last_number = number
                self._learn(worker, message, sent, now)
                merged, steps = worker.merger.merge(message.frames, worker.offset.use() if message.frames else 0)
        except ValueError as error:
            self._refused += 1
            if self._refused == 1:
                self._recorder.mark(f"records that came through the broker cannot be read and are left out: {error}")
            return [], None
        if merged.facts or merged.blobs:
            self._merged.append(merged)
        for step in steps:
            worker.follow(step)
        fields = {"sent": sent, "came": now, "now": self._clock_ns(), "number": worker.last_number}
        answer = peer_messages.encode(fields)
        return steps, (worker.name, answer)

    def farewell(self) -> list[tuple[str, bytes]]:
        """The run is over: to everybody."""
        return [(name, peer_messages.encode({"over": True})) for name in self._workers]

    def look(self, *, can_hear: bool) -> bool:
        """Mark who has been silent for long; whether somebody has left for good, as an empty message tells the engine.

        can_hear: our broker can be reached.
        """
        now, is_new = self._now_s(), False
        for worker in list(self._workers.values()):
            if not can_hear:
                worker.heard_s = now
            silence = now - worker.heard_s
            if not worker.is_gone and silence > GONE_S:
                worker.is_gone = True
                self._recorder.mark(f"{worker.title} is gone; what it held goes to others")
                self._end_calls(worker)
            if not worker.has_left and silence > LEFT_S:
                worker.has_left = is_new = True
        return is_new

    def _end_calls(self, worker: RemoteWorker) -> None:
        """Nobody will tell how they ended. Should it come back, what it does with them is done once more elsewhere."""
        lost = WorkerLost(f"{worker.title} is gone")
        for call in list(worker.merger.running):
            self._recorder.call_ended(call, Outcome.FAILED, lost, plain=True)

    def _left_behind(self) -> list[DeliveryStep]:
        """What workers told us before they sent it to the broker, and are gone: nobody will have it.

        Should the broker have it after all, without that we were told, it is delivered and counted from then on.
        """
        steps: list[DeliveryStep] = []
        for worker in self._workers.values():
            if worker.has_left:
                steps += [
                    DeliveryStep(Kind.DISCARDED, dispatch, event) for dispatch, event in worker.unconfirmed.items()
                ]
                worker.unconfirmed.clear()
        return steps

    def _worker(self, message: PeerMessage) -> RemoteWorker:
        name = message.member
        if not name:
            raise ValueError("a message from nobody")
        found = self._workers.get(name)
        if found is None:
            if len(self._workers) >= MOST_MEMBERS:
                raise ValueError(f"more than {MOST_MEMBERS} workers")
            host = str(message.fields.get("host", ""))[:200]
            title = f"{name}@{host}"
            merger = Merger(self._recorder, lambda lane: f"{title} {lane}")
            found = self._workers[name] = RemoteWorker(name, host, merger)
        found.heard_s, found.is_gone, found.has_left = self._now_s(), False, False
        return found

    def _learn(self, worker: RemoteWorker, message: PeerMessage, sent: int, now: int) -> None:
        if not self._is_real_time():
            worker.offset = ClockOffset()  # where time jumps here, what comes has happened now
        worker.offset.arrived(sent, now)
        system = message.number("system")
        worker.system = (sent, system) if system is not None else None
        echo = message.fields.get("echo")
        if isinstance(echo, list) and len(echo) == 4 and all(type(each) is int for each in echo):
            worker.offset.exchanged(*echo)
        known = worker.offset.error is not None and worker.last_number >= TELL_AFTER
        if not worker.is_told and (known or worker.last_number >= TELL_AT_LAST):
            worker.is_told = True
            self._recorder.mark(f"{worker.title} has joined; {self._about_clock(worker)}")

    def _about_clock(self, worker: RemoteWorker) -> str:
        if not self._is_real_time():
            return "time is simulated here: what it does is shown when it is heard of"
        if worker.system is None:
            return "how its clock goes is not known"
        then, system = worker.system
        ours = self._system_ns() - (self._clock_ns() - (then + worker.offset.value))
        ahead = (system - ours) / 1e6
        error = worker.offset.error
        about = "" if error is None else f", give or take {error / 1e6:.2f} ms"
        return f"its clock is {abs(ahead):,.2f} ms {'ahead of' if ahead > 0 else 'behind'} ours{about}"
