"""How far a reader is behind is what is in the stream and was not read, whatever chunks it lies in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.stream import StreamFollower
from bus.stream.behind import NOT_BEHIND, Behind, unread
from buslens.stream import StreamLimits, StreamRecorder
from buslens.stream.layout import FACTS, chunk_name

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
SMALL = StreamLimits(first=4096, largest=4096, left_on_disk=0)
A_CHUNK = 4096 // 64


def recorded(folder: Path, emits: int) -> StreamRecorder:
    recorder = StreamRecorder.into(folder, "shop", space=SMALL)
    event = recorder.event("paid")
    for _ in range(emits):
        recorder.dispatch(recorder.next_id(), 0, event, recorder.here(), 0, None)
    return recorder


@pytest.mark.parametrize("emits", [0, 1, A_CHUNK - 1, A_CHUNK, A_CHUNK + 1, 5 * A_CHUNK + 7])
def test_what_was_not_read_is_counted(tmp_path: Path, emits: int) -> None:
    recorder = recorded(tmp_path, emits)
    path = Path(recorder.path)
    assert unread(path, 1, 0) == emits
    assert unread(path, 1, min(emits, 5)) == emits - min(emits, 5)
    recorder.close()


def test_a_chunk_that_another_reader_has_removed_is_not_waited_for(tmp_path: Path) -> None:
    recorder = recorded(tmp_path, 3 * A_CHUNK)
    path = Path(recorder.path)
    (path / chunk_name(FACTS, 1)).unlink()
    assert unread(path, 2, 0) == 2 * A_CHUNK
    recorder.close()


def test_a_reader_is_behind_until_it_has_read_everything(tmp_path: Path) -> None:
    recorder = recorded(tmp_path, 3 * A_CHUNK)
    follower = StreamFollower(Path(recorder.path))
    assert follower.behind() == Behind(3 * A_CHUNK, 0)  # nothing was read whose age could be told
    follower.read_frames()
    assert follower.behind().facts == 2 * A_CHUNK
    assert follower.behind().ns >= 0
    while follower.read_frames():
        pass
    assert follower.behind() == NOT_BEHIND
    follower.close()
    recorder.close()


def test_several_processes_are_behind_together() -> None:
    assert Behind(3, 5).and_also(Behind(4, 2)) == Behind(7, 5)
