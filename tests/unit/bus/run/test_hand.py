"""What a person gets who emits by hand what the schema forbids."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.session import Session
from tests.helpers.live import Live
from tests.helpers.patience import PATIENCE_S

SHOP = """\
buslens: 1
engine: pyee
events:
  order: {schema: {type: object, required: [id]}}
handlers: {h: {on: order, do: []}}
"""


@pytest.fixture
def session(live: Live) -> Session:
    return live(SHOP)


def test_a_refused_payload_takes_nothing_away(session: Session) -> None:
    session.emit("order", {"id": 1})
    assert session.wait(PATIENCE_S)
    session.stop()
    assert session.wait(PATIENCE_S)
    with pytest.raises(UserError, match="'id' is a required property"):
        session.emit("order", {})
    assert len(session.trace.dispatches) == 1


def test_what_breaks_the_schema_on_purpose_is_emitted_and_marked(session: Session) -> None:
    session.emit("order", {}, against_schema=True)
    assert session.wait(PATIENCE_S)
    assert len(session.trace.calls) == 1
    said = session.trace.marks.text(0)
    assert "order was emitted by hand although it breaks its schema" in said
    assert "'id' is a required property" in said


def test_what_is_right_after_all_has_no_mark(session: Session) -> None:
    session.emit("order", {"id": 1}, against_schema=True)
    assert session.wait(PATIENCE_S)
    assert len(session.trace.marks) == 0
