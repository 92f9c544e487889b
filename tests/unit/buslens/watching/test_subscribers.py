"""Who is subscribed, kept by a library's own keys, and what is told when they come and go."""

from __future__ import annotations

import pytest

from buslens.recorder import Recorder
from buslens.watching.subscribers import FREED, Subscribers, said_of
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Facts


class Emitter: ...


@pytest.fixture
def subscribers() -> Subscribers:
    emitter, recorder = Emitter(), Recorder()
    return Subscribers(Watch(emitter, recorder, recorder.bus("orders")), "placed")


def reserve() -> None: ...


def audit() -> None: ...


def test_who_comes_is_told_with_place_and_way_and_who_is_freed_with_the_same(subscribers: Subscribers) -> None:
    subscribers.came(1, subscribers.described(reserve, ("shop.py", 7), weak=True, only="sender shop"))
    subscribers.went(1, FREED)
    facts = Facts(subscribers.watch.recorder)
    assert facts.added == facts.removed == [("placed", "reserve", False)]
    assert facts.said_added == [{"file": "shop.py", "line": 7, "weak": True, "only": "sender shop"}]
    assert facts.said_removed == [{**facts.said_added[0], "why": FREED}]


def test_the_same_handler_again_is_told_once_and_another_one_in_its_place_is_told(subscribers: Subscribers) -> None:
    for handler in (reserve, reserve, audit):
        subscribers.came(1, subscribers.described(handler))
    facts = Facts(subscribers.watch.recorder)
    assert [handler for _, handler, _ in facts.added] == ["reserve", "audit"]
    assert [handler for _, handler, _ in facts.removed] == ["reserve"]
    assert facts.said_added == [{}, {}]


def test_who_is_not_known_does_not_go(subscribers: Subscribers) -> None:
    subscribers.went(1)
    assert Facts(subscribers.watch.recorder).removed == []


def test_why_somebody_had_no_turn(subscribers: Subscribers) -> None:
    for key, handler in ((1, reserve), (2, audit), (3, audit)):
        subscribers.remember(key, subscribers.described(handler))
    subscribers.went(1)
    subscribers.went(2, FREED)
    assert [subscribers.missed(key) for key in (1, 2, 3)] == [
        "it was unsubscribed before its turn",
        "it was freed before its turn",
        "its library did not call it",
    ]


def test_a_note_tells_of_two_names_of_one_module_and_else_of_what_is_known() -> None:
    assert said_of(()) == b""
    assert said_of(("handlers", "shop.handlers"), line=None, why="") == b'{"modules":["handlers","shop.handlers"]}'
