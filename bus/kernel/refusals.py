"""What the kernel does not model, and leaves to the real bus in virtual time.

It names what it knows, so that what the language learns later is left to the real bus as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from bus.kernel.bus import ERROR
from bus.scenario import Scenario, acts, faults, steps
from bus.scenario.model import Event, Handler, steps_of
from bus.scenario.services import Service
from bus.workers import INLINE, KINDS

ENGINES = ("pyee-asyncio", "pyee")
"""Whose emitters it models."""

_CHANCE = "at for_ probability every if_ most"

_KNOWN: dict[type[BaseModel], str] = {
    Scenario: "buslens name description engine seed parameters events services handlers script faults swarm expect "
    "choices",
    Event: "description schema_ sample ttl last_value",
    Service: "workers queue description",
    # What only durable engines heed: attempts, ack, from_.
    Handler: "on do once block attempts retry when timeout on_failure concurrency order service debounce throttle "
    "batch ack from_ worker parallel description",
    acts.EmitAct: "emit with_ generate times every rate burst for_ at if_",
    acts.WaitAct: "wait",
    acts.MarkAct: "mark",
    acts.RepeatAct: "repeat users for_ do",
    steps.Log: "log",
    steps.Wait: "wait block",
    steps.Fail: "fail",
    steps.Crash: "crash",
    steps.Emit: "emit with_ if_ probability times",
    steps.Transform: "transform",
    steps.Count: "count",
    steps.Once: "once",
    steps.SagaStep: "step do undo",
    faults.FailFault: f"fail error {_CHANCE}",
    faults.HangFault: f"hang {_CHANCE}",
    faults.SlowFault: f"slow by {_CHANCE}",
    faults.DropFault: f"drop {_CHANCE}",
    faults.DuplicateFault: f"duplicate times {_CHANCE}",
    faults.DelayFault: f"delay by {_CHANCE}",
    faults.ReorderFault: f"reorder within {_CHANCE}",
    faults.CorruptFault: f"corrupt {_CHANCE}",
    faults.CrashFault: "crash at every for_",
    faults.AbsentFault: "absent at for_",
    faults.ClockFault: "clock skew drift at for_",
}
"""The fields of each part of a scenario that it models; of other parts none."""


def why_not(scenario: Scenario, engine: str) -> str:
    """Why a scenario cannot run in the kernel, as a sentence; empty where it can."""
    return next(_reasons(scenario, engine), "")


def _reasons(scenario: Scenario, engine: str) -> Iterator[str]:
    if engine not in ENGINES:
        yield f"the kernel does not model {engine}"
    yield from _unknown(scenario, "the scenario")
    for name, event in scenario.events.items():
        yield from _unknown(event, name)
    for name, handler in scenario.handlers.items():
        for reason in _of_handler(handler, engine):
            yield f"{name} {reason}"
        yield from _unknown(handler, name)
        for step in steps_of(handler.do):
            yield from _unknown(step, f"a step of {name}")
    for act in steps_of(scenario.script):
        yield from _unknown(act, "a step of the script")
    for name, service in scenario.services.items():
        yield from _unknown(service, name)
    for fault in scenario.faults:
        yield from _unknown(fault, f"the fault {fault.verb()}")
    if ERROR in scenario.events and scenario.events[ERROR].ttl is not None:
        yield f"{ERROR} expires, which pyee emits by itself in the context of other events"
    if any(handler.may_block for handler in scenario.handlers.values()):
        for name, handler in scenario.handlers.items():
            if handler.worker != INLINE:
                yield f"{name} has workers beside a loop that may be blocked: these are threads"


def _unknown(part: BaseModel, what: str) -> Iterator[str]:
    known = _KNOWN.get(type(part))
    if known is None:
        yield f"{what} is of a kind that is not modelled: {type(part).__name__.lower()}"
        return
    for name, field in type(part).model_fields.items():
        if name not in known.split() and getattr(part, name) != field.get_default(call_default_factory=True):
            yield f"{what} has {field.alias or name}, which is not modelled"


def _of_handler(handler: Handler, engine: str) -> Iterator[str]:
    if handler.has_python:
        yield "runs Python"
    if handler.worker != INLINE:
        if KINDS[handler.worker].broker is not None:
            yield f"has {handler.worker} workers, which go on beside the run"
        if engine == "pyee":
            yield "has workers beside pyee: these are threads"
    if handler.gates and engine == "pyee":
        yield f"lets events wait ({handler.gates[0]}), which pyee does on a loop of its own"
    if handler.hears("new_listener"):
        yield "hears what pyee emits where a handler is subscribed"
