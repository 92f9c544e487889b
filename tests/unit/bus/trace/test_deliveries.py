"""What brokers say becomes of a dispatch: confirmed, kept, delivered again, lost with a reason."""

from __future__ import annotations

from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome


class Broker:
    """Records what a broker would do with one dispatch."""

    def __init__(self, handlers: int) -> None:
        self.recorder = Recorder(clock_ns=lambda: 7)
        self.trace = Trace()
        self.queue = self.recorder.queue("orders")
        self.dispatch = self.recorder.next_id()
        self.recorder.dispatch(
            self.dispatch, 0, self.recorder.event("a"), 0, handlers, None, has_payload=False, flags=Flag.DURABLE
        )

    def says(self, kind: Kind, note: str = "") -> None:
        self.recorder.delivery(kind, self.dispatch, self.queue, note=note)

    def call(self, attempt: int, outcome: Outcome) -> None:
        call = self.recorder.next_id()
        self.recorder.call_started(call, self.dispatch, self.recorder.handler("h"), 0, attempt)
        assert self.outcome is Outcome.RUNNING
        self.recorder.call_ended(call, outcome)

    @property
    def outcome(self) -> Outcome:
        self.trace.feed(self.recorder.take())
        return Outcome(int(self.trace.dispatches.outcome[0]))


def test_without_a_subscriber_it_is_under_way_then_kept_and_never_lost() -> None:
    broker = Broker(0)
    assert broker.outcome is Outcome.RUNNING
    broker.says(Kind.CONFIRMED)
    broker.says(Kind.ENQUEUED)
    assert broker.outcome is Outcome.KEPT
    broker.call(1, Outcome.OK)
    assert broker.outcome is Outcome.OK


def test_what_the_broker_refuses_is_lost_and_the_reason_is_kept() -> None:
    for handlers in (0, 2):
        broker = Broker(handlers)
        broker.says(Kind.DISCARDED, "no queue is bound to it")
        assert broker.outcome is Outcome.LOST
        assert broker.trace.blobs.note(int(broker.trace.deliveries.view("note")[0])) == "no queue is bound to it"


def test_between_two_attempts_it_has_not_ended() -> None:
    broker = Broker(1)
    broker.says(Kind.ENQUEUED)
    broker.call(1, Outcome.FAILED)
    broker.says(Kind.REJECTED)
    assert broker.outcome is Outcome.RUNNING
    broker.says(Kind.REDELIVERED)
    broker.call(2, Outcome.FAILED)
    broker.says(Kind.REJECTED)
    broker.says(Kind.DEAD_LETTERED)
    assert broker.outcome is Outcome.FAILED
    assert broker.trace.dispatches.open.tolist() == [0]
