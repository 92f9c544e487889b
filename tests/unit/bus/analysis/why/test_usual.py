"""What usually follows is counted over the other dispatches of the event, this one left out."""

from __future__ import annotations

from bus.analysis.why.telling import Telling
from bus.analysis.why.usual import Usual, UsualEffects
from tests.helpers.planted import Story


def test_it_is_counted_in_how_many_of_the_others_it_followed() -> None:
    story = Story()
    for number in range(8):
        dispatch = story.emit("order", 2)
        log = story.begin(dispatch, "log", "order")
        story.end(log)
        pay = story.begin(dispatch, "pay", "order")
        if number < 6:
            story.emit("paid", cause=pay)
            story.emit("paid", cause=pay)  # twice counts once
        if number < 2:
            story.emit("seldom", cause=pay)
        story.end(pay)
    trace = story.trace()
    telling = Telling(trace)
    usual = UsualEffects(telling)
    (found,) = usual.beside(0)
    handler = telling.first_handler(story.handler("pay", "order"))
    assert found == Usual(handler, story.event("paid"), 5, 7)
    assert usual.beside(len(trace.dispatches) - 1)[0].times == 6
