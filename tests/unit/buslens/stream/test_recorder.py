"""What a program does is in its stream at once, whatever way it is told; forked children have streams of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import buslens
from buslens.limits import Limits
from buslens.records import Kind, Outcome
from buslens.redaction import Redaction
from buslens.stream import StreamLimits, StreamRecorder
from buslens.stream.recorder import start_ticks
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.streams import events, followed, payloads
from tests.helpers.streams import payloads as payloads_in

ROOT = Path(__file__).resolve().parents[4]

FORKING = """
import os, sys, buslens
from buslens.stream import StreamRecorder
from pyee import EventEmitter
recorder = StreamRecorder.into(sys.argv[1], "shop")
ee = EventEmitter()
buslens.attach(ee, recorder=recorder)
def handler(who):
    if who == "fork":
        child = os.fork()
        if not child:
            ee.emit("order", "child")
            return
        os.waitpid(child, 0)
ee.on("order", handler)
ee.emit("order", "parent")
ee.emit("order", "fork")
ee.emit("order", "after")
"""


FORKING_AMONG_OTHERS = """
import os, sys, buslens
from buslens.stream import StreamRecorder
from pyee import EventEmitter
ee = EventEmitter()
buslens.attach(ee, recorder=StreamRecorder.into(sys.argv[1], "shop"))
def fork():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
for handler in (lambda: None, fork, lambda: ee.emit("inner", os.getpid()), lambda: None):
    ee.on("order", handler)
