"""Receivers that our loop calls for Django are those that Django would call, in its order; a stream says so."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.dispatch import Signal

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

    def receive(self, **_: object) -> str:
        return "shop"


def receiver(number: int) -> Callable[..., int]:
    def receive(sender: object, **_: object) -> int:
        return number

    receive.__qualname__ = receive.__name__ = f"receive_{number}"
    return receive


RECEIVERS = [receiver(number) for number in range(10)]


def plain(signal: Signal, sent: Callable[..., None]) -> None:
    for count in range(len(RECEIVERS)):
        for number in range(TIMES):
            sent(Shop, id=number)
        signal.connect(RECEIVERS[count])


def senders(signal: Signal, sent: Callable[..., None]) -> None:
    shop, other = Shop(), Shop()
    signal.connect(RECEIVERS[0], sender=shop)
    signal.connect(RECEIVERS[1], sender=Shop)
    for _ in range(2):
        for sender in (shop, other, Shop, None, len) * 20:
            sent(sender, id=1)
        signal.connect(RECEIVERS[2])


def one_disconnects_another(signal: Signal, sent: Callable[..., None]) -> None:
    for each in RECEIVERS[:4]:
        signal.connect(each)

    def leave(sender: object, **_: object) -> None:
        for each in RECEIVERS[:3]:
            signal.disconnect(each)

    for _ in range(TIMES):
        sent(Shop)
    signal.connect(leave)
    for _ in range(5):
        sent(Shop)
        for each in RECEIVERS[:3]:
            signal.connect(each)


def the_list_is_changed(signal: Signal, sent: Callable[..., None]) -> None:
    signal.connect(RECEIVERS[0])
    for _ in range(TIMES):
        sent(Shop)
    twin = Signal()
    twin.connect(RECEIVERS[1])
    signal.receivers = twin.receivers
    for _ in range(TIMES):
        sent(Shop)


def twice(signal: Signal, sent: Callable[..., None]) -> None:
    """The same receiver under two names, and methods."""
    shop = Shop()
    for name in ("a", "b"):
        signal.connect(RECEIVERS[0], dispatch_uid=name)
        signal.connect(shop.receive, dispatch_uid=f"method {name}")
        for _ in range(TIMES):
            sent(Shop)


PROGRAMS = [plain, senders, one_disconnects_another, the_list_is_changed, twice]


def run(program: Callable[..., None], recorder: Recorder | None) -> list[Any]:
    """What the program gets of its sends."""
    signal, got = Signal(), []
    if recorder is not None:
        probe = buslens.attach(signal, recorder=recorder)

    def sent(sender: Any, **named: Any) -> None:
        got.append([(each.__name__, result) for each, result in signal.send(sender, **named)])

    program(signal, sent)
    assert recorder is None or probe.attached
    return got


def told(trace: Trace) -> dict[str, Any]:
    return {
        "events": events(trace),
        "payloads": payloads(trace),
        "handlers": trace.dispatches.handlers.tolist(),
        "outcomes": trace.dispatches.outcome.tolist(),
        "calls": [trace.names.text(int(each)) for each in trace.calls.handler],
        "ends": trace.calls.outcome.tolist(),
        "skipped": len(trace.skipped),
    }


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_called_is_what_django_calls_and_what_is_told_the_same(
    tmp_path: Path, program: Callable[..., None]
) -> None:
    stream, memory, trace = StreamRecorder.into(tmp_path), Recorder(redaction=Redaction()), Trace()
    assert run(program, None) == run(program, stream) == run(program, memory)
    trace.feed(memory.take())
    found, follower = followed(stream)
    assert (found.damage, follower.problem, stream.dropped) == ("", "", 0)
    assert told(found) == told(trace)


@pytest.mark.parametrize("receivers", [0, 1, 2])
def test_what_django_raises_of_a_sender_comes_from_none_of_our_lines(tmp_path: Path, receivers: int) -> None:
    recorder, signal, bare = StreamRecorder.into(tmp_path), Signal(use_caching=True), Signal(use_caching=True)
    probe = buslens.attach(signal, recorder=recorder)
    for each in RECEIVERS[:receivers]:
        signal.connect(each)
        bare.connect(each)
    seen: list[Any] = []
    for sends in (bare, signal):
        for _ in range(TIMES):
            try:
                seen.append(sends.send("nothing refers weakly to a text"))
            except TypeError as error:
                steps = traceback.extract_tb(error.__traceback__)
                seen.append(
                    (
                        str(error),
                        [
                            step.filename
                            for step in steps
                            if "/buslens/adapters/django/" in step.filename.replace(__file__, "")
                        ],
                    )
                )
    assert seen[:TIMES] == seen[TIMES:]
    assert probe.attached
    recorder.close()
