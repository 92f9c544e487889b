"""Which engine carries the model of a program's buses."""

from __future__ import annotations

from bus.trace.trace import Trace
from bus.wording import one_of
from buslens.records import Flag, NameKind

ASYNCIO, PLAIN, THREADS = "pyee-asyncio", "pyee", "pyee-threads"
CALLS_INLINE = (PLAIN, THREADS)
"""Engines on which a handler is a plain function anyway."""

BUS_OWN = {"new_listener", "error"}
"""Events that pyee emits by itself."""

_BY_CLASS = {
    "AsyncIOEventEmitter": ASYNCIO, "ExecutorEventEmitter": THREADS, "EventEmitter": PLAIN, "BaseEventEmitter": PLAIN,
}  # fmt: skip


def engine_for(trace: Trace) -> tuple[str, list[str]]:
    """An engine that runs in virtual time, and what a person must know of the choice."""
    header = trace.header
    named = str(header.extra.get("engine", "")) if header is not None else ""
    if named in (ASYNCIO, PLAIN, THREADS):
        return named, []
    classes = {trace.names[each].class_name for each in trace.names.ids(NameKind.BUS)}
    engines = {_BY_CLASS.get(each.rpartition(".")[2]) if each.startswith("pyee.") else None for each in classes}
    if len(engines) == 1 and None not in engines:
        return str(engines.pop()), []
    is_async = bool((trace.calls.flags & Flag.ASYNC).any()) or len(trace.deliveries) > 0
    engine = ASYNCIO if is_async else PLAIN
    what = (
        named or one_of(sorted(each.rpartition(".")[2] or "?" for each in classes))
        if classes or named
        else "an unknown bus"
    )
    return engine, [
        f"the program's bus is {what}; the model runs on {engine}: what a broker does "
        "(acknowledgements, redelivery, its own delays) is not in it"
    ]
