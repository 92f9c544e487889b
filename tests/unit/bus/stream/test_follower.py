"""A stream is taken in as it is written, whatever is done to its files; how its program is, is said in one sentence."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from bus.errors import UserError
from bus.stream import StreamFollower, StreamState
from bus.stream.records import NOT_KEPT
from bus.trace import Trace
from buslens.records import Lacking, Outcome
from buslens.stream import StreamLimits, StreamRecorder
from tests.helpers.patience import wait_until
from tests.helpers.streams import events, followed, payloads

ROOT = Path(__file__).resolve().parents[4]

COUNTING = """
import os, sys, time, buslens
from buslens.stream import StreamRecorder
from pyee import EventEmitter
ee = EventEmitter()
buslens.attach(ee, recorder=StreamRecorder.into(sys.argv[1], "counting"))
ee.on("tick", lambda payload: None)
told, n = time.monotonic_ns(), 0
while True:
    ee.emit("tick", n)
    n += 1
    now = time.monotonic_ns()
    if now - told > 200_000:
        told = now
        os.write(1, b"%d\\n" % n)
"""


class Shop:
    """A program under watch, in this process."""

    def __init__(self, folder: Path, **space: int) -> None:
        self.emitter = EventEmitter()
        self.recorder = StreamRecorder.into(folder, "shop", space=StreamLimits(left_on_disk=0, **space))
        buslens.attach(self.emitter, recorder=self.recorder)
        self.emitter.on("order", lambda number: self.emitter.emit("paid", {"number": number}))
        self.emitter.on("paid", lambda _: None)
        self.emitter.on("paid", lambda _: None)

    def sell(self, *numbers: int) -> None:
        for number in numbers:
            self.emitter.emit("order", number)


def test_what_comes_is_given_as_it_comes_and_the_end_is_marked(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    trace, follower = followed(shop.recorder)
    for number in range(5):
        shop.sell(number)
        follower.step(60.0, trace.feed)
        assert len(trace.dispatches) == 2 * (number + 1)
    assert (events(trace)[:2], payloads(trace)[:4]) == (["order", "paid"], [0, {"number": 0}, 1, {"number": 1}])
    assert trace.dispatches.parent_call.tolist()[:2] == [0, int(trace.calls.id[0])]
    assert set(trace.calls.outcome.tolist()) == {Outcome.OK}
    shop.recorder.close()
    follower.step(60.0, trace.feed)
    assert (follower.ended, trace.ended, follower.problem, trace.damage) == (True, True, "", "")
    assert follower.read_frames() == b""


def test_many_chunks_are_followed_and_removed_once_they_are_read(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=8192, total=1 << 20)
    trace, follower = followed(shop.recorder, most=0)
    for start in range(0, 5000, 500):
        shop.sell(*range(start, start + 500))
        follower.step(60.0, trace.feed)
    assert trace.dropped == shop.recorder.dropped == 0
    assert payloads(trace)[::2] == list(range(5000))
    assert len(list(Path(shop.recorder.path).iterdir())) < 8


def test_a_call_that_runs_is_shown_as_running_until_it_ends_even_where_its_chunk_is_long_read(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=4096)
    seen: list[int] = []

    def long(_: object) -> None:
        shop.sell(*range(200))
        follower.step(60.0, trace.feed)
        seen.append(int(trace.calls.outcome[0]))

    shop.emitter.on("long", long)
    trace, follower = followed(shop.recorder, most=0)
    shop.emitter.emit("long", 1)
    follower.step(60.0, trace.feed)
    assert seen == [Outcome.RUNNING]
    assert set(trace.calls.outcome.tolist()) == {Outcome.OK}


def test_whoever_comes_later_reads_what_is_still_there(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=4096)
    shop.sell(*range(100))
    followed(shop.recorder, most=0)
    shop.sell(7)
    trace, follower = followed(shop.recorder)
    assert follower.problem.startswith("The stream of shop") or payloads(trace)[-2:] == [7, {"number": 7}]


@pytest.mark.parametrize("seed", range(40))
def test_a_garbled_stream_is_one_sentence_and_nothing_else(tmp_path: Path, seed: int) -> None:
    shop = Shop(tmp_path)
    shop.sell(*range(20))
    rng = random.Random(seed)
    garbled = tmp_path / "garbled"
    shutil.copytree(shop.recorder.path, garbled)
    for path in garbled.iterdir():
        data = bytearray(path.read_bytes())
        if path.name != "head":
            for _ in range(rng.choice([1, 5, 500])):
                data[rng.randrange(min(len(data), 4000))] = rng.randrange(256)
        path.write_bytes(data[: rng.choice([len(data), rng.randrange(len(data))])] if path.name != "head" else data)
    follower, trace = StreamFollower(garbled, look_s=0.0), Trace()
    follower.step(60.0, trace.feed)
    assert follower.problem == "" or follower.problem.count(". ") <= 1
    assert "Traceback" not in follower.problem


def test_a_stream_that_is_removed_or_replaced_is_said_to_be(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.sell(1)
    trace, follower = followed(shop.recorder)
    shutil.rmtree(shop.recorder.path)
    follower.step(60.0, trace.feed)
    assert "removed or replaced" in follower.problem
    assert len(trace.dispatches) == 2


def test_what_is_no_stream_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not the folder of a stream"):
        StreamFollower(tmp_path)
    shop = Shop(tmp_path)
    for path in Path(shop.recorder.path).glob("facts.*"):
        path.unlink()
    with pytest.raises(UserError, match="no chunks"):
        StreamFollower(Path(shop.recorder.path))


def test_following_stops_where_somebody_stops_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    _, follower = followed(shop.recorder)
    shop.sell(1)
    follower.cancel()
    assert (follower.read_frames(), "stopped" in follower.problem) == (b"", True)
    follower.close()


@pytest.mark.parametrize("seed", range(3))
def test_of_a_program_that_is_killed_nothing_older_than_a_millisecond_is_lost(tmp_path: Path, seed: int) -> None:
    program = subprocess.Popen([sys.executable, "-c", COUNTING, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert program.stdout is not None
    with program:
        for _ in range(random.Random(seed).randrange(1, 300)):
            line = program.stdout.readline()
        program.send_signal(signal.SIGKILL)
        lines = [line, *program.stdout.readlines()]
    told = [int(each) for each in lines if each.endswith(b"\n")]
    (folder,) = tmp_path.iterdir()
    trace, follower = Trace(), StreamFollower(folder, look_s=0.0)
    wait_until(lambda: read_on(follower, trace), lambda: follower.state)
    numbers = payloads(trace)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= told[-1], "what it had emitted when it said so is there"
    assert follower.state is StreamState.DIED
    assert "killed or crashed" in follower.problem


def read_on(follower: StreamFollower, trace: Trace) -> bool:
    """Whether all is read."""
    follower.step(1.0, trace.feed)
    return bool(follower.problem or follower.ended)


def read_with(shop: Shop, follower: StreamFollower, trace: Trace, numbers: int) -> None:
    """So many sales, in small steps, each of which is read."""
    for start in range(0, numbers, 200):
        shop.sell(*range(start, start + 200))
        follower.step(60.0, trace.feed)


def on_disk(shop: Shop) -> int:
    return sum(path.stat().st_size for path in Path(shop.recorder.path).iterdir())


def test_a_program_that_is_watched_may_write_more_than_its_stream_may_take(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=8192, total=300_000)
    trace, follower = followed(shop.recorder, most=100_000)
    read_with(shop, follower, trace, 5000)
    assert trace.dropped == shop.recorder.dropped == 0
    assert payloads(trace)[::2] == list(range(5000))
    assert on_disk(shop) < 150_000
    follower.close()
    assert not list(Path(shop.recorder.path).glob("reader.*"))


def test_what_a_stream_lost_while_it_was_watched_is_said_to_whoever_opens_it_later(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=8192)
    trace, follower = followed(shop.recorder, most=100_000)
    read_with(shop, follower, trace, 5000)
    later, other = followed(shop.recorder)
    assert other.problem == ""
    assert later.marks.text(0).startswith("shop (process ")
    assert "removed while it was watched" in later.marks.text(0)
    assert later.marks.lacking[0] == Lacking.BEFORE
    assert int(later.marks.time_ns[0]) == later.span_ns[0] > trace.span_ns[0]
    assert 0 < len(later.dispatches) < len(trace.dispatches)
    assert set(events(later)) == {"order", "paid"}
    sold = [each for each in payloads(later) if isinstance(each, int)]
    assert sold == list(range(5000 - len(sold), 5000))
    assert payloads(later).count(None) == 0, "payloads of the facts that are left are there"


def test_nothing_is_removed_before_every_reader_has_read_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=8192)
    slow_trace, slow = Trace(), StreamFollower(Path(shop.recorder.path), look_s=0.0)
    trace, follower = followed(shop.recorder, most=0)
    read_with(shop, follower, trace, 2000)
    slow.step(60.0, slow_trace.feed)
    assert payloads(slow_trace) == payloads(trace)
    before = on_disk(shop)
    read_with(shop, follower, trace, 200)
    assert on_disk(shop) < before / 2


def test_nothing_is_removed_of_a_program_that_has_ended(tmp_path: Path) -> None:
    shop = Shop(tmp_path, first=4096, largest=8192)
    shop.sell(*range(2000))
    shop.recorder.close()
    before = on_disk(shop)
    trace, follower = followed(shop.recorder, most=0)
    follower.close()
    assert (len(trace.dispatches), on_disk(shop)) == (4000, before)


@pytest.mark.parametrize("gone", [(1,), (2, 3), (1, 2, 5)])
def test_chunks_that_somebody_has_removed_are_passed_over_and_said(tmp_path: Path, gone: tuple[int, ...]) -> None:
    shop = Shop(tmp_path, first=4096, largest=8192)
    shop.sell(*range(600))
    for number in gone:
        (Path(shop.recorder.path) / f"facts.{number:06d}").unlink()
    for number in (1, 2):
        (Path(shop.recorder.path) / f"bytes.{number:06d}").unlink()
    trace, follower = followed(shop.recorder)
    assert follower.problem == ""
    assert 0 < len(trace.dispatches) < 1200
    told = [trace.marks.text(row) for row in range(len(trace.marks))]
    assert len([each for each in told if "removed while it was watched" in each]) >= 1
    assert payloads(trace)[-2:] == [599, {"number": 599}]
    told = [trace.payload(row) for row in range(len(trace.dispatches))]
    said = {each.text for each in told if each.value is None}
    assert said == {NOT_KEPT}
