"""A recorder whose facts go into a stream at once: nothing waits for a reader, and nothing is left to do afterwards."""

from __future__ import annotations

import itertools
import mmap
import os
import threading
from functools import partial
from operator import attrgetter
from typing import Any, Callable, Optional, Tuple, Union

from buslens.context import CALL, CAUSE_UNKNOWN, is_outside
from buslens.exiting import EXITS
from buslens.forking import FORKS
from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.log import LOG
from buslens.packing import ENDED, STARTED, WHOLE, blob_of
from buslens.recorder import Recorder
from buslens.records import BlobKind, Kind
from buslens.redaction import OFF, Redaction
from buslens.stream import layout
from buslens.stream.cost import MeasuredFacts
from buslens.stream.forms import PayloadForms
from buslens.stream.layout import BLOB, NAME, PACK_RECORD
from buslens.stream.openings import MOST_HANDLERS, StreamOpening, opening_record
from buslens.stream.quick import PlainJson, QuickJson
from buslens.stream.space import StreamLimits
from buslens.stream.spending import Spending
from buslens.stream.stream import Stream
from buslens.wire import NAME_ENTRY

_EMITTED, _CALL_STARTED, _CALL_ENDED = int(Kind.DISPATCH_EMITTED), int(Kind.CALL_STARTED), int(Kind.CALL_ENDED)
_BEGAN, _OVER = (_CALL_STARTED,), (_CALL_ENDED,)
_JSON = int(BlobKind.PAYLOAD_JSON)
_PAYLOADS = 0
"""In place of a kind: payloads, errors and notes that were dropped without their facts."""

Folder = Union[str, "os.PathLike[str]"]

Place = Tuple[Callable[[], int], mmap.mmap, "memoryview[int]", Callable[[bytes], Any], int, int]
"""What claims a slot, its chunk, that chunk as numbers of 8 bytes (the first one of a slot is the end of its call),
what appends a record (ValueError: its chunk is full), the thread's lane, and the cause of what it does outside of any
call."""


