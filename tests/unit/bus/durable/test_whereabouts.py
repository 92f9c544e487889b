"""What is in flight where others share the work, heard of late, twice, or from brokers that were cut off."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bus.contract.delivery import Awaited
from bus.durable.whereabouts import Whereabouts
from bus.sharing.merging import FIRST_ID, DeliveryStep
from buslens.records import Kind

HEARERS = {"a": ["h", "g"], "b": ["h"]}


class Ours:
    """The owner's view."""

    def __init__(self) -> None:
        self.expected: Counter[tuple[str, str]] = Counter()
        self.of = Whereabouts(lambda event: HEARERS.get(event, []), self.expect)

    def expect(self, consumer: str, event: str, change: int) -> None:
        self.expected[consumer, event] += change
        assert self.expected[consumer, event] >= 0

    def in_flight(self) -> int:
        return self.expected.total() + self.of.with_others


class Run:
    """An owner and two workers on a broker that delivers at least once; their letters come late, but all of them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.ours = Ours()
        self.queue: list[tuple[int, str, str]] = []
        """Dispatch, event and consumer."""

        self.here: list[tuple[int, str, str, Awaited]] = []
        self.there: list[list[tuple[int, str, str]]] = [[], []]
        self.letters: list[list[DeliveryStep]] = [[], []]
        self.ids = [1, FIRST_ID, 2 * FIRST_ID]
        self.handled: set[tuple[int, str]] = set()
        self.emitted: dict[tuple[int, str], str] = {}

    def emit(self, by: int) -> None:
        event = self.rng.choice(list(HEARERS))
        self.ids[by] += 1
        dispatch = self.ids[by]
        if by:
            self.letters[by - 1].append(DeliveryStep(Kind.DISPATCH_EMITTED, dispatch, event))
        else:
            self.ours.of.emitted(dispatch, event, HEARERS[event])
        self.queue += [(dispatch, event, name) for name in HEARERS[event]]
        self.emitted |= {(dispatch, name): event for name in HEARERS[event]}

    def take(self, by: int) -> None:
        one = self.queue.pop(self.rng.randrange(len(self.queue)))
        dispatch, event, name = one
        if by:
            self.there[by - 1].append(one)
            self.letters[by - 1].append(DeliveryStep(Kind.DELIVERED, dispatch, name, 1))
            return
        while not self.ours.of.knows(dispatch):
            self.hear()
        self.here.append((*one, self.ours.of.taken(dispatch, name, event)))

    def finish(self, by: int, ok: bool) -> None:
        if by:
            dispatch, event, name = self.there[by - 1].pop(0)
            self.letters[by - 1].append(DeliveryStep(Kind.ACKNOWLEDGED if ok else Kind.REJECTED, dispatch, name, 1))
        else:
            dispatch, event, name, awaited = self.here.pop(0)
            if ok:
                self.ours.of.settled(dispatch, name, event)
            else:
                self.ours.of.again(dispatch, name, event, awaited)
        if ok:
            self.handled.add((dispatch, name))
        else:
            self.queue.append((dispatch, event, name))

    def cut_off(self, by: int) -> None:
        """All that it holds comes again, to anybody; it says nothing of that."""
        if by:
            self.queue += self.there[by - 1]
            self.there[by - 1].clear()
            return
        for dispatch, event, name, awaited in self.here:
            self.ours.of.again(dispatch, name, event, awaited)
            # A copy of what is settled may be settled on the broker meanwhile, and is nobody's any more.
            if awaited is not Awaited.NOT or self.rng.random() < 0.5:
                self.queue.append((dispatch, event, name))
        self.here.clear()

    def copy(self) -> None:
        """The broker brings once more what was acknowledged, or has it twice."""
        (dispatch, name), event = self.rng.choice(list(self.emitted.items()))
        self.queue.append((dispatch, event, name))

    def hear(self) -> None:
        """The next letter of each."""
        for letters in self.letters:
            if letters:
                self.ours.of.heard(letters.pop(0))


@pytest.mark.parametrize("seed", range(200))
def test_a_run_is_over_when_all_is_settled_and_not_before(seed: int) -> None:
    run = Run(seed)
    for _ in range(400):
        what, by = run.rng.random(), run.rng.randrange(3)
        if what < 0.25:
            run.emit(by)
        elif what < 0.55 and run.queue:
            run.take(by)
        elif what < 0.8 and (run.there[by - 1] if by else run.here):
            run.finish(by, ok=run.rng.random() < 0.8)
        elif what < 0.83:
            run.cut_off(by)
        elif what < 0.85 and run.emitted:
            run.copy()
        elif what < 0.95:
            run.hear()
        known = {key for key in run.emitted if run.ours.of.knows(key[0])}
        if known - run.handled:
            assert run.ours.in_flight() + len(run.here) > 0
    while run.queue or run.here or any(run.there):
        by = run.rng.randrange(3)
        if run.queue:
            run.take(by)
        if run.there[by - 1] if by else run.here:
            run.finish(by, ok=True)
    while any(run.letters):
        run.hear()
    assert run.ours.in_flight() == 0


def test_what_the_broker_has_counted_is_waited_for_whatever_we_knew() -> None:
    """It may have two copies of one event, published again after a connection was lost."""
    ours = Ours()
    ours.of.emitted(1, "a", ["h", "g"])
    ours.of.emitted(2, "a", ["h", "g"])
    ours.of.taken(1, "h", "a")
    ours.of.counted([("h", "a", 3), ("g", "a", 1)])
    assert ours.expected == {("h", "a"): 3, ("g", "a"): 1}
    for _ in range(2):
        assert ours.of.taken(1, "h", "a") is Awaited.AS_ONE_OF_MANY
    ours.of.again(1, "h", "a", Awaited.AS_ONE_OF_MANY)
    for _ in range(2):
        assert ours.of.taken(2, "h", "a") is Awaited.AS_ONE_OF_MANY
    assert ours.of.taken(2, "h", "a") is Awaited.NOT
    assert ours.in_flight() == 1
    ours.of.settled(2, "h", "a")
    ours.of.refused(3, "a", ["g"])
    assert ours.in_flight() == 0
    ours.of.emitted(4, "b", ["h"])
    assert ours.of.taken(4, "h", "b") is Awaited.BY_NAME


def test_nothing_is_on_its_way_to_whoever_has_stopped_listening() -> None:
    ours = Ours()
    ours.of.waits("h", "a", 5)
    ours.of.emitted(1, "a", ["h", "g"])
    ours.of.emitted(2, "b", ["h"])
    ours.of.unheard("h", "a")
    assert +ours.expected == {("g", "a"): 1, ("h", "b"): 1}


def test_a_late_letter_about_what_is_settled_leaves_nothing_in_flight() -> None:
    """Kafka takes a partition from a worker that had an event and told us late; we have handled it meanwhile."""
    ours = Ours()
    ours.of.emitted(1, "b", ["h"])
    ours.of.taken(1, "h", "b")
    ours.of.settled(1, "h", "b")
    ours.of.heard(DeliveryStep(Kind.DELIVERED, 1, "h", 1))
    ours.of.heard(DeliveryStep(Kind.REJECTED, 1, "h", 1))
    assert ours.in_flight() == 0


def test_what_its_worker_took_along_is_not_waited_for() -> None:
    ours = Ours()
    ours.of.heard(DeliveryStep(Kind.DISPATCH_EMITTED, FIRST_ID, "a"))
    assert ours.in_flight() == 2
    ours.of.heard(DeliveryStep(Kind.DISCARDED, FIRST_ID, "a"))
    assert ours.in_flight() == 0
    assert not ours.of.knows(FIRST_ID)


def test_what_somebody_else_has_sent_comes_again_where_it_fails() -> None:
    """It was not expected the first time; the second time it is, though it has another name then."""
    ours = Ours()
    assert ours.of.taken(0, "h", "b") is Awaited.AS_ONE_OF_MANY
    ours.of.again(77, "h", "b", Awaited.AS_ONE_OF_MANY)
    assert ours.in_flight() == 1
    assert ours.of.taken(0, "h", "b") is Awaited.AS_ONE_OF_MANY
    ours.of.settled(78, "h", "b")
    assert ours.in_flight() == 0


def test_a_copy_of_what_is_settled_is_not_waited_for_when_it_goes_back() -> None:
    """Its worker was cut off after it had told us, and committed it at last: the copy that we had never comes again."""
    ours = Ours()
    ours.of.emitted(1, "b", ["h"])
    ours.of.heard(DeliveryStep(Kind.DELIVERED, 1, "h", 1))
    ours.of.heard(DeliveryStep(Kind.ACKNOWLEDGED, 1, "h", 1))
    awaited = ours.of.taken(1, "h", "b")
    ours.of.again(1, "h", "b", awaited)
    assert ours.in_flight() == 0
