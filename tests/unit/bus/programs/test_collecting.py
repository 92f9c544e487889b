"""The capture of `buslens record -o`: whole whoever was killed, and never taken for whole before it is."""

from __future__ import annotations

import errno
import io
import os
import threading
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from bus.capture import capture
from bus.capture.file_lock import is_written, lock
from bus.programs import collecting, session_follower
from bus.programs.collecting import LEFT_OUT, Launch, collect, left_alone, whole
from bus.programs.loading import load
from bus.programs.session_folder import SessionFolder
from bus.trace import Trace
from buslens.launching.collecting import STREAMS, Collection
from buslens.launching.ps import processes
from buslens.launching.session import LaunchSession, Process
from buslens.stream import StreamRecorder
from tests.helpers.patience import PATIENCE_S
from tests.helpers.streams import events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
GONE = 1 << 22, 1
"""The number of no process, and when it began."""


def recorded(output: Path, *emitted: str) -> StreamRecorder:
    """A process that records into the streams of this capture, and has emitted these."""
    recorder = StreamRecorder.into(f"{output}{STREAMS}", "web.py")
    for event in emitted:
        recorder.dispatch(recorder.next_id(), 0, recorder.event(event), recorder.here(), 0, None)
    return recorder


def launched(folder: Path, recorder: StreamRecorder) -> Process:
    """The same process, as its session tells of it."""
    process = Process(LaunchSession(str(folder)), "")
    process.name += str(int(recorder.path[-8:], 16))  # several have one number here, and may have one moment
    process.write()
    process.records_into(recorder.path)
    return process


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "shop.buslens"


def loaded(output: Path) -> Trace:
    trace = capture.load(output)
    assert not trace.damage
    return trace


def nothing_is_said(sentence: str) -> None:
    pytest.fail(sentence)


def test_streams_that_had_no_room_in_the_capture_stay_where_they_can_be_opened(
    session: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_follower, "MOST_PROCESSES", 1)
    for event in ("paid", "sent"):
        recorder = recorded(output, event)
        process = launched(session, recorder)
        recorder.close()
        process.end()
    output.touch()
    with output.open("r+b", buffering=0) as file:
        collect(Launch(session, *GONE), cast("BinaryIO", file), output)
    rest = load(output.with_name(f"{output.name}{STREAMS}{LEFT_OUT}"))
    assert sorted(events(loaded(output)) + events(rest)) == ["paid", "sent"]
    assert len(events(rest)) == 1
    assert not Path(f"{output}{STREAMS}").exists()
    assert whole(output, nothing_is_said) == output, "nobody makes it again"


def test_it_has_all_processes_and_takes_the_place_of_their_streams(session: Path, output: Path) -> None:
    output.write_bytes(b"an earlier capture" * 1000)
    both = [recorded(output, "paid"), recorded(output, "sent", "read")]
    of_session = [launched(session, each) for each in both]
    for recorder, process in zip(both, of_session, strict=True):
        recorder.close()
        process.end()
    with output.open("r+b", buffering=0) as file:
        collect(Launch(session, *GONE), cast("BinaryIO", file), output)
    trace = loaded(output)
    assert sorted(events(trace)) == ["paid", "read", "sent"]
    assert trace.ended
    assert not Path(f"{output}{STREAMS}").exists()
    assert {each.capture for each in processes(str(session))} == {str(output)}


def test_who_follows_the_session_meanwhile_sees_nothing_twice(session: Path, output: Path) -> None:
    recorder = recorded(output, "paid")
    process = launched(session, recorder)
    follows = SessionFolder(session)
    assert follows.records() == [Path(recorder.path)]
    recorder.close()
    process.end()
    with output.open("w+b", buffering=0) as file:
        collect(Launch(session, *GONE), cast("BinaryIO", file), output)
    assert follows.records() == [Path(recorder.path)]
    assert SessionFolder(session).records() == [output]


