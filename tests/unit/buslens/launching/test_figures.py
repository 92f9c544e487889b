"""How busy a process is, and what it lost, as its stream tells whoever only looks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens.launching.figures import SECOND_NS, Figures, figures
from buslens.packing import WHOLE
from buslens.records import Kind
from buslens.stream import StreamRecorder, layout
from buslens.wire import Header

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


def test_what_was_dropped_is_told_by_what_it_is(stream: StreamRecorder) -> None:
    for kind, count in ((0, 5), (EMITTED, 3), (int(Kind.CALL_ENDED), 2), (int(Kind.HANDLER_ADDED), 1), (62, 4)):
        stream._drop(kind, count)
    found = figures(stream.path, is_alive=True, now_ns=AT).dropped_by
    assert found == {"payloads": 5, "dispatches": 3, "ends of calls": 2, "handler added": 1, "others": 4}


def test_what_being_watched_costs_is_known_once_a_dispatch_was_measured(tmp_path: Path) -> None:
    stream = StreamRecorder.into(tmp_path, budget=0.25)
    before = figures(stream.path, is_alive=True)
    assert (before.own_share, before.bytes_per_s, before.budget, before.left_out) == (None, None, 0.25, 0)
    emitter = EventEmitter()
    emitter.on("tick", lambda _: None)
    buslens.attach(emitter, recorder=stream)
    for _ in range(1000):
        emitter.emit("tick", {"id": 7})
    stream.close()
    after = figures(stream.path, is_alive=False)
    assert after.own_share is not None
    assert 0 < after.own_share <= 1
    assert after.bytes_per_s is not None
    assert after.bytes_per_s > 0


@pytest.mark.parametrize("extra", [{}, {"budget": "much"}, {"budget": -1.0}, {"budget": [1]}])
def test_a_page_that_says_no_budget_has_none(tmp_path: Path, extra: dict[str, object]) -> None:
    (tmp_path / "head").write_bytes(layout.pack_page(Header("shop", 1, "here", 0, 0, extra=extra)))
    assert figures(str(tmp_path), is_alive=False).budget == 0.0


@pytest.mark.parametrize("body", [b"[1]", b"{}", b'{"extra": 1, "mono_ns": 1}', b"\xff{"])
def test_a_garbled_page_says_nothing(tmp_path: Path, body: bytes) -> None:
    page = layout.PRELUDE.pack(layout.MAGIC, 1, 64, len(body), 0) + body
    (tmp_path / "head").write_bytes(page.ljust(layout.PAGE, b"\0"))
    found = figures(str(tmp_path), is_alive=False)
    assert (found.budget, found.bytes_per_s, found.dropped) == (0.0, None, 0)
