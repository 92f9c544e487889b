"""Calls in processes of a pool: each talks with the run that it belongs to, and all are gone with it."""

from __future__ import annotations

import os
from typing import Any

from bus.workers.process import ProcessPool

SCENARIO = {
    "scenario": {
        "own": "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{log: here}, {emit: a, with: 7}]}}\n",
        "included": {},
    },
    "file": "s.yaml",
    "seed": 0,
}
REQUEST = {
    "call": 1,
    "handler": "h",
    "event": "a",
    "payload": None,
    "count": 1,
    "number": 1,
    "counters": {},
    "trusted": False,
}


class Run:
    """Keeps what a worker asks of the run."""

    def __init__(self) -> None:
        self.logged: list[str] = []
        self.emitted: list[tuple[str, Any]] = []

    def emit(self, event: str, value: Any) -> None:
        self.emitted.append((event, value))

    def log(self, text: str) -> None:
        self.logged.append(text)

    def count(self, name: str) -> None:
        raise AssertionError(name)

    def wait(self, ns: int) -> None:
        raise AssertionError(ns)


def test_a_call_is_made_in_a_process_of_its_own_and_asks_the_run_for_what_it_needs() -> None:
    run = Run()
    pool = ProcessPool()
    try:
        with pool.talk(run) as talk:
            pid = talk.tell(SCENARIO, REQUEST)
            while not talk.over:
                talk.answer(talk.hear())
        assert talk.failure is None
        assert pid not in (0, os.getpid())
        assert (run.logged, run.emitted) == (["here"], [("a", 7)])
    finally:
        pool.close()


def test_whoever_waits_for_an_answer_hears_that_the_processes_are_gone() -> None:
    pool = ProcessPool()
    try:
        with pool.talk(Run()) as talk:
            talk.tell(SCENARIO, REQUEST)
            pool.kill()
            while not talk.over:
                talk.answer(talk.hear())
        assert talk.failure is not None
        assert talk.failure.type == "WorkerLost"
    finally:
        pool.close()
