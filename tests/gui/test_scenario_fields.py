"""The form of a step is what its class says: nobody writes it a second time."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field as Key

from bus.scenario.parts import Asked, ScenarioPart, StepPart, by_verb
from bus.scenario.steps import Condition, Step, Text, Value
from ui.panels.scenario.fields import Field, fields_of_step, summary


class SureOptions(ScenarioPart):
    """Options below a key."""

    if_: Annotated[Condition | None, Key(alias="if")] = None
    says: Text = ""


class Sure(StepPart):
    """A kind of step that nobody has thought of."""

    about = "be sure"
    begins_with = "count > 0"
    sure: Annotated[Condition, Asked("condition", "count > 0", "What must be true")]
    with_: Annotated[Value, Key(alias="with")] = None
    beside: SureOptions = SureOptions()
    else_: Annotated[list[Step], Key(alias="else")] = []
    times: int | None = None
    loud: bool = False


def test_a_step_is_asked_for_as_its_class_says() -> None:
    assert fields_of_step(Sure) == (
        Field(("sure",), "condition", hint="count > 0", needed=True, help="What must be true"),
        Field(("with",), "with", "json", help="any JSON value; texts may hold $expressions"),
        Field(("beside", "if"), "if"),
        Field(("beside", "says"), "says"),
        Field(("else",), "else", "json"),
        Field(("times",), "times", "number"),
        Field(("loud",), "loud", "flag"),
    )


def test_a_step_in_one_line_begins_with_its_verb() -> None:
    step: dict[str, Any] = {"times": 2, "sure": "count > 1"}
    assert summary(step, by_verb(Sure)) == "sure  count > 1   times: 2"
