"""What follows from the class of a step alone: whoever reads, examines, spells or asks for steps knows no keys."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from bus import scenario
from bus.scenario.acts import ACTS
from bus.scenario.parts import (
    PartField,
    Says,
    ScenarioPart,
    StepPart,
    Verbs,
    any_of,
    by_verb,
    expressions_in,
    fields_of,
    keys_of_steps,
)
from bus.scenario.steps import VERBS, Condition, Text, Value

EMIT = {"emit": "a"}
Path = tuple[str, ...]


def fields_below(kind: type[ScenarioPart], path: Path = ()) -> list[tuple[Path, PartField]]:
    """Every field of a step with the keys that lead to it, options included."""
    found: list[tuple[Path, PartField]] = []
    for field in fields_of(kind):
        here = (*path, field.key)
        found += [(here, field)] if field.options is None else fields_below(field.options, here)
    return found


def saying(*kinds: Says) -> list[tuple[bool, str, Path]]:
    """Whether it is of a handler, the verb, and the path of each field that says one of these."""
    return [
        (verbs is VERBS, verb, path)
        for verbs in (VERBS, ACTS)
        for verb, kind in verbs.items()
        for path, field in fields_below(kind)
        if field.says in kinds
    ]


def with_value(verbs: Verbs, verb: str, path: Path, value: Any) -> dict[str, Any]:
    """A new step of that kind that says this there."""
    step = verbs[verb].new(EMIT)
    inner = step
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return step


def text_with(of_handler: bool, step: dict[str, Any]) -> str:
    """A scenario with this step; JSON is YAML too."""
    head = "buslens: 1\nengine: sqlite\nevents:\n  a:\n"
    lines = (
        f"handlers:\n  h:\n    on: a\n    do:\n    - {json.dumps(step)}\n"
        if of_handler
        else f"script:\n- {json.dumps(step)}\n"
    )
    return head + lines


@pytest.mark.parametrize("verbs", [VERBS, ACTS], ids=["handlers", "script"])
def test_a_new_step_of_every_kind_is_right_as_it_is(verbs: Verbs) -> None:
    for verb, kind in verbs.items():
        new = kind.new(EMIT)
        assert verb in new
        assert kind.about
        scenario.loads(text_with(verbs is VERBS, new))


@pytest.mark.parametrize(("of_handler", "verb", "path"), saying(Says.CONDITION))
def test_every_condition_is_examined(of_handler: bool, verb: str, path: Path) -> None:
    step = with_value(VERBS if of_handler else ACTS, verb, path, "calls > 1")
    found = scenario.loads(text_with(of_handler, step), "s.yaml").examined().mistakes
    assert any("there is no calls here" in str(each) for each in found)


@pytest.mark.parametrize(("of_handler", "verb", "path"), saying(Says.VALUE, Says.TEXT))
def test_every_expression_in_a_text_is_examined(of_handler: bool, verb: str, path: Path) -> None:
    step = with_value(VERBS if of_handler else ACTS, verb, path, "so many: ${calls}")
    found = scenario.loads(text_with(of_handler, step), "s.yaml").examined().mistakes
    assert any("there is no calls here" in str(each) for each in found)


class SureOptions(ScenarioPart):
    """Options as a new step may have them."""

    if_: Annotated[Condition | None, Field(alias="if")] = None
    says: Text = ""


class Sure(StepPart):
    """A kind of step that nobody has thought of."""

    about = "be sure"
    begins_with = "count > 0"
    sure: Condition
    with_: Annotated[Value, Field(alias="with")] = None
    beside: SureOptions = SureOptions()
    else_: Annotated[list[Any], Field(alias="else")] = []


def test_a_class_is_all_that_who_examines_it_needs() -> None:
    step = Sure.model_validate({"sure": "count > 1", "with": {"n": "$count"}, "beside": {"if": "true", "says": "x"}})
    assert list(expressions_in(step)) == [
        (("sure",), "count > 1", True),
        (("with",), {"n": "$count"}, False),
        (("beside", "if"), "true", True),
        (("beside", "says"), "x", False),
    ]
    assert keys_of_steps(by_verb(Sure)) == ("else",)
    assert keys_of_steps(VERBS) == ("once", "do", "undo")
    assert keys_of_steps(ACTS) == ("do",)


def test_a_step_is_known_by_its_verb() -> None:
    kinds = by_verb(Sure, VERBS["log"])
    one: TypeAdapter[Any] = TypeAdapter(any_of(kinds))
    assert isinstance(one.validate_python({"sure": "true"}), Sure)
    assert isinstance(one.validate_python({"log": "x"}), VERBS["log"])
    with pytest.raises(ValidationError, match="expected a step with one of: sure, log"):
        one.validate_python({"wait": "1s"})


def test_who_changes_a_new_step_changes_no_other() -> None:
    VERBS["fail"].new(EMIT)["fail"]["error"] = "Other"
    assert VERBS["fail"].new(EMIT) == {"fail": {"error": "HandlerFailed"}}
