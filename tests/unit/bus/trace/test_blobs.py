"""Payloads, errors and notes are decoded when somebody looks, and never trusted."""

from __future__ import annotations

import pytest

from bus.trace.blobs import Blobs, entries
from buslens.records import BlobKind
from buslens.wire import pack_blob


def blobs(*bodies: tuple[int, int, bytes, bool]) -> Blobs:
    kept = Blobs()
    for body in bodies:
        kept.take(memoryview(pack_blob(*body)))
    return kept


def test_a_payload_is_its_json_value() -> None:
    payload = blobs((1, BlobKind.PAYLOAD_JSON, b'{"a": [1, 2]}', False)).payload(1)
    assert payload.value == {"a": [1, 2]}
    assert payload.is_json
    assert not payload.cut


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff\xfe"])
def test_what_claims_to_be_json_and_is_not_is_shown_as_text(body: bytes) -> None:
    payload = blobs((1, BlobKind.PAYLOAD_JSON, body, False)).payload(1)
    assert payload.value is None
    assert not payload.is_json
    assert payload.text


def test_a_missing_blob_is_nothing() -> None:
    kept = blobs((5, BlobKind.NOTE, b"hello", False))
    assert kept.note(5) == "hello"
    assert kept.note(4) == kept.note(6) == kept.note(0) == ""
    assert kept.error(9) is None
    assert kept.payload(9).text == ""


def test_an_error_that_is_no_object_is_shown_as_it_is() -> None:
    error = blobs((1, BlobKind.ERROR, b"[1]", False)).error(1)
    assert error is not None
    assert error.message == "[1]"


def test_frames_that_came_out_of_order_are_found_all_the_same() -> None:
    kept = blobs(*[(ident, BlobKind.NOTE, str(ident).encode(), False) for ident in (7, 3, 9, 1)])
    assert [kept.note(ident) for ident in (1, 3, 7, 9)] == ["1", "3", "7", "9"]


def test_a_blob_that_claims_more_than_its_frame_holds_is_left_out() -> None:
    frame = bytearray(pack_blob(1, BlobKind.NOTE, b"hello", False))
    assert [bytes(body) for _, _, body, _ in entries(memoryview(frame))] == [b"hello"]
    assert list(entries(memoryview(frame[:-1]))) == []
