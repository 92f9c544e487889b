"""Hooks in an object's own `__dict__`: on, aside while it is copied, and off again without a trace."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from buslens.recorder import Recorder
from buslens.watching.methods import MethodHooks, Subscription, marked
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Facts


class Bus:
    """Of a library that nobody knows."""

    def __init__(self) -> None:
        self.handlers: list[Callable[..., object]] = []

    def send(self, number: int) -> int:
        return number + 1


class BusHooks(MethodHooks):
    METHODS = ("send",)

    def __init__(self, emitter: Bus, recorder: Recorder, bus: int = 0) -> None:
        super().__init__(emitter, Watch(emitter, recorder, bus))
        self.sent: list[int] = []
        self.hook({"send": self._sending})

    def subscriptions(self, emitter: Bus, wait: bool) -> list[Subscription]:
        return [("placed", handler, False) for handler in emitter.handlers]

    def unseen(self) -> list[str]:
        return ["what the bus sends by itself"]

    @property
    def _sending(self) -> Any:
        def send(number: int) -> Any:
            self.sent.append(number)
            return self.bare("send")(number)

        return send


def handler() -> None: ...


def watched(bus: Bus) -> BusHooks:
    hooks = BusHooks(bus, Recorder())
    hooks.put_on(bus)
    return hooks


def test_hooks_see_what_is_called_and_what_is_subscribed_already() -> None:
    bus = Bus()
    bus.handlers.append(handler)
    hooks = watched(bus)
    assert bus.send(1) == 2
    assert hooks.sent == [1]
    assert Facts(hooks.watch.recorder).added == [("placed", "handler", False)]


def test_other_objects_of_the_class_have_no_hooks() -> None:
    hooks = watched(Bus())
    assert Bus().send(1) == 2
    assert hooks.sent == []


def test_the_hooks_of_an_object_are_found_again() -> None:
    bus = Bus()
    hooks = watched(bus)
    assert BusHooks.of(bus) is hooks
    assert marked(vars(bus)["send"]) is hooks
    assert BusHooks.of(Bus()) is None
    assert BusHooks.of(7) is None


def test_taken_off_the_object_is_as_it_was() -> None:
    bus = Bus()
    before = dict(vars(bus))
    hooks = watched(bus)
    hooks.take_off(bus)
    assert vars(bus) == before


def test_somebody_elses_patch_is_called_and_comes_back() -> None:
    bus = Bus()
    patch = bus.send = lambda number: number * 10  # type: ignore[method-assign, assignment]
    hooks = watched(bus)
    assert bus.send(4) == 40
    hooks.take_off(bus)
    assert bus.send is patch


def test_a_hook_that_somebody_has_wrapped_stays_and_passes_on() -> None:
    bus = Bus()
    hooks = watched(bus)
    ours = bus.send
    bus.send = lambda number: ours(number) + 100  # type: ignore[method-assign]
    hooks.take_off(bus)
    assert bus.send(1) == 102


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda bus: pickle.loads(pickle.dumps(bus))])
def test_a_copy_has_no_hooks_and_the_object_keeps_its_own(copied: Callable[[Bus], Bus]) -> None:
    bus = Bus()
    bus.handlers.append(handler)
    hooks = watched(bus)
    other = copied(bus)
    assert vars(other) == {"handlers": [handler]}
    assert BusHooks.of(bus) is hooks


def test_a_forked_child_says_again_what_is_subscribed_and_what_is_not_seen() -> None:
    bus = Bus()
    hooks = watched(bus)
    bus.handlers.append(handler)
    hooks.watch.cannot_see("what the bus sends by itself")
    hooks.watch.recorder.after_fork(1)
    hooks.after_fork(1)
    facts = Facts(hooks.watch.recorder)
    assert facts.added == [("placed", "handler", False)]
    assert facts.marks == ["what the bus sends by itself"]


def test_what_an_object_lacks_is_said_by_name() -> None:
    assert BusHooks.missing(Bus()) == []
    assert BusHooks.missing(object()) == ["send", "__dict__"]


def test_hooks_go_with_their_object() -> None:
    bus = Bus()
    hooks = weakref.ref(watched(bus))
    del bus
    gc.collect()
    assert hooks() is None
