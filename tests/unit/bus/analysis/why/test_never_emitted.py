"""Why was an event never emitted: a similar name, another bus, or nobody."""

from __future__ import annotations

from bus.analysis.why import Subject, questions_for
from tests.helpers.asking import asked, told
from tests.helpers.planted import Story


def test_a_name_that_differs_by_a_letter_was_emitted_instead() -> None:
    story = Story()
    story.on("pay", "order.placed")
    story.emit("order.plcaed")
    (line,) = told(asked(story.trace(), "event", story.event("order.placed"), "never-emitted"))
    assert line == "order.plcaed was emitted 1 time: the names differ by a letter. [inferred]"


def test_it_was_emitted_on_another_bus() -> None:
    story = Story()
    one, other = story.bus("Bus a.py:3", 3), story.bus("Bus b.py:9", 9)
    story.on("pay", "order", bus=other)
    story.emit("order", bus=one)
    (line,) = told(asked(story.trace(), "event", story.event("order", other), "never-emitted"))
    assert line == "It was emitted 1 time on Bus a.py:3, and is listened to on another one."


def test_nothing_like_it_was_emitted() -> None:
    story = Story()
    story.on("pay", "order")
    story.emit("tick")
    trace = story.trace()
    (line,) = told(asked(trace, "event", story.event("order"), "never-emitted"))
    assert line == "Nothing emitted order, nor a name that differs by a letter."
    offered = questions_for(trace, Subject("event", story.event("tick")))
    assert "never-emitted" not in [offer.question for offer in offered]
