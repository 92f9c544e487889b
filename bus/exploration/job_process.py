"""A process that explores: reads what to do on its standard input, writes how far it is, and at the end what it saw.

Lines of JSON in both directions. It ends when it has made its runs, when its time is over, or when its input is closed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bus.errors import UserError, UserErrors
from bus.exploration.explorer import Explorer, Plan, collecting_seldom
from bus.exploration.program import Program
from bus.scenario import Document

TELL_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What one process is to do."""

    text: str
    """Of the scenario."""

    path: str
    """Of its file; empty where it has none."""

    title: str
    engine: str
    seed: int
    hostile: bool
    plan: Plan
    runs: int
    """At most."""

    seconds: float | None
    """At most, from its first run on; None: as long as the runs take."""

    def line(self) -> str:
        """As the process reads it."""
        return json.dumps(asdict(self)) + "\n"


def order_from(line: str) -> JobOrder:
    """What `JobOrder.line` wrote."""
    said = json.loads(line)
    said["plan"] = Plan(**said["plan"])
    return JobOrder(**said)


def main() -> None:
    """The whole of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever began it, who closes our input
    told_to_end = threading.Event()
    order = order_from(sys.stdin.readline())
    threading.Thread(target=_until_closed, args=(sys.stdin.fileno(), told_to_end), daemon=True).start()
    try:
        _explore(order, told_to_end)
    except (UserError, UserErrors) as error:
        _say({"error": str(error)})


def _explore(order: JobOrder, told_to_end: threading.Event) -> None:
    document = Document(order.text, Path(order.path) if order.path else None, order.title)
    explorer = Explorer(Program(document, engine=order.engine, seed=order.seed, hostile=order.hostile), order.plan)
    tally = explorer.tally
    began = now = time.monotonic()
    ends = now + order.seconds if order.seconds is not None else float("inf")
    tells = now
    with collecting_seldom():
        while tally.runs < order.runs and now < ends and not told_to_end.is_set():
            explorer.run_next()
            now = time.monotonic()
            if now >= tells:
                _say({"runs": tally.runs, "breaking": tally.breaking})
                tells = now + TELL_EVERY_S
    _say({"tally": tally.as_json(), "seconds": time.monotonic() - began})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _until_closed(file: int, told_to_end: threading.Event) -> None:
    # Not by Python's own file, which it could not close at the end of the process while somebody reads it.
    while os.read(file, 1 << 16):
        pass
    told_to_end.set()
