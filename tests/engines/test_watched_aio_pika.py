"""A program with aio-pika and a real RabbitMQ looks, under watch, like a run of the RabbitMQ engine."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from bus.analysis.delivery_history import anatomy_of
from bus.trace.fates import HANDLED, KEPT, RETRIED
from bus.trace.trace import Trace
from buslens.records import Outcome
from tests.helpers import watched_aio_pika
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


def watched(what: str, folder: Path, url: str, prefix: str) -> Trace:
    """Run the program to its end; what its capture says."""
    capture = folder / f"{what}.buslens"
    command = [sys.executable, "-m", "tests.helpers.watched_aio_pika", what, str(capture), url, prefix]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE_S, stderr=subprocess.DEVNULL)
    trace = Trace()
    trace.feed(capture.read_bytes())
    trace.finish()
    return trace


def row_of(trace: Trace, event: str) -> int:
    texts = [trace.names.text(int(each)) for each in trace.dispatches.event]
    return texts.index(event)


def test_messages_calls_and_their_causes_are_seen_across_the_broker(rabbitmq: Any, tmp_path: Path) -> None:
    prefix = f"watched-{uuid.uuid4().hex[:8]}"
    trace = watched("all", tmp_path, rabbitmq.url, prefix)

    placed, mail = row_of(trace, f"{prefix}.shop:order.placed"), row_of(trace, f"{prefix}.mails")
    assert trace.fates.of(trace).fate[[placed, mail]].tolist() == [RETRIED, HANDLED]
    calls = trace.calls
    of_placed = calls.by_dispatch.rows(int(trace.dispatches.id[placed]))
    assert calls.attempt[of_placed].tolist() == [1, 2]
    assert calls.outcome[of_placed].tolist() == [Outcome.FAILED, Outcome.OK]
    assert trace.dispatches.parent_call[mail] == calls.id[of_placed[1]]  # what a callback sends is caused by its call
    steps = anatomy_of(trace, int(trace.dispatches.id[placed])).steps
    assert [step.kind.name for step in steps if step.queue == f"{prefix}.orders"] == [
        *("DELIVERED", "REJECTED", "REDELIVERED", "ACKNOWLEDGED"),
    ]
    assert {step.kind.name for step in steps if step.queue != f"{prefix}.orders"} == {"CONFIRMED", "ENQUEUED"}
    loop = int(calls.by_dispatch.rows(int(trace.dispatches.id[mail]))[0])
    assert trace.names.text(int(calls.handler[loop])).endswith("main")


def test_two_processes_tell_the_same_ids_of_one_message(rabbitmq: Any, tmp_path: Path) -> None:
    prefix = f"watched-{uuid.uuid4().hex[:8]}"
    sent = watched("send", tmp_path, rabbitmq.url, prefix)
    handled = watched("handle", tmp_path, rabbitmq.url, prefix)

    event = f"{prefix}.shop:order.placed"
    (there,), here = [row_of(sent, event)], row_of(handled, event)
    assert sent.fates.of(sent).fate[there] == KEPT
    assert handled.fates.of(handled).fate[here] == RETRIED
    headers = [
        dict(anatomy_of(each, int(each.dispatches.id[row])).headers) for each, row in ((sent, there), (handled, here))
    ]
    assert headers[0]["message-id"] == headers[1]["message-id"] == f"{prefix}-7"
    assert headers[0]["traceparent"] == headers[1]["traceparent"] == watched_aio_pika.TRACEPARENT
