"""When a person clears a run's trace, what comes later is read with the header and the names of what was."""

from __future__ import annotations

from typing import Any

from bus.run.preamble import Preamble
from bus.trace import Trace
from buslens.recorder import Recorder


def test_a_preamble_is_a_capture_without_records(run: Any) -> None:
    trace = run("events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]")
    preamble, empty = Preamble(), Trace()
    preamble.add(b"".join(trace.raw.pieces(0, trace.whole)))
    empty.feed(preamble.capture())
    assert len(empty.dispatches) == 0
    assert {empty.names.text(ident) for ident, _ in empty.names.items()} >= {"a", "h"}
    empty.raw.close()


def test_what_comes_behind_it_has_its_names() -> None:
    recorder, preamble, later = Recorder(), Preamble(), Trace()
    event = recorder.event("a")
    recorder.dispatch(recorder.next_id(), 0, event, 0, 0, None)
    preamble.add(recorder.take())
    recorder.dispatch(recorder.next_id(), 0, event, 0, 0, None)
    later.feed(preamble.capture() + recorder.take())
    assert [later.names.text(int(name)) for name in later.dispatches.event] == ["a"]
    later.raw.close()


def test_before_there_is_a_header_there_is_nothing_to_continue() -> None:
    preamble = Preamble()
    preamble.add(b"BUSLENS")
    assert preamble.capture() == b""
