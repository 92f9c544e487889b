"""Receivers that our loop calls for blinker are those that blinker would call, in its order; a stream says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from blinker import ANY, Signal

import buslens
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.redaction import Redaction
from buslens.stream import StreamRecorder
from tests.helpers.streams import events, followed, payloads

TIMES = 90
"""Sends, so many that both ways of recording have a part of them: the first ones are looked at again."""


class Shop:
    """Who sends."""


class Mute:
    """A sender that says itself what it is, and counts how often it is asked."""

    asked = 0

    @property
    def __class__(self) -> Any:
        Mute.asked += 1
        return Shop


def receiver(number: int) -> Callable[..., int]:
    def receive(sender: object, /, **_: object) -> int:
        return number

    receive.__qualname__ = receive.__name__ = f"receive_{number}"
    return receive


RECEIVERS = [receiver(number) for number in range(10)]
"""The same ones in all runs: blinker calls receivers in an order that comes of their ids."""


LEFT: list[Signal] = []
"""By some receivers, as soon as the last of these is sent."""


def leave(sender: object, **_: object) -> None:
    for each in RECEIVERS[:3]:
        LEFT[-1].disconnect(each)


def plain(signal: Signal, sent: Callable[..., None]) -> None:
    for count in range(len(RECEIVERS)):
        for number in range(TIMES):
            sent(Shop, id=number)
        signal.connect(RECEIVERS[count])


def senders(signal: Signal, sent: Callable[..., None]) -> None:
    shop, other = Shop(), Shop()
    signal.connect(RECEIVERS[0], sender=shop)
    signal.connect(RECEIVERS[1], sender="shop")
    for _ in range(2):
        for sender in (shop, other, Shop, None, "shop", "other", 7, ANY, len) * 20:
            sent(sender, id=1)
        signal.connect(RECEIVERS[2])
    sent()
    sent(shop, sender="somebody else")


def one_disconnects_another(signal: Signal, sent: Callable[..., None]) -> None:
    for each in RECEIVERS[:4]:
        signal.connect(each)
    for _ in range(TIMES):
        sent(Shop)
    LEFT.append(signal)
    signal.connect(leave)
    for _ in range(5):
        sent(Shop)
        for each in RECEIVERS[:3]:
            signal.connect(each)
    LEFT.clear()


def tables_are_changed(signal: Signal, sent: Callable[..., None]) -> None:
    """The program puts one receiver in the place of another, where only blinker's own tables say so."""
    signal.connect(RECEIVERS[0])
    twin = Signal()
    twin.connect(RECEIVERS[1])
    for _ in range(TIMES):
        sent(Shop)
    for name in ("receivers", "_by_sender", "_by_receiver"):
        table = getattr(signal, name)
        table.clear()
        table.update(getattr(twin, name))
    for _ in range(TIMES):
        sent(Shop)
    signal._by_sender[0] = {*signal._by_sender[0], 12345}
    sent(Shop)


def sets_of_its_own(signal: Signal, sent: Callable[..., None]) -> None:
    class Ordered(set[Any]):
        def copy(self) -> Any:
            return [*self, *self]

    signal.connect(RECEIVERS[0])
    signal._by_sender[0] = Ordered(signal._by_sender[0])
    for _ in range(TIMES):
        sent(Shop)


PROGRAMS = [plain, senders, one_disconnects_another, tables_are_changed, sets_of_its_own]


def run(program: Callable[..., None], recorder: Recorder | None) -> list[Any]:
    """What the program gets of its sends."""
    signal, got = Signal(), []
    if recorder is not None:
        probe = buslens.attach(signal, recorder=recorder)

    def sent(*sender: Any, **named: Any) -> None:
        got.append([(each.__name__, result) for each, result in signal.send(*sender, **named)])

    program(signal, sent)
    assert recorder is None or probe.attached
    return got


def told(trace: Trace) -> dict[str, Any]:
    rows = {int(ident): row for row, ident in enumerate(trace.dispatches.id)}
    return {
        "events": events(trace),
        "payloads": payloads(trace),
        "handlers": trace.dispatches.handlers.tolist(),
        "outcomes": trace.dispatches.outcome.tolist(),
        "calls": sorted(
            (rows[int(dispatch)], trace.names.text(int(handler)), int(outcome))
            for dispatch, handler, outcome in zip(
                trace.calls.dispatch, trace.calls.handler, trace.calls.outcome, strict=True
            )
        ),
        "skipped": len(trace.skipped),
    }


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_called_is_what_blinker_calls_and_what_is_told_the_same(
    tmp_path: Path, program: Callable[..., None]
) -> None:
    stream, memory, trace = StreamRecorder.into(tmp_path), Recorder(redaction=Redaction()), Trace()
    assert run(program, None) == run(program, stream) == run(program, memory)
    trace.feed(memory.take())
    found, follower = followed(stream)
    assert (found.damage, follower.problem, stream.dropped) == ("", "", 0)
    assert told(found) == told(trace)


@pytest.fixture
def signal(tmp_path: Path) -> Iterator[Signal]:
    made, recorder = Signal(), StreamRecorder.into(tmp_path)
    buslens.attach(made, recorder=recorder)
    made.connect(RECEIVERS[0])
    for _ in range(TIMES):
        made.send(Shop)
    yield made
    recorder.close()


def test_a_sender_is_asked_by_blinker_as_often_as_without_us(signal: Signal) -> None:
    bare, asked = Signal(), []
    bare.connect(RECEIVERS[0])
    for sender in (ANY, Shop):  # of whom it hears; then the other one reaches nobody
        for each in (bare, signal):
            Mute.asked = 0
            each.disconnect(RECEIVERS[0])
            each.connect(RECEIVERS[0], sender=sender)
            for _ in range(3):
                assert len(each.send(Mute())) == (sender is ANY)
            asked.append(Mute.asked)
    assert asked[0] == asked[1] > 0
    assert asked[2] == asked[3] > 0


def test_receivers_for_that_a_program_has_put_in_place_of_blinker_s_is_asked(
    signal: Signal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signal, "receivers_for", lambda self, sender: iter(RECEIVERS[3:5]))
    assert signal.send(Shop) == [(RECEIVERS[3], 3), (RECEIVERS[4], 4)]


class Quiet(Signal):
    """It says itself whether it is muted."""

    is_muted = property(lambda self: True, lambda self, value: None)  # type: ignore[assignment]


@pytest.mark.parametrize("quiet", [Signal, Quiet])
@pytest.mark.parametrize("in_slots", [True, False])
def test_what_blinker_takes_for_muted_calls_nobody(quiet: type[Signal], in_slots: bool, tmp_path: Path) -> None:
    made, recorder = quiet(), StreamRecorder.into(tmp_path) if in_slots else Recorder()
    buslens.attach(made, recorder=recorder)
    made.connect(RECEIVERS[0])
    if quiet is Signal:
        made.send(Shop)
        made.is_muted = 1  # type: ignore[assignment]
    assert [made.send(Shop) for _ in range(TIMES)] == [[]] * TIMES
    if isinstance(recorder, StreamRecorder):
        recorder.close()
