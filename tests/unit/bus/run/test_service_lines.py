"""Who works, waits, is dropped or refused, whatever a call is that waits."""

from __future__ import annotations

from typing import Any

from bus.run.service_lines import Arrival, ServiceLine, services_blocking
from bus.scenario import loads
from bus.scenario.services import Service, ServiceQueue
from buslens.records import Decided, Kind


class Said:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.kinds: list[Kind | Decided] = []

    def say(self, kind: Any, *_: object, **__: object) -> None:
        self.kinds.append(kind)


class Waiting:
    """A call that waits."""

    def __init__(self, call: int, *, is_over: bool = False) -> None:
        self.call, self.is_over = call, is_over
        self.worker: int | None = -1
        self.places = 0

    def turn(self, worker: int | None) -> None:
        self.worker = worker

    def taken(self) -> None:
        self.places += 1


def line(**queue: Any) -> tuple[ServiceLine, Said]:
    said = Said()
    return ServiceLine("s", Service(queue=ServiceQueue(**queue)), said, said), said


def test_a_worker_that_is_given_back_goes_to_who_waits_longest_and_is_still_there() -> None:
    queue, _ = line(limit=3)
    assert queue.come(1) == 0
    waiting = [Waiting(call, is_over=call == 2) for call in (2, 3)]
    for each in waiting:
        assert queue.come(each.call) is Arrival.WAITS
        queue.wait(each)
    queue.give_back(0)
    assert [each.worker for each in waiting] == [-1, 0]


def test_the_door_of_a_full_queue_moves_up() -> None:
    queue, said = line(limit=1)
    queue.come(1)
    waiting = [Waiting(2), Waiting(3), Waiting(4, is_over=True)]
    for each in waiting:
        queue.come(each.call)
        queue.wait(each)
    assert queue.last_at_door is waiting[2]
    queue.give_back(0)
    assert [each.places for each in waiting] == [2, 1, 0]
    assert said.kinds.count(Decided.BLOCKED) == 2
    queue.give_back(0)
    assert queue.last_at_door is None


def test_a_full_queue_drops_the_oldest_or_refuses() -> None:
    queue, _ = line(limit=1, overflow="drop_oldest")
    queue.come(1)
    oldest = Waiting(2)
    queue.come(2)
    queue.wait(oldest)
    assert queue.come(3) is Arrival.WAITS
    assert oldest.worker is None
    assert [line(limit=0, overflow=each)[0].come(1) for each in ("drop_oldest", "reject")] == [0, 0]
    queue, _ = line(limit=0, overflow="reject")
    assert [queue.come(1), queue.come(2)] == [0, Arrival.REFUSED]


def test_only_queues_that_block_let_an_emitter_wait() -> None:
    scenario = loads(
        "buslens: 1\nevents: {a: {}}\nservices: {s: {queue: {limit: 1}}, t: {queue: {limit: 1, overflow: reject}}}\n"
        "handlers: {h: {on: a, service: s}, g: {on: a, service: t}, f: {on: a, service: s}}\n"
    ).scenario
    assert services_blocking("a", scenario) == ("s",)
