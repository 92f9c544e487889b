"""A capture file is taken in piece by piece: what is there may be read, and whoever waits may end it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bus.capture.loader import CaptureLoader
from bus.errors import UserError
from tests.helpers.make_trace import make_trace, shop_bytes

PIECE = 1_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(60, batch=5))
    return path


def test_after_each_piece_the_trace_can_be_read_and_in_the_end_it_is_whole(file: Path) -> None:
    loading = CaptureLoader(file, piece=PIECE)
    sizes, shares = [len(loading.trace.calls)], [loading.share]
    while loading.step(0.0):
        sizes.append(len(loading.trace.calls))
        shares.append(loading.share)
    whole = make_trace(60)
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 5
    assert shares == sorted(shares)
    assert loading.share == 1.0
    assert loading.trace.calls.id.tolist() == whole.calls.id.tolist()
    assert loading.trace.damage == ""


def test_with_time_enough_one_step_takes_it_all(file: Path) -> None:
    loading = CaptureLoader(file, piece=PIECE)
    assert not loading.step(60.0)
    assert loading.done


def test_who_cancels_keeps_what_is_there_and_is_told_how_much_that_is(file: Path) -> None:
    loading = CaptureLoader(file, piece=PIECE)
    while loading.share < 0.5:
        assert loading.step(0.0)
    calls = len(loading.trace.calls)
    loading.cancel()
    assert not loading.step(60.0)
    assert len(loading.trace.calls) == calls > 0
    assert loading.trace.damage.startswith("Opening was cancelled: the first 5")
    loading.cancel()  # and nothing is said twice


def test_a_cut_file_is_said_in_the_end(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])
    loading = CaptureLoader(file, piece=PIECE)
    assert not loading.step(60.0)
    assert "not a whole frame" in loading.trace.damage


@pytest.mark.parametrize(("content", "says"), [(b"", "empty"), (b"buslens: 1\n", "not a Buslens capture")])
def test_what_is_no_capture_is_refused_at_once(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(UserError, match=says):
        CaptureLoader(path)


def test_neither_is_a_folder_nor_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path, says in ((tmp_path, "not a file"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(UserError, match=says):
            CaptureLoader(path)


def test_a_file_that_is_shortened_while_it_is_read_is_shown_as_far_as_it_was_there(file: Path) -> None:
    loading = CaptureLoader(file, piece=PIECE)
    assert loading.step(0.0)
    with file.open("r+b") as shortened:
        shortened.truncate(file.stat().st_size // 2)
    loading.step(60.0)
    assert loading.done
    assert "became shorter" in loading.trace.damage
    assert 0 < len(loading.trace.calls) < len(make_trace(60).calls)


def test_between_two_steps_no_thread_is_left(file: Path) -> None:
    loading = CaptureLoader(file, piece=PIECE)
    assert loading.step(0.0)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("capture")]
