"""What is wrong with a scenario that opens: what would stop its run or fail whenever it is done, and what may be meant
otherwise. `buslens validate` tells it; the window shows it softly.

A file with such a mistake opens all the same, so that it can be mended in the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from bus.contract.trouble import BrokerTrouble
from bus.engines import ENGINES, models_of
from bus.errors import Place, UserError
from bus.scenario import expressions, names_used, payload, scalars, schema_words, trial
from bus.scenario import tree as yaml_tree
from bus.scenario.acts import WaitAct
from bus.scenario.faults import BrokerFault, ClockFault
from bus.scenario.included import IncludedFiles
from bus.scenario.joining import OF_RUNS, Joint, joined
from bus.scenario.model import Handler, Scenario, placed_steps, steps_of
from bus.scenario.parsed import read
from bus.scenario.parts import ScenarioPart, expressions_in
from bus.scenario.python_code import why_not_python
from bus.scenario.reading import in_order, letter_in, place_in
from bus.scenario.steps import Count, Emit, Python, Request, SagaStep
from bus.scenario.texts import ScenarioTexts
from bus.scenario.tree import key_place
from bus.workers.attempts import CalledAgainBy, called_again_by

DURABLE = tuple(spec.id for spec in ENGINES.values() if spec.is_durable)
WITHOUT_OFFSETS = ("rabbitmq", "rabbitmq-model")
"""Engines that keep events in queues, in which none has a place."""

MOST_REMARKS = 100
Path = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """What is wrong with one scenario file, each list in the order of its lines."""

    mistakes: tuple[UserError, ...]
    """What cannot run as it stands."""

    warnings: tuple[UserError, ...]
    """What runs, and may not be what was meant."""

    untried: int = 0
    """Emits of the script that were not tried, for they are many: where one of them stops it, the run says so."""

    untried_is_expected: bool = False
    """Whether that is the number to be expected, for chance decides how many there are."""


def examine(scenario: Scenario, texts: ScenarioTexts, path: FilePath) -> Examination:
    """The texts are those of the scenario. path: of its file, or what that is called."""
    joint = joined(read(texts.own, str(path)), IncludedFiles(path, texts.included))
    values = joint.values
    script = trial.ScriptTrial(scenario)
    mistakes = [
        UserError(problem, at=letter_in(path, offset, joint))
        for path, offset, problem in islice(_mistakes(scenario, values, script), MOST_REMARKS)
    ]
    warnings = [
        UserError(problem, at=place_in(path, joint), hint=hint)
        for path, problem, hint in islice(_warnings(scenario, values), MOST_REMARKS)
    ]
    for file in joint.files:
        composed = yaml_tree.composed(file.text)
        warnings += [
            UserError(problem, at=Place(file.file, line, column), hint=hint)
            for line, column, problem, hint in islice(scalars.remarks(composed, file.text), MOST_REMARKS)
        ]
    warnings += _passed_over(scenario, joint)
    return Examination(_in_order(mistakes), _in_order(warnings), script.untried, script.is_expected)


def _in_order(found: list[UserError]) -> tuple[UserError, ...]:
    once = {str(each): each for each in found}
    return tuple(sorted(once.values(), key=in_order))


def _passed_over(scenario: Scenario, joint: Joint) -> Iterator[UserError]:
    """What included files say of runs, where that is not what this scenario says too."""
    for file in joint.included.values():
        for key in OF_RUNS:
            if key in file.values and file.values[key] != getattr(scenario, key):
                place = key_place(file.root, key, file.file)
                hint = "say it in the file that is run"
                yield UserError(f"{key} is passed over in a file that is included", at=place, hint=hint)


def _mistakes(scenario: Scenario, values: dict[str, Any], script: trial.ScriptTrial) -> Iterator[tuple[Path, int, str]]:
    for name, event in scenario.events.items():
        if event.sample is not None:
            for found in payload.check(event, event.sample):
                yield ("events", name, "sample"), 0, f"the sample of {name} breaks its own schema: {found}"
    counted = frozenset(
        step.count for handler in scenario.handlers.values() for step in steps_of(handler.do) if isinstance(step, Count)
    )
    for path, step, variables in _steps(scenario):
        for at, text, whole in _expressions(step):
            for offset, problem in names_used.unknown(text, variables, counted):
                yield (*path, *at), whole + offset, problem
        if path[0] == "handlers":
            yield from _never_works(scenario, step, path)
        if isinstance(step, Request) and step.request == step.reply:
            yield (*path, "reply"), 0, "the request would answer itself: expected another event as its reply"
        if isinstance(step, Python) and (why := why_not_python(step.python)):
            yield (*path, "python"), 0, why
    for name, handler in scenario.handlers.items():
        for offset, problem in names_used.unknown(handler.when or "", names_used.IN_WHEN, counted):
            yield ("handlers", name, "when"), offset, problem
    for index, fault in enumerate(scenario.faults):
        for at, text, whole in _expressions(fault):
            for offset, problem in names_used.unknown(text, names_used.IN_HANDLERS, counted):
                yield ("faults", index, *at), whole + offset, problem
    for index, expected in enumerate(scenario.expect):
        for at, text, whole in _expressions(expected):
            for offset, problem in names_used.unknown(text, names_used.IN_RULES):
                yield ("expect", index, *at), whole + offset, problem
    yield from script.problems()


def _steps(scenario: Scenario) -> Iterator[tuple[Path, Any, tuple[str, ...]]]:
    """Each step of the script and of handlers, where it stands, and the variables that it sees."""
    for path, step in placed_steps(scenario.script, ("script",)):
        yield path, step, names_used.IN_SCRIPT
    for name, handler in scenario.handlers.items():
        known = (*names_used.IN_HANDLERS, names_used.REPLY) if handler.awaited else names_used.IN_HANDLERS
        for path, step in placed_steps(handler.do, ("handlers", name, "do")):
            yield path, step, known


def _expressions(step: ScenarioPart) -> Iterator[tuple[Path, str, int]]:
    """Where each expression of a step stands, its text, and where that begins in what stands there."""
    for below, value, is_condition in expressions_in(step):
        if is_condition:
            yield below, value, 0
        else:
            yield from ((at, text, starts) for at, starts, text in names_used.expressions_in(value, below))


def _never_works(scenario: Scenario, step: ScenarioPart, path: Path) -> Iterator[tuple[Path, int, str]]:
    """Expressions of a handler's step that fail whatever comes."""
    events = tuple(event for event in scenario.events if scenario.handlers[path[1]].hears(event))
    for below, value, is_condition in expressions_in(step):
        problem = trial.always_fails(value, events, is_condition=is_condition)
        if problem is not None:
            yield (*path, *below), 0, f"every call fails here: {problem}"


