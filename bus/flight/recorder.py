"""Watches one stream of records; where something goes wrong it writes the seconds before and after to a file.

One window is open at a time, and whatever else goes wrong in it is counted: a handler that always fails writes no
thousand files. Finding costs some passes over each batch; writing happens on a thread of its own.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bus.errors import UserError
from bus.export import slice as slices
from bus.export.slice import Slice, Span
from bus.flight.folder import FlightFolder
from bus.flight.ring import FactBatch, FrameRing, inside
from bus.flight.triggers import Trigger, Triggers
from bus.settings import FlightSettings
from bus.system_errors import reason
from bus.trace.notes import Note
from bus.trace.trace import Trace
from buslens.wire import Header

Array = npt.NDArray[Any]

_MB = 1024 * 1024
_SLACK_NS = 2_000_000_000
_LONGEST_S = 1e6
LOOK_S = 0.5
_LATE_S = 0.5
"""How long after a window's end on the wall clock its last records may come."""


class TraceHolder(Protocol):
    """Whoever has the trace, and can leave it as it is while another thread reads it."""

    trace: Trace

    def hold(self) -> None: ...

    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that the flight recorder has written and that is complete."""

    path: Path
    why: str
    triggers: int
    """How many reasons there were in its window, the first included."""


@dataclass(slots=True)
class _Window:
    trigger: Trigger
    opened_s: float
    missed: int
    """Reasons since the last file that came too soon after it."""

    triggers: int = 0


class FlightRecorder:
    """Keeps the last seconds of a stream, and writes them to a file where a trigger fires.

    All methods belong to one thread.
    """

    def __init__(self, settings: FlightSettings, folder: Path, *, look_s: float = LOOK_S) -> None:
        """look_s: between two looks for calls that are stuck."""
        self._look_s = look_s
        self.written: list[WrittenFile] = []
        """What it wrote since it was made, the newest last."""

        self.problem = ""
        """Why the last file could not be written; empty while all is well."""

        self.missed = 0
        """Reasons since the last window that came too soon to begin another."""

        self._default_folder = folder
        self._watches = False
        """Whether the ring has the stream up to now."""

        self._window: _Window | None = None
        self._not_before = 0.0
        self._next_look = 0.0
        self._job: Future[WrittenFile] | None = None
        self._being_written: _Part | None = None
        self._holder: TraceHolder | None = None
        """Whose trace must stay as it is until that is built."""

        self._pool: ThreadPoolExecutor | None = None
        self.set_settings(settings)

    def set_settings(self, settings: FlightSettings, trace: Trace | None = None) -> None:
        """Other reasons, lengths or places. trace: of a stream that goes on."""
        goes_on = trace is not None and self._watches and settings.on
        self.settings = settings
        self.folder = FlightFolder(
            Path(os.path.expanduser(settings.folder)) if settings.folder else self._default_folder,
            settings.most_files,
            settings.most_mb * _MB,
        )
        if goes_on:
            self._ring.set_bounds(self._keep_ns, self._most_bytes)
            self._triggers = Triggers(settings)
            return
        self.begin(trace.header if trace is not None else None)

    def begin(self, header: Header | None = None) -> None:
        """Another stream: its header comes next. header: of one that began before."""
        self._ring = FrameRing(self._keep_ns, self._most_bytes)
        self._triggers = Triggers(self.settings)
        self._window = None
        self._watches = self.on
        if header is not None:
            self._ring.go_on(header)

    @property
    def on(self) -> bool:
        """Whether the flight recorder is switched on."""
        return self.settings.on

    @property
    def waiting(self) -> bool:
        """Whether a window is open."""
        return self._window is not None

    @property
    def writing(self) -> bool:
        """Whether a file is being written."""
        return self._job is not None

    def feed(self, data: bytes, trace: Trace) -> None:
        """The next bytes of the stream, which the trace has taken in already."""
        if not self.on:
            return
        facts = self._ring.append(data)
        if len(facts):
            times, first = self._triggers.find(facts, trace)
            if first is not None:
                self._pull(first, times)
            self._look_for_stuck(trace)
        if self._window is None:
            self._ring.forget()

    def press(self) -> None:
        """The person wants what just happened. Raises UserError where there is nothing."""
        if not self.on:
            raise UserError("the flight recorder is switched off", hint="switch it on in its settings")
        if not self._ring.batches:
            raise UserError("nothing was recorded yet", hint="run a scenario, or attach to a program")
        now = self._ring.newest_ns
        self._pull(Trigger(now, "asked for by hand", by_hand=True), np.array([now]))

    def look(self, holder: TraceHolder, *, at_rest: bool) -> None:
        """Begin to write where a window is over, and see whether what was written is complete."""
        if self._holder is not None and self._being_written is not None and self._being_written.is_built:
            self._release()
        if self._job is not None and self._job.done():
            self._end_job()
        if self._window is not None and self._job is None and (at_rest or self._is_over(holder.trace)):
            holder.hold()
            self._holder = holder
            self._begin_job(self._part(holder.trace))

    def finish(self, trace: Trace) -> None:
        """The stream ends here: write what waits."""
        self._wait()
        if self._window is not None:
            part = self._part(trace)
            part.build()
            self._begin_job(part)

    def close(self, trace: Trace) -> None:
        """For good; what waits is written first."""
        self.finish(trace)
        self._wait()
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _look_for_stuck(self, trace: Trace) -> None:
        """Now and then: it looks at all that runs."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + self._look_s
            times, first = self._triggers.find_stuck(trace, self._ring.newest_ns)
            if first is not None:
                self._pull(first, times)

    def _pull(self, trigger: Trigger, times: Array) -> None:
        """times: of all that came together with it."""
        if self._window is None and (trigger.by_hand or time.monotonic() >= self._not_before):
            self._window, self.missed = _Window(trigger, time.monotonic(), self.missed), 0
        counted = 0
        if self._window is not None:
            counted = int(np.count_nonzero(times <= self._window.trigger.time_ns + self._after_ns))
            self._window.triggers += counted
        self.missed += len(times) - counted

    def _is_over(self, trace: Trace) -> bool:
        assert self._window is not None
        end_ns = self._window.trigger.time_ns + self._after_ns
        if self._ring.newest_ns > end_ns or self._ring.size > 2 * self._most_bytes:
            return True
        is_real = trace.header is not None and trace.header.clock == "monotonic"
        return is_real and time.monotonic() > self._window.opened_s + self.settings.after_s + _LATE_S

    @property
    def _keep_ns(self) -> int:
        return _ns(self.settings.before_s) + self._after_ns + _SLACK_NS

    @property
    def _most_bytes(self) -> int:
        return max(1, self.settings.memory_mb) * _MB

    @property
    def _after_ns(self) -> int:
        return _ns(self.settings.after_s)

    def _part(self, trace: Trace) -> _Part:
        window, ring = self._window, self._ring
        assert window is not None
        self._window = None
        self._not_before = time.monotonic() + self.settings.pause_s
        at = window.trigger.time_ns
        start = at - _ns(self.settings.before_s)
        oldest = min((batch.first_ns for batch in ring.batches), default=start)
        cut = ring.cut_ns is not None and ring.cut_ns >= start
        if cut:
            oldest = max(oldest, (ring.cut_ns or 0) + 1)
        span = max(start, oldest), max(at, min(at + self._after_ns, ring.newest_ns))
        part = _Part(trace, ring.batches, span, window, cut=cut)
        ring.forget()
        return part

    def _begin_job(self, part: _Part) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "buslens-flight")
        self._being_written = part
        self._job = self._pool.submit(part.write, self.folder)

    def _end_job(self) -> None:
        job, self._job = self._job, None
        self._being_written = None
        self._release()
        assert job is not None
        try:
            self.written.append(job.result())
            self.problem = ""
        except (UserError, OSError, ValueError) as error:  # a folder's name may hold a zero
            self.problem = f"the flight recorder could not write into {self.folder.path}: {reason(error)}"

    def _release(self) -> None:
        holder, self._holder = self._holder, None
        if holder is not None:
            holder.release()

    def _wait(self) -> None:
        if self._job is not None:
            self._job.exception()
            self._end_job()