ee.on("inner", lambda pid: None)
ee.emit("order")
"""


def test_every_verb_of_a_recorder_reaches_the_reader(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path, "shop")
    bus = recorder.bus("orders")
    event, handler = recorder.event("placed", bus), recorder.handler("charge", "shop.py", 3, "placed")
    recorder.handler_added(handler, event, once=True)
    recorder.dispatch(2, 0, event, recorder.here(), 2, {"id": 7})
    recorder.call_started(4, 2, handler, recorder.here())
    recorder.call_ended(4, int(Outcome.FAILED), ValueError("declined"))
    recorder.skipped(2, handler, 4, "why")
    recorder.mark("hello")
    trace, follower = followed(recorder)
    assert follower.header.process == "shop"
    assert (events(trace), payloads(trace)) == (["placed"], [{"id": 7}])
    assert trace.calls.outcome.tolist() == [Outcome.FAILED]
    assert [len(trace.subscriptions), len(trace.skipped), trace.marks.text(0)] == [1, 1, "hello"]
    assert trace.damage == ""


def test_a_recorder_in_the_middle_of_nothing_takes_the_same_shapes_as_packing(tmp_path: Path) -> None:
    from buslens.packing import ENDED, NEXT, STARTED

    recorder = StreamRecorder.into(tmp_path)
    recorder.dispatch(2, 0, recorder.event("placed"), 0, 2, None)
    recorder.keep((STARTED, recorder.handler("one"), 10, 4, 2, 0))
    recorder.keep((NEXT, 4, 20, recorder.handler("two"), 6, 2, 0))
    recorder.keep((ENDED, 6, 30))
    trace, _ = followed(recorder)
    assert [trace.calls.started_ns.tolist(), trace.calls.ended_ns.tolist()] == [[10, 20], [20, 30]]
    assert trace.dispatches.outcome.tolist() == [Outcome.OK]


def test_it_cannot_be_written_to_a_file_besides(tmp_path: Path) -> None:
    from pyee import EventEmitter

    emitter = EventEmitter()
    recorder = StreamRecorder.into(tmp_path)
    with pytest.raises(ValueError, match="stream already"):
        buslens.attach(emitter, recorder=recorder, to=tmp_path / "trace.buslens")
    assert recorder.take() == b""


def test_what_finds_no_room_is_dropped_and_counted_by_kind(tmp_path: Path) -> None:
    from pyee import EventEmitter

    space = StreamLimits(first=4096, largest=4096, total=9216, left_on_disk=0)
    recorder = StreamRecorder.into(tmp_path, space=space)
    emitter = EventEmitter()
    emitter.on("tick", lambda: None)
    buslens.attach(emitter, recorder=recorder)
    for _ in range(1000):
        assert emitter.emit("tick")
    trace, follower = followed(recorder)
    assert 0 < len(trace.calls) < 64
    assert trace.dropped == follower.dropped == recorder.dropped == 3 * (1000 - len(trace.calls))
    dropped = follower._head.dropped()
    assert dropped[Kind.DISPATCH_EMITTED] == dropped[Kind.CALL_ENDED] == 1000 - len(trace.calls)


def test_a_payload_that_finds_no_room_is_left_out_and_its_fact_kept(tmp_path: Path) -> None:
    space = StreamLimits(first=4096, largest=4096, total=9216, left_on_disk=0)
    recorder = StreamRecorder.into(tmp_path, limits=Limits(), space=space)
    recorder.dispatch(2, 0, recorder.event("placed"), 0, 0, "x" * 8000)
    trace, _ = followed(recorder)
    assert (len(trace.dispatches), payloads(trace), trace.dropped) == (1, [None], 0)
    assert recorder.dropped == 0


def test_a_name_that_found_no_room_is_told_once_there_is_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = StreamRecorder.into(tmp_path)
    assert recorder._stream is not None
    with monkeypatch.context() as without:
        without.setattr(recorder._stream, "define", lambda _: False)
        event = recorder.event("placed")
    recorder.dispatch(2, 0, event, 0, 0, None, has_payload=False)
    assert events(followed(recorder)[0]) == ["placed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_that_was_forked_in_a_call_leaves_that_to_its_parent(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FORKING, str(tmp_path)], cwd=ROOT, check=True, timeout=PATIENCE_S)
    read = [followed(folder) for folder in tmp_path.iterdir()]
    assert all(follower.ended for _, follower in read)
    read.sort(key=lambda each: "parent_pid" in each[1].header.extra)
    (parent, parents), (child, children) = read
    assert payloads(parent) == ["parent", "fork", "after"]
    assert parent.calls.outcome.tolist() == [Outcome.OK] * 3
    assert payloads(child) == ["child", "after"]
    assert children.header.extra["parent_pid"] == parents.header.pid
    assert children.header.extra["parent_stream"] == parents.folder.name
    assert children.header.pid != parents.header.pid
    assert len(child.subscriptions) == 1


def test_a_process_is_known_by_when_it_began() -> None:
    assert start_ticks() == start_ticks(os.getpid())
    assert start_ticks("none") == 0


SECRET = "4111 1111 1111 1111"


def test_a_child_that_was_forked_between_two_calls_leaves_both_to_its_parent(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FORKING_AMONG_OTHERS, str(tmp_path)], cwd=ROOT, check=True)
    told = sorted((followed(each)[0] for each in tmp_path.iterdir()), key=lambda trace: len(trace.dispatches))
    assert [events(trace) for trace in told] == [["inner"], ["order", "inner"]]
    assert [trace.calls.outcome.tolist() for trace in told] == [[Outcome.OK], [Outcome.OK] * 5]


@pytest.mark.parametrize("payloads", ["full", "keys", "off"])
def test_no_secret_is_in_any_file_of_a_stream(tmp_path: Path, payloads: str) -> None:
    from pyee import EventEmitter

    recorder = StreamRecorder.into(tmp_path, redaction=Redaction(payloads))
    emitter = EventEmitter()

    def fail(*_: object) -> None:
        raise ValueError("password=hunter2 was refused")

    emitter.on("order", lambda *_, **__: None)
    emitter.on("refused", fail)
    buslens.attach(emitter, recorder=recorder)
    for _ in range(3):  # the way of a name that is new, and that of one that is known
        emitter.emit("order", {"id": 1, "password": "hunter2"})
        emitter.emit("order", {"id": 1, "note": SECRET})
        emitter.emit("order", {"id": 1, "note": "short"})
        emitter.emit("order", {"id": 2, "note": "x" * 300 + " Bearer hunter2hunter2"})
        emitter.emit("order", {"id": 4111111111111111})
        emitter.emit("order", SECRET, token="hunter2")
        emitter.emit("order", [{"deep": {"api_key": "hunter2"}}])
        with pytest.raises(ValueError, match="refused"):
            emitter.emit("refused")
    recorder.mark("a line with token=hunter2 in it")
    written = b"".join(path.read_bytes() for path in Path(recorder.path).iterdir())
    for secret in (b"hunter2", SECRET.encode(), SECRET.replace(" ", "").encode()):
        assert secret not in written
    trace, _ = followed(recorder)
    shown = payloads_in(trace)
    expected = {"full": {"id": 1, "note": "short"}, "keys": {"id": "<int>", "note": "<str>"}, "off": None}[payloads]
    assert shown[2] == shown[10] == expected


def emit_blinker(recorder: StreamRecorder, count: int) -> None:
    from blinker import Signal

    signal = Signal("tick")
    signal.connect(pass_by)
    buslens.attach(signal, recorder=recorder)
    for number in range(count):
        signal.send("me", id=number)


def emit_pyee(recorder: StreamRecorder, count: int) -> None:
    from pyee import EventEmitter

    emitter = EventEmitter()
    emitter.on("tick", lambda _: emitter.emit("inner"))
    emitter.on("inner", lambda: None)
    buslens.attach(emitter, recorder=recorder)
    for number in range(count):
        emitter.emit("tick", {"id": number})


def pass_by(*_: object, **__: object) -> None:
    pass


def at_step(folder: Path, step: int) -> StreamRecorder:
    """A recorder whose budget leaves out so much."""
    recorder = StreamRecorder.into(folder, budget=1.0)
    budget = recorder.spending._budget
    assert budget is not None
    budget.step, budget._patience_ns = step, 1 << 62
    recorder.spending.change(step, budget.one_in)
    return recorder


@pytest.mark.parametrize("emit", [emit_pyee, emit_blinker])
def test_a_budget_leaves_out_payloads_and_counts_them(
    tmp_path: Path, emit: Callable[[StreamRecorder, int], None]
) -> None:
    recorder = at_step(tmp_path, 1)
    emit(recorder, 10)
    trace, follower = followed(recorder)
    assert payloads(trace) == [None] * len(trace.dispatches)
    assert len(trace.dispatches) >= 10
    assert (follower._head.dropped()[0], trace.dropped) == (10, 0)


@pytest.mark.parametrize("emit", [emit_pyee, emit_blinker])
def test_a_budget_leaves_out_dispatches_and_counts_them(
    tmp_path: Path, emit: Callable[[StreamRecorder, int], None]
) -> None:
    recorder = at_step(tmp_path, 4)
    emit(recorder, 400)
    recorder.close()
    trace, follower = followed(recorder)
    dropped = follower._head.dropped()
    assert len(trace.dispatches) + dropped[Kind.DISPATCH_EMITTED] == {emit_pyee: 800, emit_blinker: 400}[emit]
    assert 50 < len(trace.dispatches) < 350
    assert trace.dropped == dropped[Kind.DISPATCH_EMITTED] == recorder.dropped
    parents = trace.dispatches.parent_call
    assert trace.dispatches.cause_unknown.tolist() == (parents == 0).tolist(), "nobody says that it has no cause"
    inner = [row for row, event in enumerate(events(trace)) if event == "inner"]
    assert np.count_nonzero(parents[inner]) == events(trace).count("tick") * (emit is emit_pyee)
    assert trace.calls.outcome.tolist() == [Outcome.OK] * len(trace.dispatches)


def test_a_program_that_is_watched_beyond_its_budget_is_told_so_in_its_capture(tmp_path: Path) -> None:
    from pyee import EventEmitter

    recorder = StreamRecorder.into(tmp_path, budget=0.0001)
    emitter = EventEmitter()
    emitter.on("tick", pass_by)
    buslens.attach(emitter, recorder=recorder)

    def has_left_out() -> bool:
        for _ in range(1000):
            emitter.emit("tick", {"id": 7})
        return recorder.spending.step >= 4

    wait_until(has_left_out, lambda: recorder.spending.step, pause_s=0.0)
    recorder.close()
    trace, _ = followed(recorder)
    notes = [trace.marks.text(row) for row in range(len(trace.marks))]
    assert [note.rpartition(": ")[2] for note in notes[:3]] == [
        "from here on payloads are left out",
        "from here on one dispatch in 2 is recorded, without payloads",
        "from here on one dispatch in 4 is recorded, without payloads",
    ]
    assert payloads(trace)[0] == {"id": 7}
    assert payloads(trace)[-1] is None


def test_nothing_is_kept_while_it_is_switched_off(tmp_path: Path) -> None:
    from pyee import EventEmitter

    recorder = StreamRecorder.into(tmp_path)
    emitter = EventEmitter()
    emitter.on("tick", pass_by)
    buslens.attach(emitter, recorder=recorder)
    for is_on in (True, False, True):
        recorder.enabled = is_on
        assert emitter.emit("tick", is_on)
    assert payloads(followed(recorder)[0]) == [True, True]
