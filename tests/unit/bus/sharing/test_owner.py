"""Messages of workers become records of the run, whatever is in them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bus.contract import peer_messages
from bus.sharing.merging import FIRST_ID, first_id
from bus.sharing.owner import GONE_S, LEFT_S, Owner
from bus.sharing.worker_peer import MOST_UNANSWERED, WorkerPeer
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome
from tests.helpers.told import logged


class Here:
    """A run's owner with a trace, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 5_000
        self.seconds = 1_000.0
        self.recorder = Recorder(clock_ns=self.clock)
        self.owner = Owner(
            "scenario",
            self.recorder,
            self.clock,
            is_real_time=lambda: True,
            system_ns=lambda: self.now + 10**18,
            now_s=lambda: self.seconds,
        )
        self.trace = Trace()

    def clock(self) -> int:
        return self.now

    def pump(self) -> None:
        self.trace.feed(self.owner.take())
        assert not self.trace.damage

    def marks(self) -> list[str]:
        return logged(self.trace)


class There:
    """A worker, whose run's clock is 1 ms ahead, and its machine's 3 ms."""

    def __init__(self, here: Here, name: str = "w-1", most_unanswered: int = MOST_UNANSWERED) -> None:
        self.here = here
        self.recorder = Recorder(clock_ns=self.clock)
        base = first_id()
        self.recorder.next_id = iter(range(base, base + 10**6)).__next__
        self.member = WorkerPeer(
            name, self.recorder.take, self.clock, lambda: here.now + 10**18 + 3_000_000, most_unanswered
        )

    def clock(self) -> int:
        return self.here.now + 1_000_000

    def handle(self, dispatch: int, fails: bool = False) -> int:
        """A call of an event, with a nested emit."""
        recorder = self.recorder
        call = recorder.next_id()
        queue = recorder.queue("h")
        recorder.delivery(Kind.DELIVERED, dispatch, queue, call, 1, recorder.here(), "offset 1")
        recorder.call_started(call, dispatch, recorder.handler("h", "f.yaml", 3, "a"), recorder.here())
        nested = recorder.next_id()
        recorder.dispatch(nested, call, recorder.event("b"), recorder.here(), 0, {"n": call}, True, Flag.DURABLE)
        recorder.call_ended(call, Outcome.FAILED if fails else Outcome.OK, ValueError("no") if fails else None)
        recorder.delivery(Kind.ACKNOWLEDGED, dispatch, queue, call, 1, recorder.here())
        return call

    def send(self) -> list[Kind]:
        """A message there and its answer back; what the owner hears of deliveries."""
        return self.receive(self.member.outgoing())

    def receive(self, messages: list[bytes]) -> list[Kind]:
        """Messages arrive, and are answered."""
        heard = []
        for message in messages:
            steps, answer = self.here.owner.received(message)
            assert answer is not None
            assert answer[0] == self.member.member
            self.member.received(answer[1])
            heard += [step.kind for step in steps]
        return heard


def emitted(here: Here) -> int:
    recorder = here.recorder
    dispatch = recorder.next_id()
    recorder.dispatch(dispatch, 0, recorder.event("a"), recorder.here(), 1, {"id": dispatch}, True, Flag.DURABLE)
    return dispatch


def test_calls_of_a_worker_are_calls_of_the_run() -> None:
    here = Here()
    there = There(here)
    there.send()
    there.send()
    dispatch = emitted(here)
    here.now += 300
    call = there.handle(dispatch, fails=True)
    assert there.send() == [Kind.DELIVERED, Kind.DISPATCH_EMITTED, Kind.ACKNOWLEDGED]
    here.pump()
    trace = here.trace
    assert trace.calls.id.tolist() == [call]
    assert trace.calls.started_ns.tolist() == [5_300]
    assert trace.names.text(int(trace.calls.handler[0])) == "h"
    assert trace.names.place(int(trace.calls.handler[0])) == ("f.yaml", 3)
    assert "w-1@" in trace.names.text(int(trace.calls.lane[0]))
    assert trace.dispatches.parent_call.tolist() == [0, call]
    assert trace.payload(1).value == {"n": call}
    error = trace.error(0)
    assert error is not None
    assert error.message == "no"


def test_two_workers_at_once_and_our_own_records_keep_their_payloads_apart() -> None:
    here = Here()
    workers = [There(here, f"w-{number}") for number in range(3)]
    rng = random.Random(4)
    expected = {}
    for _ in range(200):
        here.now += 10
        dispatch = emitted(here)
        expected[dispatch] = {"id": dispatch}
        worker = rng.choice(workers)
        worker.handle(dispatch)
        if rng.random() < 0.4:
            rng.choice(workers).send()
        if rng.random() < 0.3:
            here.pump()
    for worker in workers:
        worker.send()
    here.pump()
    trace = here.trace
    assert (len(trace.dispatches), len(trace.calls)) == (400, 200)
    for row, ident in enumerate(trace.dispatches.id.tolist()):
        parent = int(trace.dispatches.parent_call[row])
        assert trace.payload(row).value == (expected[ident] if ident < FIRST_ID else {"n": parent})
    assert set(trace.calls.outcome.tolist()) == {Outcome.OK}
    assert len(np.unique(trace.calls.id)) == 200


def test_a_letter_that_comes_twice_counts_once() -> None:
    here = Here()
    there = There(here)
    there.handle(emitted(here))
    (message,) = there.member.outgoing()
    assert here.owner.received(message)[0]
    assert here.owner.received(message)[0] == []
    here.pump()
    assert len(here.trace.calls) == 1


