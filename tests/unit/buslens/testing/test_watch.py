"""A process is watched while its tests run: by us, or by whoever watches it already; then it is as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyee import EventEmitter

from buslens.launching.program import PROGRAM
from buslens.stream import StreamRecorder
from buslens.testing.watch import AlreadyWatchedError, RunWatch
from tests.helpers.patience import wait_until


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[RunWatch]:
    watch = RunWatch(tmp_path)
    yield watch
    watch.close()
    assert not PROGRAM.is_running


def count(watch: RunWatch, event: str) -> int:
    found: int = watch.reader.ask("emits", event=event)["count"]
    return found


def test_buses_are_seen_from_start_to_stop_and_again_after_that(watch: RunWatch) -> None:
    before = EventEmitter.emit
    for number in range(2):
        watch.start()
        watch.begin()
        bus = EventEmitter()
        bus.emit("paid", number)
        assert count(watch, "paid") == 1
        watch.stop()
        bus.emit("paid", number)
        EventEmitter().emit("paid", number)
        assert count(watch, "paid") == 1
    assert EventEmitter.emit is before
    assert logging.getLogger("buslens").filters == []


def test_where_a_test_has_ended_the_watch_the_next_one_has_it_again(watch: RunWatch) -> None:
    watch.start()
    PROGRAM.stop()
    watch.begin()
    EventEmitter().emit("paid")
    assert count(watch, "paid") == 1


def test_what_the_probe_says_of_itself_is_no_line_of_the_program(
    watch: RunWatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    watch.start()
    PROGRAM.cannot_see("something")
    assert caplog.records == []


def test_a_process_that_is_watched_into_a_stream_is_read_from_there_and_left_alone(
    watch: RunWatch, tmp_path: Path
) -> None:
    recorder = StreamRecorder.into(tmp_path / "session")
    PROGRAM.start(recorder=recorder)
    try:
        watch.start()
        watch.begin()
        EventEmitter().emit("paid")
        assert count(watch, "paid") == 1
        watch.stop()
        assert PROGRAM.is_running
    finally:
        PROGRAM.stop()
        recorder.close()
    watch.close()
    wait_until(lambda: not watch.folder.exists(), lambda: watch.folder)
    assert Path(recorder.path, "facts.000001").exists()


def test_one_that_is_watched_into_a_file_is_refused(watch: RunWatch, tmp_path: Path) -> None:
    PROGRAM.start(to=tmp_path / "capture.buslens")
    try:
        with pytest.raises(AlreadyWatchedError, match="records into a capture file"):
            watch.start()
    finally:
        PROGRAM.stop()
