"""Why did nobody hear this: everybody who could have is named with the reason."""

from __future__ import annotations

from tests.helpers.asking import asked, can_be_asked, told
from tests.helpers.planted import Story


def test_nobody_ever_subscribed() -> None:
    story = Story()
    dispatch = story.emit("audit")
    answer = asked(story.trace(), "dispatch", dispatch, "unheard")
    assert told(answer) == ["Nobody ever subscribed to audit, nor to a name that differs by a letter."]


def test_each_that_could_have_heard_it_is_told_with_its_reason() -> None:
    story = Story()
    story.on("early", "order")
    story.off("early", "order")
    dispatch = story.emit("order")
    story.on("later", "order")
    story.on("near", "ordre")
    lines = told(asked(story.trace(), "dispatch", dispatch, "unheard"))
    assert [line.split()[0] for line in lines] == ["early", "It", "later", "near"]


def test_where_facts_are_missing_it_is_not_said_that_nobody_ever_did() -> None:
    story = Story()
    dispatch = story.emit("audit")
    story.recorder.dropped += 5
    (line,) = told(asked(story.trace(), "dispatch", dispatch, "unheard"))
    assert line.endswith("5 facts were dropped by the program that recorded them. [unknown]")


def test_of_what_was_heard_it_is_not_asked() -> None:
    story = Story()
    dispatch = story.heard("order", "pay")
    assert "unheard" not in can_be_asked(story.trace(), "dispatch", dispatch)
