"""The program as commands see it: for how long they may try, and how many emits may go on beside it."""

from __future__ import annotations

import threading
import time

import pytest

from buslens.control.controlled import MOST_THREADS, MOST_WAIT_NS, WAIT_NS
from buslens.control.messages import Asked, Refused
from tests.helpers.controlled import Running


def test_what_comes_too_late_is_refused_and_nothing_may_wait_for_ever(process: Running) -> None:
    until_ns, now = process.control.program.until_ns, time.monotonic_ns()
    assert until_ns(Asked({})) >= now + WAIT_NS
    assert until_ns(Asked({"until_ns": 1 << 62})) <= time.monotonic_ns() + MOST_WAIT_NS
    with pytest.raises(Refused, match="does not wait any more"):
        until_ns(Asked({"until_ns": now}))


def test_only_so_many_emits_go_on_at_once(process: Running) -> None:
    program, go_on = process.control.program, threading.Event()
    for _ in range(MOST_THREADS):
        program.run_beside(go_on.wait)
    with pytest.raises(Refused, match="emits go on"):
        program.run_beside(go_on.wait)
    go_on.set()
    for thread in program._threads:
        thread.join()
    program.run_beside(go_on.wait)
