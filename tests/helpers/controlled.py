"""This very process, watched and taking commands over its socket, as a program that was started with `--control`."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bus.programs import program_hold, reaching
from bus.trace import Trace
from buslens.control.buses import Bus
from buslens.control.client import Program
from buslens.control.control import Control
from buslens.control.places import short, socket_of
from buslens.launching.program import ProgramWatch
from buslens.stream import StreamRecorder
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.streams import followed


class Running:
    """The process, from both sides."""

    def __init__(self, program: ProgramWatch, recorder: StreamRecorder, control: Control) -> None:
        self.program, self.recorder, self.control = program, recorder, control
        self.stream = recorder.path

    def ask(self, do: str, wait_s: float = PATIENCE_S / 2, **fields: Any) -> dict[str, Any]:
        """Over a connection of its own."""
        with Program(self.stream, answer_s=PATIENCE_S) as program:
            return program.ask(do, wait_s, **fields)

    def bus(self, emitter: object) -> Bus:
        """An object of this test: those of earlier ones may be alive still, and are watched too."""
        return next(bus for bus in self.control.program.buses.all() if bus.emitter is emitter)

    def listed(self, emitter: object) -> dict[str, Any]:
        """What a look says of it."""
        name = self.bus(emitter).name
        return next(dict(bus) for bus in self.ask("look")["buses"] if bus["bus"] == name)

    def raw(self) -> Raw:
        """A connection without any manners."""
        return Raw(self.stream)

    @property
    def trace(self) -> Trace:
        return followed(self.recorder)[0]

    @property
    def marks(self) -> list[str]:
        trace = self.trace
        return [trace.marks.text(row) for row in range(len(trace.marks))]


class Raw:
    """Sends bytes, and reads lines."""

    def __init__(self, stream: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE_S)
        with short(socket_of(stream)) as path:
            wait_until(lambda: self._is_connected(path), lambda: "others wait before us")
        self._file = self.socket.makefile("rb")

    def _is_connected(self, path: str) -> bool:
        try:
            self.socket.connect(path)
        except BlockingIOError:
            return False
        return True

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self) -> dict[str, Any]:
        """The next line; {} where the other side has closed."""
        try:
            line = self._file.readline()
        except ConnectionError:
            line = b""
        return dict(json.loads(line)) if line else {}

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@contextmanager
def running(folder: Path, *only: str) -> Iterator[Running]:
    """While the test runs."""
    folder.mkdir(0o700, exist_ok=True)
    program = ProgramWatch()
    program.start(to=folder, only=only or ("pyee",), control=True)
    recorder, control = program.recorder, program._control
    assert isinstance(recorder, StreamRecorder)
    assert isinstance(control, Control)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for asking in (reaching, program_hold):  # a busy machine takes its time
                patch.setattr(asking, "Program", partial(Program, answer_s=PATIENCE_S))
            yield Running(program, recorder, control)
    finally:
        program.stop()
