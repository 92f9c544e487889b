"""What was recorded is one trace, whether it lies in a file or in a folder, and whole where it is still being made."""

from __future__ import annotations

from pathlib import Path

from bus.programs.loading import load, unheard
from buslens.wire import END_MARK
from tests.unit.bus.programs.played import Played, S, events
from tests.unit.bus.programs.test_collecting import recorded


def test_a_file_is_loaded_as_it_is(tmp_path: Path) -> None:
    played = Played("web.py", 1 << 22)
    played.emit("web", at=3 * S)
    capture = tmp_path / "web.buslens"
    capture.write_bytes(played.recorder.take() + END_MARK)
    assert events(load(capture, unheard)) == [("web", 3 * S)]


def test_a_capture_that_nobody_makes_is_made_and_that_is_said(tmp_path: Path) -> None:
    capture, said = tmp_path / "web.buslens", list[str]()
    recorded(capture, "paid").close()
    assert [event for event, _ in events(load(capture, said.append))] == ["paid"]
    assert [sentence.partition(" from ")[0] for sentence in said] == [f"{capture} is made again"]


def test_streams_are_loaded_where_their_program_still_runs(tmp_path: Path) -> None:
    capture, said = tmp_path / "web.buslens", list[str]()
    recorder = recorded(capture, "paid")
    assert [event for event, _ in events(load(capture, said.append))] == ["paid"]
    assert "who did was killed" in said[0]
    recorder.close()
