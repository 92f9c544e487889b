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
from bus.trace.fates import HANDLED, RETRIED
from bus.trace.trace import Trace
from buslens.records import Outcome
from tests.helpers.patience import PATIENCE_S

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


def forked_capture(folder: Path) -> Path:
    """That of the worker's own child, once the second task has run in it."""
    limit = time.monotonic() + PATIENCE_S
    while True:
        for capture in folder.glob("worker.*.buslens"):
            trace = trace_of(capture)
            if any(trace.dispatches.outcome[row] == Outcome.OK for row in rows(trace, "ship")):
                return capture
        assert time.monotonic() < limit, sorted(folder.iterdir())
