"""A client is alive while one of its connections is up; nothing else counts."""

from __future__ import annotations

import json

from bus.engines.kafka.pulse import Pulse


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def statistics(*states: str) -> str:
    return json.dumps({"brokers": {str(number): {"state": state} for number, state in enumerate(states)}})


def test_a_client_is_silent_since_its_last_connection_was_up() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    clock.now = 107.0
    pulse.told(statistics("INIT", "UP"))
    clock.now = 110.0
    pulse.told(statistics("INIT", "DOWN"))
    pulse.told("{}")
    assert pulse.silent_s == 3.0


def test_what_takes_its_place_begins_alive() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    clock.now = 150.0
    assert pulse.silent_s == 50.0
    pulse.begin()
    assert pulse.silent_s == 0.0
