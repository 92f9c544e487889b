"""What a person gets who wants to emit again what a capture holds."""

from __future__ import annotations

import json

import pytest

from bus.errors import UserError
from bus.trace import Trace
from bus.trace.resend import recorded
from buslens.recorder import Recorder
from buslens.wire import Header
from tests.helpers.make_trace import make_trace


def test_a_call_is_emitted_again_as_the_dispatch_that_it_was_for() -> None:
    trace = make_trace(3)
    call = int(trace.calls.id[0])
    dispatch = int(trace.calls.dispatch[0])
    assert recorded(trace, "call", call) == recorded(trace, "dispatch", dispatch)


def test_the_payload_is_the_one_of_then() -> None:
    trace = make_trace(3)
    found = recorded(trace, "dispatch", int(trace.dispatches.id[0]))
    assert found.event == trace.names.text(int(trace.dispatches.event[0]))
    assert json.loads(found.text) == trace.payload(0).value
    assert not found.doubt


def test_what_is_no_json_is_shown_and_doubted() -> None:
    trace = _one_dispatch(object())
    found = recorded(trace, "dispatch", int(trace.dispatches.id[0]))
    assert "object" in found.text
    assert "not JSON" in found.doubt


def test_nothing_selected_is_said() -> None:
    with pytest.raises(UserError, match="nothing is selected"):
        recorded(make_trace(1), "", 0)


def _one_dispatch(payload: object) -> Trace:
    recorder = Recorder(header=Header("p.py", 1, "desk", 0, 0, "virtual", {}))
    recorder.dispatch(recorder.next_id(), 0, recorder.event("ping"), recorder.lane("main"), 0, payload, True)
    trace = Trace()
    trace.feed(recorder.take())
    trace.finish()
    return trace
