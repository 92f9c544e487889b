"""The recorder: takes facts as they happen, gives whole frames to whoever reads.

What the watched program pays is one `extend` of a queue a fact; packing happens in `take`, on the reader's thread.
Beyond `Limits.max_pending` facts are dropped and counted, never waited for.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections import deque
from itertools import repeat, starmap
from typing import TYPE_CHECKING, Any, Callable, Optional
from weakref import ref as weak_ref

from buslens.context import CALL, CAUSE_UNKNOWN, outside
from buslens.failures import Failure, Frames
from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.log import LOG
from buslens.packing import VALUES_A_FACT, WHOLE, Packer
from buslens.payloads import NOT_KEPT, snapshot
from buslens.records import Flag, Kind, NameKind
from buslens.redaction import Redaction
from buslens.shapes import Shapes
from buslens.small import NOT_SMALL, SmallCopy
from buslens.texts import utf8
from buslens.watching.awaits import tell_awaits
from buslens.watching.second_look import SecondLooks
from buslens.wire import NAMES, Header, pack_frame, pack_header, pack_name, packed_names

if TYPE_CHECKING:
    from buslens.stream.spending import Spending

_DISPATCH_EMITTED = int(Kind.DISPATCH_EMITTED)
_CALL_STARTED = int(Kind.CALL_STARTED)
_CALL_ENDED = int(Kind.CALL_ENDED)
_NAMES_A_FRAME = 4096
_VALUES_AT_ONCE = 10_000
_LONGEST = 1024
"""Letters of a name or path."""

# Windows' monotonic clock ticks every 15 ms before Python 3.13.
CLOCK_NS: Callable[[], int] = time.perf_counter_ns if sys.platform == "win32" else time.monotonic_ns


class Recorder:
    """Turns what happens into frames. Thread-safe; only `take` must stay on one thread at a time."""

    spending: Optional[Spending] = None
    """What being watched costs, where that is counted."""

    is_taken = True
    """Whether facts wait here for whoever takes them."""

    def __init__(
        self,
        *,
        clock_ns: Callable[[], int] = CLOCK_NS,
        limits: Limits = DEFAULT_LIMITS,
        header: Optional[Header] = None,
        knows_threads: bool = False,
        first_id: int = 1,
        redaction: Optional[Redaction] = None,
    ) -> None:
        """knows_threads: whoever emits outside of any call, on whatever thread, has no cause: they are all our own.

        first_id: of dispatches and calls, where several recorders fill one trace. redaction: what of payloads, errors
        and notes may be told; None: everything.
        """
        self.redaction = redaction
        self.clock_ns = clock_ns
        self.limits = limits
        self.enabled = True
        """False: facts are not kept, and not counted as dropped either."""

        self.dropped = 0
        """Facts that found no room, in all."""

        self.header = header or Header.here(mono_ns=clock_ns())
        self.pending: deque[Any] = deque()
        """What waits for the reader (shapes: see packing); adapters on the hot path extend it themselves."""

        self.keep: Callable[[tuple[Any, ...]], None] = self.pending.extend
        """Keeps one fact, as packing takes it, whether or not there is room: the end of what was kept is kept."""

        self.most_values = limits.max_pending * VALUES_A_FACT
        """Beyond this length of `pending` no new dispatch is recorded."""

        self.local = threading.local()
        """Per thread: `lane`, its interned name; `outside`, the cause of what no call does; `unheard`, see adapters."""

        self._knows_threads = knows_threads

        self.next_id: Callable[[], int] = itertools.count(first_id).__next__
        self._pending_text = 0
        self._shapes = Shapes()
        self._ids: dict[tuple[Any, ...], int] = {}
        self._modules: dict[int, str] = {}
        """Of each handler that was subscribed, by the id of its name: as its module was called first."""

        self._at_end: list[tuple[weak_ref[Any], Callable[[Any], None]]] = []
        self._buses: dict[str, Any] = {}
        """The emitter of each, held weakly; None where there is none."""

        self.second_looks = SecondLooks(self.spending)
        """Which payloads are looked at again behind their handlers."""

        self.unseen: set[str] = set()
        """What the capture says already that it cannot see."""

        self._names: deque[bytes] = deque()
        self._all_names = bytearray()
        """For a capture that begins anew, in a forked child; end to end, which takes half the room of a list."""

        # Re-entrant, and ids from a counter: the garbage collector may run a program's __del__ that emits, in here too.
        self._lock = threading.RLock()
        self._next_name: Callable[[], int] = itertools.count(1).__next__
        self.on_first_fact: Optional[Callable[[], None]] = None
        """Called once, when a thread records for the first time; must not raise."""

        self._header_taken = False
        self._packer = Packer(limits, redaction)
        self._told_dropped = 0

    @classmethod
    def named(cls, process: str, redaction: Optional[Redaction] = None) -> Recorder:
        """A recorder whose capture calls the program by this name; "": by that of its script."""
        made = cls(redaction=redaction)
        if process:
            made.header = made.header._replace(process=process)
        return made

    def stop(self) -> None:
        """Keep nothing any more, and forget what waits."""
        self.enabled = False
        self.pending.clear()

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: a capture of its own, from here on. The parent's facts are the parent's."""
        self._lock = threading.RLock()
        self.pending.clear()
        self.unseen.clear()
        self.dropped = self._told_dropped = self._pending_text = 0
        self._names = deque(packed_names(self._all_names))
        extra = {**self.header.extra, "parent_pid": parent_pid}
        now = self.clock_ns()
        self.header = self.header._replace(pid=os.getpid(), wall_ns=time.time_ns(), mono_ns=now, extra=extra)
        self._header_taken = False
        self._packer = Packer(self.limits, self.redaction)
        self.local.__dict__.clear()
        self.on_first_fact = self._say_forked
        if CALL.get():
            CALL.set(CAUSE_UNKNOWN)  # it is in a call of the parent, which this capture does not know

    def _say_forked(self) -> None:
        # On a thread of its own: the program's log may wait for a lock that the emitting thread holds.
        arguments = ("buslens: process %d was forked: it records into a buffer of its own", os.getpid())
        threading.Thread(target=LOG.warning, args=arguments, name="buslens log", daemon=True).start()

    def event(self, text: str, bus: int = 0) -> int:
        """Interned id of an event on a bus; bus: its interned id, 0 for unknown."""
        return self._intern(NameKind.EVENT, text, bus=bus) if bus else self._intern(NameKind.EVENT, text)

    def bus(
        self, text: str, class_name: str = "", file: str = "", line: int = 0, made: str = "", *, of: Any = None
    ) -> int:
        """Interned id of a bus.

        class_name: with its module. file, line: where it was created or attached, which `made` says ("created",
        "attached"). of: the emitter that it is. Another one with the same text gets a number behind it.
        """
        with self._lock:
            if of is not None:
                text = self._own_text(text, of)
            self._buses.setdefault(text, None)
            return self._intern(NameKind.BUS, text, **{"class": class_name}, file=file, line=line, made=made)

    def text_of(self, kind: NameKind, ident: int) -> str:
        """What a name says; "" for none of this kind. Looks through all names."""
        return next((str(key[1]) for key, found in list(self._ids.items()) if found == ident and key[0] == kind), "")

    @property
    def names_count(self) -> int:
        """How many names there are so far."""
        return len(self._ids)

    def modules_of(self, handler_id: int, module: str) -> tuple[str, ...]:
        """The two names under which the module of this handler's code was imported; () where there is one."""
        known = self._modules.setdefault(handler_id, module)
        return (known, module) if known != module else ()

    def handler_places(self) -> set[tuple[str, int]]:
        """File and first line of the code of each handler that has a name."""
        handlers = [key for key in list(self._ids) if key[0] == NameKind.HANDLER and len(key) > 3]
        return {(file, line) for _, _, file, line, *_ in handlers if file}

    def lane(self, text: str) -> int:
        """Interned id of a thread's or task's name."""
        return self._intern(NameKind.LANE, text)

    def queue(self, text: str) -> int:
        """Interned id of a queue's or topic's name."""
        return self._intern(NameKind.QUEUE, text)

    def counter(self, text: str) -> int:
        """Interned id of a counter's name."""
        return self._intern(NameKind.COUNTER, text)

    def handler(self, text: str, file: str = "", line: int = 0, event: str = "") -> int:
        """Interned id of a handler of one event, with the place of its code where that is known."""
        return self._intern(NameKind.HANDLER, text, file=file, line=line, event=event)

    def here(self) -> int:
        """Interned id of the thread that asks."""
        try:
            found: int = self.local.lane
        except AttributeError:
            first, self.on_first_fact = self.on_first_fact, None
            if first is not None:
                first()
            self.local.outside = 0 if self._knows_threads else outside()
            found = self.local.lane = self.lane(thread_name(threading.get_ident()))
        return found

    def cause(self) -> int:
        """What an emit here and now has as its cause: a call, 0 for none, or CAUSE_UNKNOWN."""
        found = CALL.get()
        if found is not None:
            return found
        self.here()
        known: int = self.local.outside
        return known

    def dispatch(
        self,
        ident: int,
        parent_call: int,
        event_id: int,
        lane: int,
        handlers: int,
        payload: object,
        has_payload: bool = True,
        flags: int = 0,
    ) -> None:
        """An event was put on the bus, with `handlers` to be called."""
        if self.enabled:
            blob = self.snapshot(payload) if has_payload else 0
            now = self.clock_ns()
            self.put(
                WHOLE, _DISPATCH_EMITTED, 0, int(flags), event_id, now, ident, parent_call, lane, handlers, blob
            )  # fmt: skip

    def call_started(
        self, ident: int, dispatch_id: int, handler_id: int, lane: int, attempt: int = 1, flags: int = 0
    ) -> None:
        """A handler began to run for a dispatch."""
        self.put(WHOLE, _CALL_STARTED, 0, int(flags), handler_id, self.clock_ns(), ident, dispatch_id, lane, attempt, 0)

    def call_ended(
        self, ident: int, outcome: int, error: Optional[BaseException] = None, *, plain: Frames = False
    ) -> None:
        """A call ended; `error` is kept as text, so that no frame of the program stays alive. plain: no frames."""
        now = self.clock_ns()
        if self.enabled:
            blob = 0 if error is None else self.failure(error, plain)
            self.put(WHOLE, _CALL_ENDED, int(outcome), 0, 0, now, ident, 0, 0, 0, blob)

    def skipped(self, dispatch_id: int, handler_id: int, because_call: int = 0, note: str = "") -> None:
        """An announced handler will not be called: because of a call that raised, or for what the note says."""
        blob = utf8(note[: self.limits.text]) if note else 0
        self.put(WHOLE, int(Kind.SKIPPED), 0, 0, handler_id, self.clock_ns(), dispatch_id, because_call, 0, 1, blob)

    def filtered(self, dispatch_id: int, handler_id: int, note: str, count: int = 1) -> None:
        """A handler that is not for this dispatch of its event; or so many that are not named, with the id 0."""
        blob = utf8(note[: self.limits.text]) if note else 0
        self.put(WHOLE, int(Kind.FILTERED), 0, 0, handler_id, self.clock_ns(), dispatch_id, 0, 0, count, blob)

    def handler_added(self, handler_id: int, event_id: int, once: bool = False, said: bytes = b"") -> None:
        """Record that a handler was subscribed to an event; once: for one event only. said: see Kind.HANDLER_ADDED."""
        self._subscription(Kind.HANDLER_ADDED, handler_id, event_id, once, said)

    def handler_removed(self, handler_id: int, event_id: int, once: bool = False, said: bytes = b"") -> None:
        """A handler is subscribed no longer."""
        self._subscription(Kind.HANDLER_REMOVED, handler_id, event_id, once, said)

    def delivery(
        self,
        kind: Kind,
        dispatch_id: int,
        queue_id: int,
        call_id: int = 0,
        attempt: int = 0,
        lane: int = 0,
        note: str = "",
    ) -> None:
        """A step between emit and call, or of a call: Kind.ENQUEUED to DEAD_LETTERED, CONFIRMED to WORK_RETRIED."""
        blob = utf8(note[: self.limits.text]) if note else 0
        self.put(WHOLE, int(kind), 0, 0, queue_id, self.clock_ns(), dispatch_id, call_id, lane, attempt, blob)

    def mark(self, text: str, parent_call: int = 0, lacking: int = 0) -> None:
        """A note of a person, or a line that a handler logged. lacking: see Kind.MARK."""
        note = utf8(text[: self.limits.text])
        self.put(WHOLE, int(Kind.MARK), 0, 0, 0, self.clock_ns(), 0, parent_call, 0, int(lacking), note)

    def counted(self, counter_id: int, value: int, parent_call: int = 0) -> None:
        """A counter has this value from now on."""
        self.put(
            WHOLE, int(Kind.COUNTED), 0, 0, counter_id, self.clock_ns(), 0, parent_call, 0, min(value, 0xFFFFFFFF), 0
        )

    def put(self, *fact: Any) -> None:
        """Keep one fact as packing takes it (WHOLE and ten values), or count it as dropped where there is no room."""
        if not self.enabled:
            return
        if len(self.pending) >= self.most_values:
            self.dropped += 1
            return
        self.pending.extend(fact)

    def has_room(self, calls: int, is_chosen: bool = False) -> bool:
        """Whether a dispatch with so many calls can be kept; else its facts are counted as dropped.

        is_chosen: for recorders that do not record every dispatch: this one is to be recorded.
        """
        if len(self.pending) < self.most_values:
            return True
        self.dropped += 1 + 2 * calls
        return False

    def opening(self, event_id: int, handlers: list[int]) -> Any:
        """What all emits have in common that call these handlers, as packing takes it."""
        return event_id, len(handlers), handlers[0]

    def snapshot(self, payload: object) -> Any:
        """What a payload is now, as packing takes it; a mark in its place where too much waits already."""
        if self._pending_text > self.limits.max_pending_text:
            return NOT_KEPT
        try:
            small = SmallCopy(self.limits)
            plain = small.copy(payload, small.deep)
            if plain is not NOT_SMALL:
                self._pending_text += small.size()
                return plain
        except RecursionError:
            pass  # `snapshot` says that there is no room on the stack
        kept = snapshot(payload, self.limits, self._shapes)
        self._pending_text += kept.size
        return kept

    def failure(self, error: BaseException, plain: Frames = False) -> Any:
        """What an exception says now; 0 where too much waits already."""
        if self._pending_text > self.limits.max_pending_text:
            return 0
        kept = Failure(error, self.limits, plain)
        self._pending_text += 1024 + sum(len(link[2]) for link in kept.links)
        return kept

    def at_end(self, whom: Any, finish: Callable[[Any], None]) -> None:
        """Call this function of an object when the program ends, if the object still lives then."""
        # Not a WeakMethod, which is made of what a test of the program may have put something else for.
        self._at_end = [each for each in self._at_end if each[0]() is not None]
        self._at_end.append((weak_ref(whom), finish))

    def finish(self) -> None:
        """The program ends: who waits for something tells what did not come. The last `take` is next."""
        tell_awaits(self)
        waiting, self._at_end = self._at_end, []
        for ref, finish in waiting:
            whom = ref()
            if whom is not None:
                finish(whom)

    def reserve_blobs(self, count: int) -> int:
        """The first of so many ids for blobs that come from elsewhere; on the thread of `take`."""
        return self._packer.reserve(count)

    @property
    def has_more(self) -> bool:
        """Whether the last `take` has left facts for the next one."""
        return bool(self._packer.left)

    def take(self, most: int = 0) -> bytes:
        """The whole frames since the last take, b"" where nothing happened. The first one starts with the header.

        most: about so many facts, 0 for all; the next take goes on with the others.
        """
        parts: list[bytes] = []
        if not self._header_taken:
            self._header_taken = True
            parts.append(pack_header(self.header))
        # Facts first: a name is interned before the first fact that uses it is put.
        left = len(self._packer.left)
        facts = self._take_facts() if not most or left < most * VALUES_A_FACT else []
        names = [self._names.popleft() for _ in range(len(self._names))]
        parts += [
            pack_frame(NAMES, b"".join(names[start : start + _NAMES_A_FRAME]))
            for start in range(0, len(names), _NAMES_A_FRAME)
        ]
        parts.extend(self._packer.frames(facts, most))
        return b"".join(parts)

    def _take_facts(self) -> list[Any]:
        self._pending_text = 0
        facts: list[Any] = []
        left = len(self.pending)
        while left > 0:
            # Without a line of Python a value, but in pieces: meanwhile no other thread of the program runs.
            facts += starmap(self.pending.popleft, repeat((), min(left, _VALUES_AT_ONCE)))
            left -= _VALUES_AT_ONCE
        dropped = self.dropped
        while self._told_dropped < dropped:
            count = min(dropped - self._told_dropped, 0xFFFF_FFFF)
            facts += (WHOLE, int(Kind.DROPPED), 0, 0, 0, self.clock_ns(), 0, 0, 0, count, 0)
            self._told_dropped += count
        return facts

    def _subscription(self, kind: Kind, handler_id: int, event_id: int, once: bool, said: bytes) -> None:
        flags = int(Flag.ONCE) if once else 0
        self.put(WHOLE, int(kind), 0, flags, handler_id, self.clock_ns(), 0, event_id, 0, 0, said or 0)

    def _intern(self, kind: NameKind, text: str, **fields: Any) -> int:
        key = (int(kind), text, *fields.values())
        found = self._ids.get(key)
        if found is not None:
            return found
        with self._lock:
            if len(self._ids) >= self.limits.max_names:
                key, fields = (int(kind), "<more names than are kept apart>"), {}
            found = self._ids.get(key)
            if found is None:
                found = self._next_name()
                told = {name: value[:_LONGEST] if type(value) is str else value for name, value in fields.items()}
                self._tell_name(pack_name(found, int(kind), text=key[1][:_LONGEST], **told))
                self._ids[key] = found
            return found

    def _tell_name(self, packed: bytes) -> None:
        self._all_names += packed
        self._names.append(packed)

    def _own_text(self, text: str, emitter: Any) -> str:
        """The text, or one with a number, that no other emitter has."""
        for number in itertools.count(1):
            own = f"{text} #{number}" if number > 1 else text
            holder = self._buses.get(own, self)
            if holder is self or (holder is not None and holder() is emitter):
                break
        try:
            self._buses[own] = weak_ref(emitter)
        except TypeError:  # it has none: whoever has the same text comes after it
            self._buses[own] = None
        return own


def thread_name(ident: int) -> str:
    """What a thread is called that runs."""
    # threading.current_thread() would register a dummy for a foreign thread: visible to the program.
    known = getattr(threading, "_active", {}).get(ident)
    return str(known.name) if known is not None else f"thread {ident}"
