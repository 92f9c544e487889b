"""Ctrl+F looks into payloads too: beside the Qt thread, with the first hits first, and it can be ended."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from bus.trace.blob_search import BlobSearch
from tests.helpers.make_trace import shop_bytes
from tests.helpers.patience import PATIENCE_S

PATIENCE_MS = 60_000


@pytest.fixture
def opened(window: Any, tmp_path: Path) -> Any:
    """A capture whose payloads are too many to be looked through at once."""
    window.filter_state.most_payloads = 0
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(200, batch=10))
    window.open(path)
    window.session.wait(PATIENCE_S)
    window.bridge.touch()
    return window


class Slow:
    """Stands in for a search through very many payloads: goes on when it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, frames: int) -> None:
        self.may_end = threading.Event()
        self._left = frames
        step = BlobSearch.step

        def slow_step(search: BlobSearch, text: str, _seconds: float) -> bool:
            if self._left > 0:
                self._left -= 1
                return step(search, text, 0.0)
            self.may_end.wait(0.01)
            return step(search, text, 5.0) if self.may_end.is_set() else True

        monkeypatch.setattr(BlobSearch, "step", slow_step)


def search(window: Any, text: str, qtbot: Any) -> None:
    window.wiring.actions.run("edit.filter")
    qtbot.keyClicks(window.toolbar.search, text)
    qtbot.keyClick(window.toolbar.search, Qt.Key.Key_Return)


def test_a_field_of_a_payload_is_found(opened: Any, qtbot: Any) -> None:
    search(opened, "payload.items.sku=A-2", qtbot)
    qtbot.waitUntil(lambda: opened.tables.dispatches.shown == 66, timeout=PATIENCE_MS)
    search(opened, "payload.id<30", qtbot)
    qtbot.waitUntil(lambda: opened.tables.dispatches.shown == 30, timeout=PATIENCE_MS)


def test_words_of_a_payload_are_found(opened: Any, qtbot: Any) -> None:
    search(opened, "A-2", qtbot)
    qtbot.waitUntil(lambda: opened.tables.dispatches.shown == 66, timeout=PATIENCE_MS)
    row = opened.tables.dispatches.model.trace_row(0)
    assert opened.session.trace.payload(row).value["items"][0]["sku"] == "A-2"
    qtbot.waitUntil(lambda: not opened.search_progress.isVisible(), timeout=PATIENCE_MS)
    assert opened.tables.calls.shown == 132, "and the calls of those dispatches"


def test_first_hits_are_shown_while_the_rest_is_read_with_progress(
    opened: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, 3)
    search(opened, "payload:A-2", qtbot)
    qtbot.waitUntil(lambda: 0 < opened.tables.dispatches.shown < 66, timeout=PATIENCE_MS)
    assert opened.search_progress.isVisible()
    qtbot.waitUntil(lambda: 0 < opened.search_progress.bar.value() < 100, timeout=PATIENCE_MS)
    assert opened.search_progress.says.text().startswith("searching payloads, ")
    slow.may_end.set()
    qtbot.waitUntil(lambda: opened.tables.dispatches.shown == 66, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not opened.search_progress.isVisible(), timeout=PATIENCE_MS)


def test_cancel_leaves_what_was_found_and_says_how_far_it_came(
    opened: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(monkeypatch, 4)
    search(opened, "payload:A-2", qtbot)
    qtbot.waitUntil(lambda: opened.tables.dispatches.shown > 0, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: opened.payload_search.share > 0, timeout=PATIENCE_MS)
    qtbot.mouseClick(opened.search_progress.cancel, Qt.MouseButton.LeftButton)
    assert not opened.payload_search.busy
    assert opened.search_progress.says.text().startswith("payloads searched up to ")
    left = opened.tables.dispatches.shown
    assert 0 < left < 66
    opened.filter_state.clear()
    assert not opened.search_progress.isVisible()


def test_another_filter_ends_the_search(opened: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Slow(monkeypatch, 1)
    search(opened, "payload:A-2", qtbot)
    qtbot.waitUntil(lambda: opened.payload_search.busy, timeout=PATIENCE_MS)
    opened.filter_state.set_text("event:order.paid")
    assert not opened.payload_search.busy
    qtbot.waitUntil(lambda: opened.tables.dispatches.shown > 100, timeout=PATIENCE_MS)
