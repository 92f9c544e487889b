"""What a person with a small window gets: panels that need no scrolling to the side."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint

from bus.scenario.samples import SAMPLES
from tests.helpers.make_trace import shop_bytes

NARROW = 200


@pytest.mark.parametrize("kind", ["scenario", "event", "handler", "script", "faults"])
def test_every_form_of_the_scenario_fits_into_a_narrow_panel(window: Any, kind: str) -> None:
    window.open(SAMPLES[0].path)
    panel = window.scenario
    document = window.session.document
    name = {"event": "order.placed", "handler": "charge_card"}.get(kind, "")
    panel.tree.choose(kind, name)
    assert panel.minimumSizeHint().width() <= NARROW
    form = panel._form_shown()
    assert form.minimumSizeHint().width() <= NARROW - 12
    if kind == "handler":
        steps = panel.handler_form.steps
        for verb in steps.menu.actions():
            document.set_handler("charge_card", do=[])
            panel.refresh_document()
            verb.trigger()
            assert form.minimumSizeHint().width() <= NARROW - 12, verb.text()


def test_emit_fits_into_a_narrow_panel(window: Any) -> None:
    window.open(SAMPLES[0].path)
    assert window.emit_panel.form.minimumSizeHint().width() <= NARROW


def test_the_inspector_shows_all_lines_of_a_traceback_and_each_in_one_piece(window: Any, tmp_path: Any) -> None:
    capture = tmp_path / "shop.buslens"
    capture.write_bytes(shop_bytes(20, failures=1.0))
    window.open(capture)
    trace = window.session.trace
    failed = int(trace.calls.id[int(trace.calls.outcome.tolist().index(2))])
    window.selection.select("call", failed)
    traceback = window.inspector.error.traceback
    for width in (220, 300):
        window.inspector.error.resize(width, 600)
        traceback.fit()
        assert traceback.firstVisibleBlock().blockNumber() == 0
        last = traceback.document().lastBlock()
        cursor = traceback.textCursor()
        cursor.setPosition(last.position() + last.length() - 1)
        assert traceback.cursorRect(cursor).bottom() <= traceback.viewport().height()
        assert not traceback.verticalScrollBar().isVisible()
        blocks = [traceback.document().findBlockByNumber(at) for at in range(traceback.document().blockCount())]
        assert {block.layout().lineCount() for block in blocks} == {1}
        assert traceback.horizontalScrollBar().maximum() > 0
    assert window.inspector.head.source.mapTo(window.inspector.head, QPoint()).x() == 0
