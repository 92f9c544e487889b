"""The records of the kernel: what is too much for a run, and payloads as the probe has them."""

from __future__ import annotations

import pytest

from bus.kernel.beyond import BeyondKernel
from bus.kernel.records import Records, payload_blob
from bus.trace import Trace
from buslens.wire import Header
from tests.helpers.two_levels import recorded


def records(most_bytes: int) -> Records:
    return Records(Header.here(clock="virtual", mono_ns=0), "engine", most_bytes)


def test_a_run_ends_where_its_payloads_are_too_many_or_its_facts() -> None:
    full = records(1_000)
    for _ in range(10):
        full.payload("x" * 50)
    with pytest.raises(BeyondKernel):
        full.payload("x" * 1000)
    full = records(96)
    for _ in range(3):
        full.counted(0, "k", 1, 0)
    with pytest.raises(BeyondKernel):
        full.make_room()


def test_it_is_read_as_any_capture() -> None:
    some = records(1_000_000)
    some.mark(5, "here", 0)
    trace = Trace()
    trace.feed(some.capture())
    assert trace.marks.text(0) == "here"
    assert payload_blob({"n": 1})[1] == b'{"n":1}'


def test_large_and_odd_payloads_are_kept_as_the_probe_keeps_them() -> None:
    recorded(
        "buslens: 1\nevents: {a: {}}\nscript:\n"
        "  - {emit: a, times: 2, with: {long: \"$'x' + 'y'\", list: [1, [2, [3, [4, [5, {deep: 1}]]]]]}}\n"
        f"  - {{emit: a, with: {'x' * 20_000}}}\n  - {{emit: a, with: 1.5}}\n"
    )