def _warnings(scenario: Scenario, values: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    for name, event in scenario.events.items():
        for at, problem, hint in schema_words.remarks(event.schema_):
            yield ("events", name, "schema", *at), problem, hint
        if event.last_value and scenario.engine in DURABLE:
            hint = "who comes late gets every event from there"
            yield ("events", name, "last_value"), f"the engine {scenario.engine} passes over last_value", hint
    if scenario.engine not in DURABLE:
        for name in scenario.handlers:
            for key in ("attempts", "ack", "from"):
                again = called_again_by(ENGINES[scenario.engine], scenario.handlers[name].worker)
                heeded = key == "attempts" and again is not CalledAgainBy.NOBODY
                if key in values["handlers"][name] and not heeded:
                    hint = f"the engines that keep events are {', '.join(DURABLE)}"
                    yield ("handlers", name, key), f"the engine {scenario.engine} passes over {key}", hint
    for name, handler in scenario.handlers.items():
        yield from _same_names(handler, ("handlers", name, "do"))
        if isinstance(handler.from_, int) and scenario.engine in WITHOUT_OFFSETS:
            problem = f"the engine {scenario.engine} passes over from: {handler.from_}, for its queues have no offsets"
            yield ("handlers", name, "from"), problem, "it heeds a time of the run, such as 2s, and now"
    for name in scenario.services:
        if not any(handler.service == name for handler in scenario.handlers.values()):
            yield ("services", name), f"no handler belongs to the service {name}", f"say service: {name} in a handler"
    for index, fault in enumerate(scenario.faults):
        if isinstance(fault, BrokerFault) and fault.trouble not in ENGINES[scenario.engine].troubles:
            what = "restarts" if fault.trouble is BrokerTrouble.RESTARTS else f"can be {fault.broker}"
            problem = f"on the engine {scenario.engine} no broker {what}: nothing happens here"
            able = models_of(scenario.engine, fault.trouble)
            yield ("faults", index, "broker"), problem, f"{' or '.join(able)} can do it" if able else ""
        if isinstance(fault, ClockFault):
            for name in fault.targets:
                if not any(
                    event.ttl and scenario.handlers[name].hears(each) for each, event in scenario.events.items()
                ):
                    problem = f"no event that {name} hears has a ttl: its clock decides nothing"
                    yield ("faults", index, "clock"), problem, "say how long one lives, such as ttl: 2s"
    for path, step, _variables in _steps(scenario):
        is_last = len(_at(values, path[:-1])) == path[-1] + 1
        if isinstance(step, WaitAct) and step.wait.strip() == "forever" and not is_last:
            yield (*path, "wait"), "the script waits here for ever: its steps below are never done", "give it a time"
        if isinstance(step, Emit) and step.if_ is None:
            yield from _constant(scenario, step, path)


def _same_names(handler: Handler, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Steps of a saga that are called the same."""
    known: set[str] = set()
    for place, step in placed_steps(handler.do, path):
        if isinstance(step, SagaStep):
            if step.step in known:
                hint = "what is done and undone is told by these names"
                yield (*place, "step"), f"another step of this saga is called {step.step}", hint
            known.add(step.step)


def _constant(scenario: Scenario, step: Emit, path: Path) -> Iterator[tuple[Path, str, str]]:
    """A payload without expressions that its event refuses: the call fails whenever it comes there."""
    event = scenario.events.get(step.emit)
    if event is None or any(True for _ in names_used.expressions_in(step.with_)):
        return
    if "with_" in step.model_fields_set:
        for found in payload.check(event, expressions.compile_value(step.with_)({})):
            yield (*path, "with"), f"every call fails here, for {step.emit} takes no such payload: {found}", ""
    elif event.sample is None:
        for found in payload.check(event, None):
            problem = f"every call fails here, for {step.emit} is emitted without a payload and has no sample: {found}"
            yield (*path, "emit"), problem, ""


def _at(values: Any, path: Path) -> Any:
    for part in path:
        values = values[part]
    return values
