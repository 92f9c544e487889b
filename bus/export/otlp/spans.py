"""One span for each dispatch and each call, by OpenTelemetry's conventions for messaging.

A root dispatch begins a trace. A dispatch is a PRODUCER span, `send EVENT`, below the call that emitted it; a call is a
CONSUMER span, `process EVENT`, below its dispatch and linked to it, as several handlers may be to one. `send` and
`process` are the conventions' words: which method the program called is not in a capture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status, TracesData

from bus.export.otlp.attributes import cut, lines, number, real, text, yes
from bus.export.otlp.identity import CaptureIdentity, system_of
from bus.export.otlp.rows import CallValues, DispatchValues, Mark, SpanRows
from bus.export.words import outcome, visible
from bus.trace import joining
from bus.trace.blobs import Blobs
from bus.trace.names import Names
from buslens.adapters import ADAPTERS
from buslens.records import Outcome
from buslens.wire import Header

CONVENTIONS = "https://opentelemetry.io/schemas/1.45.0"

MOST_EVENTS = 128
"""Of one span, the default of OpenTelemetry's own kits; what is more is counted in the span."""

Word = TypeVar("Word", int, str)

FAILED = (Outcome.FAILED, Outcome.TIMED_OUT)

_MOST_NAME = 200
"""Letters of a span's name."""

_SMALL = 100


