"""A person holds calls of a program's coroutine handlers: only that edge waits, and all goes on without the window."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter

from buslens.control.breaks import SILENT_NS
from buslens.control.client import NoAnswer
from buslens.records import Did, Outcome
from tests.helpers.controlled import Running
from tests.helpers.holding import Holder, over, turns_until
from tests.helpers.patience import PATIENCE_S

CHARGE = "Shop.__init__.<locals>.charge"
EDGE = {"event": "order", "handler": CHARGE}


class Shop:
    """A program: three handlers of one event, one of which is no coroutine function."""

    def __init__(self) -> None:
        self.bus, self.seen, self.failed = AsyncIOEventEmitter(), [], []
        seen: list[str] = self.seen

        async def charge(order: Any) -> None:
            seen.append(f"charge {order}")
            if order == "bad":
                raise ValueError("bad")

        async def pack(order: Any) -> None:
            seen.append(f"pack {order}")

        self.charge = charge
        self.bus.on("order", charge)
        self.bus.on("order", pack)
        self.bus.on("order", lambda order: seen.append(f"log {order}"))
        self.bus.on("error", self.failed.append)

    async def emit(self, *orders: Any) -> None:
        """And let all that can begin do so."""
        for order in orders:
            self.bus.emit("order", order)
        for _ in range(5):
            await asyncio.sleep(0)

    async def until(self, *seen: str) -> None:
        await turns_until(lambda: len(self.seen) >= len(seen))
        assert self.seen == list(seen)


@pytest.fixture
async def holder(process: Running) -> AsyncIterator[Holder]:
    made = Holder(process)
    yield made
    made.close()


def did(process: Running) -> list[Did]:
    return [Did(int(each)) for each in process.trace.interventions.view("did")]


async def test_only_that_edge_waits_and_the_others_come_in_their_order(process: Running, holder: Holder) -> None:
    shop = Shop()
    assert holder.points(EDGE)["cannot"] == []
    await shop.emit(1, 2)
    assert shop.seen == ["log 1", "log 2", "pack 1", "pack 2"]
    held = holder.held()
    assert [(each["number"], each["event"], each["handler"]) for each in held] == [
        (1, "order", CHARGE), (2, "order", CHARGE),
    ]  # fmt: skip
    holder.ask(let="go", number=0)
    await turns_until(lambda: "charge 1" in shop.seen)
    holder.ask(let="go", number=-1)
    await turns_until(lambda: "charge 2" in shop.seen)
    await turns_until(lambda: not shop.bus._waiting)
    assert holder.ask()["count"] == 0
    trace = process.trace
    assert did(process) == [Did.HELD] * 2 + [Did.RELEASED] * 2
    assert set(trace.interventions.view("call").tolist()) <= set(trace.calls.id.tolist())
    assert trace.calls.outcome.tolist() == [Outcome.OK] * 6


def started(*code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", *code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


async def test_without_breakpoints_nothing_is_in_the_way(process: Running) -> None:
    shop = Shop()
    assert process.bus(shop.bus).hooks.watch.hold is None
    await shop.emit(1)
    assert shop.seen == ["log 1", "charge 1", "pack 1"]


async def test_a_dropped_call_never_runs_and_its_task_just_ends(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit(1)
    assert holder.ask(let="drop", number=1)["let"] == 1
    await turns_until(lambda: not shop.bus._waiting)
    assert shop.seen == ["log 1", "pack 1"]
    assert shop.failed == []
    trace = process.trace
    assert did(process) == [Did.HELD, Did.DROPPED]
    assert [trace.blobs.note(int(note)) for note in trace.skipped.view("note")] == [
        "a person dropped it at a breakpoint"
    ]
    assert trace.dispatches.waiting.tolist() == [0]


async def test_other_arguments_where_they_are_plain_json(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit({"n": 1}, object())
    plain, other = holder.held()
    assert (plain["can_edit"], other["can_edit"]) == (True, False)
    assert (plain["args"], other["args"]) == ('[{"n": 1}]', "")
    assert "not plain JSON" in holder.ask(let="go", number=other["number"], args=[1])["let_why_not"]
    assert "does not take 2 arguments" in holder.ask(let="go", number=plain["number"], args=[1, 2])["let_why_not"]
    assert holder.ask()["count"] == 2
    assert holder.ask(let="go", number=plain["number"], args=[{"n": 9}])["let"] == 1
    await turns_until(lambda: "charge {'n': 9}" in shop.seen)
    await turns_until(lambda: len(shop.bus._waiting) == 1)
    assert did(process) == [Did.HELD, Did.HELD, Did.EDITED]
    assert process.trace.calls.outcome.tolist() == [Outcome.OK] * 5


async def test_arguments_with_a_secret_are_not_told(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit({"password": "hunter2 hunter2"})
    (held,) = holder.held()
    assert (held["can_edit"], held["args"]) == (True, "")


async def test_a_condition_is_a_comparison_with_fields_and_an_object_is_never_asked(
    process: Running, holder: Holder
) -> None:
    class Order(dict):  # type: ignore[type-arg]
        def __getitem__(self, key: Any) -> Any:
            raise AssertionError("the program's own code")

    shop = Shop()
    holder.points({**EDGE, "where": [["customer.id", "==", 7], ["items.0.n", ">", 1]]})
    await shop.emit({"customer": {"id": 7}, "items": [{"n": 2}]}, {"customer": {"id": 7}, "items": []}, Order(n=1))
    assert holder.ask()["count"] == 1
    assert holder.ask()["hits"] == [1]


async def test_what_a_handler_raises_after_it_was_held_is_pyees_as_ever(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit("bad")
    holder.ask(let="go")
    await turns_until(lambda: bool(shop.failed))
    (error,) = shop.failed
    frames, step = [], error.__traceback__
    while step is not None:
        frames.append(step.tb_frame.f_code.co_name)
        step = step.tb_next
    assert frames[-1] == "charge"
    assert not {"send", "_driven", "_wait"} & set(frames)
    assert process.trace.calls.outcome.tolist().count(Outcome.FAILED) == 1


async def test_a_held_call_that_the_program_cancels_is_gone(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit(1)
    (task,) = shop.bus._waiting
    task.cancel()
    await turns_until(lambda: task.done())
    assert task.cancelled()
    assert holder.ask()["count"] == 0
    assert "charge 1" not in shop.seen


async def test_a_window_that_is_gone_lets_all_go_on(process: Running) -> None:
    shop, holder = Shop(), Holder(process)
    holder.points(EDGE)
    await shop.emit(1, 2)
    holder.close()
    await turns_until(lambda: {"charge 1", "charge 2"} <= set(shop.seen))
    assert process.bus(shop.bus).hooks.watch.hold is None
    assert did(process) == [Did.HELD] * 2 + [Did.RELEASED] * 2
    assert any("whoever held it is not heard of any more" in mark for mark in process.marks)
    await shop.emit(3)
    assert shop.seen[-2:] == ["charge 3", "pack 3"]


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_window_that_is_killed_or_stopped_lets_all_go_on_by_the_programs_own_clock(
    process: Running, sign: signal.Signals
) -> None:
    text = (
        "import sys\nfrom buslens.control.client import Program\n"
        "program = Program(sys.argv[1], answer_s=60)\nprogram.begin('hold', holder='w')\n"
        "program.ask('holding', 30, holder='w', points=[{'event': 'order', 'handler': sys.argv[2]}])\n"
        "print('holds', flush=True)\n"
        "for line in sys.stdin: pass\n"
    )
    breaks, shop = process.control.program.breaks, Shop()
    assert breaks.silent_ns == SILENT_NS < 1_000_000_000
    breaks.silent_ns = 60 * 10**9 if sign is signal.SIGKILL else SILENT_NS  # a killed one is missed at once
    window = started(text, process.stream, CHARGE)
    try:
        assert window.stdout is not None
        assert await asyncio.to_thread(window.stdout.readline) == b"holds\n"
        if sign is signal.SIGKILL:
            await shop.emit(1)
            assert "charge 1" not in shop.seen
        else:
            shop.bus.emit("order", 1)
        os.kill(window.pid, sign)
        await turns_until(lambda: "charge 1" in shop.seen)
        await turns_until(lambda: process.bus(shop.bus).hooks.watch.hold is None)
    finally:
        window.kill()
        window.communicate(timeout=PATIENCE_S)


async def test_a_silent_one_is_told_that_it_is_over(process: Running) -> None:
    shop = Shop()
    holder = Holder(process, silent_ns=1)
    over(holder)
    with pytest.raises(NoAnswer, match="nothing is held here for you"):
        holder.points(EDGE)
    await shop.emit(1)
    assert shop.seen == ["log 1", "charge 1", "pack 1"]
    holder.close()


async def test_only_one_holds_at_a_time(process: Running, holder: Holder) -> None:
    holder.ask()
    other = Holder(process, "another")
    with pytest.raises(NoAnswer, match="another one holds"):
        other.ask()
    other.close()


async def test_what_runs_inside_the_emit_is_refused_in_a_sentence(process: Running, holder: Holder) -> None:
    plain = EventEmitter()
    plain.on("tick", lambda: None)
    plain.emit("tick")
    shop = Shop()
    (why,) = holder.points({"event": "tick"})["cannot"]
    assert why.startswith(f"on {process.bus(plain).name} a handler runs inside the emit and is not held")
    (why,) = holder.points({"bus": process.bus(shop.bus).name, "event": "order"})["cannot"]
    assert "which is no coroutine function, runs inside the emit and is not held" in why


async def test_an_emitter_that_comes_later_is_held_too(process: Running, holder: Holder) -> None:
    holder.points(EDGE)
    shop = Shop()
    await shop.emit(1)
    assert holder.ask()["count"] == 1
    holder.ask(let="go", number=-1)
    await turns_until(lambda: "charge 1" in shop.seen)


async def test_in_a_forked_child_nothing_waits(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit(1)
    process.control.program.breaks.after_fork()  # as the child of a fork does that goes on with the loop
    await turns_until(lambda: "charge 1" in shop.seen)
    await shop.emit(2)
    assert shop.seen[-2:] == ["charge 2", "pack 2"]


async def test_a_number_that_json_has_not_is_held_and_not_told(process: Running, holder: Holder) -> None:
    shop = Shop()
    holder.points(EDGE)
    await shop.emit(float("nan"))
    (held,) = holder.held()
    assert held["args"] == ""
    assert process.bus(shop.bus).hooks.watch.live


async def test_with_so_many_held_the_next_goes_on_and_is_counted(
    process: Running, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buslens.control.breaks.MOST_HELD", 2)
    shop = Shop()
    holder.points(EDGE)
    await shop.emit(1, 2, 3)
    told = holder.ask()
    assert (told["count"], told["passed"], told["hits"]) == (2, 1, [3])
    assert "charge 3" in shop.seen


async def test_a_bare_program_sees_the_same_after_all_is_released(process: Running, holder: Holder) -> None:
    """Results, their order within a handler, and what wait_for_complete waits for."""
    shop = Shop()
    holder.points(EDGE)
    await shop.emit(*range(20))
    holder.ask(let="go", number=-1)
    await turns_until(lambda: not shop.bus._waiting)
    assert [line for line in shop.seen if line.startswith("charge")] == [f"charge {n}" for n in range(20)]
    assert [line for line in shop.seen if line.startswith("pack")] == [f"pack {n}" for n in range(20)]
