"""Editing a scenario while it runs: what is edited holds from the next emit."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.scenario import Document
from bus.session import Session
from tests.helpers.live import Live
from tests.helpers.told import logged

TEXT = """
events: {a: {}, order.placed: {}}
handlers:
  first: {on: a, do: [{log: first}]}
  once_only: {on: a, once: true, do: [{log: once}]}
  last: {on: a, do: [{log: 'last ${count}'}]}
script: [{emit: a}]
"""


@pytest.fixture
def session(live: Live) -> Session:
    session = live.ended(TEXT, engine="pyee")
    assert logged_since(session) == ["first", "once", "last 1"]
    return session


def document_of(session: Session) -> Document:
    assert session.document is not None
    return session.document


def logged_since(session: Session) -> list[str]:
    """What handlers logged since the last time."""
    lines = logged(session.trace)
    session.clear()
    return lines


def after_emit(session: Session, event: str = "a") -> list[str]:
    session.emit(event)
    assert session.wait(60)
    return logged_since(session)


def test_a_new_handler_is_called(session: Session) -> None:
    document_of(session).add_handler("new", "a", [{"log": "new"}])
    assert after_emit(session) == ["first", "last 2", "new"]


def test_a_removed_handler_is_not_called(session: Session) -> None:
    document_of(session).remove_handler("first")
    assert after_emit(session) == ["last 2"]


def test_a_changed_handler_keeps_its_place_and_the_others_their_state(session: Session) -> None:
    document_of(session).set_handler("first", do=[{"log": "changed"}])
    assert after_emit(session) == ["changed", "last 2"]


def test_a_moved_handler_is_called_in_its_new_place(session: Session) -> None:
    document_of(session).move_handler("last", 0)
    assert after_emit(session) == ["last 2", "first"]


def test_undo_holds_as_well(session: Session) -> None:
    document = document_of(session)
    document.remove_handler("first")
    document.undo()
    assert after_emit(session) == ["first", "last 2"]


def test_a_new_event_is_heard_by_patterns(session: Session) -> None:
    document = document_of(session)
    document.add_handler("orders", "order.*", [{"log": "$event.name"}])
    document.add_event("order.paid")
    assert after_emit(session, "order.paid") == ["order.paid"]


def test_a_new_schema_holds_at_once(session: Session) -> None:
    document_of(session).set_event("a", schema={"type": "object", "required": ["id"]})
    with pytest.raises(UserError, match="not of type 'object'"):
        session.emit("a", 3)
