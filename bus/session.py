"""Every verb that the window, the command line and the tests share: open, run, step, emit, save, export."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bus import lending, opening, scenario
from bus.engines import ENGINES
from bus.engines.boundaries import Boundary
from bus.errors import UserError
from bus.export.slice import Span
from bus.flight.recorder import FlightRecorder
from bus.growing_file import GrowingFile
from bus.lending import Export
from bus.opening import Opening, looked_into
from bus.running import Running
from bus.scenario import Document
from bus.scenario.nearest import nearest
from bus.scenario.words import check_event
from bus.settings import Settings
from bus.simulation.gate import Step, Stop
from bus.simulation.hand import problems_of
from bus.simulation.runner import Order, Runner
from bus.simulation.state import AT_REST, EngineState, Phase, Waiting
from bus.trace import Trace
from bus.trace.following import Following
from bus.trace.loading import Loading

__all__ = ["AT_REST", "EngineState", "Session", "Step", "Stop", "Waiting"]

MOST_TIMES = 10_000_000
MOST_DISK_GB = 1e6
_SLACK = 1.25
"""The oldest records go when there are so many times as many as are kept: seldom, because all that stay are copied."""

_LOOK_S = 0.02


class Session:
    """One document, one engine, one trace. All verbs belong to one thread; none of them blocks but `wait`."""

    def __init__(self, settings: Settings, *, trusted: Callable[[str], bool]) -> None:
        self.settings = settings
        self.document: Document | None = None
        self.trace = self._new_trace()
        self.engine_state = EngineState(speed=settings.speed)
        self.recording = True
        """False: what happens is not kept."""

        self.most_records = 0
        """Dispatches and calls that are kept in memory of what runs, or is followed, about; 0: all, for who counts."""

        self.flight: FlightRecorder | None = None
        """Writes what happened around a failure; None: nobody wants it."""

        self.growing: GrowingFile | None = None
        """Where the run of this session is written while it goes on."""

        self._trusted = trusted
        self._held = 0
        """How many other threads read the trace."""

        self._running = Running(trusted)
        self._opening = Opening()

    @property
    def loading(self) -> Loading | None:
        """The capture that is being opened."""
        return self._opening.loading

    @property
    def following(self) -> Following | None:
        """The file that a program still writes."""
        return self._opening.following

    @property
    def _runner(self) -> Runner | None:
        """The run that goes on, or has come to rest."""
        return self._running.runner

    # Files

    def new_scenario(self) -> None:
        """Begin an empty scenario."""
        self._change_document(scenario.new())

    def open(self, path: Path) -> None:
        """Open a scenario or a capture, whichever the file is. Raises UserError."""
        if opening.is_capture(path):
            self.open_capture(path)
        else:
            self.open_scenario(path)

    def open_scenario(self, path: Path) -> None:
        """Open a scenario file; what runs is stopped. Raises UserErrors, and then nothing has changed."""
        self._change_document(scenario.load(path))

    def open_capture(self, path: Path, *, follow: bool = False) -> None:
        """Show a capture; what runs is stopped, the scenario stays. Raises UserError, and then nothing has changed.

        A large one is shown in part at once, and `pump` takes in the rest; and then goes on with what a program writes
        into it. follow: also where no such program is seen, because it runs on another machine.
        """
        loading = looked_into(path, follow=follow)
        self._retire()
        self._begin_trace(loading.trace)
        self._opening.begin(loading)
        self._load(opening.FIRST_PART_S)

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
            self.give_back()

    def lend(self, format_id: str, path: Path, selection: Any = None) -> Export:
        """What writes the trace in another format, to be called on any thread. Raises UserError.

        Until `give_back` the trace stays as it is: what happens meanwhile waits in the recorder.
        """
        self._check_whole()
        return self._lent(lending.of_all(self.trace, format_id, path, selection))

    def lend_part(self, path: Path, span: Span) -> Export:
        """The same for what lies in this time, as a capture of its own."""
        self._check_whole()
        return self._lent(lending.of_part(self.trace, path, span))

    def lend_rows(self, path: Path, table: str, ids: Any) -> Export:
        """The same for some rows of "dispatches" or "calls", by their ids: see bus/export/rows.py."""
        return self._lent(lending.of_rows(self.trace, path, table, ids))

    def lend_notes(self) -> Export:
        """The same for the file that is open, with the notes as they are now; whole or not at all. Raises UserError."""
        self._check_whole()
        return self._lent(lending.of_notes(self.trace))

    def give_back(self) -> None:
        """The trace was written."""
        self.release()

    def hold(self) -> None:
        """Another thread reads the trace: until `release` it stays as it is, and new records wait."""
        self._held += 1

    def release(self) -> None:
        """It has read."""
        self._held -= 1

    # Running

    def start(
        self,
        engine: str | None = None,
        seed: int | None = None,
        speed: float | None = None,
        paused: bool = False,
        crash: Boundary | None = None,
    ) -> None:
        """Run the scenario from its beginning; another run is ended for it. Raises UserError.

        crash: where the consumer of every handler dies once.
        """
        self._start(engine, seed, speed, paused=paused, with_script=True, crash=crash)

    def stop(self) -> None:
        """End the run; or follow the capture no more."""
        if self.following is not None:
            self.following.cancel()
        if self._runner is not None:
            self._running.stop()
            self._look()

    def pause(self) -> None:
        """Stop before whatever comes next."""
        if self._runner is not None:
            self._runner.pause()
            self._look()

    def resume(self) -> None:
        """Go on."""
        if self._runner is not None:
            self._runner.gate.resume()
            self._look()

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""
        if self._runner is not None:
            self._runner.gate.step(step)
            self._look()

    def set_speed(self, speed: float) -> None:
        """How fast time runs, from now on; math.inf: waits cost nothing."""
        if not speed > 0:
            raise UserError(f"{speed} is no speed: it must be more than 0")
        self.engine_state = replace(self.engine_state, speed=speed)
        if self._runner is not None:
            self._runner.set_speed(speed)

    def set_recording(self, on: bool) -> None:
        """Keep records, or keep none, while the engine goes on."""
        self.recording = on
        if self._runner is not None:
            self._runner.recorder.enabled = on

    def clear(self) -> None:
        """Forget what was recorded; a run goes on, and so does a program that is followed."""
        self.pump()
        if self.following is not None:
            self.trace = self.trace.newest(0)
            return
        self._begin_trace(self._new_trace())
        if self._runner is not None:
            self.trace.feed(self._running.preamble())

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
        try:
            check_event(event)
        except ValueError as error:
            raise UserError(f"{event!r} is no event: {error}") from None
        if not 1 <= times <= MOST_TIMES:
            raise UserError(f"an event can be emitted 1 to {MOST_TIMES} times, not {times}")
        if per_second is not None and not 0 < per_second < math.inf:
            raise UserError(f"{per_second} a second is no rate")
        if self.engine_state.phase == "stopping":
            raise UserError("the engine is stopping", hint="wait a moment")
        problems = problems_of(document.scenario, event, payload, against_schema=against_schema)
        if problems:
            raise UserError(f"{event} was not emitted: {'; '.join(problems)}")
        if self._runner is None:
            self._start(None, None, None, paused=False, with_script=False)
        runner = self._runner
        assert runner is not None
        self._running.tell(document)
        runner.trust(self._trusted(document.content_hash))
        runner.emit(event, payload, times, per_second, against_schema=against_schema)
        self.engine_state = replace(self.engine_state, phase="running")
        self._look()

    def pump(self) -> bool:
        """Take in what is new. Whether anything was. Bounded: see bus/simulation/room.py."""
        if self.flight is not None:
            self.flight.look(self, at_rest=self.engine_state.phase in AT_REST)
        if self._held:
            return False
        was_loading = self.loading is not None
        if self.loading is not None:
            self._load(opening.PART_S)
        if self.document is not None:
            self._running.tell(self.document)
        generation, before = self.trace.generation, self.engine_state
        ended = self._runner is not None and not self._runner.alive
        self._running.take(self._feed)
        self._take_followed()
        if self._runner is not None:
            self.engine_state = self._runner.state()
            if self.engine_state.phase in AT_REST:
                self._running.take(self._feed)  # what was recorded between taking and looking
        if ended:
            self._running.runner = None
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
            left = until - time.monotonic()
            if left <= 0:
                return False
            if self._runner is not None:
                self._runner.room.wanted.wait(min(left, _LOOK_S))
            elif self.following is not None:
                threading.Event().wait(min(left, _LOOK_S))

    def end(self) -> None:
        """End all runs, and wait for it as long as an engine may take to end; the trace stays."""
        self._retire()
        self._running.join()
        self._reap()

    def close(self) -> None:
        """End everything."""
        self.end()
        if self.flight is not None:
            self.flight.close(self.trace)
        self.trace.raw.close()

    # Inside

    def _lent(self, write: Export) -> Export:
        self.hold()
        return write

    def _check_whole(self) -> None:
        if self.loading is not None:
            raise UserError("the capture is still being opened", hint="wait until it is there, or cancel it")
        self.pump()

    def _start(
        self,
        engine: str | None,
        seed: int | None,
        speed: float | None,
        *,
        paused: bool,
        with_script: bool,
        crash: Boundary | None = None,
    ) -> None:
        document = self._needed_document()
        chosen = engine or document.scenario.engine
        if chosen not in ENGINES:
            raise UserError(f"there is no engine {chosen}", hint=nearest(chosen, list(ENGINES)))
        chosen_speed = self.engine_state.speed if speed is None else speed
        if not chosen_speed > 0:
            raise UserError(f"{chosen_speed} is no speed: it must be more than 0")
        order = Order(
            chosen,
            document.scenario.seed if seed is None else seed,
            chosen_speed,
            paused=paused,
            with_script=with_script,
            crash=crash,
        )
        self._retire()
        self._begin_trace(self._new_trace())
        if self.flight is not None:
            self.flight.begin()
        self._running.begin(document, order, recording=self.recording)
        self.engine_state = replace(self.engine_state, phase="starting", message="")
        self._look()

    def _needed_document(self) -> Document:
        if self.document is None:
            raise UserError("there is no scenario", hint="open one, or begin a new one")
        return self.document

    def _change_document(self, document: Document) -> None:
        self._retire()
        self.document = document
        self._begin_trace(self._new_trace())

    def _new_trace(self) -> Trace:
        trace = Trace()
        most = self.settings.most_disk_gb
        trace.raw.most = int(most * 1e9) if 0 < most < MOST_DISK_GB else 0
        return trace

    def _begin_trace(self, trace: Trace) -> None:
        self._opening.leave()
        if self.flight is not None:
            self.flight.finish(self.trace)
        before, self.trace = self.trace, trace
        before.raw.close()

    def _feed(self, data: bytes) -> None:
        self.trace.feed(data)
        if self.growing is not None:
            self.growing.add(data)
        if self.flight is not None:
            self.flight.feed(data, self.trace)
        self._forget()

    def _forget(self) -> None:
        if self.most_records and len(self.trace.dispatches) + len(self.trace.calls) > self.most_records * _SLACK:
            self.trace = self.trace.newest(self.most_records)

    def _load(self, seconds: float) -> None:
        """Go on opening; in the end follow, where somebody still writes."""
        if self._opening.load(seconds, self._shortened):
            if self.flight is not None:
                self.flight.begin(self.trace.header)
            name = self.following.path.name if self.following is not None else ""
            self.engine_state = EngineState("following", name, speed=self.engine_state.speed)

    def _shortened(self) -> Trace:
        self._forget()
        return self.trace

    def _take_followed(self) -> None:
        following = self.following
        if following is None:
            return
        following.step(opening.FOLLOWED_S, self._feed)
        if self.trace.ended or self.trace.damage:
            self._unfollow("")
        elif following.problem:
            self._unfollow(following.problem)
        else:
            self.engine_state = replace(self.engine_state, virtual_ns=following.now_ns)

    def _unfollow(self, why: str) -> None:
        """why: what a person must know of it; nothing where the capture says it: it is complete, or damaged."""
        phase: Phase = "finished" if self.trace.ended else "idle"
        self.engine_state = replace(self.engine_state, phase=phase, virtual_ns=0)
        self._opening.unfollow(self.trace, why)

    def _look(self) -> None:
        """See what the engine is doing. That it came to rest is said by `pump`, together with its last records."""
        if self._runner is not None:
            now = self._runner.state()
            if now.phase not in AT_REST:
                self.engine_state = now

    def _retire(self) -> None:
        """Let go of the run; it ends by itself."""
        self._running.let_go()
        self.engine_state = EngineState(speed=self.engine_state.speed)

    def _reap(self) -> None:
        message = self._running.reap()
        if message:
            self.engine_state = replace(self.engine_state, phase="failed", message=message)
