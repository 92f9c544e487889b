"""The process that reads a session says what it reads and how it stands, and leaves where nobody listens."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from bus.session.reader_child import FRAMES, HEAD, STATE, Reading, packed_request
from bus.trace import Trace
from buslens.stream import StreamRecorder
from tests.helpers.streams import events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sessions need POSIX")


def served(request: bytes, *, is_left: bool = False) -> list[tuple[int, bytes]]:
    """All that it says."""
    read, write = os.pipe()
    os.write(write, request)
    if is_left:
        os.close(write)
    sink = io.BytesIO()
    with os.fdopen(read, "rb", buffering=0) as source:
        Reading(source, sink).serve()
    if not is_left:
        os.close(write)
    data, said = sink.getvalue(), []
    while data:
        length, kind = HEAD.unpack_from(data)
        said.append((kind, data[HEAD.size : HEAD.size + length]))
        data = data[HEAD.size + length :]
    return said


def test_it_says_frames_and_at_last_that_all_have_ended(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path, "shop")
    recorder.dispatch(recorder.next_id(), 0, recorder.event("paid"), recorder.here(), 0, None)
    recorder.close()
    said = served(packed_request(tmp_path, [Path(recorder.path)], None))
    trace = Trace()
    for kind, body in said:
        if kind == FRAMES:
            trace.feed(body)
    assert events(trace) == ["paid"]
    assert said[-1][0] == STATE
    state = json.loads(said[-1][1])
    assert (state["problem"], state["ended"], state["facts"]) == ("", True, 0)


def test_what_is_wrong_is_how_it_stands(tmp_path: Path) -> None:
    ((kind, body),) = served(packed_request(tmp_path, [], 5))
    assert kind == STATE
    assert "this folder is no session" in json.loads(body)["problem"]


def test_it_leaves_where_nobody_wants_more(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path, "shop")
    assert served(packed_request(tmp_path, [], None), is_left=True) == []
    recorder.close()
