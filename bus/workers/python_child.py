"""Runs the Python of handlers in a process of its own, which can be killed. Started with `python -P -s`; standard
library only, nothing of Buslens is imported. Talks with bus/workers/python_host.py in frames: length (4 bytes), JSON.

In: {"code", "seed", "event", "payload", "is_virtual"}, and an answer to each emit: {"ok": true} or {"error": [type,
message]}. Out: {"log": text}, {"emit": [event, payload]}, {"outside": [function, line]} where time is virtual and the
code has called what belongs to the real world, and at the end {"done": true} or {"error": [type, message, frames]}.
"""

from __future__ import annotations

import io
import json
import os
import queue
import random
import struct
import sys
import threading
import traceback
from types import FrameType, SimpleNamespace
from typing import Any, BinaryIO

LENGTH = struct.Struct("<I")
MOST_FRAME = 2 * 1024 * 1024
MOST_OUTPUT = 256 * 1024
"""Characters of what one call prints; what comes beyond is cut, and said to be."""

CODE = "<handler>"
"""What the code's own lines are called in tracebacks."""


OUTSIDE = {
    **{f"time.{name}": f"reads the real clock (time.{name})" for name in (
        "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
        "process_time_ns", "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns",
    )},
    **{name: f"reads the real clock ({name})" for name in (
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    )},
    "posix.urandom": "draws what no seed decides (os.urandom)",
    "_uuid.generate_time_safe": "reads the real clock (uuid1)",
    "time.sleep": "sleeps in real time (time.sleep)",
    "_thread.start_new_thread": "starts a thread",
    "_thread.start_joinable_thread": "starts a thread",
    **dict.fromkeys(
        ("_posixsubprocess.fork_exec", "posix.fork", "posix.posix_spawn", "posix.posix_spawnp", "posix.system"),
        "starts a process",
    ),
    **{f"socket.{name}": f"uses a socket ({name})" for name in ("connect", "connect_ex", "bind", "sendto")},
}  # fmt: skip
"""Functions of C whose effect no seed decides, and what calling them is, for people. All else of Python that reads a
clock, waits or talks to others ends in one of them."""


class Line:
    """The two pipes to the host."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self.asking = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def hear(self) -> Any:
        return self._heard.get()

    def send(self, **said: Any) -> None:
        body = json.dumps(said, default=str).encode()
        if len(body) > MOST_FRAME:
            raise ValueError(f"a message of {len(body)} bytes; at most {MOST_FRAME} fit")
        with self._sending:
            self._sink.write(LENGTH.pack(len(body)) + body)
            self._sink.flush()

    def _listen(self) -> None:
        while head := self._source.read(LENGTH.size):
            self._heard.put(json.loads(self._source.read(LENGTH.unpack(head)[0])))
        os._exit(0)  # the host is gone, whatever the code is doing


class Output(io.TextIOBase):
    """What the code prints: whole lines become logs, up to a bound."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._room = MOST_OUTPUT
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._room > 0:
            kept = text[: self._room]
            self._room -= len(kept)
            *whole, self._begun = (self._begun + kept).split("\n")
            if whole:
                self._line.send(log="\n".join(whole))
            if self._room <= 0:
                self.end()
                self._line.send(log="… more was printed than is kept")
        return len(text)

    def end(self) -> None:
        if self._begun:
            self._line.send(log=self._begun)
            self._begun = ""


class OutsideWatch:
    """Tells what the code calls of the real world, while a call runs: each function once for each line of the code.

    It hears of functions of C as a profiler does; nothing of the code or of its modules is changed.
    https://docs.python.org/3/library/sys.html#sys.setprofile
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._told: set[tuple[str, int]] = set()

    def heard(self, frame: FrameType | None, event: str, function: Any) -> None:
        if event != "c_call":
            return
        name, module = function.__qualname__, function.__module__
        key = name if module is None else f"{module}.{name}"
        if key not in OUTSIDE:
            return
        while frame is not None and frame.f_code.co_filename != CODE:
            frame = frame.f_back
        if frame is not None and (key, frame.f_lineno) not in self._told:
            self._told.add((key, frame.f_lineno))
            self._line.send(outside=[key, frame.f_lineno])


def call(line: Line, request: dict[str, Any]) -> None:
    """Run the code of one call and tell how it ended."""
    output = Output(line)
    sys.stdout = sys.stderr = output

    def log(text: object) -> None:
        output.write(f"{text}\n")

    def emit(name: str, payload: Any = None) -> None:
        with line.asking:
            line.send(emit=[str(name), payload])
            answer = line.hear()
        if "error" in answer:
            kind, message = answer["error"]
            raise type(kind, (Exception,), {"__module__": "__main__"})(message)

    random.seed(request["seed"])
    event = SimpleNamespace(name=request["event"], payload=request["payload"])
    names = {"__name__": "__main__", "event": event, "payload": event.payload, "emit": emit, "log": log}
    try:
        code = compile(request["code"], CODE, "exec")
        if request.get("is_virtual"):
            sys.setprofile(OutsideWatch(line).heard)
        try:
            exec(code, names)  # noqa: S102  what this process is for
        finally:
            sys.setprofile(None)
    except BaseException as error:  # whatever the code raises
        output.end()
        line.send(error=[type(error).__name__, str(error)[:10_000], _frames(error)])
    else:
        output.end()
        line.send(done=True)


def _frames(error: BaseException) -> list[tuple[int, str]]:
    if isinstance(error, SyntaxError) and error.filename == CODE:
        return [(error.lineno or 1, "<module>")]
    found = traceback.extract_tb(error.__traceback__)
    return [(frame.lineno or 1, frame.name) for frame in found if frame.filename == CODE][-30:]


def main() -> None:
    """Serve calls, one after another, until the host goes."""
    line = Line(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    while True:
        call(line, line.hear())


if __name__ == "__main__":
    main()
