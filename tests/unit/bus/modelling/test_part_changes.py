"""What may be different in one handler, service or event."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.modelling.changes import changed
from bus.modelling.scenario_change import read
from bus.scenario import Document

TEXT = """
buslens: 1
engine: pyee-asyncio
events: {a: {ttl: 2s}, b: {}}
services: {pay: {workers: 2, queue: {limit: 10, overflow: reject}}, post: }
handlers:
  pack:
    on: a
    do:
      - wait: 10ms +- 2ms
      - once: [{wait: 4ms}]
      - fail: {probability: 0.1, error: Broken}
      - emit: b
  ship: {on: b, worker: thread, parallel: 2, do: [{emit: a, if: "false"}]}
  sort: {on: b, concurrency: 3, do: [{wait: 1ms}]}
  charge: {on: b, service: pay, do: [{wait: 1ms}]}
  send: {on: b, service: post}
  book: {on: b, do: [{step: seat, do: [{wait: 2ms}, {fail: {probability: 0.2}}], undo: [{wait: 6ms}]}]}
script: [{emit: a}]
"""


def after(*asked: str) -> Any:
    return changed(Document(TEXT), [read(each) for each in asked], []).values


def handler(name: str, *asked: str) -> Any:
    return after(*asked)["handlers"][name]


def test_a_handler_is_slower_or_takes_another_time() -> None:
    slower = after("handler.pack.duration=2x")["handlers"]["pack"]["do"]
    assert slower[:2] == [{"wait": "20ms +- 4ms"}, {"once": [{"wait": "8ms"}]}]
    other = after("handler.pack.duration=exponential 7ms")["handlers"]["pack"]["do"]
    assert other[:2] == [{"wait": "exponential 7ms"}, {"once": [{"wait": "0ns"}]}]
    assert after("handler.ship.duration=5ms")["handlers"]["ship"]["do"][0] == {"wait": "5ms"}


def test_a_handler_fails_more_often_or_at_all() -> None:
    assert after("handler.pack.failures=3x")["handlers"]["pack"]["do"][2]["fail"]["probability"] == pytest.approx(0.3)
    assert after("handler.pack.failures=0.5")["handlers"]["pack"]["do"][2]["fail"] == {
        "probability": 0.5,
        "error": "Broken",
    }
    assert after("handler.ship.failures=1")["handlers"]["ship"]["do"][0] == {"fail": {"probability": 1.0}}


def test_what_a_saga_does_and_undoes_is_slower_as_well() -> None:
    (step,) = handler("book", "handler.book.duration=2x")["do"]
    assert (step["do"][0], step["undo"]) == ({"wait": "4ms"}, [{"wait": "12ms"}])
    (step,) = handler("book", "handler.book.failures=0.5")["do"]
    assert step["do"][1] == {"fail": {"probability": 0.5}}


def test_more_of_its_calls_run_at_once() -> None:
    assert handler("ship", "handler.ship.workers=2x")["parallel"] == 4
    assert handler("pack", "handler.pack.workers=3")["worker"] == "thread"
    assert handler("sort", "handler.sort.workers=2x")["concurrency"] == 6


def test_a_service_has_other_workers_and_another_queue() -> None:
    services = after("service.pay.workers=2x", "service.pay.queue.limit=3", "service.pay.queue.overflow=block")
    assert services["services"]["pay"] == {"workers": 4, "queue": {"limit": 3, "overflow": "block"}}
    services = after("service.pay.queue.limit=none", "service.post.queue.limit=0", "service.post.workers=2")
    assert services["services"] == {"pay": {"workers": 2}, "post": {"queue": {"limit": 0}, "workers": 2}}


def test_an_event_lives_longer_or_for_ever() -> None:
    assert after("event.a.ttl=0.5x")["events"]["a"] == {"ttl": "1s"}
    assert after("event.b.ttl=20ms")["events"]["b"] == {"ttl": "20ms"}
    assert after("event.a.ttl=none")["events"]["a"] == {}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("handler.pack.duration=soon", "a factor such as 2x, or a time"),
        ("handler.pack.failures=2", "a share from 0 to 1"),
        ("handler.pack.workers=0", "a whole number from 1 to 32"),
        ("handler.pack.workers=2x", "a whole number from 1 to 32"),
        ("handler.ship.workers=1.2x", "or a factor that makes one of 2"),
        ("handler.charge.workers=3", r"those of the service pay \(service.pay.workers=3 changes"),
        ("service.pay.workers=0", "a whole number from 1 to 1000"),
        ("service.pay.queue.limit=many", "a whole number from 0 to 10000, or a factor"),
        ("service.post.queue.limit=2x", "a whole number from 0 to 10000$"),
        ("service.pay.queue.overflow=burst", "expected block, drop_oldest or reject"),
        ("service.post.queue.overflow=reject", "any number of events waits"),
        ("event.b.ttl=2x", "a time such as 2s, or none"),
        ("event.a.ttl=soon", "a time such as 2s, a factor such as 2x, or none"),
    ],
)
def test_what_a_part_cannot_be_is_one_sentence(asked: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        after(asked)
