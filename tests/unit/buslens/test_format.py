"""A capture written from docs/capture-format.md alone, without our own writer, is read as it was meant."""

from __future__ import annotations

import json
import struct
import zlib

from bus.trace import Trace


def frame(kind: int, body: bytes) -> bytes:
    return struct.pack("<IBBHI", len(body), kind, 0, 0, zlib.crc32(body)) + body


def name(ident: int, kind: int, **said: object) -> bytes:
    body = json.dumps(said).encode()
    return struct.pack("<IBBHI", ident, kind, 0, 0, len(body)) + body


def blob(ident: int, kind: int, body: bytes) -> bytes:
    return struct.pack("<QBBHI", ident, kind, 0, 0, len(body)) + body


def fact(kind: int, name: int, time_ns: int, ident: int, parent: int, **more: int) -> bytes:
    outcome, count = more.get("outcome", 0), more.get("count", 0)
    return struct.pack("<BBHIqQQIIQ", kind, outcome, 0, name, time_ns, ident, parent, 3, count, more.get("blob", 0))


def written() -> bytes:
    said = {"process": "p", "pid": 1, "host": "h", "wall_ns": 0, "mono_ns": 0, "clock": "monotonic", "extra": {}}
    head = json.dumps(said).encode()
    error = json.dumps({"type": "Broken", "message": "no luck", "traceback": ""}).encode()
    return b"".join(
        [
            struct.pack("<8sHHII", b"BUSLENS\n", 1, 0, len(head), zlib.crc32(head)) + head,
            frame(
                1,
                name(4, 5, text="orders", **{"class": "pyee.EventEmitter"}, file="/app.py", line=3, made="created")
                + name(1, 1, text="a", bus=4)
                + name(2, 2, text="h", file="/x.py", line=7, event="a")
                + name(3, 3, text="t")
                + name(5, 1, text="b"),
            ),
            frame(3, blob(1, 1, b'{"n": 1}') + blob(2, 3, error) + blob(3, 4, b"gone")),
            frame(99, b"a kind of the future"),
            frame(
                2,
                fact(1, 1, 1000, 1, 0, count=1, blob=1)
                + fact(2, 2, 1500, 2, 1, count=1)
                + fact(3, 0, 4000, 2, 0, outcome=2, blob=2)
                + fact(1, 1, 5000, 3, 2, count=0)
                + fact(1, 5, 6000, 4, 0, count=2)
                + fact(2, 2, 6000, 5, 4, count=1)
                + fact(3, 0, 6500, 5, 0, outcome=7)
                + fact(14, 2, 6600, 4, 5, count=1, blob=3)
                + fact(1, 5, 7000, 6, 0, count=3)
                + fact(14, 0, 7100, 6, 0, count=3)
                + fact(26, 2, 7200, 1, 2, count=4, blob=3),
            ),
            frame(5, b""),
        ]
    )


def test_it_is_read_as_it_was_meant() -> None:
    trace = Trace()
    trace.feed(written())
    assert trace.damage == ""
    assert trace.ended
    trace.finish()
    assert trace.damage.startswith("Frames of a kind that this Buslens does not know were passed over: 1.")
    assert trace.dispatches.id.tolist() == [1, 3, 4, 6]
    assert trace.payload(0).value == {"n": 1}
    assert trace.names.text(int(trace.calls.handler[0])) == "h"
    assert trace.names.place(int(trace.calls.handler[0])) == ("/x.py", 7)
    assert (trace.calls.started_ns[0] - trace.calls.emitted_ns[0], trace.calls.ended_ns[0]) == (500, 4000)
    error = trace.error(0)
    assert error is not None
    assert (error.type, error.message) == ("Broken", "no luck")
    assert trace.dispatches.outcome.tolist() == [2, 5, 7, 7]  # failed, lost, never ran
    assert trace.calls.outcome.tolist() == [2, 7]
    assert trace.dispatches.root.tolist() == [1, 1, 4, 6]


def test_events_name_their_bus_and_skipped_handlers_are_named() -> None:
    trace = Trace()
    trace.feed(written())
    assert trace.events.buses(trace.dispatches.event).tolist() == [4, 4, 0, 0]
    bus = trace.names[4]
    assert (bus.text, bus.class_name, bus.file, bus.line, bus.made) == (
        *("orders", "pyee.EventEmitter", "/app.py", 3),
        "created",
    )
    skipped = {name: trace.skipped.view(name).tolist() for name in ("dispatch", "handler", "because_call", "count")}
    assert skipped == {"dispatch": [4, 6], "handler": [2, 0], "because_call": [5, 0], "count": [1, 3]}
    assert trace.blobs.note(int(trace.skipped.view("note")[0])) == "gone"
    assert [int(trace.interventions.view(each)[0]) for each in ("dispatch", "handler", "call", "did")] == [1, 2, 2, 4]
    assert trace.marks.text(0) == "gone"  # what a person did is a mark as well
