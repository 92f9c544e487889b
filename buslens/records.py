"""What a fact is: one fixed-size little-endian record per thing that happened on a bus.

The same 48 bytes travel on a wire and lie in a capture file (docs/capture-format.md), so that a reader
decodes millions of them with one `numpy.frombuffer`.
"""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag

FACT = struct.Struct("<BBHIqQQIIQ")
"""kind, outcome, flags, name, time_ns, id, parent, lane, count, blob (see FACT_FIELDS)."""

FACT_FIELDS = (
    ("kind", "<u1"),
    ("outcome", "<u1"),
    ("flags", "<u2"),
    ("name", "<u4"),
    ("time_ns", "<i8"),
    ("id", "<u8"),
    ("parent", "<u8"),
    ("lane", "<u4"),
    ("count", "<u4"),
    ("blob", "<u8"),
)
"""Name and NumPy type of each field, in order; `numpy.dtype(list(FACT_FIELDS))` reads a FACTS frame.

name: interned name (event, handler or queue), 0 = none. That of an event also says its bus.
time_ns: nanoseconds on the producer's monotonic clock, or virtual nanoseconds.
id, parent: what the fact is about and what caused it; their meaning depends on the kind (see Kind). 0 = none.
lane: interned name of the thread or task that it happened on, 0 = unknown.
count: handlers, attempt or number of dropped records; depends on the kind.
blob: id of a payload, error or note in a BLOBS frame, 0 = none.
"""


