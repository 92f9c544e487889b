"""Where handlers stand that run for long: a thread of ours looks at the stacks of the others, a hundred times a second.

Only where a person has asked for it. It reads which lines are being run, `sys._current_frames()`, and nothing of what
they work with; it keeps no frame, and what is told of a handler that ends soon is nothing.
"""

from __future__ import annotations

import _thread
import sys
import threading
import time
from types import BuiltinFunctionType, FrameType
from typing import Any, Dict, List, Optional, Set, Tuple

from buslens.capture_writer import await_its_end
from buslens.forking import FORKS
from buslens.json_text import json_of
from buslens.limits import LONG_STEP_NS
from buslens.packing import WHOLE
from buslens.recorder import Recorder, thread_name
from buslens.records import Kind
from buslens.texts import json_utf8
from buslens.watching.awaits import tell_awaits

SECONDS = 0.01
"""Between two looks."""

RARELY = 10
"""So many times longer where being watched costs more than its budget."""

SAID = (
    "a thread of buslens looks at the stacks of the program's threads, a hundred times a second, and records where "
    "handlers stand that run for long"
)
_CANNOT = "stacks are not looked at: {why}"
_GREEN = "the program's threads are not the system's own (gevent, eventlet)"
_END_SECONDS = 1.0

_DEEPEST, _TOLD = 256, 32
"""Frames from a thread's innermost one in which a handler is looked for, and how many of them are told."""

_MOST_THREADS, _MOST_WAITING = 64, 64
_FIRST_NS = 1_000_000_000
"""What goes on for so long is told meanwhile, and then each time that it has taken twice as long."""

_MOST_US = (1 << 32) - 1

Position = Tuple[str, int, str]
"""File, line and function."""

Stack = Tuple[Position, ...]
"""Innermost first, the handler last."""


class _Stretch:
    """The looks, one after another, at which a thread stood in the same functions."""

    __slots__ = ("began_ns", "functions", "lines", "looks", "seen_ns", "told_ns")

    def __init__(self, functions: "tuple[int, ...]", now: int) -> None:
        self.functions = functions
        self.began_ns = self.seen_ns = now
        self.looks = 0
        self.lines: "Dict[Stack, int]" = {}
        self.told_ns = 0
        """How long it was when it was told of last."""

    def seen(self, stack: Stack, now: int) -> None:
        """It stands there now."""
        self.seen_ns, self.looks = now, self.looks + 1
        if stack in self.lines or len(self.lines) < _MOST_WAITING:
            self.lines[stack] = self.lines.get(stack, 0) + 1


class _Run:
    """What a thread has done since a handler was first seen on it: one call, as far as one can see."""

    __slots__ = ("calls", "frame", "handler", "lane", "stack", "stretches")

    def __init__(self, frame: int, handler: "Tuple[str, int]", lane: int) -> None:
        self.handler, self.lane = handler, lane
        self.frame = frame
        """The id of the handler's frame; that of a later one may be the same."""

        self.calls = ""
        self.stack: Stack = ()
        """The calls of the whole program and its own stack, at the last look."""

        self.stretches: "List[_Stretch]" = []

    def goes_on(self, frame: int, calls: str, stack: Stack) -> bool:
        """Whether it is the same call still: none has begun in the program, or the thread stands where it stood."""
        return self.frame == frame and (self.calls == calls or self.stack == stack)

    @property
    def length_ns(self) -> int:
        """From the first look at it to the last one."""
        return self.stretches[-1].seen_ns - self.stretches[0].began_ns


