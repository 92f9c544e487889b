"""What a person gets who saves a capture and opens it again."""

from __future__ import annotations

from pathlib import Path

from bus.capture.capture import load
from bus.export import capture
from tests.helpers.make_trace import make_trace


def test_a_capture_opened_again_is_the_same(tmp_path: Path) -> None:
    trace = make_trace(30, failures=0.3, running=1)
    path = tmp_path / "again.buslens"
    capture.write(trace, path)
    again = load(path)
    assert again.damage == ""
    assert again.dispatches.id.tolist() == trace.dispatches.id.tolist()
    assert again.calls.outcome.tolist() == trace.calls.outcome.tolist()
    assert [again.payload(row).text for row in range(5)] == [trace.payload(row).text for row in range(5)]