class Kind(IntEnum):
    """What a fact says. The numbers are part of the capture format and never change."""

    DISPATCH_EMITTED = 1
    """id: dispatch; parent: call that emitted it, 0 for a root, context.CAUSE_UNKNOWN where nobody knows;
    name: event; count: handlers; blob: payload.

    flags may hold DURABLE.
    """

    CALL_STARTED = 2
    """id: call; parent: dispatch; name: handler; count: attempt, from 1."""

    CALL_ENDED = 3
    """id: call; outcome; blob: error where it failed."""

    HANDLER_ADDED = 4
    """name: handler; parent: interned name of the event; flags may hold ONCE; blob: a note, JSON of what else is known:
    `file` and `line` where it was subscribed, `weak` (held by others alone), `only` (for what of the event)."""

    HANDLER_REMOVED = 5
    """As HANDLER_ADDED; its note may say `why`, where nobody has asked for it: a handler that was freed."""

    ENQUEUED = 6
    """id: dispatch; name: queue. Also for 7 to 11; parent: call where there is one; count: attempt.

    Also for 15 and 16; blob: a note, such as the place that the broker gave it, or a reason.
    """

    DELIVERED = 7
    """Handed to the consumer for the first time; the call may have to wait there. The note may be as CONFIRMED's."""

    ACKNOWLEDGED = 8
    REJECTED = 9
    """A call that had begun is not acknowledged: it failed, or its consumer died. 10 or 11 follows."""

    REDELIVERED = 10
    """In place of DELIVERED from the second attempt on."""

    DEAD_LETTERED = 11

    DROPPED = 12
    """count: facts that the producer could not keep since the last such record."""

    MARK = 13
    """blob: a note or a line that a handler logged; parent: the call that wrote it, 0 for a person's.

    count: what is not recorded from here on, at a person's wish (see Lacking), which the note says.
    """

    SKIPPED = 14
    """An announced handler that will never be called for a dispatch.

    id: dispatch; name: handler; parent: the call because of which it is skipped (it raised), 0 for none or unknown;
    count: 1; blob: a note that says why where no call does. Older captures: name 0, count: how many handlers.
    """

    CONFIRMED = 15
    """id: dispatch; the broker says that it has it, and keeps it from here on.

    blob: a note, JSON: `place`, and `headers` that say which message it is, such as `message-id` and `traceparent`.
    """

    DISCARDED = 16
    """id: dispatch; blob: why. It is lost: the broker did not take it, or gave it up."""

    WORK_SENT = 17
    """A call was handed to workers. parent: call; id: its dispatch, or 0; name: the workers; count: attempt.

    Also for 18 to 22; blob: a note, such as the worker's name and host, or a reason.
    """

    WORK_RECEIVED = 18
    """A worker has it, and may have to finish others first."""

    WORK_STARTED = 19
    WORK_SUCCEEDED = 20
    WORK_FAILED = 21
    WORK_RETRIED = 22
    """It failed, and is handed to the workers again."""

    COUNTED = 23
    """A step of a scenario has counted. name: counter; count: its value since then; parent: the call, 0 for none."""

    FILTERED = 24
    """A handler that is subscribed to the event, and not for this dispatch of it: it was not announced.

    id: dispatch; name: handler, 0 where `count` of them are not named; blob: a note that says why, such as its sender.
    """

    SENT = 25
    """id: dispatch; name: where to; it went to a broker that was not asked to confirm it. blob: as CONFIRMED's."""

    INTERVENED = 26
    """A person did something to a delivery of this run.

    id: dispatch; name: handler that it is for; parent: call that it was to become, 0 for none; count: see Did; blob: a
    note that says so in words. It is a mark as well.
    """

    LONG_STEP = 27
    """A coroutine ran for so long before it awaited anything, or ended (see limits.LONG_STEP_NS).

    time_ns: when the step began; parent: call; count: microseconds that it took; blob: a note in words, with the line
    at which it awaited then. It is a mark as well.
    """

    PAYLOAD_CHANGED = 28
    """While a handler ran, what its dispatch carries changed, and other handlers of it receive the same object.

    id: dispatch; parent: call of the handler; count: handlers that have not ended beside it; blob: a note, JSON: `path`
    in the payload, `how` ("changed", "removed", "added"), what it `was` and is `now`, and `looked`: dispatches of the
    same handlers that were looked at again until then. Not all are: see watching.second_look.
    """

    FAULT = 29
    """A scenario let something go wrong on purpose.

    id: dispatch that it is about, 0 for none; parent: the call that it hit, or that emitted what it hit, 0 for none;
    name: interned name of the event, 0 where it hit a handler; count: see Fault; blob: a note that says so in words. It
    is a mark as well.
    """

    STACK = 30
    """Where a thread stood while a handler ran on it, as far as a look now and then tells (see watching.stacks).

    time_ns: of the first look; lane: the thread; count: microseconds to the last look; blob: a note, JSON: `looks`, how
    many; `handler`, file and first line of its code; `stack`, file, line and function of each frame, innermost first.
    """

    AWAITS = 31
    """Where the coroutine of a call waits that has not ended: told when the program ends, and now and then before.

    parent: call; blob: a note in words, with the innermost line of the program and what that awaits.
    """

    DECIDED = 32
    """What a scenario says of its services and events has decided what becomes of a call, or who waits.

    parent: the call that it is about; id: another call, in which it was decided, 0 for none; name: the service, 0 for
    none; count: see Decided; blob: a note that says so in words. It is a mark as well.
    """


class Decided(IntEnum):
    """What was decided (DECIDED). The numbers are part of the capture format."""

    BLOCKED = 1
    """The queue of a service is full: whoever emitted what the call is for waits until the queue has taken it."""

    DROPPED = 2
    """The call was the oldest in a full queue, and is given up for a newer one."""

    REFUSED = 3
    """The queue is full: the call fails."""

    EXPIRED = 4
    """The call would begin later than its event lives, and does not."""

    REPLAYED = 5
    """The call is for the last event of its name, because its handler was subscribed after that."""

    UNDONE = 6
    """A step of a call that has failed was done before, and is undone now."""

    NOT_UNDONE = 7
    """What was to undo it has failed itself."""

    STANDS_STILL = 8
    """Of no call, but of the run: nothing can happen any more, though not all is over. What is open stays so."""

    GOES_ON = 9
    """Something has come from outside after that."""

    ANSWERED = 10
    """The reply has come that the call waits for; it was brought by the call that `id` names."""

    LATE_REPLY = 11
    """So it has, and the call waits no more."""


