"""How busy a process is, and what it lost, as its stream tells whoever only looks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buslens.launching.figures import SECOND_NS, Figures, figures
from buslens.packing import WHOLE
from buslens.records import Kind
from buslens.stream import StreamRecorder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
AT = 100 * SECOND_NS
EMITTED = int(Kind.DISPATCH_EMITTED)


@pytest.fixture
def stream(tmp_path: Path) -> StreamRecorder:
    tmp_path.chmod(0o700)
    return StreamRecorder.into(tmp_path / "session")


def put(stream: StreamRecorder, kind: int, at: int) -> None:
    stream.put(WHOLE, kind, 0, 0, 1, at, 1, 0, 1, 0, 0)


def told(figures: Figures) -> tuple[float | None, int | None]:
    return figures.events_per_s, figures.dropped


def test_events_of_the_last_second_are_counted_and_nothing_else(stream: StreamRecorder) -> None:
    for at in (AT - 2 * SECOND_NS, AT - SECOND_NS + 1, AT - 5):
        put(stream, EMITTED, at)
        put(stream, int(Kind.MARK), at)
    assert told(figures(stream.path, is_alive=True, now_ns=AT)) == (2, 0)
    assert told(figures(stream.path, is_alive=True, now_ns=AT + 9 * SECOND_NS)) == (0, 0)
    assert told(figures(stream.path, is_alive=False, now_ns=AT)) == (None, 0)


def test_the_last_second_may_lie_in_two_chunks(stream: StreamRecorder) -> None:
    slots = (256 << 10) // 64
    for number in range(slots + 10):
        put(stream, EMITTED, AT - (slots + 10 - number) * 1000)
    assert sorted(name for name in os.listdir(stream.path) if name.startswith("facts")) == [
        "facts.000001",
        "facts.000002",
    ]
    found = figures(stream.path, is_alive=True, now_ns=AT).events_per_s
    assert found == pytest.approx(1_000_000, rel=0.01)  # one each microsecond, so far as it is looked at


def test_what_found_no_room_is_told(stream: StreamRecorder) -> None:
    stream._drop(EMITTED, 3)
    stream._drop(0, 5)  # payloads alone are no facts
    assert figures(stream.path, is_alive=True, now_ns=AT).dropped == 3


def test_of_what_is_no_stream_nothing_is_known(tmp_path: Path, stream: StreamRecorder) -> None:
    capture = tmp_path / "a.buslens"
    capture.write_bytes(b"BUSLENS\n")
    assert told(figures(str(capture), is_alive=True)) == (None, None)
    assert told(figures("", is_alive=True)) == (None, None)
    head = Path(stream.path, "head")
    head.rename(tmp_path / "head")
    head.symlink_to(tmp_path / "head")
    assert told(figures(stream.path, is_alive=True)) == (None, None)
    head.unlink()
    head.write_bytes(b"x" * 4096)
    assert figures(stream.path, is_alive=True, now_ns=AT).dropped is None
