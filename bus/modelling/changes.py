"""What may be different in a scenario, as one types it: `handler.pack.duration=2x`, `arrivals=0.5x`, `engine=pyee`.

To change more: a function and a line in `HANDLER` or `WHOLE`.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bus.engines import ENGINES
from bus.errors import UserError
from bus.scenario import Document, distribution, parameters
from bus.scenario.edits import handler_removed
from bus.scenario.nearest import nearest
from bus.scenario.patch import rewritten
from bus.wording import one_of

Values = dict[str, Any]
_FACTOR = re.compile(r"(\d+(?:\.\d+)?)x")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RATE = re.compile(r"\d+(?:\.\d+)?(?=\s*/)")
MOST_FACTOR = 10_000
MOST_WORKERS = 32
REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """One thing that is different."""

    key: str
    """arrivals, engine, order, or handler.NAME.PROPERTY."""

    value: str

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


def read(text: str) -> ScenarioChange:
    """A change as it is typed. Raises UserError."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise UserError(f"{text} is no change", hint="write KEY=VALUE, such as arrivals=2x")
    return ScenarioChange(key.strip(), value.strip())


def changed(document: Document, changes: list[ScenarioChange], without: list[str]) -> Document:
    """The scenario with all of it; without: handlers that are absent. Raises UserError where it has nothing of it."""
    values = copy.deepcopy(parameters.filled(document.values))  # `<rate>` is nothing that a factor could scale
    for change in changes:
        _apply(values, change)
    for name in without:
        _handler(values, name)
        handler_removed(name)(values)
    return Document(rewritten(values), name=f"{document.title}, changed")


def factor(text: str) -> float | None:
    """The number of `2x`; None where it is something else. Raises UserError where it is too large."""
    found = _FACTOR.fullmatch(text)
    if found is None:
        return None
    number = float(found[1])
    if not 0 < number <= MOST_FACTOR:
        raise UserError(f"{text} is no factor", hint=f"from above 0x to {MOST_FACTOR}x")
    return number


def _apply(values: Values, change: ScenarioChange) -> None:
    if change.key in WHOLE:
        WHOLE[change.key](values, change)
        return
    section, _, rest = change.key.partition(".")
    name, _, what = rest.rpartition(".")
    if section == "handler" and name and what in HANDLER:
        HANDLER[what](_handler(values, name), change)
        return
    known = [*WHOLE, *(f"handler.NAME.{each}" for each in HANDLER)]
    raise UserError(f"{change.key} cannot be changed", hint=f"expected {one_of(known)}")


def _handler(values: Values, name: str) -> Values:
    handlers = values.get("handlers") or {}
    if name not in handlers:
        raise UserError(f"there is no handler {name}", hint=nearest(name, list(handlers)))
    found: Values = handlers[name]
    return found


def _arrivals(values: Values, change: ScenarioChange) -> None:
    times = factor(change.value)
    if times is None:
        raise _wrong(change, "a factor such as 2x: twice as many events a second")
    for step in _script(values.get("script") or []):
        for key in ("every", "at", "wait", "for"):
            if isinstance(step.get(key), str):
                step[key] = distribution.scaled(step[key], 1 / times)
        if isinstance(step.get("rate"), str):
            step["rate"] = _RATE.sub(lambda found: f"{float(found[0]) * times:.6g}", step["rate"])


def _engine(values: Values, change: ScenarioChange) -> None:
    if change.value not in ENGINES:
        raise UserError(f"there is no engine {change.value}", hint=nearest(change.value, list(ENGINES)))
    values["engine"] = change.value


def _order(values: Values, change: ScenarioChange) -> None:
    """Of the handlers, which an engine calls in the order in which they stand."""
    handlers = values.get("handlers") or {}
    if change.value == REVERSED:
        values["handlers"] = dict(reversed(handlers.items()))
        return
    first = [each.strip() for each in change.value.split(",")]
    for name in first:
        _handler(values, name)
    values["handlers"] = {name: handlers[name] for name in dict.fromkeys([*first, *handlers])}


def _duration(handler: Values, change: ScenarioChange) -> None:
    """All waits of the handler by a factor, or one wait in place of them."""
    waits = [step for step in _steps(handler.get("do") or []) if "wait" in step]
    times = factor(change.value)
    if times is not None:
        for step in waits:
            step["wait"] = distribution.scaled(step["wait"], times)
        return
    try:
        distribution.parse(change.value)
    except ValueError as error:
        raise _wrong(change, f"a factor such as 2x, or {str(error).removeprefix('expected ')}") from None
    if not waits:
        handler["do"] = [{"wait": change.value}, *(handler.get("do") or [])]
    for at, step in enumerate(waits):
        step["wait"] = "0ns" if at else change.value


def _failures(handler: Values, change: ScenarioChange) -> None:
    """The share of its calls that fail."""
    fails = [step for step in _steps(handler.get("do") or []) if "fail" in step]
    times = factor(change.value)
    if times is not None:
        for step in fails:
            options = step["fail"]
            if isinstance(options, dict) and "probability" in options:
                options["probability"] = min(options["probability"] * times, 1.0)
        return
    share = float(change.value) if _NUMBER.fullmatch(change.value) else math.nan
    if not 0 <= share <= 1:
        raise _wrong(change, "a share from 0 to 1, or a factor such as 2x")
    if fails:
        for at, step in enumerate(fails):
            options = step["fail"] if isinstance(step["fail"], dict) else {}
            kept = {key: value for key, value in options.items() if key not in ("every", "if")}
            step["fail"] = kept | {"probability": 0 if at else share}
        return
    do = handler.get("do") or []
    at = next((at for at, step in enumerate(do) if "emit" in step), len(do))
    handler["do"] = [*do[:at], {"fail": {"probability": share}}, *do[at:]]


def _workers(handler: Values, change: ScenarioChange) -> None:
    """How many calls run at once."""
    times = factor(change.value)
    count = times * handler.get("parallel", 4) if times is not None and handler.get("worker") else math.nan
    if _NUMBER.fullmatch(change.value):
        count = float(change.value)
    if not (count >= 1 and count <= MOST_WORKERS and count == int(count)):
        raise _wrong(change, f"a number from 1 to {MOST_WORKERS}, or where it has workers a factor that gives one")
    handler.pop("block", None)
    handler["worker"] = handler.get("worker", "thread") if handler.get("worker") != "inline" else "thread"
    handler["parallel"] = int(count)


def _script(steps: list[Any]) -> Iterator[Values]:
    for step in steps:
        if isinstance(step, dict):
            yield step
            yield from _script(step.get("do") or [])


def _steps(steps: list[Any]) -> Iterator[Values]:
    for step in steps:
        if isinstance(step, dict):
            yield step
            yield from _steps(step.get("once") or [])


def _wrong(change: ScenarioChange, expected: str) -> UserError:
    return UserError(f"{change}: expected {expected}")


WHOLE: dict[str, Callable[[Values, ScenarioChange], None]] = {"arrivals": _arrivals, "engine": _engine, "order": _order}
"""What of the whole scenario may be changed."""

HANDLER: dict[str, Callable[[Values, ScenarioChange], None]] = {
    "duration": _duration,
    "failures": _failures,
    "workers": _workers,
}
"""And of one handler."""
