"""What a person is told of renaming an event that patterns match."""

from __future__ import annotations

from bus import scenario
from bus.scenario import Document

TICKETS = """\
buslens: 1
events: {ticket.opened: {}, ticket.closed: {}, issue.found: {}}
handlers:
  notify: {on: ticket.*, do: []}
  audit: {on: issue.*, do: []}
  closing: {on: ticket.closed, do: [{emit: ticket.opened}, {log: 'it was ${event.name == "ticket.opened"}'}]}
script: [{emit: ticket.opened}]
expect: [{event: ticket.*, lost: 0}, {event: ticket.opened, emitted: 2}]
"""


def renamed(text: str, old: str, new: str) -> Document:
    document = scenario.loads(text)
    document.rename_event(old, new)
    return document


def test_who_heard_it_through_a_pattern_still_hears_it_and_that_is_told() -> None:
    document = renamed(TICKETS, "ticket.opened", "case.opened")
    assert document.scenario.handlers["notify"].patterns == ("ticket.*", "case.opened")
    assert document.scenario.handlers_of("case.opened") == ["notify"]
    told = " ".join(document.told)
    assert "notify heard ticket.opened through a pattern and hears case.opened by its name now." in told
    assert "The expectation of ticket.* does not count case.opened." in told
    assert "closing still says ticket.opened in its texts or code." in told


def test_who_hears_it_now_is_told() -> None:
    told = renamed(TICKETS, "ticket.opened", "issue.opened").told
    assert "audit hears issue.opened now: its pattern matches the new name." in told


def test_exact_names_are_renamed_everywhere_and_nothing_has_to_be_told() -> None:
    document = renamed(TICKETS.replace('ticket.opened"', 'x"'), "ticket.opened", "ticket.begun")
    assert document.told == ()
    assert "ticket.opened" not in document.text
    assert document.scenario.expect[1].event == "ticket.begun"


def test_a_pattern_that_would_match_nothing_any_more_becomes_the_name() -> None:
    document = renamed(
        "buslens: 1\nevents: {a.b: {}, c: {}}\nhandlers: {h: {on: a.*, do: []}}\nexpect: [{event: a.*, lost: 0}]\n",
        "a.b",
        "d",
    )
    assert document.scenario.handlers["h"].on == "d"
    assert document.scenario.expect[0].event == "d"


def test_undo_takes_back_all_of_it() -> None:
    document = renamed(TICKETS, "ticket.opened", "case.opened")
    document.undo()
    assert document.text == TICKETS
    assert document.told == ()