def test_one_that_is_being_made_is_waited_for(session: Path, output: Path) -> None:
    claimed = Collection(str(output))
    recorder = recorded(output, "paid")
    process = launched(session, recorder)
    recorder.close()
    process.end()
    found: list[Path] = []
    waits = threading.Thread(target=lambda: found.append(whole(output, nothing_is_said)))
    waits.start()
    with open(os.dup(claimed._file), "r+b", buffering=0) as file:
        assert is_written(output)
        assert left_alone(output) is None
        collect(Launch(session, *GONE), cast("BinaryIO", file), output)
    assert not found
    os.close(claimed._file)
    waits.join(PATIENCE_S)
    assert found == [output]
    assert events(loaded(output)) == ["paid"]


def test_one_whose_maker_is_killed_while_it_is_waited_for_is_made_again(output: Path) -> None:
    claimed = Collection(str(output))
    recorded(output, "paid").close()
    said, found = list[str](), list[Path]()
    waits = threading.Thread(target=lambda: found.append(whole(output, said.append)))
    waits.start()
    os.close(claimed._file)
    waits.join(PATIENCE_S)
    assert found == [output]
    assert "is made again" in said[0]
    assert events(loaded(output)) == ["paid"]


def test_one_whose_program_runs_is_read_as_it_is(output: Path) -> None:
    claimed = Collection(str(output))
    recorder = recorded(output, "paid")
    assert whole(output, nothing_is_said) == output
    os.close(claimed._file)
    recorder.close()


def test_one_that_stands_still_is_given_up(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "STANDS_STILL_S", 0.0)
    claimed, said = Collection(str(output)), list[str]()
    assert whole(output, said.append) == output
    assert "is still being made" in said[0]
    os.close(claimed._file)


def test_one_into_which_nothing_was_recorded_may_go_while_it_is_waited_for(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = Collection(str(output))

    def leaves(path: Path) -> bool:
        monkeypatch.setattr(collecting, "is_written", is_written)
        claimed.leave()
        os.close(claimed._file)
        return True

    monkeypatch.setattr(collecting, "is_written", leaves)
    assert whole(output, nothing_is_said) == output
    assert not output.exists()


def test_one_that_somebody_else_has_just_made_is_not_made_again(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(output, "paid").close()

    def locked(descriptor: int) -> bool:
        monkeypatch.undo()
        assert whole(output, lambda _: None) == output
        return lock(descriptor)

    monkeypatch.setattr(collecting, "lock", locked)
    assert whole(output, nothing_is_said) == output
    assert events(loaded(output)) == ["paid"]


def test_where_who_made_it_was_killed_it_is_made_again(output: Path) -> None:
    recorded(output, "paid", "sent").close()
    output.write_bytes(b"half of it")
    said: list[str] = []
    assert left_alone(output) == Path(f"{output}{STREAMS}")
    assert whole(output, said.append) == output
    assert said == [f"{output} is made again from {output}{STREAMS}, because who made it was killed or found no room"]
    assert events(loaded(output)) == ["paid", "sent"]
    assert left_alone(output) is None
    assert whole(output, nothing_is_said) == output


def test_where_there_is_no_room_the_streams_are_what_there_is(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(output, "paid").close()
    streams, said = Path(f"{output}{STREAMS}"), list[str]()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(collecting, "_write", full)
    assert whole(output, said.append) == streams
    assert "the disk is full" in said[1]
    assert list(streams.glob("*/head"))


def test_a_disk_that_takes_no_more_leaves_whole_frames_and_all_streams(session: Path, output: Path) -> None:
    recorder = recorded(output, "paid")
    process = launched(session, recorder)
    recorder.close()
    process.end()

    class Full(io.FileIO):
        """A file on a disk that becomes full in the middle of a frame."""

        writes = 0

        def write(self, data: Any) -> int:
            self.writes += 1
            if self.writes > 1:
                raise OSError(errno.ENOSPC, "full")
            return super().write(data[: len(data) // 2])

    with Full(output, "w+") as file, pytest.raises(OSError, match="full"):
        collect(Launch(session, *GONE), cast("BinaryIO", file), output)
    assert output.read_bytes() == b""
    assert events(loaded(whole(output, [].append))) == ["paid"]
