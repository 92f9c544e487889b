"""A Celery worker and who sends to it, over a real RabbitMQ: the task is one story in two captures."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from bus.analysis.delivery_history import anatomy_of
from bus.programs.joint_capture import JointCapture
from bus.trace.fates import HANDLED, RETRIED
from bus.trace.trace import Trace
from buslens.records import Kind, Outcome
from tests.helpers.patience import PATIENCE_S, wait_until

ROOT = Path(__file__).resolve().parents[2]


def trace_of(capture: Path) -> Trace:
    trace = Trace()
    trace.feed(capture.read_bytes())
    trace.finish()
    return trace


def rows(trace: Trace, event: str) -> list[int]:
    return [row for row, each in enumerate(trace.dispatches.event) if trace.names.text(int(each)) == event]


def headers(trace: Trace, row: int) -> dict[str, str]:
    return dict(anatomy_of(trace, int(trace.dispatches.id[row])).headers)


def test_a_task_is_sent_in_one_process_and_retried_and_run_in_a_forked_one(rabbitmq: Any, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "WATCHED_BROKER": rabbitmq.url,
        "WATCHED_QUEUE": f"watched-{uuid.uuid4().hex[:8]}",
        "WATCHED_TO": str(tmp_path / "worker.buslens"),
    }
    worker = [sys.executable, "-m", "celery", "-A", "tests.helpers.watched_celery", "worker", "-c", "1"]
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    running = subprocess.Popen([*worker, "--without-gossip", "--without-mingle"], env=environment, **quiet)
    try:
        sender = [sys.executable, "-m", "tests.helpers.watched_celery"]
        environment["WATCHED_TO"] = str(tmp_path / "sender.buslens")
        subprocess.run(sender, env=environment, check=True, timeout=PATIENCE_S, **quiet)
        child = forked_capture(tmp_path)
        wait_until(lambda: len(settled(tmp_path, "refuse")) == 3, lambda: settled(tmp_path, "refuse"))
        wait_until(lambda: len(settled(tmp_path, "ship")) == 1, lambda: settled(tmp_path, "ship"))
    finally:
        running.terminate()
        running.wait(PATIENCE_S)

    sent, ran = trace_of(tmp_path / "sender.buslens"), trace_of(child)
    (charge_there,), (charge,), (ship,) = rows(sent, "charge"), rows(ran, "charge"), rows(ran, "ship")
    assert headers(sent, charge_there)["task-id"] == headers(ran, charge)["task-id"]
    assert ran.dispatches.cause_unknown[charge]  # somebody else has sent it
    calls = ran.calls
    of_charge = calls.by_dispatch.rows(int(ran.dispatches.id[charge]))
    assert calls.attempt[of_charge].tolist() == [1, 2]
    assert calls.outcome[of_charge].tolist() == [Outcome.FAILED, Outcome.OK]
    assert ran.dispatches.parent_call[ship] == calls.id[of_charge[1]]
    assert ran.fates.of(ran).fate[[charge, ship]].tolist() == [RETRIED, HANDLED]

    # The worker's main process tells the broker what became of each: its capture says so, and is joined to the calls.
    early = (Kind.ACKNOWLEDGED, "early (acks_late is off)")
    assert settled(tmp_path, "charge") == [early, early]
    assert settled(tmp_path, "ship") == [(Kind.ACKNOWLEDGED, "late (acks_late is on)")]
    back, rejected, dead = settled(tmp_path, "refuse")
    assert (back, rejected) == ((Kind.REJECTED, "back into its queue"), (Kind.REJECTED, ""))
    assert dead[0] == Kind.DEAD_LETTERED
    together = joined(tmp_path / "worker.buslens", child, tmp_path / "sender.buslens")
    for name in ("charge", "ship"):
        (row,) = rows(together, name)
        history = anatomy_of(together, int(together.dispatches.id[row]))
        for call in together.calls.by_dispatch.rows(int(together.dispatches.id[row])).tolist():
            kinds = [step.kind for step in history.of_call(int(together.calls.id[call]))]
            assert Kind.ACKNOWLEDGED in kinds, (name, kinds)
    assert len(rows(together, "refuse")) == 1


def settled(folder: Path, event: str) -> list[tuple[Kind, str]]:
    """What the worker's main process has told the broker of a task, in order, and the notes of that."""
    trace = trace_of(folder / "worker.buslens")
    return [
        (step.kind, step.note)
        for row in rows(trace, event)
        for step in anatomy_of(trace, int(trace.dispatches.id[row])).steps
        if step.kind in (Kind.ACKNOWLEDGED, Kind.REJECTED, Kind.DEAD_LETTERED)
    ]


def joined(*captures: Path) -> Trace:
    """The captures of several processes as those of one session."""
    joint, trace = JointCapture(), Trace()
    for capture in captures:
        joint.take_in(joint.process(), capture.read_bytes())
    trace.feed(joint.head() + joint.take() + joint.end())
    return trace


def forked_capture(folder: Path) -> Path:
    """That of the worker's own child, once the second task has run in it."""
    limit = time.monotonic() + PATIENCE_S
    while True:
        for capture in folder.glob("worker.*.buslens"):
            trace = trace_of(capture)
            if any(trace.dispatches.outcome[row] == Outcome.OK for row in rows(trace, "ship")):
                return capture
        assert time.monotonic() < limit, sorted(folder.iterdir())
