"""`buslens record` of a program whose processes speak over a broker: what one sends and another handles is one flow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pika")

import pika

from bus.programs.loading import load
from buslens.watching.trace_context import ADDED
from tests.helpers.amqp_broker import AmqpBroker
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

ROOT = Path(__file__).resolve().parents[2]

SHOP = """
import subprocess, sys
import pika

channel = pika.BlockingConnection(pika.URLParameters(sys.argv[2])).channel()
if sys.argv[1] == "send":
    channel.basic_publish("", "orders", b"7")
else:
    subprocess.run([sys.executable, __file__, "send", sys.argv[2]], check=True)
    for method, _, body in channel.consume("orders"):
        channel.basic_publish("", "mails", body)
        channel.basic_ack(method.delivery_tag)
        break
    channel.cancel()
channel.connection.close()
"""


@pytest.mark.parametrize("inject", [True, False], ids=["with a trace context", "without"])
def test_what_another_process_sends_is_joined_by_a_trace_context(tmp_path: Path, inject: bool) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    environment = Program(tmp_path).environment(XDG_RUNTIME_DIR=str(tmp_path / "run"))
    environment["PYTHONPATH"] = f"{ROOT}{os.pathsep}{Path(pika.__file__).parents[1]}"
    script = tmp_path / "shop.py"
    script.write_text(SHOP)
    with AmqpBroker() as broker:
        broker.queues["orders"], broker.queues["mails"]  # declared
        command = [sys.executable, "-m", "buslens", "record", "-q", *(["--inject"] if inject else []), "--"]
        shop = [sys.executable, str(script), "handle", broker.url]
        subprocess.run([*command, *shop], env=environment, cwd=tmp_path, check=True, timeout=PATIENCE_S)

    (folder,) = (tmp_path / "run" / "buslens").iterdir()
    trace = load(folder)
    dispatches = trace.dispatches
    found = [
        (trace.names.text(int(event)), dispatches.row_of(int(root)), len(trace.calls.by_dispatch.rows(int(ident))))
        for event, root, ident in zip(dispatches.event, dispatches.root, dispatches.id, strict=True)
    ]
    said = [trace.marks.text(row) for row in range(len(trace.marks))]
    if inject:
        assert found == [("orders", 0, 1), ("mails", 0, 0)]
        assert not dispatches.cause_unknown.any()
        assert ADDED in said
    else:
        assert found == [("orders", 0, 0), ("orders", 1, 1), ("mails", 1, 0)]
        assert ADDED not in said
