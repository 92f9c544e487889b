"""Clear is taken back: what was in view comes back, with what was recorded since."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.session import Session
from tests.helpers.live import Live
from tests.unit.bus.session.conftest import ids, run


def test_clear_is_taken_back_with_what_came_since(live: Live, shop: Session) -> None:
    run(shop)
    shop.trace.notes.add(5, "before")
    shop.clear()
    assert (ids(shop), len(shop.runs.all)) == ([], 2)
    shop.emit("order.placed", {"id": 9})
    live.until(shop, lambda: len(shop.trace.dispatches) == 2)
    shop.trace.notes.add(9, "since")
    assert shop.can_undo_clear
    shop.undo_clear()
    assert len(shop.trace.dispatches) == 12
    assert shop.trace.payload(10).text == '{"id":9}'
    assert [note.text for note in shop.trace.notes.all] == ["before", "since"]
    assert len(shop.runs.all) == 1
    shop.emit("order.placed", {"id": 10})
    live.until(shop, lambda: len(shop.trace.dispatches) == 14)


def test_clear_of_an_opened_capture_is_taken_back(shop: Session, file: Path) -> None:
    shop.open(file)
    before = ids(shop)
    shop.clear()
    assert ids(shop) == []
    shop.undo_clear()
    assert ids(shop) == before
    assert not shop.can_undo_clear


def test_an_edit_after_clear_is_taken_back_first(shop: Session) -> None:
    run(shop)
    shop.clear()
    assert shop.document is not None
    shop.document.add_event("order.lost")
    assert not shop.can_undo_clear
    shop.document.undo()
    run(shop)
    assert not shop.can_undo_clear  # another run is in view


def test_where_too_much_was_recorded_since_clear_the_list_has_what_was_before(live: Live, shop: Session) -> None:
    run(shop)
    before = shop.runs.view
    shop.clear()
    shop.emit("order.placed", {"id": 9})
    live.until(shop, lambda: len(shop.trace.dispatches) == 2)
    with pytest.raises(UserError, match="in the list of runs"):
        shop.undo_clear(most_since=10)
    shop.show(before)
    assert len(ids(shop)) == 10