class StreamRecorder(Recorder):
    """Records into files of this process; a forked child gets files of its own, beside those of its parent."""

    is_taken = False
    redaction: Redaction
    spending: Spending

    def __init__(
        self,
        folder: Folder,
        name: str = "",
        *,
        limits: Limits = DEFAULT_LIMITS,
        space: Optional[StreamLimits] = None,
        redaction: Optional[Redaction] = None,
        budget: float = 0.0,
    ) -> None:
        """See `into`."""
        self.spending = Spending(budget, partial(self._drop, _EMITTED), self.mark)
        """What being watched costs, and what the budget leaves out."""

        super().__init__(limits=limits, redaction=redaction or Redaction())
        self._quick_json = QuickJson(self.redaction, limits).of
        self.forms = PayloadForms(
            self.redaction, limits, lambda record: self._stream is not None and self._stream.define(record)
        )
        self.folder = os.path.abspath(os.fsdecode(folder))
        self.next_id: Callable[[], int] = itertools.count(2, 2).__next__
        """Even ids: the dispatch of a call that begins at once has the odd one before it."""

        self.keep = self._keep
        self.paths: "dict[Any, Any]" = {}
        """What adapters have made once for all objects that record here, by keys of theirs."""

        self._space = space or StreamLimits()
        self._openings: "dict[tuple[int, tuple[int, ...]], int]" = {}
        self._next_opening = itertools.count(1).__next__
        extra = {**self.header.extra, "start_ticks": start_ticks(), "budget": budget}
        self.header = self.header._replace(process=name or self.header.process, extra=extra)
        self._stream: Optional[Stream] = None
        """None in a forked child that has not recorded anything yet."""

        self._open()
        FORKS.tell(self)
        EXITS.tell(self)

    @classmethod
    def into(
        cls,
        folder: Folder,
        name: str = "",
        *,
        limits: Limits = DEFAULT_LIMITS,
        space: Optional[StreamLimits] = None,
        redaction: Optional[Redaction] = None,
        budget: float = 0.0,
    ) -> "StreamRecorder":
        """A recorder for `buslens.attach(..., recorder=...)`, whose facts go into a folder of its own in `folder`.

        folder: of all processes of one session; it is made, for this user alone, where it is not there. name: what the
        process is called; "": by its script. space: how much disk it may take. redaction: what of payloads, errors and
        notes is written; by default everything but secrets. budget: the share of the program's processor time that
        being watched may cost, between 0 and 1: beyond it payloads are left out, and then dispatches; 0: any.

        Raises OSError where the files cannot be made, ValueError for a budget that is no share.
        """
        return cls(folder, name, limits=limits, space=space, redaction=redaction, budget=budget)

    def _switch(self, on: bool) -> None:
        self.spending.is_on = on
        self.spending.tune()

    enabled = property(attrgetter("spending.is_on"), _switch, doc="False: nothing is kept.")

    @property
    def path(self) -> str:
        """The folder of this process's stream; "" in a forked child that has not recorded anything yet."""
        return self._stream.path if self._stream is not None else ""

    def end_of_program(self) -> None:
        """Tell what will never come, and that the program has ended in order."""
        self.finish()
        if self._stream is not None:
            self.spending.close(self._stream)
            self._stream.close()

    end_now = end_of_program

    def close(self) -> None:
        """Record nothing any more, and say that it ended in order. Safe to call twice."""
        EXITS.forget(self)
        if self.enabled:
            self.end_of_program()
            self.stop()

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: a stream of its own, from its first fact on."""
        parent, self._stream = self._stream, None
        super().after_fork(parent_pid)
        self.spending.begin_anew()
        extra = {**self.header.extra, "start_ticks": start_ticks()}
        if parent is not None:
            parent.leave()
            extra["parent_stream"] = parent.name
        self.header = self.header._replace(extra=extra)
        self.on_first_fact = self._open_in_child

    def place(self) -> "Optional[Place]":
        """Where this thread packs; kept in `local.place`. None where there is no room."""
        lane = self.here()
        stream = self._stream
        if stream is None or not stream.has_room():
            return None
        outside = CAUSE_UNKNOWN if self.spending.has_left_out else self.local.outside
        self.local.place = place = (*stream.slots, stream.append, lane, outside)
        return place

    def cause(self) -> int:
        """What an emit here and now has as its cause."""
        return super().cause() or (CAUSE_UNKNOWN if self.spending.has_left_out else 0)

    def chosen(self) -> None:
        """This dispatch is recorded, of several."""
        if self._stream is not None and (self.spending.one_in > 1 or self.spending.has_pauses):
            self.spending.chosen(self._stream)
            place = getattr(self.local, "place", None)
            if place is not None and place[-1] != CAUSE_UNKNOWN:
                self.local.place = None

    def put(self, *fact: Any) -> None:
        """Keep one fact as packing takes it, or count it as dropped where there is no room."""
        if self.enabled:
            self._keep(fact)

    def has_room(self, calls: int, is_chosen: bool = False) -> bool:
        """Whether a dispatch with so many calls can be kept; else its facts are counted as dropped.

        is_chosen: whether it is left out was asked already.
        """
        spending = self.spending
        if not (spending.is_hot or is_chosen):
            if is_outside(CALL.get()):
                if spending.leaves_out():
                    return False
                self.chosen()
            spending.measure_facts()
        if self._stream is None or self._stream.has_room():
            return True
        self._drop(_EMITTED, 1)
        self._drop(_CALL_STARTED, calls)
        self._drop(_CALL_ENDED, calls)
        return False

    def opening(self, event_id: int, handlers: "list[int]") -> Optional[StreamOpening]:
        """What emits that call these handlers have in common; None where there is too much of it."""
        if len(handlers) > MOST_HANDLERS:
            return None
        key = event_id, tuple(handlers)
        found = self._openings.get(key)
        if found is None:
            if len(self._openings) >= self.limits.max_names:
                return None
            ident = self._next_opening()
            if self._stream is not None and not self._stream.define(opening_record(ident, *key)):
                return None
            found = self._openings[key] = ident
        return StreamOpening(found, len(handlers))

    def keep_payload(self, call: int, payload: Any) -> int:
        """What the emit that calls this at once carries: the blob of its slot, 0 where there is none or no room."""
        redaction = self.redaction
        if self.spending.step:
            self._drop(_PAYLOADS, redaction.payloads != OFF)
            return 0
        body = self._quick_json(payload)
        if body is not None:
            record = PACK_RECORD(call, _JSON, 0, BLOB, len(body)) + body
        elif redaction.payloads == OFF:
            return 0
        else:
            self._pending_text = 0  # nothing waits
            blob_kind, careful, cut = blob_of(super().snapshot(payload), _EMITTED, self.limits, redaction)
            record = PACK_RECORD(call, blob_kind, cut, BLOB, len(careful)) + careful
        if self._stream is not None and self._stream.write(record):
            return call
        self._drop(_PAYLOADS, 1)
        return 0

    def snapshot(self, payload: object) -> Any:
        """What a payload is now; 0 where the budget leaves it out."""
        if self.spending.step:
            self._drop(_PAYLOADS, self.redaction.payloads != OFF)
            return 0
        plain = self._quick_json(payload)
        if plain is not None:
            return PlainJson(plain)
        self._pending_text = 0
        return super().snapshot(payload)

    def failure(self, error: BaseException, plain: Any = False) -> Any:
        """What an exception says now."""
        self._pending_text = 0
        return super().failure(error, plain)

    def take(self, most: int = 0) -> bytes:
        """Nothing waits to be taken: it is in the stream."""
        return b""

    def _keep(self, fact: "tuple[Any, ...]") -> None:
        meter = self.spending.meter
        if meter.is_measuring:
            facts: Optional[MeasuredFacts] = getattr(meter.here, "facts", None)
            if facts is not None:
                facts.keep(fact, self._put)
                return
        self._put(fact)

    def _put(self, fact: "tuple[Any, ...]") -> None:
        stream = self._stream
        if stream is None:
            self.pending.append(fact)
            return
        if self._names:
            self._tell_names()
        shape = fact[0]
        kinds: "tuple[int, ...]"
        values: "tuple[int, ...]"
        if shape == STARTED:
            _, handler, now, call, dispatch, lane = fact
            values = (now, call, dispatch, lane, layout.STARTED | handler << 32)
            pack, kinds = layout.PACK_STARTED, _BEGAN
        elif shape == ENDED:
            pack, values, kinds = layout.PACK_ENDED, (fact[2], fact[1], layout.ENDED), _OVER
        elif shape == WHOLE:
            _, kind, outcome, flags, name, now, ident, parent, lane, count, blob = fact
            if blob.__class__ is not int:
                blob = self._keep_blob(stream, blob, kind)
            values = (now, ident, parent, blob, lane, count, kind, outcome, flags, name, layout.WHOLE)
            pack, kinds = layout.PACK_WHOLE, (kind,)
        else:
            _, ended, now, handler, call, dispatch, lane = fact
            values = (now, call, dispatch, ended, lane, layout.NEXT | handler << 32)
            pack, kinds = layout.PACK_OPENED, _OVER + _BEGAN
        claim, facts, _ = stream.slots
        try:
            slot = claim()
        except StopIteration:
            if not stream.keep(pack, *values):
                for kind in kinds:
                    self._drop(kind, 1)
        else:
            pack(facts, slot, *values)

    def _keep_blob(self, stream: Stream, value: Any, kind: int) -> int:
        if kind == _EMITTED and self.redaction.payloads == OFF:
            return 0
        ident = self.next_id()
        blob_kind, cut = _JSON, False
        body: bytes = value
        if type(value) is not PlainJson:
            blob_kind, body, cut = blob_of(value, kind, self.limits, self.redaction)
        if stream.write(PACK_RECORD(ident, blob_kind, cut, BLOB, len(body)) + body):
            return ident
        self._drop(_PAYLOADS, 1)
        return 0

    def _tell_name(self, packed: bytes) -> None:
        super()._tell_name(packed)
        self._tell_names()

    def _tell_names(self) -> None:
        """Write the names that wait: all there are in a forked child, and those that found no room before."""
        stream = self._stream
        while stream is not None and self._names:
            try:
                packed = self._names.popleft()
            except IndexError:  # another thread was quicker
                return
            ident, kind, _, _, length = NAME_ENTRY.unpack_from(packed)
            if not stream.define(PACK_RECORD(ident, kind, 0, NAME, length) + packed[NAME_ENTRY.size :]):
                self._names.appendleft(packed)
                return

    def _drop(self, kind: int, count: int) -> None:
        if kind != _PAYLOADS:
            self.dropped += count
        if self._stream is not None:
            self._stream.drop(kind, count)

    def _open(self) -> None:
        stream = Stream(self.folder, self.header, self._space)
        stream.on_block = partial(self.spending.look, stream)
        for key, ident in list(self._openings.items()):
            stream.define(opening_record(ident, *key))
        self._stream = stream
        self.forms.tell_all()
        self._tell_names()
        while self.pending:
            self._keep(self.pending.popleft())

    def _open_in_child(self) -> None:
        try:
            self._open()
        except OSError as error:
            self.stop()
            # On a thread of its own: the program's log may wait for a lock that the emitting thread holds.
            arguments = ("buslens: the forked process %d cannot record: %s", os.getpid(), error)
            threading.Thread(target=LOG.error, args=arguments, name="buslens log", daemon=True).start()


def keep_payloads(recorder: StreamRecorder, payloads: str) -> None:
    """From now on redaction.FULL, KEYS or OFF; forms that a watch has prepared it must forget (`Watch.forget`)."""
    recorder.redaction = recorder.redaction.with_payloads(payloads)
    recorder._quick_json = QuickJson(recorder.redaction, recorder.limits).of
    recorder.forms.use(recorder.redaction, recorder.limits)


def start_ticks(pid: "Union[int, str]" = "self") -> int:
    """When a process began, in ticks since the machine did: with its number nobody else's. 0 where it is unknown."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