def test_letters_that_a_broker_lost_are_sent_again_and_read_in_order() -> None:
    here = Here()
    there = There(here)
    lost = []
    for _ in range(5):
        there.handle(emitted(here))
        lost += there.member.outgoing()
    there.handle(emitted(here))
    late = there.member.outgoing()
    assert there.receive([lost[0], *late]) == [Kind.DELIVERED, Kind.DISPATCH_EMITTED, Kind.ACKNOWLEDGED]
    assert there.send() == []  # it waits for an answer for some time
    here.now += 3 * 10**9
    assert there.send().count(Kind.ACKNOWLEDGED) == 5
    here.now += 10 * 10**9
    assert len(there.member.outgoing()) == 1  # that it lives
    here.pump()
    assert len(here.trace.calls) == 6
    assert all(here.trace.names.text(int(name)) for name in here.trace.calls.handler)


def test_a_worker_that_nobody_answers_knows_when_it_keeps_too_much() -> None:
    here = Here()
    there = There(here, most_unanswered=6_000)
    for _ in range(20):
        there.handle(emitted(here))
        there.member.outgoing()
    assert there.member.is_unheard
    here.now += 60 * 10**9
    there.send()
    assert not there.member.is_unheard


def test_joining_and_going_are_said() -> None:
    here = Here()
    there = There(here)
    for _ in range(8):
        here.now += 1000
        there.send()
    here.pump()
    assert len(here.marks()) == 1
    assert "worker w-1 on " in here.marks()[0]
    assert "its clock is 3.00 ms ahead of ours" in here.marks()[0]
    assert [each.is_gone for each in here.owner.joined] == [False]
    assert here.owner.farewell()[0][0] == "w-1"
    there.member.received(here.owner.farewell()[0][1])
    assert there.member.is_over


@pytest.mark.parametrize("seed", range(40))
def test_hostile_letters_are_left_out(seed: int) -> None:
    here, rng = Here(), random.Random(seed)
    there = There(here)
    there.handle(emitted(here))
    (good,) = there.member.outgoing()
    there.handle(emitted(here))
    body = bytearray(there.member.outgoing()[-1])
    here.owner.received(good)
    for _ in range(1 + seed % 5):
        body[rng.randrange(len(body))] = rng.randrange(256)
    for wrong in (
        b"",
        b"\n",
        b"[]\n",
        b"{}\n",
        b'{"member": "x y"}\n',
        b"[" * 5000 + b"\n",
        bytes(body),
        bytes(body[:-7]),
    ):
        here.owner.received(wrong)
    here.pump()
    assert len(here.trace.calls) >= 1
    assert sum("cannot be read" in mark for mark in here.marks()) <= 1


def test_what_is_no_letter_is_refused() -> None:
    for wrong in (b"", b"x" * 100_000, b"{}", b"[1]\n", b"\xff\n"):
        with pytest.raises(ValueError, match=r"."):
            peer_messages.decode(wrong)


def test_it_knows_who_has_joined_how_their_clocks_go_and_who_is_gone() -> None:
    here = Here()
    there, other = There(here), There(here, "w-2")
    assert here.owner.joined == ()
    for _ in range(3):
        there.send()
    (first,) = here.owner.joined
    assert first.title.startswith("worker w-1 on ")
    assert first.clock.startswith("its clock is 3.00 ms ahead of ours, give or take ")
    assert not first.is_gone
    here.seconds += GONE_S + 1
    here.owner.look(can_hear=True)
    other.send()
    assert [each.is_gone for each in here.owner.joined] == [True, False]


def test_calls_that_ran_on_a_worker_that_is_gone_have_ended() -> None:
    here = Here()
    there = There(here)
    there.handle(emitted(here))
    recorder, dispatch = there.recorder, emitted(here)
    call = recorder.next_id()
    recorder.call_started(call, dispatch, recorder.handler("h", "f.yaml", 3, "a"), recorder.here())
    there.send()
    here.seconds += GONE_S + 1
    here.owner.look(can_hear=True)
    here.pump()
    calls = here.trace.calls
    row = calls.row_of(call)
    assert calls.outcome.tolist() == [Outcome.OK, Outcome.FAILED]
    error = here.trace.error(row)
    assert error is not None
    assert (error.type, "w-1" in error.message) == ("WorkerLost", True)


def test_what_a_gone_worker_told_us_alone_is_left_behind_once() -> None:
    """The broker may never have had it: nobody waits for it any more. What it has confirmed stays."""
    here = Here()
    there = There(here)
    there.handle(emitted(here))
    there.send()
    lost = there.handle(emitted(here)) + 1
    kept = there.handle(emitted(here)) + 1
    there.recorder.delivery(Kind.CONFIRMED, kept, there.recorder.event("b"))
    there.recorder.delivery(Kind.CONFIRMED, lost - 2, there.recorder.event("b"))
    there.send()
    assert here.owner.received(b"") == ([], None)
    assert not here.owner.look(can_hear=True)
    here.seconds += LEFT_S + 1
    assert here.owner.look(can_hear=True)
    assert not here.owner.look(can_hear=True)
    steps, answer = here.owner.received(b"")
    assert answer is None
    assert [(step.kind, step.dispatch, step.name) for step in steps] == [(Kind.DISCARDED, lost, "b")]
    assert here.owner.received(b"") == ([], None)