class StackSampler:
    """The thread that looks, of one recorder. Never raises into the program."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._threads: "Dict[int, _Run]" = {}
        """Those on which a handler runs."""

        self._calls = ""
        """The ids that were given out until this look, in a word."""

        self._places: "Set[Tuple[str, int]]" = set()
        """Where the code of handlers stands."""

        self._awaits: "Dict[int, str]" = {}
        """Where coroutines waited when that was told last, by call."""

        self._names = 0
        """How many names there were when those were looked for."""

        self._thread: Optional[threading.Thread] = None
        self._halt = _thread.allocate_lock()
        """Held while the thread runs."""

        self._is_open = False

        FORKS.tell(self)
        FORKS.let_rest(self)
        recorder.at_end(self, StackSampler.close)

    def open(self) -> None:
        """Look from now on; the capture says that, or why not."""
        if type(_thread.start_new_thread) is not BuiltinFunctionType:
            self._recorder.mark(_CANNOT.format(why=_GREEN))
            return
        self._recorder.mark(SAID)
        self._is_open = True
        self._begin()

    def close(self) -> None:
        """Tell what was seen, and look no more. Safe to call twice."""
        self._is_open = False
        self._end()
        for ident in list(self._threads):
            self._over(ident)

    def rest(self) -> None:
        """The process is about to be forked: no thread now."""
        self._end()

    def go_on(self) -> None:
        """The parent is looked at again."""
        if self._is_open and self._thread is None:
            self._begin()

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: its handlers are its own."""
        self._threads.clear()
        self._thread = None
        self.go_on()

    def look(self, now: int, frames: "Dict[int, FrameType]") -> None:
        """See where each thread stands. frames: as `sys._current_frames()` gives them; emptied."""
        self._learn()
        for ended in [ident for ident in self._threads if ident not in frames]:
            self._over(ended)
        own, count = threading.get_ident(), 0
        while frames:
            ident, frame = frames.popitem()
            count += 1
            if ident != own and count <= _MOST_THREADS:
                self._see(ident, frame, now)
            del frame

    def _begin(self) -> None:
        self._halt = halt = _thread.allocate_lock()
        halt.acquire()
        thread = threading.Thread(target=self._run, args=(halt,), name="buslens stacks", daemon=True)
        thread.start()
        self._thread = thread

    def _end(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._halt.release()
        if thread is not threading.current_thread():
            thread.join(_END_SECONDS)
            await_its_end(thread)

    def _run(self, halt: Any) -> None:
        recorder, took_ns = self._recorder, 0
        spending = recorder.second_looks
        began = next_ns = time.monotonic_ns()
        try:
            while not halt.acquire(timeout=SECONDS * (1 if spending.is_on(None) else RARELY)):
                if recorder.enabled:
                    self.look(recorder.clock_ns(), sys._current_frames())
                    if time.monotonic_ns() - next_ns >= _FIRST_NS:  # 1, 2, 4, … seconds after it began
                        tell_awaits(recorder, self._awaits)
                        next_ns = 2 * time.monotonic_ns() - began - _FIRST_NS
                now_ns = time.thread_time_ns()
                spending.took(now_ns - took_ns)
                took_ns = now_ns
        except Exception as error:
            if not sys.is_finalizing():
                recorder.mark(_CANNOT.format(why=f"from here on, after an error: {error}"))

    def _learn(self) -> None:
        """See which handlers there are now, and whether any call has begun since the last look."""
        recorder = self._recorder
        # What counts tells its state without counting on.
        self._calls = repr(getattr(recorder.next_id, "__self__", None))
        if recorder.names_count != self._names:
            self._names = recorder.names_count
            self._places = recorder.handler_places()

    def _see(self, ident: int, frame: FrameType, now: int) -> None:
        found, handler, depth = self._handler_of(frame)
        run = self._threads.get(ident)
        stack = _stack_of(frame, depth) if found else ()
        if run is not None and not (found and run.goes_on(found, self._calls, stack)):
            self._over(ident)
            run = None
        if found:
            if run is None:  # now: who asks for the name of a thread later may find it gone
                lane = self._recorder.lane(thread_name(ident))
                run = self._threads[ident] = _Run(found, handler, lane)
            run.calls, run.stack = self._calls, stack
            self._add(run, _functions_of(frame, depth), now)

    def _handler_of(self, innermost: FrameType) -> "Tuple[int, Tuple[str, int], int]":
        """The id of the frame of the handler that runs, where its code stands, and how deep it lies; 0 for none.

        Of a handler that calls itself it is the outermost frame.
        """
        found, place, deep = 0, ("", 0), 0
        frame: Optional[FrameType] = innermost
        for depth in range(1, _DEEPEST + 1):
            if frame is None:
                break
            code = frame.f_code
            here = code.co_filename, code.co_firstlineno
            if here in self._places:
                if found and here != place:
                    break
                found, place, deep = id(frame), here, depth
            frame = frame.f_back
        return found, place, deep

    def _add(self, run: _Run, functions: "tuple[int, ...]", now: int) -> None:
        stretches = run.stretches
        if not stretches or stretches[-1].functions != functions:
            if len(stretches) >= _MOST_WAITING:
                if run.length_ns >= LONG_STEP_NS:
                    self._tell(run)
                stretches.clear()
            stretches.append(_Stretch(functions, now))
        stretch = stretches[-1]
        stretch.seen(run.stack, now)
        if now - stretch.began_ns >= max(_FIRST_NS, 2 * stretch.told_ns):
            self._tell(run)

    def _over(self, ident: int) -> None:
        """A thread runs another handler, or none."""
        run = self._threads.pop(ident, None)  # who closes does not wait for ever for the thread that does this too
        if (
            run is not None and run.stretches and run.length_ns >= LONG_STEP_NS // 2
        ):  # it ran before the first look and behind the last one
            self._tell(run)

    def _tell(self, run: _Run) -> None:
        """Record where it stood so far, and has not been told of."""
        for stretch in run.stretches:
            length = stretch.seen_ns - stretch.began_ns
            if stretch.told_ns and length <= stretch.told_ns:
                continue
            stretch.told_ns = max(length, 1)
            stack = max(stretch.lines, key=stretch.lines.__getitem__)
            told = {"looks": stretch.looks, "handler": list(run.handler), "stack": [list(each) for each in stack]}
            at = (stretch.began_ns, 0, 0, run.lane, min(length // 1_000, _MOST_US))
            self._recorder.put(WHOLE, int(Kind.STACK), 0, 0, 0, *at, json_utf8(json_of(told)))


def _stack_of(innermost: FrameType, depth: int) -> Stack:
    """The lines of so many frames, the innermost first; of many, the first ones and the last."""
    stack: "List[Position]" = []
    frame: Optional[FrameType] = innermost
    for at in range(1, depth + 1):
        if frame is None:
            break
        if at < _TOLD or at == depth:
            code = frame.f_code
            stack.append((code.co_filename, frame.f_lineno or 0, getattr(code, "co_qualname", code.co_name)))
        frame = frame.f_back
    return tuple(stack)


def _functions_of(innermost: FrameType, depth: int) -> "tuple[int, ...]":
    """Which functions these frames are of."""
    functions: "List[int]" = []
    frame: Optional[FrameType] = innermost
    for _ in range(depth):
        if frame is None:
            break
        functions.append(id(frame.f_code))
        frame = frame.f_back
    return tuple(functions)
