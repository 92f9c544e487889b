"""A capture that is still written is taken in as it grows, wherever it is cut; what becomes of its file is said."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.capture.file_lock import lock
from bus.capture.follower import PIECE, CaptureFollower
from bus.capture.loader import CaptureLoader
from bus.capture.writer import goes_on, is_alive
from bus.trace import Trace
from buslens import wire
from tests.helpers.growing import Growing
from tests.helpers.make_trace import make_trace
from tests.helpers.patience import PATIENCE_S


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    growing = Growing(tmp_path / "shop.buslens")
    growing.write_share(0.3)
    return growing


def opened(growing: Growing, piece: int = PIECE) -> tuple[Trace, CaptureFollower]:
    loading = CaptureLoader(growing.path, is_alive)
    assert not loading.step(60.0)
    assert loading.grows
    assert loading.trace.damage == ""
    return loading.trace, CaptureFollower(growing.path, loading.trace, piece=piece, look_s=0.0)


def same_calls(trace: Trace, orders: int = 60) -> bool:
    whole = make_trace(orders)
    return bool(
        trace.calls.id.tolist() == whole.calls.id.tolist()
        and trace.calls.outcome.tolist() == whole.calls.outcome.tolist()
        and trace.payload(len(trace.dispatches) - 1) == whole.payload(len(whole.dispatches) - 1)
    )


@pytest.mark.parametrize("seed", range(5))
def test_wherever_it_is_cut_it_is_whole_in_the_end_and_never_damaged(growing: Growing, seed: int) -> None:
    trace, following = opened(growing)
    counts = [len(trace.calls)]
    for size in growing.sizes(seed, 700):
        growing.write(size)
        following.step(60.0, trace.feed)
        assert (trace.damage, following.problem) == ("", "")
        counts.append(len(trace.calls))
    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    assert not trace.ended
    growing.end()
    following.step(60.0, trace.feed)
    assert trace.ended
    assert same_calls(trace)
    trace.finish()
    assert trace.damage == ""


def test_it_may_begin_with_a_header_alone(tmp_path: Path) -> None:
    growing = Growing(tmp_path / "new.buslens")
    found = wire.unpack_header(growing.data)
    assert found is not None
    growing.write(found[1])
    trace, following = opened(growing)
    assert following.read_frames() == b""
    growing.end()
    following.step(60.0, trace.feed)
    assert same_calls(trace)


def test_a_frame_may_be_larger_than_what_is_read_at_once(growing: Growing) -> None:
    trace, following = opened(growing, piece=50)
    for size in growing.sizes(1, 300):
        growing.write(size)
        following.step(60.0, trace.feed)
    assert same_calls(trace)


def test_another_thread_may_write_it_meanwhile(growing: Growing) -> None:
    trace, following = opened(growing)

    def write() -> None:
        for size in growing.sizes(2, 200):
            growing.write(size)
        growing.end()

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: trace.ended, lambda: following.step(0.01, trace.feed))
    writer.join()
    assert same_calls(trace)
    assert following.problem == ""


def test_damage_ends_it_where_it_is(growing: Growing) -> None:
    trace, following = opened(growing)
    growing.end(bytes([9, 0, 0, 0, 2, 0, 0, 0, 1, 2, 3, 4]) + b"not these")
    following.step(60.0, trace.feed)
    assert "checksum" in trace.damage
    assert same_calls(trace)


def test_a_frame_that_claims_too_much_is_damage_and_not_waited_for(growing: Growing) -> None:
    trace, following = opened(growing)
    growing.end(b"\xff" * 12)
    following.step(60.0, trace.feed)
    assert "claims 4294967295 bytes" in trace.damage


def test_a_file_that_is_begun_anew_is_said_and_its_bytes_are_not_taken_for_payloads(growing: Growing) -> None:
    trace, following = opened(growing)
    before = len(trace.calls)
    other = Growing(growing.path, orders=200, wall_ns=1)  # the same file, another run
    other.end()
    following.step(60.0, trace.feed)
    assert following.problem.startswith("shop.buslens was cut or begun anew while it was followed")
    assert len(trace.calls) == before > 0
    assert trace.payload(0).text == ""


def test_a_file_that_is_shortened_is_said(growing: Growing) -> None:
    trace, following = opened(growing)
    with growing.path.open("r+b") as file:
        file.truncate(trace.whole - 1)
    following.step(60.0, trace.feed)
    assert "was cut" in following.problem


def test_a_file_that_is_replaced_or_removed_is_said_after_what_was_in_it(growing: Growing, tmp_path: Path) -> None:
    trace, following = opened(growing)
    growing.end(b"")
    (tmp_path / "other").write_bytes(b"something else")
    (tmp_path / "other").replace(growing.path)
    following.step(60.0, trace.feed)
    assert following.problem.startswith("shop.buslens was replaced by another file")
    assert same_calls(trace)
    gone = Growing(tmp_path / "gone.buslens")
    gone.write_share(0.5)
    trace, following = opened(gone)
    gone.path.unlink()
    following.step(60.0, trace.feed)
    assert following.problem.startswith("gone.buslens was removed")


def test_a_program_that_is_killed_is_said_after_all_that_it_wrote(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        growing = Growing(tmp_path / "shop.buslens", pid=program.pid, process="shop.py", wall_ns=time.time_ns())
        growing.write_share(0.5)
        trace, following = opened(growing)
        growing.write(growing.left - 5)
        program.kill()
        program.wait(PATIENCE_S)
    until(lambda: bool(following.problem), lambda: following.step(60.0, trace.feed))
    assert following.problem.startswith(f"shop.py (process {program.pid} on ")
    assert "ended without closing its capture" in following.problem
    assert following.problem.endswith("bytes are not a whole frame.")
    assert len(trace.calls) > 150


@pytest.mark.skipif(os.name != "posix", reason="there are no locks")
def test_a_program_that_is_gone_ends_no_capture_that_somebody_still_makes(tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", host="elsewhere")
    growing.write_share(0.3)
    with growing.path.open("r+b") as file:
        lock(file.fileno())
        loading = CaptureLoader(growing.path, lambda header: goes_on(header, growing.path))
        loading.step(60.0)
        assert loading.grows
        following = CaptureFollower(growing.path, loading.trace, look_s=0.0)
        following.step(60.0, loading.trace.feed)
        assert (following.problem, following.died) == ("", False)
        growing.write(growing.left)
    following.step(60.0, loading.trace.feed)
    assert same_calls(loading.trace)
    assert following.read_frames() == b""
    assert following.died


def test_a_capture_that_is_complete_or_of_nobody_here_does_not_grow(growing: Growing, tmp_path: Path) -> None:
    growing.end()
    complete = CaptureLoader(growing.path, is_alive)
    assert not complete.step(60.0)
    assert not complete.grows
    assert same_calls(complete.trace)
    elsewhere = Growing(tmp_path / "elsewhere.buslens", host="another")
    elsewhere.end(b"half")
    loading = CaptureLoader(elsewhere.path, is_alive)
    assert not loading.step(60.0)
    assert not loading.grows
    assert "not a whole frame" in loading.trace.damage


def until(condition: Callable[[], bool], does: Callable[[], None]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit, "never came"
        does()