class SpanMaker:
    """Makes the spans of one capture from rows of it; on any thread, while its names and blobs grow."""

    def __init__(self, header: Header, names: Names, blobs: Blobs, *, payloads: bool = False) -> None:
        """payloads: whether spans have what the events carried."""
        self._header = header
        self._names = names
        self._blobs = blobs
        self._payloads = payloads
        self._identity = CaptureIdentity(header)
        self._system = system_of(header, frozenset(adapter.library for adapter in ADAPTERS))
        self._of_event: dict[tuple[int, str], list[KeyValue]] = {}
        self._of_handler: dict[int, list[KeyValue]] = {}
        self._words: dict[tuple[str, int | str], KeyValue] = {}
        """Attributes of few values, which take longer to make than to copy."""

    def data(self, rows: SpanRows, now_ns: int, *more: KeyValue) -> TracesData:
        """The spans of these rows.

        now_ns: where what still runs has come to, on the capture's clock. more: what else is known of the process.
        """
        scope = InstrumentationScope(name="buslens", version=_version())
        spans = [*self._dispatches(rows), *self._calls(rows, now_ns)]
        scoped = ScopeSpans(scope=scope, spans=spans, schema_url=CONVENTIONS)
        return TracesData(resource_spans=[ResourceSpans(resource=self._resource(more), scope_spans=[scoped])])

    def _resource(self, more: tuple[KeyValue, ...]) -> Resource:
        header, extra = self._header, self._header.extra
        known = [
            text("service.name", str(extra.get("scenario") or header.process or "unknown_service")),
            text("service.instance.id", self._identity.instance),
            *([] if header.is_simulated else [number("process.pid", header.pid), text("host.name", header.host)]),
            # A run in simulated time has wall-clock times of a clock that jumps.
            text("buslens.clock", header.clock),
        ]
        known += [text(f"buslens.{key}", str(extra[key])) for key in ("engine", "seed") if extra.get(key) is not None]
        return Resource(attributes=[*known, *more])

    def _dispatches(self, rows: SpanRows) -> Iterator[Span]:
        identity = self._identity
        for each in rows.each_dispatch():
            yield Span(
                trace_id=identity.trace_id(each.root),
                span_id=identity.span_id(each.id),
                parent_span_id=identity.span_id(each.parent_call) if each.parent_call else b"",
                name=self._name("send", each.event),
                kind=Span.SPAN_KIND_PRODUCER,
                start_time_unix_nano=identity.unix_ns(each.emitted_ns),
                end_time_unix_nano=identity.unix_ns(max(each.ended_ns, each.emitted_ns)),
                attributes=[*self._about_event(each.event, "send"), *self._about_dispatch(each, rows)],
                status=self._sent(each, rows),
            )

    def _calls(self, rows: SpanRows, now_ns: int) -> Iterator[Span]:
        identity = self._identity
        for each in rows.each_call():
            producer = identity.span_id(each.dispatch) if each.root else b""
            trace = identity.trace_id(each.root or each.id)
            ended = each.ended_ns if each.ended_ns >= 0 else max(now_ns, each.started_ns)
            events = self._logged(rows.marks.get(each.id, ()))
            status = None
            attributes = [*self._about_event(each.event, "process"), *self._about_call(each)]
            if each.outcome in FAILED:
                status, kind, event = self._failure(each, ended)
                attributes.append(text("error.type", kind))
                events += event
            yield Span(
                trace_id=trace,
                span_id=identity.span_id(each.id),
                parent_span_id=producer,
                name=self._name("process", each.event),
                kind=Span.SPAN_KIND_CONSUMER,
                start_time_unix_nano=identity.unix_ns(each.started_ns),
                end_time_unix_nano=identity.unix_ns(ended),
                attributes=attributes,
                events=events[-MOST_EVENTS:],
                dropped_events_count=max(0, len(events) - MOST_EVENTS),
                links=[Span.Link(trace_id=trace, span_id=producer)] if producer else [],
                status=status,
            )

    def _name(self, operation: str, event: int) -> str:
        """`{operation} {destination}`; without the second where the event is unknown."""
        return f"{operation} {visible(self._names.text(event)[:_MOST_NAME])}" if event else operation

    def _about_event(self, event: int, operation: str) -> list[KeyValue]:
        key = event, operation
        found = self._of_event.get(key)
        if found is None:
            bus = self._names.bus(event)
            found = [
                text("messaging.operation.name", operation),
                text("messaging.operation.type", operation),
                text("messaging.system", self._system(self._names[bus].class_name)),
            ]
            found += [text("messaging.destination.name", self._names.text(event))] if event else []
            found += [text("buslens.bus", self._names.text(bus))] if bus else []
            self._of_event[key] = found
        return found

    def _about_dispatch(self, each: DispatchValues, rows: SpanRows) -> Iterator[KeyValue]:
        yield text("messaging.message.id", str(each.id))
        yield self._number("buslens.handlers", each.handlers)
        if each.id in rows.fates or not each.seen & joining.DURABLE:
            yield self._word("buslens.outcome", each.outcome, outcome)
        if fate := rows.fates.get(each.id):
            yield self._word("buslens.fate", fate, str)
        if skipped := rows.skipped.get(each.id):
            yield text("buslens.skipped", skipped)
        if each.lane:
            yield self._word("buslens.lane", each.lane, self._names.text)
        if each.cause_unknown:
            yield text("buslens.cause", "unknown")
        if each.seen & joining.DISCARDED:
            yield text("error.type", "discarded")
        if self._payloads and each.payload:
            payload = self._blobs.payload(each.payload)
            yield text("buslens.payload", payload.text)
            if payload.cut:
                yield yes("buslens.payload.cut")

    def _sent(self, each: DispatchValues, rows: SpanRows) -> Status | None:
        """An emit fails where the broker did not take it; what its handlers do is told by their own spans."""
        if not each.seen & joining.DISCARDED:
            return None
        why = self._blobs.note(rows.refused.get(each.id, 0)) or "the broker discarded it"
        return Status(code=Status.STATUS_CODE_ERROR, message=cut(visible(why)))

    def _about_call(self, each: CallValues) -> Iterator[KeyValue]:
        yield text("messaging.message.id", str(each.dispatch))
        yield from self._about_handler(each.handler)
        yield text("buslens.call", str(each.id))
        yield self._word("buslens.outcome", each.outcome, outcome)
        yield self._number("buslens.attempt", each.attempt)
        yield real("buslens.queue_delay_ms", (each.started_ns - each.emitted_ns) / 1e6)
        if each.lane:
            yield self._word("buslens.lane", each.lane, self._names.text)

    def _about_handler(self, handler: int) -> list[KeyValue]:
        found = self._of_handler.get(handler)
        if found is None:
            file, line = self._names.place(handler)
            found = [text("code.function.name", self._names.text(handler))] if handler else []
            found += [text("code.file.path", file)] if file else []
            found += [number("code.line.number", line)] if line else []
            self._of_handler[handler] = found
        return found

    def _word(self, key: str, value: Word, say: Callable[[Word], str]) -> KeyValue:
        """A text that stands for one of few values."""
        found = self._words.get((key, value))
        if found is None:
            found = self._words[key, value] = text(key, say(value))
        return found

    def _number(self, key: str, value: int) -> KeyValue:
        """A number that is nearly always a small one."""
        found = self._words.get((key, value))
        if found is None:
            found = number(key, value)
            if value <= _SMALL:
                self._words[key, value] = found
        return found

    def _failure(self, each: CallValues, ended_ns: int) -> tuple[Status, str, list[Span.Event]]:
        """Status, `error.type` and, where an exception was recorded, its event."""
        error = self._blobs.error(each.error)
        if error is None:
            kind = outcome(each.outcome)
            return Status(code=Status.STATUS_CODE_ERROR, message=kind.replace("_", " ")), kind, []
        said = [text("exception.type", error.type), text("exception.message", error.message)]
        said += [lines("exception.stacktrace", error.traceback)] if error.traceback else []
        event = Span.Event(name="exception", time_unix_nano=self._identity.unix_ns(ended_ns), attributes=said)
        message = cut(visible(f"{error.type}: {error.message}"))
        return Status(code=Status.STATUS_CODE_ERROR, message=message), error.type or "_OTHER", [event]

    def _logged(self, marks: Iterable[Mark]) -> list[Span.Event]:
        return [
            Span.Event(
                name="log",
                time_unix_nano=self._identity.unix_ns(time_ns),
                attributes=[text("buslens.text", self._blobs.note(blob))],
            )
            for time_ns, blob in marks
        ]


def _version() -> str:
    try:
        return version("buslens")
    except PackageNotFoundError:  # a checkout that was not installed
        return ""
