"""What the process of an engine does: hears commands on its standard input, and sends what its run records.

It ends when that pipe is closed: with its owner, however that ends.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from bus.engine_process import messages
from bus.engine_process.messages import Report
from bus.errors import UserError
from bus.run.order import Order
from bus.run.runner import Runner, own_run
from bus.runtime.gate import Step
from bus.runtime.state import AT_REST, EngineState
from bus.scenario import Document
from bus.scenario.texts import texts_from

FACTS_A_MESSAGE = 500
"""As many as a window takes in at once."""

LOOK_S = 0.01
REST_S = 0.1
"""How often it looks what the engine has recorded, and does; an engine that waits for it, and a command, wake it."""

STOP_S = 5.0
_LOG = logging.getLogger("buslens")


class ServedRun:
    """One run in this process. Commands come on one thread, records and reports go on another."""

    def __init__(self, sink: IO[bytes], said: dict[str, Any]) -> None:
        """Raises UserError where it cannot be made."""
        self._sink = sink
        self._document = _document(said)
        self._runner = _runner(self._document, said)
        self._lock = threading.Lock()
        self._heard = 1
        """Number of the last command; the first one began it."""

        self._commands: dict[str, Callable[..., None]] = {
            "stop": self._runner.stop,
            "pause": self._runner.pause,
            "resume": self._runner.resume,
            "step": lambda step: self._runner.step(Step(step)),
            "record": self._runner.record,
            "set_speed": self._runner.set_speed,
            "trust": self._trust,
            "apply": self._apply,
            "emit": self._runner.emit,
            "redeliver": lambda wanted: self._runner.by_hand.redeliver(messages.redelivery_in(wanted)),
            "choose": self._runner.by_hand.choose,
            "ask_no_more": self._runner.by_hand.ask_no_more,
            "breakpoints": self._set_breakpoints,
            "held": lambda order: self._runner.by_hand.carry_out(messages.held_order_in(order)),
        }
        self._runner.start()

    def command(self, number: int, do: str, said: dict[str, Any]) -> None:
        """Carry a command out."""
        with self._lock:
            self._commands[do](**said)
            self._heard = number
        self._runner.back_pressure.wanted.set()

    def end(self) -> None:
        """Stop it, and wait for that as long as an engine may take."""
        self._runner.stop()
        self._runner.join(STOP_S)

    def follow(self) -> None:
        """Send what it records and does until it is over. Raises OSError where nobody reads."""
        last = None
        while last is None or not last.over:
            report = self._report()  # before the records, so that none of those that it speaks of is missing
            self._send_records()
            if report != last:
                messages.send(self._sink, messages.JSON, messages.packed_report(report))
                last = report
            if not report.over:
                rests = report.state.phase in AT_REST
                self._runner.back_pressure.until_wanted(REST_S if rests else LOOK_S)

    def _report(self) -> Report:
        with self._lock:
            over = not self._runner.alive
            return Report(self._runner.state(), self._runner.pace(), self._heard, over)

    def _send_records(self) -> None:
        runner, more = self._runner, True
        while more:
            with runner.back_pressure.reading():
                data, more = runner.take(FACTS_A_MESSAGE), runner.has_more
            if data:
                messages.send(self._sink, messages.FRAMES, data)

    def _trust(self, trusted: str) -> None:
        self._runner.trust(trusted == self._document.content_hash)

    def _set_breakpoints(self, breakpoints: Any) -> None:
        self._runner.by_hand.set_breakpoints(messages.breakpoints_in(breakpoints))

    def _apply(self, **said: Any) -> None:
        self._document = _document(said)
        self._runner.apply(self._document)


class EngineServer:
    """Serves one owner: a run, and when that is over another one."""

    def __init__(self, source: IO[bytes], sink: IO[bytes], leave: Callable[[], object]) -> None:
        """leave: ends the process, whatever a handler is doing."""
        self._source = source
        self._sink = sink
        self._leave = leave
        self._run: ServedRun | None = None
        self._begun = threading.Event()

    def serve(self) -> None:
        """Until the owner goes; does not return."""
        listener = threading.Thread(target=self.listen, name="owner", daemon=True)
        listener.start()
        try:
            while True:
                self._begun.wait()
                self._begun.clear()
                assert self._run is not None
                self._run.follow()
        except OSError:  # nobody reads: the owner has gone, and the listener hears of it
            listener.join()

    def listen(self) -> None:
        """Carry out commands until there is nobody who gives any; then leave."""
        try:
            while (message := messages.receive(self._source)) is not None:
                self._do(*messages.command_in(message[1]))
        except Exception:
            _LOG.exception("the engine's process cannot go on")
        finally:
            if self._run is not None:
                self._run.end()
            self._leave()

    def _do(self, number: int, do: str, said: dict[str, Any]) -> None:
        if do != "begin":
            if self._run is not None:
                self._run.command(number, do, said)
            return
        try:
            self._run = ServedRun(self._sink, said)
            self._begun.set()
        except Exception as error:
            if not isinstance(error, UserError):
                _LOG.exception("the engine failed")
            told = str(error) if isinstance(error, UserError) else f"the engine failed: {type(error).__name__}: {error}"
            self._run = None
            self._say_failed(number, messages.order_in(said["order"]), told)

    def _say_failed(self, number: int, order: Order, told: str) -> None:
        state = EngineState("failed", order.engine, order.seed, order.speed, message=told)
        report = Report(state, (0, 0, 0.0), number, over=True)
        messages.send(self._sink, messages.JSON, messages.packed_report(report))


def _document(said: dict[str, Any]) -> Document:
    texts = texts_from(said["texts"])
    return Document(texts.own, Path(said["file"]) if said["file"] else None, included=texts.included)


def _runner(document: Document, said: dict[str, Any]) -> Runner:
    runner = own_run(document, messages.order_in(said["order"]), trusted=said["trusted"] == document.content_hash)
    recorder = runner.recording.recorder
    if not recorder.header.is_simulated:  # the capture is the owner's: it is written while that lives
        recorder.header = recorder.header._replace(pid=said["pid"], process=said["process"] or recorder.header.process)
    runner.record(said["records"])
    runner.by_hand.set_breakpoints(messages.breakpoints_in(said["breakpoints"]))
    return runner


def main() -> None:
    """Serve whoever started this process, over its standard input and output."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)  # what somebody prints is no message
    gc.collect()
    gc.freeze()  # what the program is made of stays, and need not be looked at again
    EngineServer(source, sink, partial(os._exit, 0)).serve()
