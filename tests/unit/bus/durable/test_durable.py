"""What every durable engine does, whatever its broker: shown with a broker that does what a test tells it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, ClassVar

import pytest

from bus.analysis import ledger
from bus.contract.delivery import (
    Bound,
    Broker,
    BrokerFailed,
    Confirmed,
    ConnectionLost,
    ConnectionRestored,
    Delivered,
    Delivery,
    Died,
    Message,
    News,
    Refused,
    Settled,
    Tell,
)
from bus.contract.protocol import ConsumerDied, ConsumerOptions, EngineContext
from bus.contract.spec import EngineSpec
from bus.durable.durable import DurableEngine
from bus.errors import UserError
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome


class Script:
    """A broker that notes what it is asked, and answers only what a test says."""

    keeps_order: ClassVar[bool] = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.closed = False

    async def open(self, run: str, tell: Tell) -> None:
        self.run = run
        self.tell = tell

    def publish(self, message: Message) -> None:
        self.asked.append(("publish", message))

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        self.tell([Bound(consumer, event, 0)])

    def unbind(self, consumer: str, event: str) -> None:
        self.asked.append(("unbind", event))

    def acknowledge(self, delivery: Delivery) -> None:
        self._settle("acknowledge", delivery)

    def retry(self, delivery: Delivery) -> None:
        self._settle("retry", delivery)

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        self._settle("dead_letter", delivery)

    def release(self, delivery: Delivery) -> None:
        self._settle("release", delivery)

    def die(self, delivery: Delivery) -> None:
        self.asked.append(("die", delivery))

    async def close(self, *, clean: bool) -> None:
        self.closed = clean

    def _settle(self, what: str, delivery: Delivery) -> None:
        self.asked.append((what, delivery))
        self.tell([Settled(delivery)])


class RealTime:
    """A clock that nobody stops."""

    workers = 0

    def __init__(self) -> None:
        self.holds = 0

    def time_ns(self) -> int:
        return 0

    def work_began(self) -> None: ...

    def work_ended(self) -> None: ...

    def hold(self) -> None: ...

    def unhold(self) -> None: ...

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1


class Scripted(DurableEngine):
    spec: ClassVar[EngineSpec] = EngineSpec("scripted", "for tests", make=DurableEngine, is_durable=True)

    def __init__(self) -> None:
        super().__init__()
        self.script = Script()
        self.clock = RealTime()
        self.recorder = Recorder(clock_ns=lambda: 0)
        self.seen = Trace()

    def make_broker(self) -> Broker:
        return self.script

    def asked(self, *what: str) -> list[Any]:
        return [about for name, about in self.script.asked if name in what]

    def trace(self) -> Trace:
        self.seen.feed(self.recorder.take())
        return self.seen

    def kinds(self) -> list[str]:
        return [Kind(int(kind)).name for kind in self.trace().deliveries.view("kind")]

    async def hears(self, *news: News) -> None:
        """Tell it, and let it do what it does at once."""
        self.script.tell(news)
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def engine() -> AsyncIterator[Scripted]:
    engine = Scripted()
    await engine.open(EngineContext(asyncio.get_running_loop(), engine.clock, engine.recorder, lambda event: None))
    yield engine
    await engine.close()
    assert engine.script.closed
    assert engine.clock.holds == 0


class Handler:
    """Fails while it is told to."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.raises: Callable[[Any], Exception | None] = lambda payload: None

    async def __call__(self, *payload: Any) -> None:
        self.got.append(*payload or [None])
        error = self.raises(self.got[-1])
        if error is not None:
            raise error


def handed(body: bytes = b"1", attempt: int = 1, **attributes: str) -> Delivery:
    return Delivery("Handler", "a", attributes, body, attempt, f"tag {body[:5]!r}")


async def test_what_the_broker_refuses_is_lost_for_all_with_its_reason(engine: Scripted) -> None:
    engine.subscribe("a", Handler(), once=False)
    engine.emit("a", 1)
    engine.emit("b")
    messages = engine.asked("publish")
    assert [message.body for message in messages] == [b"1", b""]
    assert engine.in_flight() > 0
    await engine.hears(*(Refused(message, "no route") for message in messages))
    assert engine.in_flight() == 0
    assert engine.trace().dispatches.outcome.tolist() == [Outcome.LOST] * 2
    assert ledger.of_trace(engine.trace()).why["lost"] == (("no route", 2),)


async def test_no_time_passes_at_full_speed_until_the_broker_has_answered_and_delivered(engine: Scripted) -> None:
    engine.subscribe("a", Handler(), once=False)
    await engine.hears()
    assert engine.clock.holds == 0
    engine.emit("a", 1)
    assert engine.clock.holds == 1
    (message,) = engine.asked("publish")
    await engine.hears(Confirmed(message, "offset 1"))
    assert engine.clock.holds == 1
    await engine.hears(Delivered(handed(**message.attributes)))
    assert engine.clock.holds == 0
    assert engine.kinds() == ["CONFIRMED", "ENQUEUED", "DELIVERED", "ACKNOWLEDGED"]


