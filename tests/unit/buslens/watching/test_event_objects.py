"""What is told of an event object that waits in its bus, and what its bus says of where it came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from buslens.context import CAUSE_UNKNOWN
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.event_objects import EventBusHooks, data_of
from buslens.watching.methods import Subscription
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Facts


class Event:
    def __init__(self, event_id: str, parent: str | None = None, **data: object) -> None:
        self.event_id, self.event_type, self.event_parent_id = event_id, "paid", parent
        vars(self).update(data)


class Bus:
    def send(self) -> None: ...


class BusHooks(EventBusHooks):
    METHODS = ("send",)

    def __init__(self, emitter: Bus) -> None:
        super().__init__(emitter, Watch(emitter, Recorder(), 0))

    def subscriptions(self, emitter: Any, wait: bool) -> list[Subscription]:
        return []


BUS = Bus()


def handler(_: object) -> None: ...


@pytest.fixture
def hooks() -> Any:
    return BusHooks(BUS)


def facts(hooks: BusHooks) -> Facts:
    return Facts(hooks.watch.recorder)


def test_a_call_runs_while_its_turn_lasts_and_the_others_are_left_out(hooks: BusHooks) -> None:
    event = Event("1", amount=3)
    hooks.emitted(event, [("a", handler), ("b", print)], None)
    with hooks.turn(event, "a", handler):
        pass
    hooks.over(event)
    paid = facts(hooks).one("paid")
    assert paid.payload == {"amount": 3}
    assert [(call.handler, call.outcome) for call in paid.calls] == [("handler", Outcome.OK)]
    assert [(name, why.startswith("its bus left it out")) for name, _, why in paid.skipped_handlers] == [
        ("print", True)
    ]
    assert hooks.waiting == {}


def test_an_error_goes_on_and_ends_the_call(hooks: BusHooks) -> None:
    event = Event("1")
    hooks.emitted(event, [("a", handler)], None)
    with pytest.raises(ValueError, match="declined"), hooks.turn(event, "a", handler):
        raise ValueError("declined")
    (call,) = facts(hooks).one("paid").calls
    assert call.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("of", "cause"),
    [
        (lambda current: Event("2", parent=current.event_id), "handler"),
        (lambda current: current, "handler"),
        (lambda _: Event("2"), 0),
        (lambda _: Event("2", parent="of another"), CAUSE_UNKNOWN),
    ],
    ids=["child", "forwarded", "root on purpose", "child of another"],
)
def test_what_the_bus_says_of_an_events_parent_is_kept(
    hooks: BusHooks, of: Callable[[Event], Event], cause: object
) -> None:
    first = Event("1")
    hooks.emitted(first, [("a", handler)], None)
    with hooks.turn(first, "a", handler):
        hooks.emitted(of(first), [], first)
    told = facts(hooks)
    second = told.of("paid")[-1]
    assert (told.cause(second) if cause == "handler" else second.parent) == cause


def test_an_event_that_was_not_told_has_no_calls(hooks: BusHooks) -> None:
    with hooks.turn(Event("9"), "a", handler):
        pass
    assert facts(hooks).calls == {}


def test_the_fields_of_the_bus_are_no_payload() -> None:
    assert data_of(Event("1", amount=3)) == {"amount": 3}
