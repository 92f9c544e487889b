"""A part of a capture holds exactly the facts of its stretch, and opens with everything that they need."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.export import slice as slices
from bus.trace import Trace
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.records import Kind, Outcome
from tests.helpers.make_trace import make_trace
from tests.unit.bus.programs.played import Played, S, trace_of

TOLD_OF = {Kind.DISPATCH_EMITTED, Kind.CALL_STARTED, Kind.CALL_ENDED, Kind.SKIPPED, Kind.HANDLER_ADDED}


def facts_of(data: bytes) -> np.ndarray:
    """All facts of a capture, in order, found without the code under test."""
    found = wire.unpack_header(data)
    assert found is not None
    bodies = [bytes(body) for kind, body, _ in wire.frames(data, found[1]) if kind == wire.FACTS]
    return np.frombuffer(b"".join(bodies), FACT_DTYPE)


def within(facts: np.ndarray, span: tuple[int, int]) -> list[bytes]:
    times = facts["time_ns"]
    return [fact.tobytes() for fact in facts[(times >= span[0]) & (times <= span[1])]]


@pytest.fixture(scope="module")
def shop() -> Trace:
    return make_trace(300, running=4)


def sliced(trace: Trace, span: tuple[int, int], folder: Path) -> tuple[Trace, np.ndarray]:
    path = folder / "part.buslens"
    slices.write(trace, path, span)
    return capture.load(path), facts_of(path.read_bytes())


def test_a_part_holds_exactly_the_facts_of_its_stretch(shop: Trace, tmp_path: Path) -> None:
    everything = facts_of(shop.raw.read(0, shop.whole))
    rng = random.Random(3)
    first, last = shop.span_ns
    for _ in range(25):
        span = (start := rng.randint(first, last), min(last, start + rng.randint(20_000_000, 900_000_000)))
        part, facts = sliced(shop, span, tmp_path)
        assert within(facts, span) == within(everything, span)
        before = facts[facts["time_ns"] < span[0]]
        assert not len(facts[facts["time_ns"] > span[1]])
        assert {int(kind) for kind in before["kind"]} <= TOLD_OF
        assert len({(int(fact["kind"]), int(fact["id"]), int(fact["name"])) for fact in before}) == len(before)
        assert part.damage == ""
        part.raw.close()


def test_every_cause_name_and_payload_of_a_part_is_in_it(shop: Trace, tmp_path: Path) -> None:
    first, last = shop.span_ns
    part, _ = sliced(shop, ((first + last) // 2, (first + last) // 2 + 300_000_000), tmp_path)
    assert len(part.dispatches) > 20
    for row in range(len(part.dispatches)):
        whole = shop.dispatches.row_of(int(part.dispatches.id[row]))
        assert part.payload(row) == shop.payload(whole)
        assert part.names.text(int(part.dispatches.event[row])) == shop.names.text(int(shop.dispatches.event[whole]))
        assert part.dispatches.root[row] == shop.dispatches.root[whole]
    for row in range(len(part.calls)):
        whole = shop.calls.row_of(int(part.calls.id[row]))
        assert part.names[int(part.calls.handler[row])] == shop.names[int(shop.calls.handler[whole])]
        assert part.dispatches.row_of(int(part.calls.dispatch[row])) >= 0
        assert part.calls.emitted_ns[row] == shop.calls.emitted_ns[whole]
        if part.calls.outcome[row] == Outcome.FAILED:
            assert part.error(row) == shop.error(whole)
    part.raw.close()


def test_what_began_before_is_seen_to_begin_before(shop: Trace, tmp_path: Path) -> None:
    calls = shop.calls
    row = int(np.argmax(calls.duration_ns))
    middle = int(calls.started_ns[row] + calls.duration_ns[row] // 2)
    part, _ = sliced(shop, (middle, middle + 500_000_000), tmp_path)
    there = part.calls.row_of(int(calls.id[row]))
    assert part.calls.started_ns[there] == calls.started_ns[row] < middle
    assert part.calls.ended_ns[there] == calls.ended_ns[row]
    assert part.header is not None
    assert part.header.extra["stretch_ns"] == [middle, middle + 500_000_000]
    part.raw.close()


def test_a_dispatch_is_as_far_as_it_was_at_the_end_of_the_part(shop: Trace, tmp_path: Path) -> None:
    first, last = shop.span_ns
    span = (first + (last - first) // 3, first + (last - first) // 2)
    part, _ = sliced(shop, span, tmp_path)
    for row in range(len(part.dispatches)):
        whole = shop.dispatches.row_of(int(part.dispatches.id[row]))
        over = shop.dispatches.open[whole] == 0 and shop.dispatches.ended_ns[whole] <= span[1]
        assert (part.dispatches.outcome[row] == Outcome.RUNNING) == (not over)
        if over:
            assert part.dispatches.outcome[row] == shop.dispatches.outcome[whole]
    part.raw.close()


def test_notes_of_the_stretch_come_along(shop: Trace, tmp_path: Path) -> None:
    trace = make_trace(20)
    first, last = trace.span_ns
    trace.notes.add(first + 10, "early")
    trace.notes.add((first + last) // 2, "here")
    part, _ = sliced(trace, ((first + last) // 2 - 1000, last), tmp_path)
    assert [note.text for note in part.notes.all] == ["here"]
    part.raw.close()


def test_an_empty_stretch_is_refused(shop: Trace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing happened"):
        slices.write(shop, tmp_path / "part.buslens", (0, 10))
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_a_session_tells_of_its_processes(tmp_path: Path) -> None:
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    for second in (1, 2, 3):
        web.emit("a", at=second * S)
        worker.emit("b", at=second * S + 5)
    trace = trace_of(web, worker)
    part, _ = sliced(trace, (2 * S, 3 * S), tmp_path)
    assert part.processes.all == trace.processes.all
    assert [each.title for each in part.processes.all.values()] == ["web.py 1", "worker.py 2"]
    part.raw.close()
