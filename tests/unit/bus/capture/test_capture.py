"""A capture that is saved and opened again is the same; one that was cut is saved up to its last whole frame."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.trace import Trace
from buslens import wire
from tests.helpers.make_trace import shop_bytes


class CancelledError(Exception):
    """What a person's Cancel raises."""


def fed(data: bytes) -> Trace:
    trace = Trace()
    trace.feed(data)
    return trace


def whole_frames(data: bytes) -> bytes:
    """As far as these bytes are whole."""
    found = wire.unpack_header(data)
    if found is None:
        return b""
    return data[: max([found[1], *(end for _, _, end in wire.frames(data, found[1]))])]


def test_what_is_saved_is_what_came_and_that_it_is_all(tmp_path: Path) -> None:
    data = shop_bytes(20, batch=3)
    capture.save(fed(data), tmp_path / "a.buslens")
    assert (tmp_path / "a.buslens").read_bytes() == data + wire.END_MARK
    again = capture.load(tmp_path / "a.buslens")
    assert again.ended
    assert again.damage == ""
    capture.save(again, tmp_path / "b.buslens")
    assert (tmp_path / "b.buslens").read_bytes() == (tmp_path / "a.buslens").read_bytes()
    again.raw.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_capture_that_is_cut_anywhere_is_saved_as_far_as_it_is_whole(seed: int, tmp_path: Path) -> None:
    data = shop_bytes(20, batch=3)
    cut = data[: random.Random(seed).randrange(200, len(data))]
    capture.save(fed(cut), tmp_path / "a.buslens")
    assert (tmp_path / "a.buslens").read_bytes() == whole_frames(cut) + wire.END_MARK


def test_notes_are_saved_once_and_as_they_are_now(tmp_path: Path) -> None:
    path, trace = tmp_path / "a.buslens", fed(shop_bytes(5))
    note = trace.notes.add(5, "slow here")
    for text in ("slower", "slowest"):
        trace.notes.edit(note.id, text)
        capture.save(trace, path)
        trace.raw.close()
        trace = capture.load(path)
        (note,) = trace.notes.all
        assert note.text == text
    kinds = [
        kind for kind, _, _ in wire.frames(path.read_bytes(), len(wire.pack_header(trace.header or wire.Header.here())))
    ]
    assert kinds.count(wire.NOTES) == 1
    trace.raw.close()


def test_saving_into_the_file_that_is_open_makes_its_notes_safe(tmp_path: Path) -> None:
    capture.write(tmp_path / "a.buslens", shop_bytes(5) + wire.END_MARK)
    trace = capture.load(tmp_path / "a.buslens")
    trace.notes.add(5, "here")
    capture.save(trace, tmp_path / "copy.buslens")
    assert trace.notes.unsaved, "a copy is not the file that is open"
    capture.save(trace, tmp_path / "a.buslens")
    assert not trace.notes.unsaved
    trace.raw.close()


def test_it_says_how_far_it_is_and_who_cancels_leaves_no_half_file(tmp_path: Path) -> None:
    trace, shares = fed(shop_bytes(50, batch=5)), list[float]()
    capture.save(trace, tmp_path / "a.buslens", shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def cancelled(_: float) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        capture.save(trace, tmp_path / "b.buslens", cancelled)
    assert [each.name for each in tmp_path.iterdir() if "buslens" in each.name] == ["a.buslens"]


def test_what_is_no_capture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(UserError, match="not a Buslens capture"):
        capture.load(tmp_path / "a.txt")
    with pytest.raises(UserError, match="nothing"):
        capture.load(tmp_path / "nothing.buslens")