async def test_a_broker_that_is_gone_ends_the_run_with_its_reason(engine: Scripted) -> None:
    engine.emit("a")
    await engine.hears(BrokerFailed("the disk is full"))
    with pytest.raises(UserError, match="the disk is full"):
        await engine.settle()


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"{", b"[" * 100_000, b'"' + b"x" * 2_000_000 + b'"'], ids=["bytes", "half", "deep", "large"]
)
async def test_a_hostile_message_is_a_dead_letter_at_once_and_the_next_one_is_handled(
    engine: Scripted, body: bytes
) -> None:
    handler = Handler()
    engine.subscribe("a", handler, once=False)
    await engine.hears(Delivered(handed(body)), Delivered(handed(b"2")))
    assert handler.got == [2]
    assert [delivery.body for delivery in engine.asked("dead_letter", "acknowledge")] == [body, b"2"]
    assert engine.asked("retry") == []
    assert engine.trace().calls.outcome.tolist() == [Outcome.FAILED, Outcome.OK]


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"id": "", "traceparent": ""},
        {"id": "somebody/1", "traceparent": "00-zz-zz-zz"},
        {"id": "x" * 100_000, "traceparent": "00-" + "0" * 32 + "-" + "0" * 16 + "-00"},
        {str(number): "x" * 10_000 for number in range(1000)},
        {"id": "\ud800"},
    ],
)
async def test_a_strangers_event_gets_a_dispatch_that_its_attempts_share(
    engine: Scripted, attributes: dict[str, str]
) -> None:
    handler = Handler()
    handler.raises = lambda payload: ValueError() if len(handler.got) == 1 else None
    engine.subscribe("a", handler, once=False)
    await engine.hears(Delivered(handed(**attributes)))
    await engine.hears(Delivered(handed(attempt=2, **attributes)))
    trace = engine.trace()
    assert handler.got == [1, 1]
    assert trace.calls.attempt.tolist() == [1, 2]
    assert trace.calls.dispatch.tolist() == [int(trace.dispatches.id[0])] * 2


async def test_a_strangers_event_without_an_id_is_one_dispatch_wherever_the_broker_says_that_it_is(
    engine: Scripted,
) -> None:
    handler = Handler()
    handler.raises = lambda payload: ValueError() if len(handler.got) == 1 else None
    engine.subscribe("a", handler, once=False)
    await engine.hears(Delivered(Delivery("Handler", "a", {}, b"[7]", 1, "delivery tag 1")))
    await engine.hears(Delivered(Delivery("Handler", "a", {}, b"[7]", 2, "delivery tag 2")))
    await engine.hears(Delivered(Delivery("Handler", "a", {}, b"[7]", 1, "delivery tag 3")))
    trace = engine.trace()
    first, second = trace.dispatches.id.tolist()
    assert trace.calls.dispatch.tolist() == [first, first, second]
    assert trace.payload(0).value == [7]


async def test_where_the_broker_keeps_no_order_the_next_event_does_not_wait_for_a_retry(engine: Scripted) -> None:
    handler = Handler()
    handler.raises = lambda payload: ValueError() if payload == 1 and len(handler.got) == 1 else None
    engine.subscribe("a", handler, once=False)
    await engine.hears(Delivered(handed(b"1")), Delivered(handed(b"2")))
    await engine.hears(Delivered(handed(b"1", attempt=2)))
    assert handler.got == [1, 2, 1]
    assert len(engine.asked("retry")) == 1


async def test_what_was_meant_for_a_dead_consumer_is_not_handled_by_the_next_one(engine: Scripted) -> None:
    handler = Handler()
    handler.raises = lambda payload: ConsumerDied() if len(handler.got) == 1 else None
    engine.subscribe("a", handler, once=False)
    await engine.hears(Delivered(handed(b"1")), Delivered(handed(b"2")))
    assert len(engine.asked("die")) == 1
    await engine.hears(Delivered(handed(b"3")))
    assert handler.got == [1]
    await engine.hears(Died("Handler"), *(Delivered(handed(body, attempt=2)) for body in (b"1", b"2", b"3")))
    assert handler.got == [1, 1, 2, 3]
    assert len(engine.asked("acknowledge")) == 3


async def test_handlers_on_other_threads_may_emit(engine: Scripted) -> None:
    await asyncio.gather(*(asyncio.to_thread(engine.emit, "a", number) for number in range(50)))
    await engine.hears()
    messages = engine.asked("publish")
    assert sorted(int(message.body) for message in messages) == list(range(50))
    await engine.hears(*(Confirmed(message, "somewhere") for message in messages))
    assert engine.in_flight() == 0


async def test_an_event_that_comes_after_its_handler_is_gone_is_given_back(engine: Scripted) -> None:
    handler = Handler()
    engine.subscribe("a", handler, once=False)
    engine.unsubscribe("a", handler)
    await engine.hears(Delivered(handed()))
    assert handler.got == []
    assert len(engine.asked("release")) == 1


