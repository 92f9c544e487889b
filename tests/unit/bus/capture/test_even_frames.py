"""The file of a simulated run does not show who read the run when."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from bus.capture.even_frames import even_frames
from bus.capture.sameness import Recorded, first_difference
from bus.trace import Trace
from buslens import wire
from buslens.recorder import Recorder
from buslens.records import Outcome

SEEDS = st.integers(0, 1 << 32)


def recorded(seed: int, reads: random.Random, *, orders: int = 15) -> bytes:
    """The bytes of one run, read at moments that `reads` decides."""
    draws, times = random.Random(seed), iter(range(1_000_000))
    recorder, data = Recorder(clock_ns=lambda: next(times), header=wire.simulated(seed=seed)), b""
    for number in range(orders):
        event, handler = recorder.event(f"order.{draws.randrange(8)}"), recorder.handler(f"h{draws.randrange(20)}")
        if draws.random() < 0.2:
            recorder.handler_added(handler, recorder.event(f"late.{number}"))
        recorder.dispatch(
            2 * number + 1, 0, event, recorder.lane(f"lane {number % 7}"), 1, {"id": "x" * draws.randrange(90)}
        )
        recorder.call_started(2 * number + 2, 2 * number + 1, handler, recorder.lane("worker"))
        error = ValueError(f"no {number}") if draws.random() < 0.3 else None
        recorder.call_ended(2 * number + 2, Outcome.FAILED if error else Outcome.OK, error)
        recorder.mark(f"note {number}" * draws.randrange(3))
        if reads.random() < 0.3:
            data += recorder.take(most=reads.randrange(12))
    while more := recorder.take():
        data += more
    return data


def cut(data: bytes, draws: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = draws.randrange(1, 2_000)
        yield data[at : at + size]
        at += size


@given(seed=SEEDS, one=SEEDS, other=SEEDS, most=st.integers(1, 100))
def test_it_is_the_same_however_it_was_read_and_holds_the_same(seed: int, one: int, other: int, most: int) -> None:
    first, second = (recorded(seed, random.Random(reads)) for reads in (one, other))
    files = [
        b"".join(even_frames(cut(data, random.Random(reads)), most_facts=most))
        for data, reads in ((first, other), (second, one))
    ]
    assert files[0] == files[1]
    assert first_difference(Recorded(files[0]), Recorded(first)) == ""
    assert b"".join(even_frames([files[0]], most_facts=most)) == files[0], "once more changes nothing"


@given(seed=SEEDS, most=st.integers(1, 100))
def test_names_and_blobs_come_before_the_facts_that_mention_them(seed: int, most: int) -> None:
    data = b"".join(even_frames([recorded(seed, random.Random(seed))], most_facts=most))
    found = wire.unpack_header(data)
    assert found is not None
    names, blobs, trace = 0, 0, Trace()
    trace.feed(data[: found[1]])
    for kind, body, _ in wire.frames(data, found[1]):
        if kind == wire.NAMES:
            names = max(names, *(wire.NAME_ENTRY.unpack_from(each)[0] for each in wire.packed_names(bytes(body))))
        elif kind == wire.BLOBS:
            blobs += 1
        else:
            facts = Recorded(data[: found[1]] + wire.pack_frame(kind, bytes(body))).facts
            assert len(facts) <= most
            assert max(facts["name"].max(), facts["lane"].max()) <= names
            assert blobs or not facts["blob"].any()


def test_large_payloads_make_frames_of_a_bounded_size() -> None:
    data = b"".join(even_frames([recorded(3, random.Random(3), orders=60)], most_bytes=500))
    found = wire.unpack_header(data)
    assert found is not None
    sizes = [len(body) for kind, body, _ in wire.frames(data, found[1]) if kind == wire.BLOBS]
    assert len(sizes) > 10
    assert max(sizes) < 5_000
    assert first_difference(Recorded(data), Recorded(recorded(3, random.Random(3), orders=60))) == ""
