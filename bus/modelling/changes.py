"""A scenario in which something is different: all of it, one of its parts, or a parameter.

To change more of the whole: a function and a line in `WHOLE`; of a part: see part_changes.py.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from bus.engines import ENGINES
from bus.errors import UserError, UserErrors
from bus.modelling.part_changes import PARTS
from bus.modelling.scenario_change import ScenarioChange, once_only, rates_scaled
from bus.modelling.unwritten import placed
from bus.scenario import Document, distribution, parameters
from bus.scenario.edits import handler_removed
from bus.scenario.model import Scenario
from bus.scenario.nearest import nearest
from bus.scenario.patch import rewritten
from bus.wording import one_of

Values = dict[str, Any]
REVERSED = "reversed"
PARAMETER = "parameter"
"""`parameter.NAME` is a parameter also where its name alone would be something else."""


def changed(document: Document, changes: list[ScenarioChange], without: list[str]) -> Document:
    """The scenario with all of it; without: handlers that are absent. Raises UserError where it cannot be so."""
    values = copy.deepcopy(document.whole)
    declared = values.get(parameters.SECTION) or {}
    named = {change: _parameter_of(change, declared) for change in changes}
    for change, name in named.items():
        if name:
            once_only(name, [ScenarioChange(of, other.value) for other, of in named.items() if other is not change])
            values[parameters.SECTION] = declared = _with_parameter(declared, name, change)
    values = copy.deepcopy(parameters.filled(values))  # `<rate>` is nothing that a factor could scale
    for change in (change for change, name in named.items() if not name):
        _apply(values, change)
    for name in without:
        _part(values, "handler", name)
        handler_removed(name)(values)
    told = ", ".join([*map(str, changes), *(f"without {name}" for name in without)])
    return _document(rewritten(values), document.title, told)


def keys_of(scenario: Scenario) -> Iterator[str]:
    """What of this scenario may be different."""
    yield from WHOLE
    for name in scenario.parameters:
        yield name if _parameter_of(ScenarioChange(name, ""), scenario.parameters) else f"{PARAMETER}.{name}"
    for kind, properties in PARTS.items():
        for name, part in getattr(scenario, f"{kind}s").items():
            for what in properties:
                if not (kind == "handler" and what == "workers" and part.service):
                    yield f"{kind}.{name}.{what}"


def _document(text: str, title: str, told: str) -> Document:
    try:
        return Document(text, name=title)
    except UserErrors as error:
        found = [placed(str(each), title, text) for each in error.errors]
        raise UserErrors([UserError(f"{title} with {told}: {each}") for each in found]) from None


def _parameter_of(change: ScenarioChange, declared: Values) -> str:
    """The parameter that it changes; empty where it changes something else."""
    section, _, name = change.key.partition(".")
    if section == PARAMETER and name in declared:
        return name
    return change.key if change.key in declared and not _property(change) and change.key not in WHOLE else ""


def _with_parameter(declared: Values, name: str, change: ScenarioChange) -> Values:
    before, times = declared[name], change.factor
    if times is None:
        return parameters.given(declared, {name: change.value})
    after: Any = before
    if isinstance(before, str):
        after = rates_scaled(distribution.scaled(before, times), times)
    elif not isinstance(before, bool):
        after = before * times
        after = int(after) if isinstance(before, int) and after == int(after) else after
    if after == before and times != 1:
        raise change.wrong(f"a value in place of {before}, which no factor changes")
    return {**declared, name: after}


def _apply(values: Values, change: ScenarioChange) -> None:
    if change.key in WHOLE:
        WHOLE[change.key](values, change)
        return
    kind, name, what = _property(change) or ("", "", "")
    if kind:
        PARTS[kind][what](_part(values, kind, name), change)
        return
    known = [*WHOLE, *(values.get(parameters.SECTION) or {})]
    known += [f"{kind}.NAME.{what}" for kind, properties in PARTS.items() for what in properties]
    raise UserError(f"{change.key} cannot be changed", hint=f"expected {one_of(known)}")


def _property(change: ScenarioChange) -> tuple[str, str, str] | None:
    """Kind of part, name and property; None where it is no property of a part."""
    kind, _, rest = change.key.partition(".")
    for what in PARTS.get(kind, ()):
        if rest.endswith(f".{what}"):
            return kind, rest.removesuffix(f".{what}"), what
    return None


def _part(values: Values, kind: str, name: str) -> Values:
    parts = values.get(f"{kind}s") or {}
    if name not in parts:
        raise UserError(f"there is no {kind} {name}", hint=nearest(name, list(parts)))
    parts[name] = parts[name] or {}  # `payments:` with nothing behind it
    found: Values = parts[name]
    return found


def _arrivals(values: Values, change: ScenarioChange) -> None:
    times = change.factor
    if times is None:
        raise change.wrong("a factor such as 2x: twice as many events a second")
    for step in _script(values.get("script") or []):
        for key in ("every", "at", "wait", "for"):
            if isinstance(step.get(key), str):
                step[key] = distribution.scaled(step[key], 1 / times)
        if isinstance(step.get("rate"), str):
            step["rate"] = rates_scaled(step["rate"], times)


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
        _part(values, "handler", name)
    values["handlers"] = {name: handlers[name] for name in dict.fromkeys([*first, *handlers])}


def _script(steps: list[Any]) -> Iterator[Values]:
    for step in steps:
        if isinstance(step, dict):
            yield step
            yield from _script(step.get("do") or [])


WHOLE: dict[str, Callable[[Values, ScenarioChange], None]] = {"arrivals": _arrivals, "engine": _engine, "order": _order}
"""What of the whole scenario may be changed."""
