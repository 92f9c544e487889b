"""A handler's steps away from the bus: what they ask for goes through a voice."""

from __future__ import annotations

from typing import Any

import pytest

from bus.contract.protocol import ConsumerDied
from bus.errors import UserErrors
from bus.worker_process.remote import Remote

TEXT = """buslens: 1
events: {a: {}, b: {}}
handlers:
  h:
    on: a
    worker: process
    do:
      - once: [{log: first}]
      - log: "${count}: ${event.payload} ${has(counters.n) ? counters.n : 0}"
      - count: n
      - wait: 10ms..20ms
      - emit: b
        with: {n: $event.payload}
      - crash: {if: event.payload == 13}
      - fail: {error: TooHot, message: oh, if: event.payload > 5}
"""


class Heard:
    """Keeps what is asked for."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def emit(self, event: str, value: Any) -> None:
        self.said.append(("emit", event, value))

    def log(self, text: str) -> None:
        self.said.append(("log", text))

    def count(self, name: str) -> None:
        self.said.append(("count", name))

    def wait(self, ns: int) -> None:
        self.said.append(("wait", ns))


def request(payload: Any, count: int) -> dict[str, Any]:
    return {"handler": "h", "event": "a", "payload": payload, "count": count, "counters": {"n": 4}, "trusted": False}


def test_every_step_goes_through_the_voice() -> None:
    voice = Heard()
    remote = Remote(TEXT, "/x/scenario.yaml", 7, voice)
    assert remote.call(request(1, 1)) is None
    assert [said[0] for said in voice.said] == ["log", "log", "count", "wait", "emit"]
    assert voice.said[1] == ("log", "1: 1 4")
    assert 10_000_000 <= voice.said[3][1] <= 20_000_000
    assert voice.said[4] == ("emit", "b", {"n": 1})


def test_the_same_call_is_the_same_on_every_worker() -> None:
    first, second = Heard(), Heard()
    one, other = Remote(TEXT, "f", 7, first), Remote(TEXT, "f", 7, second)
    one.call(request(1, 2))
    one.call(request(1, 3))
    other.call(request(1, 3))
    assert first.said[-4:] == second.said
    assert ("log", "first") not in first.said


def test_a_failure_points_into_the_file() -> None:
    remote = Remote(TEXT, "/x/scenario.yaml", 7, Heard())
    failed = remote.call(request(6, 1))
    assert failed is not None
    assert remote.told(failed) == ("TooHot", "oh", [(15, "h")])


def test_a_crash_is_left_to_whoever_can_die() -> None:
    with pytest.raises(ConsumerDied):
        Remote(TEXT, "f", 7, Heard()).call(request(13, 1))


def test_what_is_no_scenario_is_refused() -> None:
    with pytest.raises(UserErrors):
        Remote("buslens: 1\nhandlers: 5", "f", 7, Heard())
