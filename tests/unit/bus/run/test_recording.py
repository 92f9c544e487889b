"""What a run is recorded with."""

from __future__ import annotations

import os

import pytest

from bus.run.order import Order
from bus.run.recording import Recording
from bus.runtime.clock import FULL_SPEED
from buslens import wire


def test_its_capture_says_what_was_run_and_how() -> None:
    recording = Recording(Order("pyee", seed=7, speed=2.0), "Shop")
    found = wire.unpack_header(recording.take())
    assert found is not None
    assert found[0].clock == "virtual"
    assert found[0].extra == {"engine": "pyee", "seed": 7, "scenario": "Shop"}
    assert recording.take() == b""


@pytest.mark.parametrize(("speed", "is_real"), [(1.0, True), (2.0, False), (float("inf"), False)])
def test_only_a_clock_as_fast_as_a_watch_is_real_time(speed: float, is_real: bool) -> None:
    assert Recording(Order("pyee", 1, speed), "").is_real_time() is is_real


def test_two_machines_on_one_run_number_their_records_apart() -> None:
    own, one, other = (Recording(Order("kafka", 1, 1.0, joins=run), "") for run in ("", "r", "r"))
    first = [recording.recorder.next_id() for recording in (own, one, other)]
    assert first[0] == 1
    assert len(set(first)) == 3


def test_what_nothing_outside_takes_part_in_tells_of_no_process_machine_or_time() -> None:
    simulated = Recording(Order("sqlite", seed=7, speed=FULL_SPEED), "Shop").recorder.header
    assert simulated == wire.simulated(engine="sqlite", seed=7, scenario="Shop")
    assert simulated.is_simulated
    for order in (Order("sqlite", 7, 1.0), Order("rabbitmq", 7, FULL_SPEED)):
        header = Recording(order, "Shop").recorder.header
        assert header.pid == os.getpid()
        assert not header.is_simulated
