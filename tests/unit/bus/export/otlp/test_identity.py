"""Ids of spans: the same in every export of a capture, and in no other capture."""

from __future__ import annotations

import time
import uuid

import pytest

from bus.export.otlp.identity import CaptureIdentity, system_of
from buslens.wire import Header, simulated

HEADER = Header("shop.py", 4711, "desk", 1_795_000_000_000_000_000, 5_000)


def test_ids_are_as_long_as_traces_want_them_and_come_again() -> None:
    first, again = CaptureIdentity(HEADER), CaptureIdentity(HEADER._replace())
    assert (len(first.trace_id(1)), len(first.span_id(1))) == (16, 8)
    assert (first.trace_id(1), first.span_id(1)) == (again.trace_id(1), again.span_id(1))
    assert len({first.span_id(ident) for ident in range(10_000)}) == 10_000
    assert first.trace_id(1)[:8] != first.span_id(1)


@pytest.mark.parametrize(
    "changed", [{"pid": 4712}, {"host": "lap"}, {"wall_ns": HEADER.wall_ns + 1}, {"process": "\ud800"}], ids=str
)
def test_another_process_has_other_ids(changed: dict[str, object]) -> None:
    one, other = CaptureIdentity(HEADER), CaptureIdentity(HEADER._replace(**changed))
    assert one.span_id(1) != other.span_id(1)
    assert one.trace_id(1) != other.trace_id(1)
    assert uuid.UUID(one.instance) != uuid.UUID(other.instance)


def test_a_part_of_a_capture_has_the_ids_of_the_whole() -> None:
    part = HEADER._replace(extra={"stretch_ns": [1, 2]})
    assert CaptureIdentity(part).span_id(7) == CaptureIdentity(HEADER).span_id(7)


def test_times_are_those_of_the_wall_and_always_possible() -> None:
    identity = CaptureIdentity(HEADER)
    assert identity.unix_ns(5_000) == HEADER.wall_ns
    assert identity.unix_ns(6_500) == HEADER.wall_ns + 1_500
    assert identity.unix_ns(-(1 << 63)) == 0
    assert CaptureIdentity(HEADER._replace(wall_ns=1 << 70)).unix_ns(0) == (1 << 64) - 1


@pytest.mark.parametrize(
    ("engine", "class_name", "system"),
    [
        ("pyee-asyncio", "", "pyee"),
        ("rabbitmq", "rabbitmq", "rabbitmq"),
        ("", "pyee.asyncio.AsyncIOEventEmitter", "pyee"),
        ("", "shop.Bus", "_OTHER"),
        ("", "", "_OTHER"),
    ],
)
def test_the_system_is_the_engine_or_the_library_and_never_a_guess(engine: str, class_name: str, system: str) -> None:
    header = HEADER._replace(extra={"engine": engine} if engine else {})
    assert system_of(header, frozenset({"pyee"}))(class_name) == system


def test_each_export_of_a_simulated_run_has_ids_of_its_own_and_begins_now() -> None:
    before = time.time_ns()
    one, other = (CaptureIdentity(simulated(engine="pyee", seed=7)) for _ in range(2))
    assert one.trace_id(1) != other.trace_id(1)
    assert before <= one.unix_ns(0) <= time.time_ns()
    assert one.unix_ns(5) == one.unix_ns(0) + 5
