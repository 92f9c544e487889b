"""The same program on a bare and on a watched emitter does the same: any program, made up by hypothesis."""

from __future__ import annotations

import asyncio
import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from buslens.recorder import Recorder
from tests.unit.buslens.facts import Facts

EVENTS = ("a", "b", "error", "new_listener")
HANDLERS = 6
ACTS = ("log", "raise", "emit", "remove me", "remove all", "subscribe", "once", "emit twice", "return")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["on", "once", "emit", "emit", "emit", "remove", "remove all", "settle"]),
        st.sampled_from(EVENTS),
        st.integers(0, HANDLERS - 1),
        st.booleans(),
    ),
    max_size=25,
)
BEHAVIOUR = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from(EVENTS), st.integers(0, HANDLERS - 1), st.booleans()),
    min_size=HANDLERS,
    max_size=HANDLERS,
)
Step = tuple[str, str, int, bool]


class Program:
    """Runs steps on an emitter and logs all that the program itself can see."""

    def __init__(self, emitter: EventEmitter, behaviour: list[Step], asynchronous: bool) -> None:
        self.emitter = emitter
        self.log: list[object] = []
        self.budget = 60
        """Handlers that still do something: what they emit may never end otherwise."""

        make = self.make_async if asynchronous else self.make
        self.handlers = [make(number, *act) for number, act in enumerate(behaviour)]

    def make(self, number: int, act: str, event: str, other: int, flag: bool) -> Callable[..., Any]:
        def handler(*args: object, **kwargs: object) -> object:
            return self.act(number, act, event, other, args, kwargs)

        return handler

    def make_async(self, number: int, act: str, event: str, other: int, flag: bool) -> Callable[..., Any]:
        if not flag:
            return self.make(number, act, event, other, flag)

        async def handler(*args: object, **kwargs: object) -> object:
            self.log.append(("begins", number))
            await asyncio.sleep(0)
            return self.act(number, act, event, other, args, kwargs)

        return handler

    def act(self, number: int, act: str, event: str, other: int, args: Any, kwargs: Any) -> object:
        self.log.append((number, act, [self.shown(arg) for arg in args], sorted(kwargs)))
        self.budget -= 1
        if self.budget < 0:
            return None
        if act == "raise":
            raise ValueError(f"handler {number}")
        if act.startswith("emit"):
            for _ in range(1 + (act == "emit twice")):
                self.step("emit", event, number, False)
        elif act == "remove me":
            self.emitter.remove_listener(event, self.handlers[number])
        elif act == "remove all":
            self.emitter.remove_all_listeners(event)
        elif act in ("subscribe", "once"):
            self.step("on" if act == "subscribe" else "once", event, other, False)
        return number

    def shown(self, value: object) -> object:
        return self.handlers.index(value) if value in self.handlers else without_addresses(value)

    def step(self, verb: str, event: str, handler: int, flag: bool) -> None:
        emitter = self.emitter
        result: object = None
        if verb == "emit":
            result = emitter.emit(event, handler, at=flag) if flag else emitter.emit(event, handler)
        elif verb in ("on", "once"):
            result = getattr(emitter, verb)(event, self.handlers[handler]) is self.handlers[handler]
        elif verb == "remove":
            emitter.remove_listener(event, self.handlers[handler])
        elif verb == "remove all":
            emitter.remove_all_listeners(event if flag else None)
        self.log.append((verb, event, result))

    async def run(self, steps: list[Step]) -> list[object]:
        for step in steps:
            try:
                self.step(*step)
            except Exception as error:
                self.log.append((step[0], type(error).__name__, without_addresses(error)))
            if step[0] == "settle":
                await asyncio.sleep(0)
            self.log.append(
                (sorted(self.emitter.event_names()), [list(map(self.shown, self.emitter.listeners(e))) for e in EVENTS])
            )
        # Nested emits put more in than wait_for_complete waits for.
        while getattr(self.emitter, "_waiting", None):  # noqa: ASYNC110
            await asyncio.sleep(0)
        return self.log


