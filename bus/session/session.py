"""Every verb that the window, the command line and the tests share: open, run, step, emit, save, export."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from bus import scenario
from bus.capture.growing_file import GrowingFile
from bus.capture.loader import CaptureLoader
from bus.contract.boundaries import Boundary
from bus.errors import UserError
from bus.export.slice import Span
from bus.flight.recorder import FlightRecorder
from bus.run.handle import MakeRun, RunHandle
from bus.run.order import Order
from bus.run.runner import own_run
from bus.runtime.gate import Step, Stop
from bus.runtime.state import AT_REST, EngineState, Waiting
from bus.scenario import Document
from bus.session import lending
from bus.session.active_run import ActiveRun, hears_of_edits
from bus.session.clearing import MOST_SINCE, ClearedRun
from bus.session.lending import Export
from bus.session.open_capture import Follower, OpenCapture, what_is
from bus.session.orders import check_emit, check_payload, check_speed, order_of
from bus.session.run import Run
from bus.session.run_list import RunList
from bus.settings import Settings
from bus.trace import Trace

__all__ = ["AT_REST", "EngineState", "Session", "Step", "Stop", "Waiting"]

_SLACK = 1.25
"""The oldest records go when there are so many times as many as are kept: seldom, because all that stay are copied."""

_LOOK_S = 0.05


class Session:
    """One document, one engine, and of all runs one in view. All verbs belong to one thread; only `wait` blocks."""

    def __init__(self, settings: Settings, *, trusted: Callable[[str], bool], make_run: MakeRun = own_run) -> None:
        self.settings = settings
        self.document: Document | None = None
        self.runs = RunList(Run(self._new_trace()))
        """What is in view, and what was."""

        self.engine_state = EngineState(speed=settings.speed)
        self.recording = True
        """False: what happens is not kept."""

        self.most_records = 0
        """Dispatches and calls that are kept in memory of what runs, or is followed, about; 0: all, for who counts."""

        self.flight: FlightRecorder | None = None
        """Writes what happened around a failure; None: nobody wants it."""

        self.growing: GrowingFile | None = None
        """Where the run of this session is written while it goes on."""

        self._held = 0
        """How many other threads read the trace."""

        self.opening = OpenCapture()
        """Reads captures, part by part."""

        self.running = ActiveRun(trusted, make_run)
        """The run that goes on, and those that have not ended."""

        self._cleared: ClearedRun | None = None

    @property
    def trace(self) -> Trace:
        """The trace of the run or capture in view."""
        trace = self.runs.view.trace
        assert trace is not None  # only what is not in view gives its trace up
        return trace

    @trace.setter
    def trace(self, trace: Trace) -> None:
        self.runs.view.become(trace)

    @property
    def loading(self) -> CaptureLoader | None:
        """The capture that is being opened."""
        return self.opening.loading

    @property
    def following(self) -> Follower | None:
        """The file that a program still writes."""
        return self.opening.following

    @property
    def _runner(self) -> RunHandle | None:
        """The run that goes on, or has come to rest."""
        return self.running.runner

    # Files

    def new_scenario(self, made: Document | None = None) -> None:
        """Open a scenario that is in no file in place of the one that is open; an empty one, where none was made."""
        self._change_document(made or scenario.new())

    def open(self, path: Path, may_leave: Callable[[], bool] = lambda: True) -> bool:
        """Open a scenario or a capture, whichever the file is, or the session that it is of. Raises UserError.

        may_leave: asked before a scenario takes the place of another. Whether the file was opened.
        """
        kind, found = what_is(path)
        if kind == "scenario" and not may_leave():
            return False
        verbs: dict[str, Callable[[Path], None]]
        verbs = {"session": self.open_programs, "capture": self.open_capture, "scenario": self.open_scenario}
        verbs[kind](found)
        return True

    def open_scenario(self, path: Path) -> None:
        """Open a scenario file; what runs is stopped. Raises UserErrors, and then nothing has changed."""
        self._change_document(scenario.load(path))

    def open_capture(self, path: Path, *, follow: bool = False) -> None:
        """Show a capture; what runs is stopped, the scenario stays. Raises UserError, and then nothing has changed.

        A large one is shown in part at once, and `pump` takes in the rest; and then goes on with what a program writes
        into it. follow: also where no such program is seen, because it runs on another machine.
        """
        loading = self.opening.looked_into(path, follow=follow)
        self._retire()
        self._bring(self.runs.opened(path, loading.trace))
        self._read(loading)

    def open_programs(self, folder: Path, only: Collection[Path] = ()) -> None:
        """Show what processes of a session record (only: into these), and go on with it; as `open_capture`."""
        following = self.opening.follow_programs(folder, only, self.settings.most_stream)
        self._retire()
        self._bring(Run(self._new_trace(), "capture", name=following.title))
        self.opening.follow(following)
        self.engine_state = EngineState("following", following.title, speed=self.engine_state.speed)

    def show(self, run: Run) -> None:
        """Bring back what was in view before. Raises UserError.

        A run that goes on is ended for it, and so is following; what came of them stays in `runs`.
        """
        if run is self.runs.view:
            return
        loading = None if run.trace is not None else self.opening.again(run)
        self._retire()
        if loading is not None:
            run.become(loading.trace)
        self._bring(run)
        if loading is not None:
            self._read(loading)

    def cancel_loading(self) -> None:
        """Leave the capture that is being opened at what is there."""
        if self.loading is not None:
            self.loading.cancel()

    def save(self, path: Path | None = None) -> None:
        """Save the scenario. Raises UserError."""
        if self.document is None:
            raise UserError("there is no scenario to save")
        self.document.save(path)

    def export(self, format_id: str, path: Path, selection: Any = None) -> None:
        """Write the trace in another format. Raises UserError."""
        write = self.lend(format_id, path, selection)
        try:
            write(None)
        finally:
            self.release()

    def lend(self, format_id: str, path: Path, selection: Any = None) -> Export:
        """What writes the trace in another format, to be called on any thread. Raises UserError.

        Until `release` the trace stays as it is: what happens meanwhile waits in the recorder.
        """
        self._check_whole()
        write = lending.of_all(self.trace, format_id, path, selection)
        return self._lent(lending.saving(self.runs.view, write) if format_id == "capture" else write)

    def lend_part(self, path: Path, span: Span) -> Export:
        """An export, as `lend`, of what lies in this time, as a capture of its own."""
        self._check_whole()
        return self._lent(lending.of_part(self.trace, path, span))

    def lend_rows(self, path: Path, table: str, ids: Any) -> Export:
        """An export, as `lend`, of some rows of "dispatches" or "calls", by their ids: see bus/export/rows.py."""
        return self._lent(lending.of_rows(self.trace, path, table, ids))

    def lend_notes(self) -> Export:
        """An export, as `lend`, of the notes into the file that is open; whole or not at all. Raises UserError."""
        self._check_whole()
        return self._lent(lending.of_notes(self.trace))

    def lend_run(self, run: Run, path: Path) -> Export:
        """An export, as `lend`, of any run of `runs`, as a capture."""
        self._check_whole()
        return self._lent(lending.of_run(run, path))

    def hold(self) -> None:
        """Another thread reads the trace: until `release` it stays as it is, and new records wait."""
        self._held += 1

    def release(self) -> None:
        """End what `hold` began: who read the trace on another thread has finished."""
        self._held -= 1
        if not self._held:
            self.runs.make_room()

    # Running

    def start(
        self,
        engine: str | None = None,
        seed: int | None = None,
        speed: float | None = None,
        paused: bool = False,
        crash: Boundary | None = None,
        chosen: str = "",
    ) -> None:
        """Run the scenario from its beginning; another run is ended for it. Raises UserError.

        crash: where the consumer of every handler dies once. chosen: a person takes what comes next, see Order.
        """
        document = self._needed_document()
        pace = self.engine_state.speed if speed is None else speed
        self._start(document, order_of(document, pace, engine, seed, paused=paused, crash=crash, chosen=chosen))

    def stop(self) -> None:
        """End the run; or follow the capture no more."""
        if self.following is not None:
            self.following.cancel()
        if self._runner is not None:
            self.running.stop()
            self._look()

    def pause(self) -> None:
        """Stop before whatever comes next."""
        if self._runner is not None:
            self._runner.pause()
            self._look()

    def resume(self) -> None:
        """Let a paused engine go on."""
        if self._runner is not None:
            self._runner.resume()
            self._look()

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""
        if self._runner is not None:
            self._runner.step(step)
            self._look()

    def set_speed(self, speed: float) -> None:
        """How fast time runs, from now on; math.inf: waits cost nothing."""
        check_speed(speed)
        self.engine_state = replace(self.engine_state, speed=speed)
        if self._runner is not None:
            self._runner.set_speed(speed)

    def set_recording(self, on: bool) -> None:
        """Keep records, or keep none, while the engine goes on."""
        self.recording = on
        if self._runner is not None:
            self._runner.record(on)

    def clear(self) -> None:
        """Begin with an empty view; a run goes on, and so does a program that is followed. `undo_clear` takes it back.

        What was in view stays in `runs`.
        """
        self.pump()
        before = self.runs.view
        if before.is_empty:
            return
        revision = self.document.revision if self.document is not None else 0
        if self.following is not None:
            self.trace = self.trace.newest(0)
            self._cleared = ClearedRun(before, before, 0, revision) if before.path is not None else None
            return
        after = Run(self._new_trace())
        if preamble := self.running.preamble() if self._runner is not None else b"":
            after = before.going_on(self._new_trace())
        self._bring(after)
        self.trace.feed(preamble)
        self._cleared = ClearedRun(before, after, len(preamble), revision)

    @property
    def can_undo_clear(self) -> bool:
        """Whether Clear was the last thing that a person did to the view or the scenario."""
        cleared, document = self._cleared, self.document
        return cleared is not None and (document is None or document.revision == cleared.revision)

    def undo_clear(self, *, most_since: int = MOST_SINCE) -> None:
        """Bring back what was cleared, with what was recorded since: so many bytes at most. Raises UserError."""
        cleared = self._cleared
        if cleared is None:
            return
        if self._held:
            raise UserError("what is in view is being written to a file", hint="wait until it is done")
        self.pump()
        self._cleared = None
        if cleared.before is cleared.after:
            loading = self.opening.again(cleared.before, follow=True)
            self.trace = loading.trace
            self._read(loading)
        elif self._runner is None:
            self.show(cleared.before)
        elif cleared.can_be_joined(most_since):
            self._bring(cleared.join())
            self.runs.remove(cleared.after)
        else:
            raise UserError("too much was recorded since Clear", hint="what was before it is in the list of runs")

    def emit(
        self,
        event: str,
        payload: Any = None,
        times: int = 1,
        per_second: float | None = None,
        *,
        against_schema: bool = False,
    ) -> None:
        """Put an event on the bus by hand; where nothing runs the engine starts, without the script.

        Raises UserError, and then nothing has changed, where the payload does not meet the event's schema; unless that
        is meant (against_schema): then a mark in the capture says so.
        """
        document = self._needed_document()
        check_emit(event, times, per_second)
        check_payload(document.scenario, event, payload, against_schema=against_schema)
        if self.engine_state.phase == "stopping":
            raise UserError("the engine is stopping", hint="wait a moment")
        if self._runner is None:
            self._start(document, order_of(document, self.engine_state.speed, with_script=False))
        self._tell_engine(document)
        self.running.emit(document, event, payload, times, per_second, against_schema=against_schema)
        self.runs.view.emitted += times
        self.engine_state = replace(self.engine_state, phase="running")
        self._look()

    def pump(self, most: int = 0) -> bool:
        """Take in what is new. Whether anything was. Bounded: see bus/runtime/back_pressure.py.

        most: about so many facts of the run, 0 for all; `running.has_more` says whether to pump again at once.
        """
        if self.flight is not None:
            self.flight.look(self, at_rest=self.engine_state.phase in AT_REST)
        if self._held:
            return False
        was_loading = self.loading is not None
        if self.loading is not None:
            self._load()
        if self.document is not None and hears_of_edits(self.engine_state):
            self._tell_engine(self.document)
        generation, before = self.trace.generation, self.engine_state
        ended = self._runner is not None and not self._runner.alive
        self.running.drain(self._feed, most)
        self.engine_state = self.opening.take(self._feed, lambda: self.trace, self.engine_state, self.open_programs)
        if self._runner is not None and not self.running.has_more:  # what it is doing now belongs to its last record
            self.engine_state = self._runner.state()
            if self.engine_state.phase in AT_REST:
                self.running.drain(self._feed)  # what was recorded between taking and looking
        if ended and not self.running.has_more:
            self.running.runner = None
        self._reap()
        return was_loading or self.trace.generation != generation or self.engine_state != before

    def wait(self, timeout: float) -> bool:
        """Pump until the run, or the program that is followed, is over and the capture open, at most so many seconds.

        Whether they are.
        """
        until = time.monotonic() + timeout
        while True:
            self.pump()
            if self.engine_state.phase in AT_REST and self.loading is None:
                return True
            if (left := until - time.monotonic()) <= 0:
                return False
            if self._runner is not None:
                self._runner.back_pressure.until_wanted(min(left, _LOOK_S))
            elif self.following is not None:
                threading.Event().wait(min(left, _LOOK_S))

    def end(self) -> None:
        """End all runs, and wait for it as long as an engine may take to end; the trace stays."""
        self._retire()
        self.running.join()
        self._reap()

    def close(self) -> None:
        """End the run, the flight recorder and all runs; the session cannot be used any more."""
        self.end()
        if self.flight is not None:
            self.flight.close(self.trace)
        self.opening.leave()
        self.runs.close()

    # Inside

    def _lent(self, write: Export) -> Export:
        self.hold()
        return write

    def _check_whole(self) -> None:
        if self.loading is not None:
            raise UserError("the capture is still being opened", hint="wait until it is there, or cancel it")
        self.pump()

    def _start(self, document: Document, order: Order) -> None:
        self._retire()
        self._bring(Run.of(document, self._new_trace(), self.runs.next_number(), order))
        if self.flight is not None:
            self.flight.begin()
        self.running.begin(document, order, recording=self.recording)
        self.engine_state = replace(self.engine_state, phase="starting", message="")
        self._look()

    def _needed_document(self) -> Document:
        if self.document is None:
            raise UserError("there is no scenario", hint="open one, or begin a new one")
        return self.document

    def _change_document(self, document: Document) -> None:
        self._retire()
        self.document = document
        self._bring(Run(self._new_trace()))

    def _new_trace(self) -> Trace:
        trace = Trace()
        trace.raw.keep_at_most(self.settings.most_disk_gb)
        return trace

    def _bring(self, run: Run) -> None:
        """Put another one in view."""
        self._cleared = None
        self.runs.view.is_partial = self.loading is not None or self.following is not None
        self.opening.leave()
        if self.flight is not None:
            self.flight.finish(self.trace)
        self.runs.bring(run)
        if not self._held:
            self.runs.make_room()

    def _tell_engine(self, document: Document) -> None:
        if self.running.tell(document):
            self.runs.view.edited_to(document)

    def _feed(self, data: bytes) -> None:
        self.trace.feed(data)
        if self.growing is not None:
            self.growing.add(data)
        if self.flight is not None:
            self.flight.feed(data, self.trace)
        self._forget()

    def _forget(self) -> Trace:
        if self.most_records and len(self.trace.dispatches) + len(self.trace.calls) > self.most_records * _SLACK:
            self.trace = self.trace.newest(self.most_records)
        return self.trace

    def _read(self, loading: CaptureLoader) -> None:
        self.opening.begin(loading)
        self._load()

    def _load(self) -> None:
        """Go on opening; in the end follow, where somebody still writes."""
        follows = self.opening.load(self._forget)
        if self.loading is None:
            self.runs.view.read_again()
        if follows:
            if self.flight is not None:
                self.flight.begin(self.trace.header)
            self.engine_state = EngineState("following", self.runs.view.title, speed=self.engine_state.speed)

    def _look(self) -> None:
        """See what the engine is doing. That it came to rest is said by `pump`, together with its last records."""
        if self._runner is not None and (now := self._runner.state()).phase not in AT_REST:
            self.engine_state = now

    def _retire(self) -> None:
        """Let go of the run; it ends by itself."""
        if not self._held:
            self.running.drain(self._feed)
        self.running.let_go(self.runs.view.feed)
        self.engine_state = EngineState(speed=self.engine_state.speed)

    def _reap(self) -> None:
        message = self.running.reap()
        if message:
            self.engine_state = replace(self.engine_state, phase="failed", message=message)
