"""Sends spans while they come: a queue of bounded length, and a thread of its own that makes and posts batches.

Whoever has spans never waits unless it wants to: what has no room, and what is not taken, is counted by its reason.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, TracesData

from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.otlp.posting import NotTakenError, OtlpConnection, TryAgainError
from bus.wording import several

MOST_WAITING = 200_000
"""Spans that wait; a row of one takes some hundred bytes."""

BATCH = 512
"""Spans of a request, the usual number of OpenTelemetry's own kits."""

_MOST_BODY = 4 * 1024 * 1024
"""Bytes of a request before compression; a collector takes 20 MiB."""

_LINGER_S = 0.5
"""How long a batch that is not full waits for more."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
"""Before a request is tried again: twice as long each time."""

PATIENCE_S = 5.0
"""In the end: how long nothing may be taken until what is left is given up."""

NO_ROOM = "they came faster than they could be sent"

MakeSpans = Callable[[], TracesData]
"""Makes spans when it is their turn; called on the sender's thread."""


@dataclass(frozen=True, slots=True)
class SendingReport:
    """What became of the spans."""

    sent: int
    lost: dict[str, int]
    """How many were not sent, by reason."""

    receiver: str

    def __str__(self) -> str:
        lost = sum(self.lost.values())
        if not lost:
            return f"{several(self.sent, 'span')} {'was' if self.sent == 1 else 'were'} sent to {self.receiver}"
        whys = "; ".join(why if len(self.lost) == 1 else f"{_digits(many)}: {why}" for why, many in self.lost.items())
        return f"{_digits(lost)} of {several(self.sent + lost, 'span')} were not sent to {self.receiver}: {whys}"


