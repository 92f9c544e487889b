"""Steps tried before any run, as far as they depend on nothing that only a run knows: what fails then fails for sure.

The script is tried emit by emit; of a handler's steps what asks neither for a payload nor for counters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bus.scenario import expressions, names_used, payload
from bus.scenario.acts import EmitAct, RepeatAct
from bus.scenario.expressions import ExpressionError
from bus.scenario.generating import why_not_generated
from bus.scenario.model import Scenario

MOST_OF_A_STEP = 500
"""Emits of one step that are tried: what fails later (`1 / (700 - count)`) is found by the run."""

MOST_TRIED = 2_000
"""Emits of one file: about a tenth of a second at the most."""

_COUNTS = (1, 2, 3, 1000)
"""Calls of a handler that are tried; an expression is wrong where it fails in each."""

Path = tuple[Any, ...]


class ScriptTrial:
    """One try of the script, emit by emit."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.untried = 0
        """Emits that were not tried, for they are many, and may do something else than those that were."""

        self.is_expected = False
        """Whether that number is the one to be expected: chance decides how many there are."""

    def problems(self) -> Iterator[tuple[Path, int, str]]:
        """Where the script would end, the letter there, and why."""
        scenario = self._scenario
        first = not scenario.handlers_of("new_listener")  # before it no handler was called, and nothing is counted
        left = MOST_TRIED
        for path, act, times in _emits(scenario.script, ("script",), 1):
            if _has_unknown([*_condition(act.if_), *_texts(act.with_)], names_used.IN_SCRIPT):
                continue  # that is told by itself
            trial = _Emits(scenario, act, counters_are_known=first and act.at is None)
            differing = trial.differing(times)
            tried = min(differing, MOST_OF_A_STEP, left)
            left -= tried
            self.untried += differing - tried
            self.is_expected |= differing > tried and act.ends_by_chance
            for count in range(1, 1 + tried):
                found = trial.problem(count)
                if found is not None:
                    below, offset, problem = found
                    yield (*path, *below), offset, problem if count == 1 else f"{problem}, when count is {count}"
                    break
            first = False


def _emits(acts: Any, path: Path, times: int) -> Iterator[tuple[Path, EmitAct, int]]:
    for index, act in enumerate(acts):
        if isinstance(act, EmitAct):
            yield (*path, index), act, times * act.about_times
        elif isinstance(act, RepeatAct):
            yield from _emits(act.do, (*path, index, "do"), times * act.repeat * (act.users or 1))


class _Emits:
    """The emits of one step of the script, one after another."""

    def __init__(self, scenario: Scenario, act: EmitAct, *, counters_are_known: bool) -> None:
        self._act = act
        self._event = scenario.events.get(act.emit)
        has_payload = "with_" in act.model_fields_set
        self._applies = expressions.compile_condition(act.if_) if act.if_ is not None else None
        self._value = expressions.compile_value(act.with_) if has_payload else None
        self._counters_are_known = counters_are_known
        used = [*_condition(act.if_), *_texts(act.with_)]
        self._asks_counters = any("counters" in text for text in used)
        self._asks_count = any("count" in text for text in used)

    def differing(self, times: int) -> int:
        """How many of its emits, from the first, may each do something else and depend on nothing that a run knows."""
        if self._asks_counters:
            return 1 if self._counters_are_known else 0
        return times if self._asks_count else min(times, 1)

    def problem(self, count: int) -> tuple[Path, int, str] | None:
        """Why this emit would end the script, below which key of the step, and at which letter."""
        variables = {"count": count, "counters": {}}
        try:
            if self._applies is not None and not self._applies(variables):
                return None
        except ExpressionError as error:
            return ("if",), 0, f"the script cannot go on here: {error}"
        try:
            value = None if self._value is None else self._value(variables)
        except ExpressionError as error:
            return *_where(self._act.with_, variables), f"the script cannot go on here: {error}"
        return self._refused(value)

    def _refused(self, value: Any) -> tuple[Path, int, str] | None:
        event = self._event
        if self._act.generate:
            why = why_not_generated(self._act.emit, None if event is None else event.schema_)
            return (("generate",), 0, why) if why else None
        if event is None or (self._value is None and event.sample is not None):
            return None  # a sample that breaks its own schema is told by itself
        for found in payload.check(event, as_json(value)):
            if self._value is not None:
                return ("with",), 0, f"{self._act.emit} cannot be emitted so: {found}"
            return ("emit",), 0, f"{self._act.emit} is emitted without a payload and has no sample: {found}"
        return None


def _where(value: Any, variables: dict[str, Any]) -> tuple[Path, int]:
    """Where the first expression of a payload stands that fails, and at which letter it begins there."""
    for path, starts, text in names_used.expressions_in(value, ("with",)):
        try:
            expressions.compile_expression(text)(variables)
        except ExpressionError:
            return path, starts
    return ("with",), 0


def as_json(value: Any) -> Any:
    """A payload as it is emitted: what expressions give and JSON lacks (a time, bytes) is a text."""
    return json.loads(json.dumps(value, default=str))


def always_fails(value: Any, events: tuple[str, ...], *, is_condition: bool = False) -> str | None:
    """Why a handler of these events can never evaluate this; None where it can, or where that is not known."""
    texts = _condition(value) if is_condition else _texts(value)
    if any("payload" in text or "counters" in text for text in texts) or _has_unknown(texts, names_used.IN_HANDLERS):
        return None
    evaluate = expressions.compile_condition(value) if is_condition else expressions.compile_value(value)
    problem = None
    for event in events[:3] or ("",):
        for count in _COUNTS:
            try:
                evaluate({"event": {"name": event}, "count": count, "counters": {}})
            except ExpressionError as error:
                problem = problem or str(error)
            else:
                return None
    return problem


def _condition(text: str | None) -> list[str]:
    return [] if text is None else [text]


def _texts(value: Any) -> list[str]:
    """The expressions of a payload."""
    return [text for _path, _at, text in names_used.expressions_in(value)]


def _has_unknown(texts: list[str], variables: tuple[str, ...]) -> bool:
    return any(next(names_used.unknown(text, variables), None) is not None for text in texts)
