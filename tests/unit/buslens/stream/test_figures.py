"""One look at a stream tells how much is emitted, what was dropped, and what being watched costs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens.stream import StreamLimits, StreamRecorder, layout
from buslens.stream import figures as looking
from buslens.stream.figures import figures_of
from buslens.wire import Header


def recording(folder: Path, **options: object) -> tuple[StreamRecorder, EventEmitter]:
    recorder = StreamRecorder.into(folder, **options)  # type: ignore[arg-type]
    emitter = EventEmitter()
    emitter.on("tick", lambda *_: None)
    buslens.attach(emitter, recorder=recorder)
    return recorder, emitter


def test_events_of_the_last_second_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, emitter = recording(tmp_path)
    for _ in range(3000):
        emitter.emit("tick")
    emitter.emit("nobody")
    recorder.mark("a note is none")
    monkeypatch.setattr(looking, "_SECOND_NS", 3600 * 10**9)  # however long that took
    found = figures_of(recorder.path)
    assert found is not None
    assert found.events_per_s == 3001
    assert found.bytes_per_s >= 3002 * layout.SLOT
    monkeypatch.setattr(looking, "_SECOND_NS", 1)
    later = figures_of(recorder.path)
    assert later is not None
    assert (later.events_per_s, later.bytes_per_s) == (0, 0)


def test_of_more_events_than_are_looked_at_the_rate_is_that_of_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, emitter = recording(tmp_path)
    for _ in range(500):
        emitter.emit("tick")
    monkeypatch.setattr(looking, "_MOST_SLOTS", 100)
    found = figures_of(recorder.path)
    assert found is not None
    # A hundred in the time since the first of them, which a machine at work may have spent on something else.
    assert found.events_per_s > 0


def test_the_cost_is_known_once_a_dispatch_was_measured(tmp_path: Path) -> None:
    recorder, emitter = recording(tmp_path, budget=0.25)
    before = figures_of(recorder.path)
    assert before is not None
    assert (before.own_share, before.budget, before.left_out) == (None, 0.25, 0)
    for _ in range(1000):
        emitter.emit("tick", {"id": 7})
    recorder.close()
    after = figures_of(recorder.path)
    assert after is not None
    assert after.own_share is not None
    assert 0 < after.own_share <= 1


def test_what_was_dropped_is_told_by_what_it_is(tmp_path: Path) -> None:
    space = StreamLimits(first=4096, largest=4096, total=8192, left_on_disk=0)
    recorder, emitter = recording(tmp_path, space=space)
    for _ in range(100):
        emitter.emit("tick")
    found = figures_of(recorder.path)
    assert found is not None
    assert set(found.dropped) == {"dispatches", "starts of calls", "ends of calls"}
    assert len(set(found.dropped.values())) == 1


def test_what_is_no_stream_of_this_user_is_nothing(tmp_path: Path) -> None:
    assert figures_of(tmp_path) is None
    (tmp_path / "head").write_bytes(b"BUSTREAM")
    assert figures_of(tmp_path) is None
    recorder, _ = recording(tmp_path)
    (tmp_path / "link").mkdir()
    os.symlink(Path(recorder.path) / "head", tmp_path / "link" / "head")
    assert figures_of(tmp_path / "link") is None


@pytest.mark.parametrize("extra", [{}, {"budget": "much"}, {"budget": -1.0}, {"budget": [1]}])
def test_a_page_that_says_no_budget_has_none(tmp_path: Path, extra: dict[str, object]) -> None:
    page = bytearray(layout.pack_page(Header("shop", 1, "here", 0, 0, extra=extra)))
    page[layout.DROPPED + 8 * 62] = 1
    (tmp_path / "head").write_bytes(page)
    found = figures_of(tmp_path)
    assert found is not None
    assert (found.budget, found.dropped) == (0.0, {"others": 1})