class OtlpSender:
    """Sends to one receiver from `start` to `finish`. Any thread may put, and ask how it goes."""

    def __init__(
        self, endpoint: OtlpEndpoint, *, most_waiting: int = MOST_WAITING, linger_s: float = _LINGER_S
    ) -> None:
        """Raises UserError where the receiver's certificates cannot be read."""
        self._endpoint = endpoint
        self._most_waiting = most_waiting
        self._linger_s = linger_s
        self._connection = OtlpConnection(endpoint)
        self._changed = threading.Condition()
        self._queue: deque[tuple[MakeSpans, int]] = deque()
        self._waiting = 0
        """Spans in the queue and in the batch that is being sent."""

        self._sent = 0
        self._lost: Counter[str] = Counter()
        self._trouble = ""
        self._good_at = time.monotonic()
        """When a request was taken last, or the end was asked for."""

        self._ends_at: float | None = None
        """The end was asked for: how long nothing may be taken until the rest is given up."""

        self._thread = threading.Thread(target=self._work, name="buslens-otlp", daemon=True)

    def start(self) -> None:
        """Begin to send what is put."""
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why nothing is taken just now, as a sentence; empty while all is well."""
        return f"{self._endpoint} takes no spans: {self._trouble}" if self._trouble else ""

    @property
    def silent_s(self) -> float:
        """For how long nothing was taken."""
        return time.monotonic() - self._good_at

    def has_room(self, count: int) -> bool:
        """Whether so many spans may be put."""
        return self._waiting + count <= self._most_waiting or not self._waiting

    def put(self, make: MakeSpans, count: int) -> None:
        """Send so many spans, at most BATCH of them; counted as lost where there is no room. Never waits."""
        with self._changed:
            if not self.has_room(count):
                self._lost[NO_ROOM] += count
                return
            self._queue.append((make, count))
            self._waiting += count
            self._changed.notify_all()

    def lose(self, count: int, why: str) -> None:
        """Count spans that were never put."""
        with self._changed:
            self._lost[why] += count

    def wait_for_room(self, count: int, timeout_s: float) -> bool:
        """Wait at most so long; whether there is room now."""
        with self._changed:
            return self._changed.wait_for(lambda: self.has_room(count), timeout_s)

    def finish(self, patience_s: float = PATIENCE_S, goes_on: Callable[[], bool] | None = None) -> SendingReport:
        """Send what waits, and wait for it; what is left when nothing was taken for so long is given up.

        goes_on: asked now and then; False gives it up at once.
        """
        with self._changed:
            self._ends_at = patience_s
            self._good_at = time.monotonic()
            self._changed.notify_all()
        # A request that hangs is not waited for: its thread ends with the program.
        while self._thread.is_alive() and self.silent_s <= patience_s and (goes_on is None or goes_on()):
            self._thread.join(0.05)
        with self._changed:
            if self._waiting:
                self._lost[self._trouble or "it does not answer"] += self._waiting
                self._waiting = 0
            self._queue.clear()
            return SendingReport(self._sent, dict(self._lost), str(self._endpoint))

    def _work(self) -> None:
        with closing(self._connection):
            self._send_all()

    def _send_all(self) -> None:
        """Until the end is asked for and nothing waits, or what waits is given up."""
        while batch := self._next():
            makes, count = batch
            message = TracesData()
            try:
                for make in makes:
                    message.MergeFrom(make())
            except Exception as error:  # of one batch; the others are good
                self._settle(0, count, f"they could not be made ({type(error).__name__})")
                continue
            for part, spans in _parts(message):
                if not self._deliver(part, spans):
                    return

    def _next(self) -> tuple[list[MakeSpans], int] | None:
        """The next batch, when it is full or has waited long enough; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._queue) or self._ends_at is not None)
            self._changed.wait_for(lambda: self._waiting >= BATCH or self._ends_at is not None, self._linger_s)
            makes: list[MakeSpans] = []
            spans = 0
            while self._queue and (not makes or spans + self._queue[0][1] <= BATCH):
                make, count = self._queue.popleft()
                makes.append(make)
                spans += count
            return (makes, spans) if makes else None

    def _deliver(self, part: TracesData, spans: int) -> bool:
        """Post until it is taken, or never will be. Whether to go on with the next."""
        body, pause_s = part.SerializeToString(), _FIRST_PAUSE_S
        while True:
            try:
                taken = self._connection.post(body)
            except NotTakenError as error:
                self._settle(0, spans, str(error))
                return True
            except TryAgainError as error:
                self._trouble = str(error)
                wait_s = error.pause_s or pause_s * random.uniform(0.8, 1.2)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                if not self._rest(wait_s):
                    return False
            else:
                refused = min(taken.refused, spans)
                self._settle(spans - refused, refused, taken.why or "it did not want them")
                return True

    def _settle(self, sent: int, lost: int, why: str) -> None:
        """Some spans wait no more."""
        with self._changed:
            if not self._waiting:  # given up meanwhile, and counted so
                return
            self._waiting -= sent + lost
            self._sent += sent
            if lost:
                self._lost[why] += lost
            self._trouble, self._good_at = "", time.monotonic()
            self._changed.notify_all()

    def _rest(self, seconds: float) -> bool:
        """A pause between two tries; whether to try again. When the end is asked for it is over at once."""
        with self._changed:
            if self._ends_at is None:
                self._changed.wait_for(lambda: self._ends_at is not None, seconds)
                return True
            left = self._ends_at - self.silent_s
            self._changed.wait_for(lambda: not self._waiting, min(seconds, left))
            return self.silent_s < self._ends_at


def _digits(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _parts(message: TracesData) -> Iterator[tuple[TracesData, int]]:
    """A message as it is, or as several where it is too large for one request; with the number of its spans."""
    found = [
        (of_resource, of_scope, span)
        for of_resource in message.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]
    if len(found) <= 1 or message.ByteSize() <= _MOST_BODY:
        yield message, len(found)
        return
    middle = len(found) // 2
    for half in (found[:middle], found[middle:]):
        part = TracesData()
        for of_resource, of_scope, span in half:
            scoped = ScopeSpans(scope=of_scope.scope, spans=[span], schema_url=of_scope.schema_url)
            part.resource_spans.append(ResourceSpans(resource=of_resource.resource, scope_spans=[scoped]))
        yield from _parts(part)
