"""What a handler's steps ask for in a worker's process happens in the run, on its clock and its counters."""

from __future__ import annotations

from typing import Any

import pytest

from bus.workers.worker_talk import LONGEST_WAIT_NS, WorkerTalk


class Child:
    def __init__(self, pid: int = 7) -> None:
        self.pid, self.knows, self.told = pid, None, list[dict[str, Any]]()

    def send(self, said: dict[str, Any]) -> None:
        self.told.append(said)

    def hear(self) -> None:
        return None


class Host:
    def __init__(self, child: Child) -> None:
        self.child = child

    def take(self) -> Child:
        return self.child

    def give_back(self, child: Child) -> None: ...

    def discard(self, child: Child) -> str:
        return "was killed by signal 9"


class Run:
    def __init__(self) -> None:
        self.did: list[tuple[str, Any]] = []

    def emit(self, event: str, value: Any) -> None:
        self.did.append((event, value))

    def log(self, text: str) -> None:
        self.did.append(("log", text))

    def count(self, name: str) -> None:
        self.did.append(("count", name))

    def wait(self, ns: int) -> None:
        self.did.append(("wait", ns))


def test_each_wish_happens_in_the_run_and_who_waits_is_told_when_it_is_over() -> None:
    run, child = Run(), Child()
    with WorkerTalk(Host(child), run) as talk:
        talk.tell({"name": "shop"}, {"call": 1})
        for said in ({"count": "seen"}, {"wait": 5}, {"log": "here"}, {"emit": ["b", 1]}, {"done": True}):
            talk.answer(said)
    assert run.did == [("count", "seen"), ("wait", 5), ("log", "here"), ("b", 1)]
    assert child.told == [{"name": "shop"}, {"call": 1}, {"ok": True}, {"ok": True}]
    assert talk.failure is None


def test_a_process_is_told_the_scenario_once_and_anew_when_it_is_another() -> None:
    run, child = Run(), Child()
    for scenario in ("shop", "shop", "market"):
        with WorkerTalk(Host(child), run) as talk:
            assert talk.tell({"name": scenario}, {"call": 1}) == 7
            talk.answer({"done": True})
    assert [said["name"] for said in child.told if "name" in said] == ["shop", "market"]


@pytest.mark.parametrize("wait", [-1, LONGEST_WAIT_NS + 1, 1.5, True, "5", None])
def test_a_wait_that_is_none_ends_the_call_and_names_the_process(wait: Any) -> None:
    run = Run()
    with WorkerTalk(Host(Child(pid=7)), run) as talk:
        talk.tell({}, {"call": 1})
        talk.answer({"wait": wait})
    assert run.did == []
    assert talk.failure is not None
    assert talk.failure.type == "WorkerLost"
    assert talk.failure.message == "the worker's process 7 was killed by signal 9 in this call"


def test_a_worker_elsewhere_has_no_process_of_ours() -> None:
    with WorkerTalk(Host(Child(pid=0)), Run()) as talk:
        assert talk.tell({}, {"call": 1}) == 0
        talk.answer(None)
    assert talk.failure is not None
    assert talk.failure.message.startswith("the worker's process was killed")


def test_the_name_of_a_counter_is_bounded() -> None:
    run = Run()
    with WorkerTalk(Host(Child()), run) as talk:
        talk.tell({}, {})
        talk.answer({"count": "c" * 9_000})
        talk.answer({"done": True})
    assert run.did == [("count", "c" * 1_000)]
