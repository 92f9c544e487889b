"""Which engine carries the model of a program's buses."""

from __future__ import annotations

from bus.engines import ENGINES
from bus.trace.trace import Trace
from bus.wording import one_of
from buslens.records import Flag, NameKind

ASYNCIO, PLAIN, THREADS = "pyee-asyncio", "pyee", "pyee-threads"
MODEL = "-model"
"""Behind the name of an engine: that of its model in virtual time."""

CALLS_INLINE = (PLAIN, THREADS)
"""Engines on which a handler is a plain function anyway."""

BUS_OWN = {"new_listener", "error"}
"""Events that pyee emits by itself."""

_BY_CLASS = {
    "AsyncIOEventEmitter": ASYNCIO, "ExecutorEventEmitter": THREADS, "EventEmitter": PLAIN, "BaseEventEmitter": PLAIN,
}  # fmt: skip

_AS_IT_CALLS = {
    PLAIN: "which calls the handlers of an event inside the emit, one after another",
    ASYNCIO: "which calls plain functions inside the emit and lets coroutines run side by side",
}


def engine_for(trace: Trace, *, keeps_failures: bool = False) -> tuple[str, list[str]]:
    """An engine that runs in virtual time, and what a person must know of the choice.

    keeps_failures: whether what a handler raises was seen not to come out of the emit (see raising.py).
    """
    header = trace.header
    named = str(header.extra.get("engine", "")) if header is not None else ""
    if named in (ASYNCIO, PLAIN, THREADS) or (named in ENGINES and named.endswith(MODEL)):
        return named, []
    if named + MODEL in ENGINES:
        return named + MODEL, [
            f"the events were carried by {named}; the model runs on {named}{MODEL}, where {named} itself takes no time"
        ]
    classes = {trace.names[each].class_name for each in trace.names.ids(NameKind.BUS)}
    engines = {_BY_CLASS.get(each.rpartition(".")[2]) if each.startswith("pyee.") else None for each in classes}
    if len(engines) == 1 and None not in engines:
        return str(engines.pop()), []
    has_broker = len(trace.deliveries) > 0
    is_async = bool((trace.calls.flags & Flag.ASYNC).any()) or has_broker
    engine = ASYNCIO if is_async or keeps_failures else PLAIN
    what = (
        named or one_of(sorted(each.rpartition(".")[2] or "?" for each in classes))
        if classes or named
        else "an unknown bus"
    )
    notes = [f"the program's bus is {what}; the model runs on {engine}, {_AS_IT_CALLS[engine]}"]
    if has_broker:
        notes.append("what a broker does (acknowledgements, redelivery, its own delays) is not in it")
    return engine, notes
