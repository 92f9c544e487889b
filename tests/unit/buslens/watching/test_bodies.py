"""What a body is shown as."""

from __future__ import annotations

import json
from typing import Any

import pytest

from buslens.payloads import NoPayload
from buslens.watching.bodies import LONGEST_PARSED, header, noted, payload_of


@pytest.mark.parametrize(
    ("body", "content_type", "payload"),
    [
        (b'{"id": 7}', "application/json", {"id": 7}),
        (b'{"id": 7}', "", {"id": 7}),
        (b"{broken", "application/json", "{broken"),
        (b"hello", "", "hello"),
        (b'{"id": 7}', "text/plain", '{"id": 7}'),
        (b"\xff\x00", "", b"\xff\x00"),
        ("hello", "", "hello"),
        (b"[" * 50_000, "", "[" * 50_000),  # deeper than any parser goes
        (b"", "", NoPayload),
        (None, "", NoPayload),
    ],
)
def test_a_body_is_what_it_says_or_shows(body: Any, content_type: str, payload: Any) -> None:
    assert payload_of(body, content_type) == payload


def test_a_long_body_is_not_parsed() -> None:
    body = b"[" + b"1," * LONGEST_PARSED + b"1]"
    assert payload_of(body) is body


def test_a_note_holds_ids_and_trace_context_and_nothing_else() -> None:
    said = noted("queue orders", {"message-id": "m", "traceparent": b"00-a-b-01", "cookie": "secret", "type": None})
    assert json.loads(said) == {"place": "queue orders", "headers": {"message-id": "m", "traceparent": "00-a-b-01"}}


def test_headers_are_read_without_their_own_code() -> None:
    class Loud(dict[str, Any]):
        def get(self, *_: Any) -> Any:
            raise AssertionError

    assert (header(Loud(a=1), "a"), header(None, "a"), header([], "a")) == (1, None, None)
