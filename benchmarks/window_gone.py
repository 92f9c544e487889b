"""What a window's death costs a program whose calls it holds: milliseconds until the held call has begun by itself.

The program is this process: pyee on an asyncio loop, one handler held. The window is another process, which is killed
(SIGKILL: its connection breaks) or stopped (SIGSTOP: it is merely silent) once the call is held. The rest of the
program goes on in any case.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from pyee.asyncio import AsyncIOEventEmitter

TURNS = 11
MOST_MS = 1_000
PATIENCE_S = 60.0
WINDOW = """
import sys
from buslens.control.client import Program
program = Program(sys.argv[1], answer_s=60)
program.begin("hold", holder="bench")
program.ask("holding", 30, holder="bench", points=[{"event": "order"}])
print("holds", flush=True)
for line in sys.stdin: pass
"""
SIGNS = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP}

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each way to go."""
    from tests.helpers.controlled import running

    rows = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "streams") as process:
        for way, sign in SIGNS.items():
            times = [one_window(process.stream, sign) for _ in range(TURNS)]
            rows.append(
                {"window": way, "median ms": median(times), "longest ms": max(times), "target": f"<= {MOST_MS:,}"}
            )
    return rows


async def until_it_went_on(window: subprocess.Popen[bytes], sign: signal.Signals) -> float:
    """Milliseconds from the signal to the handler's first step."""
    bus, begun = AsyncIOEventEmitter(), asyncio.Event()

    async def charge(_: Any) -> None:
        begun.set()

    bus.on("order", charge)
    assert window.stdout is not None
    assert await asyncio.to_thread(window.stdout.readline) == b"holds\n"
    bus.emit("order", 1)
    await asyncio.sleep(0.02)
    assert not begun.is_set(), "it is held"
    gone = time.perf_counter()
    os.kill(window.pid, sign)
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    return (time.perf_counter() - gone) * 1000


def one_window(stream: str, sign: signal.Signals) -> float:
    """What one that goes this way costs."""
    command = [sys.executable, "-c", WINDOW, stream]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as window:
        try:
            return asyncio.run(until_it_went_on(window, sign))
        finally:
            window.kill()


if __name__ == "__main__":
    for each in measure():
        print(each)
