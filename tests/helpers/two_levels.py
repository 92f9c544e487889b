"""The same run on the real bus and in the kernel, compared record by record; and random scenarios for that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from bus.capture.sameness import Recorded, first_difference
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import Document, loads
from bus.trace import Trace

MOST_BYTES = 1_000_000
"""Of a run in which failures make failures without an end: as many as explore allows would take a minute."""


def recorded(text: str) -> tuple[Trace, Trace]:
    """What a run without choices records, on the real bus and in the kernel, which has to take it."""
    program = Program(loads(text))
    assert program.why_real == ""
    real, ours = program.run_real(Choices()), program.run(Choices())
    assert ours.in_kernel
    assert first_difference(Recorded(real.data), Recorded(ours.data)) == ""
    return _trace(real.data), _trace(ours.data)


def difference(document: Document, choices: Callable[[], Choices], *, hostile: bool = False) -> str:
    """The first thing in which the two levels differ that make the same choices; "" where there is none."""
    program = Program(document, hostile=hostile, most_bytes=MOST_BYTES)
    assert program.why_real == "", program.why_real
    for_real, for_ours = choices(), choices()
    real, ours = program.run_real(for_real), program.run(for_ours)
    if not ours.in_kernel:
        return ""  # it was made on the real bus after all
    found = first_difference(Recorded(real.data), Recorded(ours.data))
    if found:
        return found
    if (for_real.made, for_real.asked) != (for_ours.made, for_ours.asked):
        return f"asked for {for_real.asked} on the real bus, and for {for_ours.asked} in the kernel"
    return "" if real.is_stuck == ours.is_stuck else f"stuck on the real bus: {real.is_stuck}"


def _trace(data: bytes) -> Trace:
    trace = Trace()
    trace.feed(data)
    return trace


_EVENTS = ("a", "b", "c", "d")
_TIMES = ("0ms", "2ms", "4ms", "1ms..5ms", "exponential 3ms", "3ms +- 2ms", "lognormal 2ms 0.5")
_SAGA = {"step": "one", "do": [{"count": "k"}, {"wait": "1ms"}], "undo": [{"wait": "1ms"}, {"fail": {"every": 2}}]}
_CONDITIONS = ("count > 1", "has(counters.k) && counters.k > 2", "true")


def _mostly_absent(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), values)


def _steps(later: tuple[str, ...]) -> st.SearchStrategy[Any]:
    simple = [
        st.sampled_from(_TIMES).map(lambda time: {"wait": time}),
        st.just({"count": "k"}),
        st.just({"log": "${count} of ${event.name}, ${counters}"}),
        st.just({"transform": {"was": "$event.payload", "n": "$count"}}),
        st.just({"fail": {"error": "Broken", "message": "at ${count}", "probability": 0.4}}),
        st.just({"fail": {"every": 2, "error": "CancelledError"}}),
        st.just({"fail": {"message": "$event.payload.none.of.it"}}),
        st.just({"crash": {"every": 3}}),
        st.just({"wait": "1ms", "block": True}),
        st.just(_SAGA),
        st.just(_SAGA | {"step": "two", "undo": [{"count": "undone"}, {"log": "undone ${count}"}]}),
    ]
    if later:
        event = st.sampled_from(later)
        simple += [
            event.map(lambda name: {"emit": name}),
            event.map(lambda name: {"emit": name, "with": {"n": "$count", "k": [1, None, "x"]}, "times": 2}),
            event.map(lambda name: {"emit": name, "with": {"fixed": True}, "probability": 0.5}),
            st.tuples(event, st.sampled_from(_CONDITIONS)).map(lambda both: {"emit": both[0], "if": both[1]}),
        ]
    once = st.lists(st.one_of(simple), min_size=1, max_size=2).map(lambda steps: {"once": steps})
    return st.lists(st.one_of(*simple, once), max_size=4)


@st.composite
def _handlers(draw: st.DrawFn) -> dict[str, Any]:
    place = draw(st.integers(0, len(_EVENTS) - 1))
    on = draw(st.sampled_from([_EVENTS[place], _EVENTS[place], [_EVENTS[place], "error"], "error"]))
    later = _EVENTS[place + 1 :] if on == _EVENTS[place] else ()
    handler: dict[str, Any] = {"on": on, "do": draw(_steps(later))}
    kind = draw(st.sampled_from(["plain", "plain", "block", "once", "gate", "worker", "service", "service"]))
    if kind in ("block", "once"):
        handler[kind] = True
    elif kind == "worker":
        handler |= {"worker": draw(st.sampled_from(["thread", "process"])), "parallel": draw(st.integers(1, 2))}
    elif kind == "gate":
        gates: list[dict[str, Any]] = [
            {"concurrency": 1}, {"concurrency": 2}, {"order": "n"}, {"debounce": "3ms"},
            {"throttle": {"every": "4ms", "excess": "wait"}}, {"throttle": {"every": "4ms"}},
            {"batch": {"size": 2, "within": "3ms"}}, {"batch": {"size": 3, "within": "2ms"}, "concurrency": 1},
        ]  # fmt: skip
        handler |= draw(st.sampled_from(gates))
    elif kind == "service":
        handler["service"] = draw(st.sampled_from(sorted(_SERVICES)))
    for key, values in (
        ("when", st.sampled_from(["has(counters.k)", "event.payload != null", "event.payload.n > 0"])),
        ("timeout", st.sampled_from(["2ms", "5ms"])),
        ("on_failure", st.sampled_from(["d", "error", "unheard"])),
        ("retry", st.sampled_from(_RETRIES)),
    ):
        found = None if key == "retry" and kind == "once" else draw(_mostly_absent(values))
        if found is not None:
            handler[key] = found
    return handler


_SERVICES: dict[str, dict[str, Any]] = {
    "lone": {}, "pair": {"workers": 2}, "strict": {"queue": {"limit": 1, "overflow": "reject"}},
    "patient": {"queue": {"limit": 1}}, "doorless": {"workers": 2, "queue": {"limit": 0}},
    "newest": {"queue": {"limit": 1, "overflow": "drop_oldest"}},
    "narrow": {"queue": {"limit": 0, "overflow": "drop_oldest"}},
}  # fmt: skip
_RETRIES: tuple[dict[str, Any], ...] = (
    {"attempts": 2}, {"attempts": 3, "backoff": "1ms", "factor": 2, "jitter": 0.5},
    {"attempts": 2, "backoff": "exponential 2ms", "on": ["Broken", "HandlerTimedOut"]},
)  # fmt: skip
_LASTING: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"ttl": "2ms"},
    {"last_value": True},
    {"ttl": "5ms", "last_value": True},
)


@st.composite
def _faults(draw: st.DrawFn, handlers: int) -> dict[str, Any]:
    handler = st.integers(0, handlers - 1).map("h{}".format)
    event = st.sampled_from([*_EVENTS, "*"])
    hit: dict[str, Any] = draw(
        st.one_of(
            handler.map(lambda name: {"fail": name}),
            handler.map(lambda name: {"fail": name, "error": "Broken"}),
            handler.map(lambda name: {"hang": name}),
            st.tuples(handler, st.sampled_from(_TIMES)).map(lambda both: {"slow": both[0], "by": both[1]}),
            event.map(lambda name: {"drop": name}),
            event.map(lambda name: {"duplicate": name, "times": 2}),
            st.tuples(event, st.sampled_from(_TIMES)).map(lambda both: {"delay": both[0], "by": both[1]}),
            event.map(lambda name: {"reorder": name, "within": "3ms"}),
            event.map(lambda name: {"corrupt": name}),
        )
    )
    when: tuple[dict[str, Any], ...] = (
        {}, {"every": 2}, {"probability": 0.5}, {"most": 1}, {"at": "2ms"}, {"for": "4ms"}, {"if": "count > 1"},
    )  # fmt: skip
    gone = st.one_of(
        st.tuples(handler, st.sampled_from(({"at": "3ms"}, {"every": "exponential 5ms"}))).map(
            lambda both: {"crash": both[0], "for": "2ms", **both[1]}
        ),
        st.tuples(handler, st.sampled_from(({}, {"at": "3ms"}, {"at": "2ms", "for": "3ms"}))).map(
            lambda both: {"absent": both[0], **both[1]}
        ),
        st.tuples(handler, st.sampled_from(({"skew": "2ms"}, {"skew": "-3ms"}, {"drift": "-300ms", "at": "2ms"}))).map(
            lambda both: {"clock": both[0], **both[1]}
        ),
    )
    chance = hit | draw(st.sampled_from(when))
    return draw(st.one_of(st.just(chance), st.just(chance), gone))


_RHYTHMS: tuple[dict[str, Any], ...] = (
    {}, {"times": 3}, {"times": 4, "every": "2ms"}, {"times": 3, "every": "exponential 2ms", "burst": 2},
    {"rate": "poisson 300/s", "for": "10ms"}, {"at": "4ms", "times": 2}, {"times": 2, "every": "0ms"},
)  # fmt: skip


def _acts(deeper: bool) -> st.SearchStrategy[Any]:
    payloads: tuple[dict[str, Any], ...] = ({}, {"with": {"n": "$count"}}, {"with": {"n": 1}}, {"with": None})
    acts = [
        st.tuples(st.sampled_from([*_EVENTS, "unheard", "error"]), st.sampled_from(_RHYTHMS), st.sampled_from(payloads))
        .map(lambda parts: {"emit": parts[0], **parts[1], **parts[2]}),
        st.sampled_from(_TIMES).map(lambda time: {"wait": time}),
        st.just({"mark": "here"}),
    ]  # fmt: skip
    if deeper:
        inner = st.lists(_acts(deeper=False), min_size=1, max_size=2)
        acts.append(
            st.tuples(st.integers(1, 3), st.integers(1, 3), inner).map(
                lambda parts: {"repeat": parts[0], "users": parts[1], "do": parts[2]}
            )
        )
    return st.one_of(acts)


@st.composite
def scenarios(draw: st.DrawFn) -> Document:
    """One in the language that the kernel takes; not each of them is allowed, or taken."""
    handlers = draw(st.lists(_handlers(), min_size=1, max_size=4))
    lasting = {name: draw(st.sampled_from(_LASTING)) for name in _EVENTS}
    said = {
        "buslens": 1,
        "engine": draw(st.sampled_from(["pyee-asyncio", "pyee-asyncio", "pyee"])),
        "seed": draw(st.integers(0, 1000)),
        "events": {**lasting, "a": lasting["a"] | {"sample": {"n": 5}}, "unheard": {}, "error": {}},
        "services": {each["service"]: _SERVICES[each["service"]] for each in handlers if "service" in each},
        "faults": draw(st.one_of(st.just([]), st.lists(_faults(len(handlers)), max_size=3))),
        "swarm": draw(st.booleans()),
        "handlers": {f"h{number}": handler for number, handler in enumerate(handlers)},
        "script": draw(st.lists(_acts(deeper=True), min_size=1, max_size=3)),
    }
    return loads(json.dumps(said, indent=1))
