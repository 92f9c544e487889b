"""Payloads, errors and notes are decoded when somebody looks, and never trusted."""

from __future__ import annotations

import numpy as np
import pytest

from bus.trace.blobs import Blobs, contents
from bus.trace.capture_bytes import CaptureBytes
from buslens.records import BlobKind
from buslens.wire import pack_blob


def blobs(*bodies: tuple[int, int, bytes, bool]) -> Blobs:
    """Each body in a frame of its own."""
    raw = CaptureBytes()
    kept = Blobs(raw)
    start = 0
    for body in bodies:
        frame = pack_blob(*body)
        raw.append(frame)
        kept.read_frame(memoryview(frame), start)
        start += len(frame)
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


def test_frames_whose_ids_do_not_ascend_are_damage() -> None:
    with pytest.raises(ValueError, match="ascend"):
        blobs((7, BlobKind.NOTE, b"seven", False), (3, BlobKind.NOTE, b"three", False))


def test_blobs_of_one_frame_are_found_where_ids_have_gaps() -> None:
    raw = CaptureBytes()
    frame = b"".join(pack_blob(ident, BlobKind.NOTE, str(ident).encode(), False) for ident in (3, 4, 8, 9))
    raw.append(frame)
    kept = Blobs(raw)
    kept.read_frame(memoryview(frame), 0)
    assert [kept.note(ident) for ident in (3, 4, 5, 8, 9, 10)] == ["3", "4", "", "8", "9", ""]


def test_a_blob_that_claims_more_than_its_frame_holds_is_left_out() -> None:
    frame = pack_blob(1, BlobKind.NOTE, b"hello", False)
    assert contents(frame).ids == [1]
    assert contents(frame[:-1]).ids == []


def test_half_a_surrogate_pair_harms_nobody() -> None:
    payload = blobs((1, BlobKind.PAYLOAD_JSON, b'{"a": "x\\ud800y"}', False)).payload(1)
    assert payload.value == {"a": "x?y"}


def test_text_is_looked_for_in_payloads_and_new_ones_are_looked_through_later() -> None:
    raw = CaptureBytes()
    kept = Blobs(raw)
    for ident, text in ((1, b"Alpha"), (2, b"beta")):
        frame = pack_blob(ident, BlobKind.PAYLOAD_REPR, text, False)
        start = (ident - 1) * 21
        raw.append(frame)
        kept.read_frame(memoryview(frame), start)
        assert kept.holding("ALPHA").tolist() == [1]
    assert kept.holding("a").tolist() == [1, 2]
    assert kept.holding("nothing").tolist() == []


def test_equal_blobs_have_one_digest_in_any_capture_and_others_have_another() -> None:
    first = blobs((1, 1, b"3", False), (2, 1, b"4", False), (3, 2, b"3", False), (4, 1, b"3", True))
    second = blobs((7, 1, b"4", False), (9, 1, b"3", False))
    one, two, as_text, cut = first.digests(np.array([1, 2, 3, 4])).tolist()
    assert second.digests(np.array([9, 7, 9])).tolist() == [one, two, one]
    assert len({one, two, as_text, cut}) == 4
    assert first.digests(np.array([0, 5], np.uint64)).tolist() == [0, 0]
    assert first.digests(np.array([], np.uint64)).tolist() == []
