"""A HandlerContext that keeps what steps ask of it, in order, in place of a run."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from bus.behaviour.context import Call, NoFullQueues
from bus.behaviour.handler_steps import HandlerSteps
from bus.behaviour.places import Lines
from bus.behaviour.steps import ready_steps
from bus.scenario import loads
from bus.workers.python_host import PythonHost
from buslens.records import Decided


class Asked:
    """Answers at once: time passes as soon as it is waited for."""

    trusted = False
    is_stopped = False
    is_virtual = False

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []
        self.counters: dict[str, int] = {}
        self.python = PythonHost()
        self.services = NoFullQueues()

    def sample(self, event: str) -> Any:
        return {"sample of": event}

    def emit(self, event: str, value: Any) -> None:
        if event == "refused":
            raise ConnectionError("no bus")
        self.said.append(("emit", event, value))

    def decided(self, what: Decided, note: str) -> None:
        self.said.append(("decided", what, note))

    def log(self, text: str) -> None:
        self.said.append(("log", text))

    def count(self, name: str) -> None:
        self.counters[name] = self.counters.get(name, 0) + 1

    def error_class(self, name: str) -> type[Exception]:
        return type(name, (Exception,), {})

    def before_failure(self) -> None:
        self.said.append(("failure comes",))

    def block(self, ns: int, event: str, handler: str) -> None:
        self.said.append(("block", ns, event, handler))

    async def wait(self, ns: int, event: str, handler: str) -> None:
        self.said.append(("wait", ns, event, handler))

    def held(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def handler(*steps: str) -> HandlerSteps:
    """The steps of `h`, as a scenario says them; the handler stands on line 4, its first step on line 7."""
    do = "".join(f"      - {step}\n" for step in steps)
    events = "events: {a: {}, b: {}, refused: {}}"
    document = loads(f"buslens: 1\n{events}\nhandlers:\n  h:\n    on: a\n    do:\n{do}")
    lines = Lines(document)
    return HandlerSteps("h", lines, ready_steps("h", document.scenario.handlers["h"].do, lines))


def call(context: Asked, payload: Any = None, count: int = 1) -> Call:
    """A call of `h` for `a`."""
    return Call(context, "h", "a", payload, count, random.Random(7))
