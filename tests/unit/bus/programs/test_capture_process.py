"""The capture of one process of a session: all of it, what comes later, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.programs.capture_process import CaptureProcess
from bus.trace import Trace
from buslens.wire import END_MARK
from tests.unit.bus.programs.played import Played, S, events


def test_what_is_there_and_what_comes(tmp_path: Path) -> None:
    played, path = Played("web.py", 1 << 22), tmp_path / "a.buslens"
    played.emit("a", at=1 * S)
    path.write_bytes(played.recorder.take())
    process, trace = CaptureProcess(path, look_s=0), Trace()
    assert process.header.process == "web.py"
    trace.feed(process.read_frames())
    played.emit("b", at=2 * S)
    with path.open("ab") as file:
        file.write(played.recorder.take() + END_MARK)
    trace.feed(process.read_frames())
    assert events(trace) == [("a", 1 * S), ("b", 2 * S)]
    assert process.ended
    assert process.problem == ""
    assert process.read_frames() == b""
    process.close()


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"#!/usr/bin/python\n", "not a Buslens capture"), (b"BUSLENS\n", "cut in its first bytes"), (b"", "cut")],
)
def test_what_is_no_capture_is_said(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.buslens"
    path.write_bytes(data)
    with pytest.raises(UserError, match=says):
        CaptureProcess(path)
    with pytest.raises(UserError, match="no such file"):
        CaptureProcess(tmp_path / "b.buslens")