async def test_a_plain_function_and_options_of_a_handler_are_honoured(engine: Scripted) -> None:
    got: list[Any] = []

    def plain(payload: Any) -> None:
        got.append(payload)
        raise ValueError("no")

    engine.subscribe("a", plain, once=False, consumption=ConsumerOptions(attempts=1))
    name = plain.__qualname__
    await engine.hears(Delivered(Delivery(name, "a", {}, b'{"x": [1, null]}', 1, "")))
    assert got == [{"x": [1, None]}]
    assert len(engine.asked("dead_letter")) == 1
    assert engine.kinds() == ["DELIVERED", "REJECTED", "DEAD_LETTERED"]


async def test_two_handlers_of_one_name_are_two_consumers(engine: Scripted) -> None:
    first, second = Handler(), Handler()
    for handler in (first, second, first):
        engine.subscribe("a", handler, once=False)
    await engine.hears(Delivered(Delivery("Handler#2", "a", {}, b"7", 1, "")))
    assert (first.got, second.got) == ([], [7])
    engine.emit("a")
    assert engine.trace().dispatches.handlers[-1] == 2


async def test_headers_say_who_caused_it(engine: Scripted) -> None:
    async def outer(payload: Any) -> None:
        engine.emit("b")

    engine.subscribe("a", outer, once=False)
    engine.emit("a", 1)
    (message,) = engine.asked("publish")
    await engine.hears(
        Confirmed(message, ""), Delivered(Delivery(outer.__qualname__, "a", message.attributes, b"1", 1, ""))
    )
    inner = engine.asked("publish")[1].attributes
    assert inner["causationid"] == inner["correlationid"] == message.attributes["id"]
    assert inner["traceparent"][:35] == message.attributes["traceparent"][:35]
    assert message.attributes["id"].startswith(engine.script.run)
    assert json.loads(json.dumps(inner)) == inner
    await engine.hears(Confirmed(engine.asked("publish")[1], ""))


async def test_a_handler_that_is_edited_twice_before_the_broker_answers_waits_for_its_backlog_once(
    engine: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.script, "bind", lambda *_: None)
    handler = Handler()
    engine.subscribe("a", handler, once=False)
    engine.unsubscribe("a", handler)
    engine.subscribe("a", handler, once=False)
    await engine.hears(Bound("Handler", "a", 1), Bound("Handler", "a", 1))
    assert engine.clock.holds == 1
    await engine.hears(Delivered(handed()))
    assert handler.got == [1]
    assert engine.in_flight() == 0


class Emitting(Handler):
    """Emits `b` with what it gets, in each call."""

    def __init__(self, engine: Scripted) -> None:
        super().__init__()
        self._engine = engine

    async def __call__(self, *payload: Any) -> None:
        await super().__call__(*payload)
        self._engine.emit("b", *payload)


async def test_a_call_is_acknowledged_when_all_that_it_has_emitted_is_with_the_broker(engine: Scripted) -> None:
    handler = Emitting(engine)
    engine.subscribe("a", handler, once=False)
    first, second = (Delivery("Emitting", "a", {}, body, 1, "") for body in (b"1", b"2"))
    await engine.hears(Delivered(first), Delivered(second))
    # Killed here, what it emitted would be lost: so the broker must keep what caused it.
    assert engine.asked("acknowledge") == []
    assert handler.got == [1]
    assert engine.in_flight() > 0
    await engine.hears(Confirmed(engine.asked("publish")[0], "offset 1"))
    assert engine.asked("acknowledge") == [first]
    assert handler.got == [1, 2]
    await engine.hears(Refused(engine.asked("publish")[1], "no route"))
    assert engine.asked("acknowledge") == [first, second]
    assert engine.in_flight() == 0


async def test_what_a_call_in_vain_has_emitted_holds_up_nobody(engine: Scripted) -> None:
    handler = Emitting(engine)
    engine.subscribe("a", handler, once=False)
    handler.raises = lambda payload: ValueError("no")
    await engine.hears(Delivered(Delivery("Emitting", "a", {}, b"1", 1, "")))
    assert len(engine.asked("retry")) == 1


async def test_a_connection_that_is_lost_before_the_acknowledgement_brings_the_event_again(engine: Scripted) -> None:
    engine.subscribe("a", Emitting(engine), once=False)
    engine.emit("a", 1)
    message = engine.asked("publish")[0]
    await engine.hears(Confirmed(message, ""))
    await engine.hears(Delivered(Delivery("Emitting", "a", message.attributes, b"1", 1, "")))
    await engine.hears(ConnectionLost("gone"), ConnectionRestored(None))
    assert engine.in_flight() > 0
    again = Delivery("Emitting", "a", message.attributes, b"1", 2, "")
    await engine.hears(*(Confirmed(sent, "") for sent in engine.asked("publish")[1:]), Delivered(again))
    await engine.hears(*(Confirmed(sent, "") for sent in engine.asked("publish")[2:]))
    assert again in engine.asked("acknowledge")
    assert engine.in_flight() == 0
