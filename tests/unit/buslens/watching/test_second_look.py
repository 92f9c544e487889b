"""Who changes what others receive is found between the handlers of a dispatch, on every library that is watched."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.redaction import KEYS, OFF, Redaction
from buslens.stream import StreamRecorder
from buslens.watching.second_look import FIRST, ONE_IN, Looks, SecondLooks
from tests.helpers.planted import trace_of
from tests.helpers.streams import followed

Emit = Callable[[Any], Any]


def reserve(order: Any, **_: Any) -> None: ...


def discount(order: Any, **_: Any) -> None:
    order["total"] -= 1


def book(order: Any, **_: Any) -> None: ...


async def discount_later(order: Any) -> None:
    await asyncio.sleep(0)
    order["total"] -= 1


async def book_later(order: Any) -> None:
    for _ in range(4):
        await asyncio.sleep(0)


def pyee_plain(recorder: Recorder) -> Emit:
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for handler in (reserve, discount, book):
        emitter.on("placed", handler)
    return lambda order: emitter.emit("placed", order)


def pyee_once(recorder: Recorder) -> Emit:
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)

    def emit(order: Any) -> None:
        for handler in (reserve, discount, book):
            emitter.once("placed", handler)
        emitter.emit("placed", order)

    return emit


def pyee_tasks(recorder: Recorder) -> Emit:
    async def run(order: Any) -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)
        for handler in (book_later, discount_later):
            emitter.on("placed", handler)
        emitter.emit("placed", order)
        await emitter.wait_for_complete()

    return lambda order: asyncio.run(run(order))


def pubsub(recorder: Recorder) -> Emit:
    tree = pytest.importorskip("pubsub.core").Publisher()
    buslens.attach(tree.getTopicMgr(), recorder=recorder)
    for handler in (plain_reserve, plain_discount, plain_book):
        tree.subscribe(handler, "placed")
    return lambda order: tree.sendMessage("placed", order=order)


def plain_reserve(order: Any) -> None: ...


def plain_discount(order: Any) -> None:
    order["total"] -= 1


def plain_book(order: Any) -> None: ...


def psygnal(recorder: Recorder) -> Emit:
    library = pytest.importorskip("psygnal")

    class Shop:
        placed = library.Signal(dict)

    shop = Shop()
    buslens.attach(shop.placed, recorder=recorder)
    for handler in (plain_reserve, plain_discount, plain_book):
        shop.placed.connect(handler)
    return lambda order: shop.placed.emit(order)


def django(recorder: Recorder) -> Emit:
    signal = pytest.importorskip("django.dispatch").Signal()
    buslens.attach(signal, recorder=recorder)
    for handler in (reserve, discount, book):
        signal.connect(taking(handler))
    return lambda order: signal.send(None, order=order)


def blinker(recorder: Recorder) -> Emit:
    signal = pytest.importorskip("blinker").Signal()
    buslens.attach(signal, recorder=recorder)
    # blinker calls its receivers in no order: of two that both change it, one comes first.
    for _ in range(2):
        signal.connect(taking(discount))
    return lambda order: signal.send(None, order=order)


KEPT: list[Any] = []


def taking(handler: Any) -> Any:
    def receive(sender: Any, order: Any, **_: Any) -> None:
        handler(order)

    KEPT.append(receive)  # signals hold it weakly
    return receive


BUSES = (pyee_plain, pyee_once, pyee_tasks, pubsub, psygnal, django, blinker)


def changes(trace: Trace) -> list[dict[str, Any]]:
    told = trace.payload_changes
    return [json.loads(trace.blobs.note(blob)) for blob in told.view("note").tolist()]


@pytest.mark.parametrize("bus", BUSES)
@pytest.mark.parametrize("kind", [Recorder, StreamRecorder])
def test_a_handler_that_changes_what_others_receive_is_told(kind: Any, bus: Any, tmp_path: Path) -> None:
    recorder = kind() if kind is Recorder else StreamRecorder.into(tmp_path)
    emit = bus(recorder)
    for number in range(3):
        emit({"number": number, "total": 5})
    recorder.close() if isinstance(recorder, StreamRecorder) else None
    trace = trace_of(recorder) if kind is Recorder else followed(next(tmp_path.iterdir()))[0]
    told = changes(trace)
    assert [(each["how"], each["was"], each["now"]) for each in told] == [("changed", 5, 4)] * 3
    assert {each["path"] for each in told} <= {"total", "order.total"}
    calls = trace.calls.rows_of(trace.payload_changes.view("call"))
    assert (calls >= 0).all()
    assert {trace.names.text(handler).rpartition(".")[2] for handler in trace.calls.handler[calls]} <= {
        *("discount", "discount_later", "plain_discount", "receive")
    }


@pytest.mark.parametrize("bus", BUSES)
def test_nothing_is_told_where_nothing_changes_or_nobody_is_behind(bus: Any) -> None:
    recorder = Recorder()
    emit = bus(recorder)
    emit({"number": 1, "total": Number()})
    assert changes(trace_of(recorder)) == []


class Number:
    """One that stays the same object."""

    def __isub__(self, other: int) -> Number:
        return self


def test_what_the_last_handler_changes_nobody_receives() -> None:
    recorder, emitter = Recorder(), EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for handler in (reserve, discount):
        emitter.on("placed", handler)
    emitter.emit("placed", {"total": 5})
    assert changes(trace_of(recorder)) == []


def test_what_the_emitter_changes_between_two_steps_is_nobodys_doing() -> None:
    recorder = Recorder()

    async def run() -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)
        for handler in (book_later, book_twice):
            emitter.on("placed", handler)
        order = {"total": 5}
        emitter.emit("placed", order)
        await asyncio.sleep(0)
        order["total"] = 9
        await emitter.wait_for_complete()

    async def book_twice(order: Any) -> None:
        await book_later(order)

    asyncio.run(run())
    assert changes(trace_of(recorder)) == []


def several_of(recorder: Recorder) -> EventEmitter:
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for handler in (discount, book):
        emitter.on("placed", handler)
    return emitter


def test_the_first_dispatches_are_looked_at_and_then_some(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path)
    emitter = several_of(recorder)
    for _ in range(60_000):
        emitter.emit("placed", {"total": 5})
    recorder.close()
    told = changes(followed(next(tmp_path.iterdir()))[0])
    assert FIRST < len(told) < FIRST + 200
    assert [each["looked"] for each in told] == list(range(1, len(told) + 1))


def test_behind_the_first_ones_one_in_so_many_is_looked_at() -> None:
    looks = Looks()
    looks.passed()
    taken = [looks.is_next() for _ in range(FIRST + 3 * ONE_IN)]
    assert taken == [True] * FIRST + [*[False] * (ONE_IN - 2), True, *([False] * (ONE_IN - 1) + [True]) * 2, False]


def test_handlers_share_what_is_known_of_them_and_one_alone_is_never_looked_at() -> None:
    looks = SecondLooks()
    assert looks.of([1, 2]) is looks.of((1, 2))
    assert looks.of([2, 1]) is not looks.of([1, 2])
    assert looks.of([1]).left == 0


@pytest.mark.parametrize(
    ("redaction", "total", "token"),
    [(Redaction(), (5, 4), "<redacted"), (Redaction(KEYS), ("<int>", "<int>"), "<redacted"), (Redaction(OFF), (), "")],
    ids=["full", "keys", "off"],
)
def test_what_may_not_leave_the_process_stays_there(redaction: Redaction, total: tuple[Any, ...], token: str) -> None:
    recorder, emitter = Recorder(redaction=redaction), EventEmitter()
    buslens.attach(emitter, recorder=recorder)

    def renew(order: Any) -> None:
        order["token"] = f"{order['token']}-second"
        order["total"] -= 1

    for handler in (renew, book):
        emitter.on("placed", handler)
    emitter.emit("placed", {"token": "hunter2-first", "total": 5})
    told = {each["path"]: each for each in changes(trace_of(recorder))}
    if not total:
        assert told == {}
        return
    assert (told["total"]["was"], told["total"]["now"]) == total
    assert told["token"]["was"].startswith(token)
    assert told["token"]["was"] != told["token"]["now"]
    assert "hunter2" not in json.dumps(told)


def test_a_secret_that_stands_at_the_end_of_what_is_told_is_found_as_a_whole() -> None:
    recorder, emitter = Recorder(redaction=Redaction()), EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    key = f"Bearer {'hunter2' * 40}"

    def connect(order: Any) -> None:
        order["url"] = f"postgres://{'a' * 30}:{'hunter2' * 10}@localhost/"
        order[key] = "x" * 70

    for handler in (connect, book):
        emitter.on("placed", handler)
    emitter.emit("placed", {"url": ""})
    url, header = changes(trace_of(recorder))
    assert url["now"].startswith(f"postgres://{'a' * 30}:<redacted")
    assert header["path"].startswith("Bearer <redacted")
    assert header["now"] == f"{'x' * 59}…"


def test_over_its_budget_nothing_is_looked_at_again(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path)
    recorder.spending.change(1, 1)
    emitter = several_of(recorder)
    emitter.emit("placed", {"total": 5})
    recorder.close()
    assert changes(followed(next(tmp_path.iterdir()))[0]) == []


def test_what_it_takes_counts_as_a_cost_of_being_watched() -> None:
    class Spending:
        step = 0

        class meter:
            own_ns = 0

    looks = SecondLooks(Spending())  # type: ignore[arg-type]
    looks.took(70)
    looks.took(7)
    assert Spending.meter.own_ns == 77


def test_a_payload_under_the_hands_of_another_thread_is_let_go() -> None:
    recorder, emitter = Recorder(), EventEmitter()
    buslens.attach(emitter, recorder=recorder)

    def fill(order: Any) -> None:
        order.update((str(number), [number]) for number in itertools.islice(itertools.count(), 200))

    for handler in (fill, discount, book):
        emitter.on("placed", handler)
    emitter.emit("placed", {"total": 5})
    assert len(changes(trace_of(recorder))) <= 4
    assert recorder.enabled
