"""The short forms of the hot path become the same facts as the long one, whatever comes in whatever order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens import wire
from buslens.limits import DEFAULT_LIMITS
from buslens.packing import ENDED, NEXT, STARTED, WHOLE, Packer
from buslens.payloads import NoPayload
from buslens.records import FACT, BlobKind, Kind, Outcome
from buslens.redaction import FULL, KEYS, OFF, Redaction

NAME, IDENT = some.integers(0, 2**32 - 1), some.integers(0, 2**64 - 1)
TIME = some.integers(-(2**63), 2**63 - 1)


def started(handler: int, now: int, call: int, dispatch: int, lane: int) -> tuple[int, ...]:
    return (Kind.CALL_STARTED, 0, 0, handler, now, call, dispatch, lane, 1, 0)


def ended(call: int, now: int) -> tuple[int, ...]:
    return (Kind.CALL_ENDED, Outcome.OK, 0, 0, now, call, 0, 0, 0, 0)


Story = tuple[list[Any], list[tuple[int, ...]]]
"""What waits in the queue, and the facts that it stands for."""

STORIES = some.one_of(
    some.builds(lambda *told: ([STARTED, *told], [started(*told)]), NAME, TIME, IDENT, IDENT, NAME),
    some.builds(lambda call, now: ([ENDED, call, now], [ended(call, now)]), IDENT, TIME),
    some.builds(
        lambda over, now, handler, call, dispatch, lane: (
            [NEXT, over, now, handler, call, dispatch, lane],
            [ended(over, now), started(handler, now, call, dispatch, lane)],
        ),
        *(IDENT, TIME, NAME, IDENT, IDENT, NAME),
    ),
    some.builds(
        lambda event, handlers, handler, dispatch, parent, now, lane, call: (
            [(event, handlers, handler), dispatch, parent, now, lane, NoPayload, call],
            [
                (Kind.DISPATCH_EMITTED, 0, 0, event, now, dispatch, parent, lane, handlers, 0),
                started(handler, now, call, dispatch, lane),
            ],
        ),
        *(NAME, NAME, NAME, IDENT, IDENT, TIME, NAME, IDENT),
    ),
    some.builds(
        lambda kind, name, now, ident, parent: (
            [WHOLE, kind, 0, 0, name, now, ident, parent, 0, 0, 0],
            [(kind, 0, 0, name, now, ident, parent, 0, 0, 0)],
        ),
        *(some.sampled_from(Kind), NAME, TIME, IDENT, IDENT),
    ),
)


def told_by(frames: list[bytes]) -> tuple[list[tuple[int, ...]], list[tuple[int, int, bytes]]]:
    """The facts, and of each blob its id, its kind and its bytes."""
    facts, blobs = list[tuple[int, ...]](), []
    for kind, body, _ in wire.frames(b"".join(frames), 0):
        at = 0
        while kind == wire.BLOBS and at < len(body):
            ident, blob, _, _, length = wire.BLOB_ENTRY.unpack_from(body, at)
            at += wire.BLOB_ENTRY.size + length
            blobs.append((ident, blob, bytes(body[at - length : at])))
        if kind == wire.FACTS:
            facts += FACT.iter_unpack(body)
    return facts, blobs


@given(some.lists(STORIES, max_size=20))
def test_every_form_says_its_facts_in_order(stories: list[Story]) -> None:
    waiting = [value for queued, _ in stories for value in queued]
    assert told_by(Packer(DEFAULT_LIMITS).frames(waiting)) == ([fact for _, facts in stories for fact in facts], [])


def test_a_payload_becomes_a_blob_that_comes_before_its_fact() -> None:
    packer = Packer(DEFAULT_LIMITS)
    frames = packer.frames([(1, 1, 2), 10, 0, 5, 3, {"n": 1}, 11])
    assert [kind for kind, _, _ in wire.frames(b"".join(frames), 0)] == [wire.BLOBS, wire.FACTS]
    facts, blobs = told_by(frames)
    assert blobs == [(1, BlobKind.PAYLOAD_JSON, b'{"n":1}')]
    assert facts[0][-1] == 1


def test_what_a_mark_says_is_a_note_and_why_a_call_never_ran_is_an_error() -> None:
    marked = [WHOLE, int(Kind.MARK), 0, 0, 0, 5, 0, 0, 0, 0, b"begun"]
    never = [WHOLE, int(Kind.CALL_ENDED), int(Outcome.NEVER_RAN), 0, 0, 5, 7, 0, 0, 0, b"{}"]
    _, blobs = told_by(Packer(DEFAULT_LIMITS).frames(marked + never))
    assert blobs == [(1, BlobKind.NOTE, b"begun"), (2, BlobKind.ERROR, b"{}")]


def test_ids_that_were_reserved_are_given_to_no_blob() -> None:
    packer = Packer(DEFAULT_LIMITS)
    note = [WHOLE, int(Kind.MARK), 0, 0, 0, 5, 0, 0, 0, 0, b"x"]
    assert packer.reserve(3) == 1
    assert [ident for ident, _, _ in told_by(packer.frames(note))[1]] == [4]
    assert packer.reserve(1) == 5


def test_a_blob_that_is_too_large_is_cut_and_is_a_text() -> None:
    note = [WHOLE, int(Kind.MARK), 0, 0, 0, 5, 0, 0, 0, 0, b"x" * (wire.MAX_BLOB + 1)]
    ((_, kind, body),) = told_by(Packer(DEFAULT_LIMITS).frames(note))[1]
    assert (kind, len(body)) == (BlobKind.PAYLOAD_REPR, wire.MAX_BLOB)


def test_many_facts_are_several_frames_and_none_is_missing() -> None:
    count = 70_000
    frames = Packer(DEFAULT_LIMITS).frames([value for call in range(count) for value in (ENDED, call, 5)])
    assert len(frames) == 2
    assert [fact[5] for fact in told_by(frames)[0]] == list(range(count))


@given(some.lists(STORIES, max_size=20), some.integers(1, 9))
def test_by_parts_it_is_what_it_is_at_once(stories: list[Story], most: int) -> None:
    waiting = [value for queued, _ in stories for value in queued]
    packer, parts = Packer(DEFAULT_LIMITS), []
    parts += packer.frames(waiting, most)
    while packer.left:
        before = len(packer.left)
        parts += packer.frames([], most)
        assert len(packer.left) < before
    assert told_by(parts) == told_by(Packer(DEFAULT_LIMITS).frames(waiting))


def test_what_came_later_comes_behind_what_was_left() -> None:
    packer = Packer(DEFAULT_LIMITS)
    frames = packer.frames([ENDED, 2, 14, ENDED, 3, 20], 1) + packer.frames([ENDED, 4, 21])
    assert [fact[5] for fact in told_by(frames)[0]] == [2, 3, 4]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([2**63 - 1], "[9223372036854775807]"),
        ([2**64], '["0x10000000000000000"]'),
        (["9" * 20], f'["{"9" * 20}"]'),
        ("9" * 25, f'"{"9" * 25}"'),
    ],
)
def test_an_integer_that_most_readers_would_round_is_told_as_a_text(value: object, said: str) -> None:
    emitted = [WHOLE, int(Kind.DISPATCH_EMITTED), 0, 0, 1, 10, 1, 0, 2, 1, value]
    assert [body.decode() for _, _, body in told_by(Packer(DEFAULT_LIMITS).frames(emitted))[1]] == [said]


@pytest.mark.parametrize("payloads", [FULL, KEYS, OFF])
def test_what_may_not_be_told_is_in_no_frame(payloads: str) -> None:
    packer = Packer(DEFAULT_LIMITS, Redaction(payloads))
    emitted = (Kind.DISPATCH_EMITTED, 0, 0, 1, 5, 1, 0, 1, 0, {"token": "abcdefgh", "total": 7})
    note = (Kind.MARK, 0, 0, 0, 6, 0, 0, 0, 0, b"went on with Bearer abcdefgh12345678")
    data = b"".join(packer.frames([WHOLE, *emitted, WHOLE, *note]))
    assert b"abcdefgh" not in data
    assert (b"total" in data) == (payloads != OFF)
    assert (b":7" in data) == (payloads == FULL)
    assert b"went on with Bearer <redacted " in data
