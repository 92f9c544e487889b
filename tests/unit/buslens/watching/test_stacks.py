"""Where a handler stands that runs for long is told, once for each place; of short ones nothing is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bus.trace import Trace
from buslens.limits import LONG_STEP_NS
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.stream import StreamRecorder
from buslens.watching.stacks import SAID, StackSampler
from tests.helpers.patience import wait_until
from tests.helpers.planted import trace_of

HERE = __file__
MS = 1_000_000


def told(trace: Trace) -> list[dict[str, Any]]:
    return [json.loads(trace.blobs.note(blob)) for blob in trace.stacks.view("note").tolist()]


class Stage:
    """A thread of the test's own, which stands in a handler as long as the test wants."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        line = self.handler.__func__.__code__.co_firstlineno  # type: ignore[attr-defined]
        self.recorder.handler("handler", HERE, line, "order")
        self.sampler = StackSampler(self.recorder)
        self.now = 1_000 * MS
        self.inside, self.leave = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.handler, name="worker")

    def handler(self) -> None:
        self.stand()

    def stand(self) -> None:
        self.inside.set()
        self.leave.wait()

    def __enter__(self) -> Stage:
        self.thread.start()
        self.inside.wait()
        return self

    def __exit__(self, *_: Any) -> None:
        self.leave.set()
        self.thread.join()

    def look(self, times: int = 1, every_ms: int = 10) -> None:
        for _ in range(times):
            frames: dict[int, FrameType] = sys._current_frames()
            self.sampler.look(self.now, frames)
            self.now += every_ms * MS


def test_a_handler_that_stands_for_long_is_told_with_its_lines_and_its_thread() -> None:
    with Stage() as stage:
        stage.look(30)
    stage.look()
    trace = trace_of(stage.recorder)
    (stack,) = told(trace)
    assert [frame[2].rpartition(".")[2] for frame in stack["stack"]][-2:] == ["stand", "handler"]
    assert stack["stack"][-1][0] == HERE
    assert stack["handler"] == [HERE, Stage.handler.__code__.co_firstlineno]
    assert stack["looks"] == 30
    assert trace.names.text(int(trace.stacks.view("lane")[0])) == "worker"
    assert trace.stacks.view("length_us")[0] == 290_000


def test_a_handler_that_calls_itself_is_one_call_and_a_deep_stack_is_told_in_part() -> None:
    recorder = Recorder()
    sampler = StackSampler(recorder)
    recorder.handler("deeper", HERE, deeper.__code__.co_firstlineno, "order")
    deeper(sampler, 60, 1_000 * MS)
    sampler.close()
    trace = trace_of(recorder)
    (stack,) = told(trace)
    assert trace.stacks.view("length_us").tolist() == [290_000]
    assert (len(stack["stack"]), stack["looks"]) == (32, 30)


def deeper(sampler: StackSampler, left: int, now: int) -> None:
    if left:
        deeper(sampler, left - 1, now)
        return
    for number in range(30):
        sampler.look(now + number * 10 * MS, {0: sys._getframe()})


def test_a_handler_that_ends_soon_is_not_told() -> None:
    with Stage() as stage:
        stage.look(LONG_STEP_NS // 2 // (10 * MS))
    stage.look()
    assert told(trace_of(stage.recorder)) == []


def test_what_goes_on_is_told_meanwhile_each_time_it_has_taken_twice_as_long() -> None:
    with Stage() as stage:
        stage.look(450)
        trace = trace_of(stage.recorder)
        assert trace.stacks.view("length_us").tolist() == [1_000_000, 2_000_000, 4_000_000]


def test_other_calls_that_begin_meanwhile_do_not_hide_one_that_stands_still() -> None:
    with Stage() as stage:
        for _ in range(20):
            stage.recorder.next_id()
            stage.look()
    stage.look()
    assert len(told(trace_of(stage.recorder))) == 1


def test_many_short_calls_are_not_one_long_call() -> None:
    """A frame's id is that of the one before it, mostly: where calls begin and lines differ it is another call."""
    recorder = Recorder()
    sampler = StackSampler(recorder)
    code = busy.__code__
    recorder.handler("busy", HERE, code.co_firstlineno, "order")
    for number in range(40):
        recorder.next_id()
        busy(sampler, number % 2 == 0, 1_000 * MS + number * 10 * MS)
    sampler.close()
    assert told(trace_of(recorder)) == []


def busy(sampler: StackSampler, is_even: bool, now: int) -> None:
    # The sampler passes its own thread over, so it is shown as another one; the two lines are two places.
    if is_even:
        sampler.look(now, {0: sys._getframe()})
    else:
        sampler.look(now, {0: sys._getframe()})


def test_the_thread_looks_by_itself_and_what_it_takes_is_a_cost(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path)
    recorder.handler("stand_still", HERE, stand_still.__code__.co_firstlineno, "order")
    sampler = StackSampler(recorder)
    before = recorder.spending.meter.own_ns
    sampler.open()
    assert any(thread.name == "buslens stacks" for thread in threading.enumerate())
    stand_still(recorder, before)
    sampler.close()
    sampler.close()
    assert not any(thread.name == "buslens stacks" for thread in threading.enumerate())
    recorder.close()


def stand_still(recorder: StreamRecorder, before: int) -> None:
    wait_until(lambda: recorder.spending.meter.own_ns > before, lambda: recorder.spending.meter.own_ns)


def test_the_capture_says_that_it_looks() -> None:
    recorder = Recorder()
    sampler = StackSampler(recorder)
    sampler.open()
    sampler.close()
    trace = trace_of(recorder)
    assert [trace.marks.text(row) for row in range(len(trace.marks))] == [SAID]


def test_where_threads_are_not_the_systems_own_it_says_that_it_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr("buslens.watching.stacks._thread.start_new_thread", lambda *_: None)
    StackSampler(recorder).open()
    trace = trace_of(recorder)
    assert "not the system's own" in trace.marks.text(0)


FORKING = """
import os, sys, threading
from buslens.recorder import Recorder
from buslens.watching.stacks import StackSampler
sampler = StackSampler(Recorder())
sampler.open()
def looks():
    return [each.name for each in threading.enumerate() if each.name == "buslens stacks"]
pid = os.fork()
if not pid:
    os._exit(len(looks()))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), len(looks()))
sampler.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_and_its_parent_are_looked_at_and_no_fork_is_warned_about() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", FORKING], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]
    assert done.stderr == ""


def test_a_stack_is_a_fact_of_its_own_and_nothing_else_counts_it() -> None:
    recorder = Recorder()
    recorder.put(WHOLE, int(Kind.STACK), 0, 0, 0, 5, 0, 0, recorder.lane("main"), 7, b"{}")
    trace = trace_of(recorder)
    assert (len(trace.stacks), len(trace.dispatches), len(trace.calls), len(trace.marks)) == (1, 0, 0, 0)
