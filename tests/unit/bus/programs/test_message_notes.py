"""Notes that say which message they are about, as they come in a capture."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bus.programs.message_notes import NO_IDS, MessageIds, MessageNotes
from bus.trace.blob_frames import contents
from buslens.records import BlobKind
from buslens.wire import pack_blob


def read(*notes: str, kind: BlobKind = BlobKind.NOTE) -> MessageNotes:
    body = b"".join(pack_blob(7 + number, kind, note.encode(), False) for number, note in enumerate(notes))
    found, made = contents(body), MessageNotes()
    made.read(body, np.array(found.ids, np.uint64), np.array(found.heads, np.int64))
    return made


def note(**headers: object) -> str:
    return json.dumps({"place": "queue orders", "headers": {name.replace("_", "-"): headers[name] for name in headers}})


def test_a_note_says_the_id_of_its_message_and_its_trace_context() -> None:
    notes = read(note(message_id="m", traceparent="t"), note(task_id="7", message_id="m"), note(traceparent="t"))
    assert [notes.of(blob) for blob in (7, 8, 9)] == [
        MessageIds("message-id m", "t"),
        MessageIds("task-id 7", ""),
        MessageIds("", "t"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "back into its queue", '{"place"', '{"place": "x"}', '{"place": "x", "headers": []}', note(),
        note(message_id=7, traceparent=["t"]), '{"place": ' + "[" * 5000, note(message_id="m" * 9000),
    ],
)  # fmt: skip
def test_any_other_note_says_nothing(text: str) -> None:
    assert read(text).of(7) == NO_IDS


def test_a_payload_is_no_note() -> None:
    assert read(note(message_id="m"), kind=BlobKind.PAYLOAD_JSON).of(7) == NO_IDS
