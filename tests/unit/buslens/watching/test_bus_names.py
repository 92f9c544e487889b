"""Every dispatch and subscription names its emitter, and no two emitters of a capture are called alike."""

from __future__ import annotations

import enum
import functools
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from buslens.recorder import Recorder
from buslens.watching.naming import describe
from tests.unit.buslens.facts import Facts

HERE = Path(__file__).name


class Orders(EventEmitter): ...


def test_emitters_of_one_recorder_are_told_apart() -> None:
    recorder = Recorder()
    emitters = [EventEmitter() for _ in range(3)]
    for emitter in emitters:
        buslens.attach(emitter, recorder=recorder, bus="orders")
    for emitter in emitters:
        emitter.emit("changed")
    assert [each.bus for each in Facts(recorder).dispatches.values()] == ["orders", "orders #2", "orders #3"]


def test_an_emitter_that_is_attached_again_is_the_same_bus() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    for _ in range(2):
        probe = buslens.attach(emitter, recorder=recorder, bus="orders")
        emitter.emit("changed")
        probe.detach()
    assert {each.bus for each in Facts(recorder).dispatches.values()} == {"orders"}


def test_without_a_name_it_is_its_class_and_where_it_was_attached() -> None:
    recorder = Recorder()
    emitter = Orders()
    buslens.attach(emitter, recorder=recorder)
    emitter.emit("changed")
    facts = Facts(recorder)
    (bus,) = (name for name in facts.names.values() if "class" in name)
    assert (bus["class"], bus["file"], bus["made"]) == (f"{__name__}.Orders", __file__, "attached")
    assert facts.one("changed").bus == bus["text"] == f"Orders at {HERE}:{bus['line']}"


def test_a_program_that_traces_its_memory_knows_where_it_was_created() -> None:
    tracemalloc.start(5)
    try:
        emitter, line = Orders(), _line()
        recorder = Recorder()
        buslens.attach(emitter, recorder=recorder)
    finally:
        tracemalloc.stop()
    (bus,) = (name for name in Facts(recorder).names.values() if "class" in name)
    assert (bus["file"], bus["line"], bus["made"]) == (__file__, line, "created")


def _line() -> int:
    import sys

    return sys._getframe(1).f_lineno


class Topic(str, enum.Enum):  # noqa: UP042  as programs write it
    A = "topic.a"


def test_an_event_of_an_enum_of_strings_is_its_string() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)
    emitter.on(Topic.A, lambda: None)
    emitter.emit(Topic.A)
    emitter.emit("topic.a")
    facts = Facts(recorder)
    assert [(each.event, each.handlers) for each in facts.dispatches.values()] == [("topic.a", 1)] * 2
    assert [name["text"] for name in facts.names.values() if "bus" in name] == ["topic.a"]


def handler(*_: object) -> None: ...


def _as_playwright_does(wanted: Any) -> Callable[..., Any]:
    def wrapper(*args: Any) -> Any:
        return wanted(*args)

    owner = getattr(wanted, "__self__", wanted)
    owner.__dict__["_pw_api_instance_" + wanted.__name__] = wrapper
    return wrapper


class Page:
    def on_close(self) -> None: ...


class Remembering:
    """A decorator that is an object."""

    def __init__(self, wanted: Any) -> None:
        functools.update_wrapper(self, wanted)

    def __call__(self, *_: object) -> None: ...


class Sly:
    @property
    def __wrapped__(self) -> Any:
        raise AssertionError("never asked")

    def __call__(self) -> None: ...


def _without_wraps(wanted: Any) -> Callable[..., Any]:
    def undisclosed(*args: Any) -> Any:
        return wanted(*args)

    return undisclosed


@pytest.mark.parametrize(
    ("wrapped", "text"),
    [
        (functools.wraps(handler)(lambda *_: None), "handler"),
        (functools.wraps(functools.wraps(handler)(lambda: None))(lambda: None), "handler"),
        (functools.partial(functools.wraps(handler)(lambda *_: None), 1), "handler"),
        (_as_playwright_does(handler), "handler"),
        (_as_playwright_does(Page().on_close), "Page.on_close"),
        (Remembering(handler), "handler"),
        (functools.lru_cache(handler), "handler"),
        (Sly(), "Sly"),
        (_without_wraps(handler), "_without_wraps.<locals>.undisclosed"),
    ],
)
def test_behind_a_wrapper_the_persons_function_is_named_with_its_place(wrapped: Any, text: str) -> None:
    name = describe(wrapped)
    assert (name.text, Path(name.file).name) == (text, HERE)
    if text == "handler":
        assert name.line == handler.__code__.co_firstlineno
