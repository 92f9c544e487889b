"""What is wrong with a scenario that opens: what would stop its run or fail whenever it is done, and what may be meant
otherwise. `buslens validate` tells it; the window shows it softly.

A file with such a mistake opens all the same, so that it can be mended in the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bus.errors import Place, UserError
from bus.scenario import expressions, names_used, payload, scalars, schema_words
from bus.scenario import tree as yaml_tree
from bus.scenario.model import EmitAct, RepeatAct, Scenario, WaitAct
from bus.scenario.reading import letter_at, place_at, read
from bus.scenario.steps import Emit, Once

DURABLE = ("sqlite", "rabbitmq", "kafka")
MOST_REMARKS = 100
Path = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """Of one file, each in the order of its lines."""

    mistakes: tuple[UserError, ...]
    """What cannot run as it stands."""

    warnings: tuple[UserError, ...]
    """What runs, and may not be what was meant."""


def examine(scenario: Scenario, text: str, file: str) -> Examined:
    """The text is that of the scenario."""
    reading = read(text, file)
    root, values = reading.root, reading.values
    mistakes = [
        UserError(problem, at=letter_at(path, offset, root, file))
        for path, offset, problem in islice(_mistakes(scenario, values), MOST_REMARKS)
    ]
    warnings = [
        UserError(problem, at=place_at(path, root, file), hint=hint)
        for path, problem, hint in islice(_warnings(scenario, values), MOST_REMARKS)
    ]
    composed = yaml_tree.composed(text)
    warnings += [
        UserError(problem, at=Place(file, line, column), hint=hint)
        for line, column, problem, hint in islice(scalars.remarks(composed, text), MOST_REMARKS)
    ]
    return Examined(_in_order(mistakes), _in_order(warnings))


def _in_order(found: list[UserError]) -> tuple[UserError, ...]:
    once = {str(each): each for each in found}
    return tuple(sorted(once.values(), key=lambda each: (each.at.line, each.at.column) if each.at else (0, 0)))


def _mistakes(scenario: Scenario, values: dict[str, Any]) -> Iterator[tuple[Path, int, str]]:
    for name, event in scenario.events.items():
        if event.sample is not None:
            for found in payload.check(event, event.sample):
                yield ("events", name, "sample"), 0, f"the sample of {name} breaks its own schema: {found}"
    for path, step, variables in _steps(scenario):
        yield from _names(_at(values, path), path, variables)
        if isinstance(step, EmitAct):
            yield from _refused(scenario, step, path)


def _steps(scenario: Scenario) -> Iterator[tuple[Path, Any, tuple[str, ...]]]:
    """Each step of the script and of handlers, where it stands, and the variables that it sees."""
    script: tuple[Path, list[Any], tuple[str, ...]] = (("script",), list(scenario.script), names_used.IN_SCRIPT)
    waiting = [script]
    for name, handler in scenario.handlers.items():
        waiting.append((("handlers", name, "do"), list(handler.do), names_used.IN_HANDLERS))
    for path, steps, variables in waiting:
        for index, step in enumerate(steps):
            yield (*path, index), step, variables
            if isinstance(step, RepeatAct):
                waiting.append(((*path, index, "do"), list(step.do), variables))
            elif isinstance(step, Once):
                waiting.append(((*path, index, "once"), list(step.once), variables))


def _names(said: dict[str, Any], path: Path, variables: tuple[str, ...]) -> Iterator[tuple[Path, int, str]]:
    """Variables and functions that are nowhere, in a step as the file says it."""
    options: dict[Path, dict[str, Any]] = {
        (key,): said[key] for key in ("fail", "crash") if isinstance(said.get(key), dict)
    }
    for below, part in {(): said, **options}.items():
        if isinstance(part.get("if"), str):
            for offset, problem in names_used.unknown(part["if"], variables):
                yield (*path, *below, "if"), offset, problem
        for key in ("with", "transform", "log", "message"):
            for at, starts, text in names_used.expressions_in(part.get(key), (key,)):
                for offset, problem in names_used.unknown(text, variables):
                    yield (*path, *below, *at), starts + offset, problem


def _refused(scenario: Scenario, step: EmitAct, path: Path) -> Iterator[tuple[Path, int, str]]:
    """Why the first emit of a script's step would end the run."""
    event = scenario.events.get(step.emit)
    if event is None or step.if_ is not None:
        return
    if "with_" not in step.model_fields_set:
        if event.sample is None:
            for found in payload.check(event, None):
                yield (*path, "emit"), 0, f"{step.emit} is emitted without a payload and has no sample: {found}"
        return
    used = [text for _path, _at, text in names_used.expressions_in(step.with_)]
    if any(problem for text in used for problem in names_used.unknown(text, names_used.IN_SCRIPT)):
        return  # that is told by itself
    try:
        value = expressions.compile_value(step.with_)({"count": 1, "counters": {}})
    except expressions.ExpressionError as error:
        if "counters" not in str(step.with_):  # what handlers count is known only when they have run
            yield (*path, "with"), 0, f"the script cannot go on here: {error}"
        return
    if "counters" in str(step.with_):
        return
    for found in payload.check(event, value):
        yield (*path, "with"), 0, f"{step.emit} cannot be emitted so: {found}"


def _warnings(scenario: Scenario, values: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    for name, event in scenario.events.items():
        for at, problem, hint in schema_words.remarks(event.schema_):
            yield ("events", name, "schema", *at), problem, hint
    if scenario.engine not in DURABLE:
        for name in scenario.handlers:
            for key in ("attempts", "ack", "from"):
                if key in values["handlers"][name]:
                    hint = f"the engines that keep events are {', '.join(DURABLE)}"
                    yield ("handlers", name, key), f"the engine {scenario.engine} passes over {key}", hint
    for path, step, _variables in _steps(scenario):
        is_last = len(_at(values, path[:-1])) == path[-1] + 1
        if isinstance(step, WaitAct) and step.wait.strip() == "forever" and not is_last:
            yield (*path, "wait"), "the script waits here for ever: its steps below are never done", "give it a time"
        if isinstance(step, Emit) and step.if_ is None and "with_" in step.model_fields_set:
            yield from _constant(scenario, step, path)


def _constant(scenario: Scenario, step: Emit, path: Path) -> Iterator[tuple[Path, str, str]]:
    """A payload without expressions that its event refuses: the call fails whenever it comes there."""
    event = scenario.events.get(step.emit)
    if event is None or any(True for _ in names_used.expressions_in(step.with_)):
        return
    value = expressions.compile_value(step.with_)({})
    for found in payload.check(event, value):
        yield (*path, "with"), f"every call fails here, for {step.emit} takes no such payload: {found}", ""


def _at(values: Any, path: Path) -> Any:
    for part in path:
        values = values[part]
    return values
