"""Workers are called by their owner and a number."""

from __future__ import annotations

from bus.trace.work_names import owner_of, worker_name


def test_a_worker_names_its_owner() -> None:
    assert worker_name("desk", 3) == "desk worker_3"
    assert owner_of(worker_name("my worker_shop", 3)) == "my worker_shop"


def test_a_name_that_says_nothing_has_no_owner() -> None:
    assert owner_of("process 4711") == ""
