"""What a person finds in a tracing back end: who emitted, who handled, what failed and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from bus.export.otlp.attributes import MOST_LETTERS
from bus.export.otlp.spans import CONVENTIONS, MOST_EVENTS
from bus.trace import Trace
from buslens.context import CAUSE_UNKNOWN
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome
from buslens.wire import Header
from tests.helpers.make_trace import MS, make_trace
from tests.helpers.otlp import exported, named, said, spans_of

FLOW = """
events: {a: {}, b: {}, c: {}}
handlers:
  first: {on: a, do: [{log: "on it"}, {emit: b, with: {n: 1}}, {wait: 5 ms}]}
  other: {on: a, do: [{wait: 2 ms}]}
  second: {on: b, do: [{emit: c}, {fail: {error: Broken, message: "no\\nluck"}}]}
script: [{emit: a}]
"""


def test_a_flow_is_one_trace_in_which_each_cause_is_a_parent(run: Any, tmp_path: Path) -> None:
    spans = spans_of(exported(run(FLOW, engine="pyee-asyncio"), tmp_path))
    assert len({span.trace_id for span in spans}) == 1
    send_a, send_b = named(spans, "send a"), named(spans, "send b")
    handled = {said(span.attributes)["code.function.name"]: span for span in spans if span.name.startswith("process ")}
    assert send_a.parent_span_id == b""
    assert handled["first"].parent_span_id == handled["other"].parent_span_id == send_a.span_id
    assert send_b.parent_span_id == handled["first"].span_id
    assert handled["second"].parent_span_id == send_b.span_id
    assert {span.kind for span in handled.values()} == {Span.SPAN_KIND_CONSUMER}
    assert (send_a.kind, send_b.kind) == (Span.SPAN_KIND_PRODUCER, Span.SPAN_KIND_PRODUCER)


def test_each_of_several_handlers_is_linked_to_the_message_that_it_handles(run: Any, tmp_path: Path) -> None:
    spans = spans_of(exported(run(FLOW, engine="pyee-asyncio"), tmp_path))
    send = named(spans, "send a")
    handled = [span for span in spans if span.name == "process a"]
    assert len(handled) == 2
    assert all([(link.trace_id, link.span_id) for link in span.links] == [(send.trace_id, send.span_id)]
               for span in handled)  # fmt: skip


def test_messages_are_told_by_the_conventions_for_messaging(run: Any, tmp_path: Path) -> None:
    trace = run(FLOW, engine="pyee-asyncio")
    data = exported(trace, tmp_path)
    send, process = named(spans_of(data), "send b"), named(spans_of(data), "process b")
    found = said(send.attributes)
    common = {
        "messaging.system": "pyee",
        "messaging.destination.name": "b",
        "messaging.message.id": str(int(trace.dispatches.id[1])),
    }
    for span, operation in ((send, "send"), (process, "process")):
        names = {"messaging.operation.name": operation, "messaging.operation.type": operation}
        assert common | names == {
            key: value for key, value in said(span.attributes).items() if key.startswith("messaging.")
        }
    assert data.resource_spans[0].scope_spans[0].schema_url == CONVENTIONS
    assert (found["buslens.handlers"], found["buslens.fate"]) == (1, "lost")


def test_a_handler_says_where_its_code_is(tmp_path: Path) -> None:
    spans = spans_of(exported(make_trace(1, failures=0), tmp_path))
    found = said(named(spans, "process stock.reserved").attributes)
    assert found["code.function.name"] == "charge_card"
    assert (found["code.file.path"], found["code.line.number"]) == ("/srv/shop.py", 30)
    assert (found["buslens.attempt"], found["buslens.outcome"]) == (1, "ok")
    assert found["buslens.queue_delay_ms"] > 0


def test_a_failure_is_an_error_with_its_type_and_the_exception(run: Any, tmp_path: Path) -> None:
    spans = spans_of(exported(run(FLOW, engine="pyee-asyncio"), tmp_path))
    failed = named(spans, "process b")
    assert (failed.status.code, failed.status.message) == (Status.STATUS_CODE_ERROR, "Broken: no\\nluck")
    assert said(failed.attributes)["error.type"] == "Broken"
    (event,) = failed.events
    assert (event.name, event.time_unix_nano) == ("exception", failed.end_time_unix_nano)
    told = said(event.attributes)
    assert (told["exception.type"], told["exception.message"]) == ("Broken", "no\\nluck")
    well = [span for span in spans if span is not failed]
    assert all(span.status.code == Status.STATUS_CODE_UNSET for span in well)
    assert all("error.type" not in said(span.attributes) for span in well)


def test_what_a_handler_logged_are_events_of_its_call(run: Any, tmp_path: Path) -> None:
    spans = spans_of(exported(run(FLOW, engine="pyee-asyncio"), tmp_path))
    logs = [(span.name, said(event.attributes)) for span in spans for event in span.events if event.name == "log"]
    assert logs == [("process a", {"buslens.text": "on it"})]


def test_an_event_nobody_handles_is_said_to_be_lost_and_is_no_error(run: Any, tmp_path: Path) -> None:
    lost = named(spans_of(exported(run(FLOW, engine="pyee-asyncio"), tmp_path)), "send c")
    assert (said(lost.attributes)["buslens.outcome"], said(lost.attributes)["buslens.handlers"]) == ("lost", 0)
    assert lost.status.code == Status.STATUS_CODE_UNSET


def test_a_process_says_who_it_is_and_that_its_time_is_simulated(run: Any, tmp_path: Path) -> None:
    shop = said(exported(make_trace(1), tmp_path).resource_spans[0].resource.attributes)
    assert (shop["service.name"], shop["process.pid"], shop["host.name"]) == ("shop.py", 4711, "desk")
    assert (shop["buslens.clock"], shop["buslens.engine"]) == ("virtual", "pyee-asyncio")
    trace = run("name: my shop\n" + FLOW.lstrip(), seed=3)
    assert said(exported(trace, tmp_path).resource_spans[0].resource.attributes)["service.name"] == "my shop"


def test_times_are_those_of_the_wall_to_the_nanosecond(tmp_path: Path) -> None:
    trace = make_trace(2, failures=0)
    header = trace.header
    assert header is not None
    first = spans_of(exported(trace, tmp_path))[0]
    assert first.start_time_unix_nano == header.wall_ns + int(trace.dispatches.emitted_ns[0]) - header.mono_ns
    assert first.end_time_unix_nano == header.wall_ns + int(trace.dispatches.ended_ns[0]) - header.mono_ns


class Told:
    """A capture that says what it is told to."""

    def __init__(self, clock: str = "monotonic", **extra: Any) -> None:
        self.now = 0
        self.recorder = Recorder(clock_ns=lambda: self.now, header=Header("x.py", 1, "h", 10**18, 0, clock, extra))
        self.lane, self.event = self.recorder.lane("main"), self.recorder.event("a")
        self.handler = self.recorder.handler("on_a", "/x.py", 3, "a")

    def emit(self, parent: int = 0, handlers: int = 1, flags: int = 0) -> int:
        ident = self.recorder.next_id()
        self.recorder.dispatch(ident, parent, self.event, self.lane, handlers, None, False, flags=flags)
        return ident

    def start(self, dispatch: int) -> int:
        ident = self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.handler, self.lane, 1, 0)
        return ident

    @property
    def trace(self) -> Trace:
        trace = Trace()
        trace.feed(self.recorder.take())
        trace.finish()
        return trace


def test_what_runs_still_ends_where_the_capture_does_and_says_that_it_runs(tmp_path: Path) -> None:
    told = Told()
    told.start(told.emit())
    told.now = 7 * MS
    told.recorder.mark("later", 0)
    call = named(spans_of(exported(told.trace, tmp_path)), "process a")
    assert said(call.attributes)["buslens.outcome"] == "running"
    assert call.end_time_unix_nano - call.start_time_unix_nano == 7 * MS


def test_what_nobody_knows_the_cause_of_is_no_root(tmp_path: Path) -> None:
    told = Told()
    told.emit(CAUSE_UNKNOWN, 0)
    told.emit(99, 0)  # the call that emitted it is not in the capture
    told.emit(0, 0)
    causes = [said(span.attributes).get("buslens.cause") for span in spans_of(exported(told.trace, tmp_path))]
    assert causes == ["unknown", "unknown", None]


def test_a_call_without_its_dispatch_stands_alone(tmp_path: Path) -> None:
    told = Told()
    told.recorder.call_ended(told.start(99), Outcome.TIMED_OUT, None)
    (span,) = spans_of(exported(told.trace, tmp_path))
    assert (span.name, span.parent_span_id, list(span.links)) == ("process", b"", [])
    assert (said(span.attributes)["error.type"], span.status.message) == ("timed_out", "timed out")


def test_what_a_broker_refused_is_an_error_of_whoever_sent_it(tmp_path: Path) -> None:
    told = Told(engine="rabbitmq")
    queue = told.recorder.queue("a")
    refused, taken = (told.emit(flags=Flag.DURABLE) for _ in range(2))
    told.now = 3 * MS
    told.recorder.delivery(Kind.DISCARDED, refused, queue, 0, 0, told.lane, "the queue is full")
    told.recorder.delivery(Kind.CONFIRMED, taken, queue, 0, 0, told.lane, "")
    told.recorder.delivery(Kind.ENQUEUED, taken, queue, 0, 0, told.lane, "")
    bad, good = spans_of(exported(told.trace, tmp_path))
    assert (bad.status.code, bad.status.message) == (Status.STATUS_CODE_ERROR, "the queue is full")
    assert said(bad.attributes)["error.type"] == "discarded"
    assert said(bad.attributes)["messaging.system"] == "rabbitmq"
    assert good.status.code == Status.STATUS_CODE_UNSET
    assert good.end_time_unix_nano - good.start_time_unix_nano == 3 * MS, "until the broker had it"


def test_who_was_never_called_is_named(tmp_path: Path) -> None:
    told = Told()
    told.recorder.skipped(told.emit(), told.handler, note="the one before raised")
    assert said(named(spans_of(exported(told.trace, tmp_path)), "send a").attributes)["buslens.skipped"] == "on_a"


def test_a_talkative_call_keeps_its_newest_lines_and_counts_the_others(tmp_path: Path) -> None:
    told = Told()
    call = told.start(told.emit())
    for number in range(MOST_EVENTS + 5):
        told.recorder.mark(f"line {number}", call)
    span = named(spans_of(exported(told.trace, tmp_path)), "process a")
    assert (len(span.events), span.dropped_events_count) == (MOST_EVENTS, 5)
    assert said(span.events[-1].attributes)["buslens.text"] == f"line {MOST_EVENTS + 4}"


def test_names_and_texts_of_others_are_bounded_and_cannot_steer_a_screen(tmp_path: Path) -> None:
    trace = make_trace(3, failures=1.0, names="\x1b[31m" + "x" * 3_000)
    for span in spans_of(exported(trace, tmp_path, payloads=True)):
        texts = [span.name, span.status.message, *said(span.attributes).values()]
        texts += [value for event in span.events for value in said(event.attributes).values()]
        for each in texts:
            assert not isinstance(each, str) or (len(each) <= MOST_LETTERS and "\x1b" not in each)


def test_a_payload_that_was_cut_says_so(tmp_path: Path) -> None:
    told = Told()
    ident = told.recorder.next_id()
    told.recorder.dispatch(ident, 0, told.event, told.lane, 0, {"n": list(range(5_000))}, True)
    found = said(spans_of(exported(told.trace, tmp_path, payloads=True))[0].attributes)
    assert found["buslens.payload.cut"] is True
