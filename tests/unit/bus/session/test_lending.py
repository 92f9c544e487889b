"""What is written beside the window: whole, in the format that was asked for, and notes into no file but their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.session import lending
from bus.trace import Trace
from buslens import wire
from tests.helpers.growing import written_here
from tests.helpers.make_trace import make_trace, shop_bytes


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Trace]:
    """A capture in a file, with a note that is not in it."""
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(5) + wire.END_MARK)
    trace = capture.load(path)
    trace.notes.add(5, "slow here")
    yield trace
    trace.raw.close()


def test_a_format_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"there is no format jsnl .did you mean jsonl"):
        lending.of_all(make_trace(1), "jsnl", Path("x"))


def test_nothing_is_written_before_it_is_called_and_then_it_says_how_far_it_is(tmp_path: Path) -> None:
    path, shares = tmp_path / "out.jsonl", list[float]()
    write = lending.of_all(make_trace(30), "jsonl", path)
    assert not path.exists()
    write(shares.append)
    assert path.stat().st_size > 0
    assert shares == sorted(shares)


def test_a_part_is_a_capture_of_its_own(tmp_path: Path) -> None:
    trace = make_trace(30)
    start, end = trace.span_ns
    lending.of_part(trace, tmp_path / "part.buslens", (start, (start + end) // 2))(None)
    part = capture.load(tmp_path / "part.buslens")
    assert 0 < len(part.dispatches) < len(trace.dispatches)
    part.raw.close()


def test_notes_go_into_the_file_that_is_open(opened: Trace, tmp_path: Path) -> None:
    lending.of_notes(opened)(None)
    again = capture.load(tmp_path / "shop.buslens")
    assert [note.text for note in again.notes.all] == ["slow here"]
    assert not opened.notes.unsaved
    again.raw.close()


def test_a_capture_without_a_file_has_nowhere_for_its_notes() -> None:
    with pytest.raises(UserError, match="has no file yet"):
        lending.of_notes(make_trace(1))


def test_a_file_that_was_replaced_or_removed_is_left_alone(opened: Trace, tmp_path: Path) -> None:
    path = tmp_path / "shop.buslens"
    other = tmp_path / "other.buslens"
    other.write_bytes(b"somebody else's")
    os.replace(other, path)
    with pytest.raises(UserError, match="is not the file any more that was opened"):
        lending.of_notes(opened)
    assert path.read_bytes() == b"somebody else's"
    path.unlink()
    with pytest.raises(UserError, match="is not the file any more"):
        lending.of_notes(opened)


def test_a_file_that_holds_more_than_is_shown_is_not_shortened(tmp_path: Path) -> None:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(5) + b"damage at the end of it")
    trace = capture.load(path)
    with pytest.raises(UserError, match="is damaged, or holds more than what is shown"):
        lending.of_notes(trace)
    assert path.read_bytes().endswith(b"damage at the end of it")
    trace.raw.close()


def test_a_file_that_a_program_still_writes_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.buslens"
    path.write_bytes(written_here(shop_bytes(5)))
    trace = capture.load(path)
    with pytest.raises(UserError, match=r"a program still writes shop\.buslens"):
        lending.of_notes(trace)
    trace.raw.close()
