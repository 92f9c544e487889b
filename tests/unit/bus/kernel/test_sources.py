"""Who waits for the script and for services that will be back, and when nobody waits any more."""

from __future__ import annotations

from bus.kernel.sources import Part, Sources
from bus.kernel.tasks import Task, Tasks


def waits(ns: int) -> Part:
    yield ns


def test_it_is_over_when_all_are_that_have_begun_meanwhile() -> None:
    tasks = Tasks(lambda: None)
    sources = Sources(tasks)

    def script(_: Task) -> Part:
        yield 5
        sources.add(lambda _: waits(10))
        sources.add(lambda _: waits(20))

    sources.add(script)
    sources.begin()
    assert not sources.is_resting
    tasks.run()
    assert tasks.now == 25
    assert (sources.is_resting, sources.are_over) == (True, True)


def test_what_begins_once_nobody_waits_is_not_over_all_the_same() -> None:
    tasks = Tasks(lambda: None)
    sources = Sources(tasks)
    sources.add(lambda _: waits(1))
    sources.begin()
    tasks.run()
    sources.add(lambda _: waits(1))
    assert (sources.is_resting, sources.are_over) == (True, False)
    tasks.run()
    assert sources.are_over
