"""A message between members of a run comes as it was sent; whatever else lies in a mailbox is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.contract import peer_messages
from bus.contract.peer_messages import MOST_BYTES, PeerMessage, decode, encode

FIELDS = some.dictionaries(some.text(max_size=5), some.none() | some.integers() | some.text(max_size=9), max_size=5)


@given(FIELDS, some.binary(max_size=40))
def test_fields_and_frames_come_as_they_were_sent(fields: dict[str, Any], frames: bytes) -> None:
    message = decode(encode(fields, frames))
    assert (message.fields, bytes(message.frames)) == (fields, frames)


@given(some.binary(max_size=60))
def test_anything_else_is_a_message_or_refused(body: bytes) -> None:
    try:
        assert isinstance(decode(body).fields, dict)
    except ValueError:
        pass


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]\n", b"5\n", b"{\n", b"\xff\n", b"[" * 9_000 + b"\n", b" " * 20_000 + b"{}\n"]
)
def test_what_has_no_line_of_fields_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(body)


def test_what_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_BYTES == 64 * 1024 * 1024
    monkeypatch.setattr(peer_messages, "MOST_BYTES", 10)
    with pytest.raises(ValueError, match="a message of 11 bytes"):
        decode(b'{"a": 12}\n1')


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), (-(2**61), -(2**61)), (2**62, None), (True, None), (1.0, None), ("5", None), (None, None)],
)
def test_a_number_is_a_whole_one_that_fits(value: Any, number: int | None) -> None:
    message = PeerMessage({"now": value})
    assert message.number("now") == number
    assert message.number("other") is None


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("w-1", "w-1"),
        ("owner", "owner"),
        ("", ""),
        ("W", ""),
        ("a" * 41, ""),
        ("w 1", ""),
        ("w\n", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_a_name_that_no_member_has_is_none(name: Any, member: str) -> None:
    assert PeerMessage({"member": name}).member == member