def logs(
    make: Callable[[], EventEmitter],
    steps: list[Step],
    behaviour: list[Step],
    asynchronous: bool,
    recorder: Recorder | None = None,
) -> None:
    """recorder: where to; into memory otherwise, where all that was announced must have come to an end."""
    to = recorder or Recorder()

    async def both() -> None:
        trouble: list[str] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, said: trouble.append(without_addresses(said.get("exception")))
        )
        bare = await Program(make(), behaviour, asynchronous).run(steps)
        bare_trouble, trouble[:] = list(trouble), []
        emitter = make()
        before = set(vars(emitter))
        probe = buslens.attach(emitter, recorder=to)
        assert await Program(emitter, behaviour, asynchronous).run(steps) == bare
        assert trouble == bare_trouble
        assert probe.attached
        probe.detach()
        assert set(vars(emitter)) == before
        assert recorder is not None or not Facts(to).still_open(), "every announced call ends or is skipped"

    asyncio.run(both())


@settings(max_examples=150, deadline=None)
@given(STEPS, BEHAVIOUR)
def test_synchronous_programs(steps: list[Step], behaviour: list[Step]) -> None:
    logs(EventEmitter, steps, behaviour, asynchronous=False)


@settings(max_examples=150, deadline=None)
@given(STEPS, BEHAVIOUR)
def test_asyncio_programs(steps: list[Step], behaviour: list[Step]) -> None:
    logs(AsyncIOEventEmitter, steps, behaviour, asynchronous=True)


def without_addresses(said: object) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", repr(said))


class Counting(EventEmitter):
    """A subclass that looks at what it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[object] = []

    def _emit_run(self, f: Any, args: Any, kwargs: Any) -> None:
        self.ran.append((f.__name__, asyncio.iscoroutinefunction(f)))
        super()._emit_run(f, args, kwargs)


class Reversed(EventEmitter):
    """A subclass with a dispatch loop of its own."""

    def _call_handlers(self, event: Any, args: Any, kwargs: Any) -> bool:
        with self._lock:
            functions = list(self._events.get(event, {}).values())
        for function in reversed(functions):
            self._emit_run(function, args, kwargs)
        return bool(functions)


@pytest.mark.parametrize("kind", [Counting, Reversed])
@settings(max_examples=50, deadline=None)
@given(steps=STEPS, behaviour=BEHAVIOUR)
def test_programs_on_subclasses_of_their_own(
    kind: type[EventEmitter], steps: list[Step], behaviour: list[Step]
) -> None:
    logs(kind, steps, behaviour, asynchronous=False)


def test_a_subclass_sees_the_handlers_that_it_would_see() -> None:
    async def later() -> None:
        pass

    def now() -> None:
        pass

    seen = []
    for watched in (False, True):
        emitter = Counting()
        if watched:
            buslens.attach(emitter)
        emitter.on("x", now)
        emitter.once("x", now)
        emitter.on("y", later)
        emitter.emit("x")
        with pytest.warns(RuntimeWarning, match="never awaited"):
            emitter.emit("y")
        seen.append(emitter.ran)
    assert seen[0] == seen[1]


def test_a_watched_emitter_is_pickled_and_copied_as_if_it_were_bare() -> None:
    bare, watched = EventEmitter(), EventEmitter()
    for emitter in (bare, watched):
        emitter.on("x", print)
    probe = buslens.attach(watched)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.dumps(watched, protocol) == pickle.dumps(bare, protocol)
    for twin in (copy.copy(watched), copy.deepcopy(watched), pickle.loads(pickle.dumps(watched))):
        assert set(vars(twin)) == {"_events", "_lock"}
        twin.emit("x")
    watched.emit("x")
    assert len(Facts(probe.recorder).of("x")) == 1


def test_events_that_are_no_text_and_events_that_cannot_be() -> None:
    for watched in (False, True):
        emitter: Any = EventEmitter()
        if watched:
            probe = buslens.attach(emitter)
        heard: list[object] = []
        for event in (3, None, ("a", 1), frozenset()):
            emitter.on(event, heard.append)
            assert emitter.emit(event, event)
        assert heard == [3, None, ("a", 1), frozenset()]
        for verb, *said in (("emit", []), ("on", {}, print), ("remove_all_listeners", [])):
            with pytest.raises(TypeError, match="unhashable"):
                getattr(emitter, verb)(*said)
    assert [found.event for found in Facts(probe.recorder).dispatches.values() if found.handlers] == [
        "3",
        "None",
        "('a', 1)",
        "frozenset()",
    ]


def test_a_watched_emitter_is_freed_like_a_bare_one() -> None:
    gone: list[bool] = []

    class Dying(EventEmitter):
        def __del__(self) -> None:
            gone.append(True)

    emitter = Dying()
    emitter.on("x", print)
    probe = buslens.attach(emitter)
    del emitter
    assert gone == [True]
    probe.detach()
