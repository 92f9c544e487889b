"""Listeners that come all through a program and never go are told; many at its start, or renewed ones, are not."""

from __future__ import annotations

import pytest

from bus.analysis.problems.finding import Severity
from bus.analysis.problems.growth import DETECTOR, LEAST
from bus.analysis.problems.looking import look
from tests.helpers.planted import Story, found

SITE = {"file": "/srv/shop/browser.py", "line": 371}


def test_a_listener_of_every_cycle_is_told_with_its_slope() -> None:
    story = Story()
    for _ in range(20):
        story.on("watch.<locals>.<lambda>", "page", **SITE)
        story.heard("page", "watch.<locals>.<lambda>")
        story.heard("done")
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.WARNING
    assert finding.title == "watch.<locals>.<lambda> is subscribed to page again and again, and never removed"
    assert "20 subscriptions at /srv/shop/browser.py:371" in finding.meaning
    assert "one more for every 2 emits" in finding.meaning
    assert str(finding.place) == "/srv/shop/browser.py:371"
    assert finding.evidence.count == 20


def test_a_listener_of_every_cycle_for_an_event_of_its_own_is_told() -> None:
    story = Story()
    for number in range(20):
        story.on("reply", f"reply.{number}", once=True)
        story.heard("request", "serve")
    (finding,) = found(DETECTOR, story.trace())
    assert "reply is subscribed to 20 events again and again" in finding.title


def test_listeners_that_are_removed_are_no_problem() -> None:
    story = Story()
    for _ in range(30):
        story.on("watch", "page", **SITE)
        story.heard("page", "watch")
        story.off("watch", "page", **SITE)
    assert not found(DETECTOR, story.trace())


def test_many_listeners_at_the_start_are_no_problem() -> None:
    story = Story()
    for _ in range(50):
        story.on("Widget.refresh", "theme", **SITE)
    for _ in range(50):
        story.heard("theme", "Widget.refresh")
    assert not found(DETECTOR, story.trace())


def test_connections_that_come_and_then_stay_are_no_problem() -> None:
    story = Story()
    for _ in range(30):
        story.on("Client.on_message", "message", **SITE)
        story.heard("joined", "greet")
    for _ in range(60):
        story.heard("message", "Client.on_message")
    assert not found(DETECTOR, story.trace())


@pytest.mark.parametrize("many", [1, LEAST - 1])
def test_a_few_are_no_slope(many: int) -> None:
    story = Story()
    for _ in range(many):
        story.on("watch", "page", **SITE)
        story.heard("page", "watch")
    assert not found(DETECTOR, story.trace())


def test_where_facts_are_missing_nobody_is_blamed() -> None:
    story = Story()
    for _ in range(20):
        story.on("watch", "page", **SITE)
        story.heard("page", "watch")
    story.recorder.dropped += 1
    assert [each for each, _ in look(story.trace(), (DETECTOR,)).undecided] == ["listener-growth"]
