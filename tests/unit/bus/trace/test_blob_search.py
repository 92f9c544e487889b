"""A text is found in every blob that holds it and in no other, however the search is cut into pieces."""

from __future__ import annotations

import pytest

from bus.find import rows
from bus.find.rows import payload_texts
from bus.trace import Trace
from buslens import wire
from buslens.records import BlobKind
from tests.helpers.make_trace import make_trace, shop_bytes


@pytest.fixture
def shop() -> Trace:
    trace = Trace()
    trace.feed(shop_bytes(120, batch=5))
    return trace


def slow(trace: Trace, text: str) -> list[int]:
    """The ids of payloads that hold it, decoded one by one."""
    found = {int(ident) for ident in trace.dispatches.payload if text in trace.blobs.payload(int(ident)).text.lower()}
    return sorted(found - {0})


@pytest.mark.parametrize("text", ["a-2", "1", '"order"', "no such text", "}", "11"])
def test_an_independent_search_agrees(shop: Trace, text: str) -> None:
    payloads = set(shop.dispatches.payload.tolist())
    assert sorted(set(shop.blobs.holding(text).tolist()) & payloads) == slow(shop, text)


def test_pieces_come_to_the_same(shop: Trace) -> None:
    search = shop.blobs.search
    whole = search.waiting("a-2")
    assert whole > 0
    seen = [0]
    while search.step("a-2", 0.0):
        assert search.hits("a-2") >= seen[-1]
        seen.append(search.hits("a-2"))
    assert len(seen) > 10
    assert search.waiting("a-2") == 0
    assert search.found("a-2", 0).tolist() == make_found(shop, "a-2")


def make_found(trace: Trace, text: str) -> list[int]:
    again = Trace()
    again.feed(trace.raw.read(0, trace.whole))
    return again.blobs.holding(text).tolist()


def test_a_bound_leaves_out_what_was_not_read(shop: Trace) -> None:
    wanted = rows.parse("payload:a-2")
    some = rows.rows(shop, "dispatches", wanted, most_payloads=1)
    everything = rows.rows(shop, "dispatches", wanted)
    assert 0 < len(some) < len(everything)
    assert rows.rows(shop, "dispatches", wanted, most_payloads=0).tolist() == everything.tolist(), "known by now"


def test_words_without_a_field_are_looked_for_in_payloads_too() -> None:
    trace = make_trace(30)
    found = rows.rows(trace, "dispatches", rows.parse("a-2"))
    assert {trace.payload(int(row)).value["items"][0]["sku"] for row in found} == {"A-2"}
    assert len(rows.rows(trace, "calls", rows.parse("a-2"))) == 2 * len(found)


def test_what_a_filter_looks_for_in_payloads() -> None:
    assert payload_texts(rows.parse('payload:Card "two words" -(event:x OR other) payload:card x order.*')) == (
        "card", "two words", "other",
    )  # fmt: skip
    assert payload_texts(rows.parse("")) == ()


def test_a_text_across_two_blobs_or_in_their_heads_is_not_found() -> None:
    trace = Trace()
    trace.feed(shop_bytes(1))
    first = 1_000_000
    parts = [
        wire.pack_blob(first + at, BlobKind.PAYLOAD_JSON, body, cut=False) for at, body in enumerate((b"ab", b"cd"))
    ]
    trace.feed(wire.pack_frame(wire.BLOBS, b"".join(parts)))
    for text in ("bc", "\x01", "b\x00"):
        assert not [ident for ident in trace.blobs.holding(text).tolist() if ident >= first]
    assert first in trace.blobs.holding("ab").tolist()