class _Part:
    """One window on its way into a file."""

    def __init__(self, trace: Trace, batches: tuple[FactBatch, ...], span: Span, window: _Window, *, cut: bool) -> None:
        self._trace, self._batches, self._span, self._window = trace, batches, span, window
        self._cut = cut
        self._slice: Slice | None = None

    @property
    def is_built(self) -> bool:
        """Whether the trace may go on."""
        return self._slice is not None

    def build(self) -> None:
        """What needs the trace as it is now."""
        facts, blobs = inside(self._batches, self._span)
        told = slices.slice_of(self._trace, facts, self._span, blobs, flight=self._window.trigger.why)
        self._slice = told.with_older_blobs(self._trace.blobs).with_note(self._note())

    def write(self, folder: FlightFolder) -> WrittenFile:
        """All of it. Raises UserError, OSError."""
        if self._slice is None:
            self.build()
        assert self._slice is not None
        path = folder.next_path()
        slices.save(self._slice, path)
        folder.make_room()
        return WrittenFile(path, self._window.trigger.why, self._window.triggers)

    def _note(self) -> Note:
        trigger = self._window.trigger
        sentences = [f"Flight recorder: {trigger.why}."]
        if self._window.triggers > 1:
            sentences.append(f"In all {self._window.triggers:,} reasons in this window.")
        if self._window.missed:
            sentences.append(f"Before it {self._window.missed:,} came too soon after the last file.")
        if self._cut:
            sentences.append("What was before had no room in memory.")
        return Note(slices.REASON, trigger.time_ns, trigger.time_ns, trigger.kind, trigger.about, " ".join(sentences))


def _ns(seconds: float) -> int:
    """A person's file may say anything."""
    return int(min(seconds, _LONGEST_S) * 1e9) if seconds > 0 else 0