class Fault(IntEnum):
    """What a scenario let go wrong (FAULT). The numbers are part of the capture format."""

    FAIL = 1
    """A call raised before its first step."""

    HANG = 2
    """A call waits for ever before its first step."""

    SLOW = 3
    """A call takes so much longer, which the note says."""

    DROP = 4
    """An event was lost on its way to the bus: its dispatch is DISCARDED."""

    DUPLICATE = 5
    """An event comes to the bus more often than it was emitted."""

    DELAY = 6
    """An event comes to the bus later."""

    REORDER = 7
    """An event comes to the bus behind the next one of its name."""

    CORRUPT = 8
    """A value of a payload is another one when it comes to the bus; the note says which."""

    CRASH = 9
    """Handlers that are one service crashed."""

    ABSENT = 10
    """Handlers are not subscribed from here on."""

    BACK = 11
    """Handlers are subscribed again after one of the last two."""

    BROKER = 12
    """What carries the events went wrong; the note says how."""

    BROKER_BACK = 13
    """It is well again."""

    CLOCK = 14
    """A machine whose clock is wrong took what was alive for expired, or what had expired for alive."""


class Did(IntEnum):
    """What a person did to a delivery (INTERVENED). The numbers are part of the capture format."""

    HELD = 1
    """It came to a breakpoint, and waits for what a person does next."""

    RELEASED = 2
    """It goes on."""

    EDITED = 3
    """It goes on with another payload, which the note says."""

    DROPPED = 4
    """Its handler will not be called for it."""

    DUPLICATED = 5
    """There is one more of it from now on, which is held too."""

    POSTPONED = 6
    """It goes on by itself after the time that the note says."""

    COPY_DROPPED = 7
    """A duplicate will not become a call."""

    REDELIVERED = 8
    """Its handler is called for it once more, though no breakpoint holds it; the note says with which payload."""


class Outcome(IntEnum):
    """How a call or a dispatch ended. The numbers are part of the capture format."""

    RUNNING = 0
    """Started, not ended. Of a dispatch: at least one call has not ended, or not started."""

    OK = 1
    FAILED = 2
    CANCELLED = 3
    TIMED_OUT = 4
    LOST = 5
    """Of a dispatch only: nobody listened and nothing kept it."""

    KEPT = 6
    """Of a dispatch only: nobody has listened yet, and a queue or log keeps it for whoever will."""

    NEVER_RAN = 7
    """Of a call: the handler was called, but its body never ran: nobody awaited what it gave, or its task never began.

    Of a dispatch: none of its calls failed, and a handler never ran or was never called.
    """


class Flag(IntFlag):
    """Details of a fact, as bits that can be set together. The numbers are part of the capture format."""

    ONCE = 1
    """The handler was registered with `once`."""

    UNTIMED = 2
    """Start and end are those of the future: the call ran where no probe could time it (process pool)."""

    ASYNC = 4
    """The call is a coroutine: it may overlap others on its thread."""

    DURABLE = 8
    """Of a dispatch: a broker will say what became of it (CONFIRMED, ENQUEUED, DISCARDED)."""

    FOREIGN = 16
    """Of a dispatch: somebody else has put the event on the broker; this is when it was first seen."""


class Lacking(IntFlag):
    """What a mark says is lacking. The numbers are part of the capture format."""

    DISPATCHES = 1
    """Those of some buses, as a person has asked."""

    PAYLOADS = 2
    """Or their values, as a person has asked."""

    BEFORE = 4
    """What the program did first: it was removed while it was watched."""


class NameKind(IntEnum):
    """What an interned name names."""

    EVENT = 1
    HANDLER = 2
    LANE = 3
    QUEUE = 4
    BUS = 5
    """One emitter or broker connection. The name of an event says on which bus: it stands for the pair of both."""

    COUNTER = 6
    """Something that handlers count."""


class BlobKind(IntEnum):
    """How the bytes of a blob are to be read."""

    PAYLOAD_JSON = 1
    """UTF-8 JSON: the payload itself."""

    PAYLOAD_REPR = 2
    """UTF-8 text that stands for what holds no data, such as a function; or bytes."""

    ERROR = 3
    """UTF-8 JSON: {"type", "message", "traceback"}, all text."""

    NOTE = 4
    """UTF-8 text."""
