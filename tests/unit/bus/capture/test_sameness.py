"""Two captures hold the same records, or the first that differs is named."""

from __future__ import annotations

import pytest

from bus.capture.sameness import Recorded, extent, first_difference
from buslens.recorder import Recorder
from buslens.wire import Header, WireError

HEADER = Header("p", 1, "here", 1, 0, "virtual", {"seed": 7})


def recorded(*orders: int, calls: int = 1, at_once: bool = True, header: Header = HEADER, text: str = "x") -> Recorded:
    """Some dispatches with a payload each. at_once: read in one piece."""
    times = iter(range(1_000))
    recorder = Recorder(clock_ns=lambda: next(times) * 1_000, header=header)
    event, handler, data = recorder.event("order.placed"), recorder.handler("charge"), b""
    for number, order in enumerate(orders):
        recorder.dispatch(2 * number + 1, 0, event, recorder.lane("engine"), calls, {"id": order, "text": text})
        for _ in range(calls):
            recorder.call_started(2 * number + 2, 2 * number + 1, handler, recorder.lane("engine"))
        data += b"" if at_once else recorder.take()
    return Recorded(data + recorder.take())


def test_where_frames_end_and_who_recorded_does_not_matter() -> None:
    elsewhere = HEADER._replace(process="q", pid=2, host="there", wall_ns=99)
    one, other = recorded(1, 2, 3), recorded(1, 2, 3, at_once=False, header=elsewhere)
    assert first_difference(one, other) == ""
    assert extent(one) == "6 records over 5 us"


def test_the_first_record_that_differs_is_named_with_both() -> None:
    found = first_difference(recorded(1, calls=1), recorded(1, calls=2))
    assert found == (
        "record 1 differs: dispatch emitted of order.placed (number 1) at 0 ns in one run, "
        "the same with another count in the other"
    )


def test_so_is_what_one_run_has_and_the_other_not() -> None:
    found = first_difference(recorded(1), recorded(1, 2))
    assert found == (
        "record 3 differs: nothing more in one run, dispatch emitted of order.placed (number 3) at 2000 ns in the other"
    )


def test_and_a_payload() -> None:
    found = first_difference(recorded(1, 2), recorded(1, 5))
    assert found == "record 3 differs in what it carries: dispatch emitted of order.placed (number 3) at 2000 ns"


def test_runs_of_two_seeds_are_not_the_same() -> None:
    assert "headers" in first_difference(recorded(1), recorded(1, header=HEADER._replace(extra={"seed": 8})))


@pytest.mark.parametrize("data", [b"", b"BUSLENS\n", b"no capture at all"])
def test_what_is_no_capture_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        Recorded(data)
