"""The flight recorder in the window: it says that it wrote, opens what it wrote, and does as it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.flights import flights
from buslens.wire import Header, pack_header
from tests.helpers.window_run import run_to_its_end
from ui.flight.sheet import FlightSheet

PATIENCE_MS = 60_000
SCENARIO = """buslens: 1
name: Shop
engine: pyee
events: {order.placed: {}, card.charged: {}}
handlers:
  log: {on: order.placed}
  charge_card: {on: card.charged, do: [{fail: {error: CardDeclined}}]}
script:
  - {emit: order.placed, every: 100ms, times: 600}
  - {emit: card.charged}
  - {emit: order.placed, every: 100ms, times: 600}
"""


@pytest.fixture
def shop(window: Any, tmp_path: Path) -> Any:
    path = tmp_path / "shop.yaml"
    path.write_text(SCENARIO)
    window.open(path)
    return window


def sheet_of(window: Any) -> FlightSheet:
    window.flight_sign.click()
    (sheet,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, FlightSheet) and each.isVisible()]
    return sheet


def test_a_failure_is_written_told_and_opened(shop: Any, qtbot: Any) -> None:
    run_to_its_end(shop, qtbot)
    qtbot.waitUntil(shop.flight_notice.isVisible, timeout=PATIENCE_MS)
    (path,) = flights().iterdir()
    assert shop.flight_notice.says.text() == (
        f"charge_card failed: CardDeclined – the flight recorder wrote {path.name}"
    )
    whole = len(shop.session.trace.dispatches)
    qtbot.mouseClick(shop.flight_notice.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(shop.session.trace.dispatches) < whole, timeout=PATIENCE_MS)
    assert not shop.flight_notice.isVisible()
    view, span = shop.timeline.viewport, shop.session.trace.span_ns
    assert view.start_ns <= span[0] + 200_000_000
    assert view.end_ns >= span[1]
    (note,) = shop.session.trace.notes.all
    assert note.text == "Flight recorder: charge_card failed: CardDeclined."
    assert (shop.selection.kind, shop.selection.id) == ("call", note.about), "what failed is selected"


def test_the_button_writes_what_just_happened(shop: Any, qtbot: Any) -> None:
    run_to_its_end(shop, qtbot)
    qtbot.waitUntil(lambda: len(shop.session.flight.written) == 1, timeout=PATIENCE_MS)
    shop.wiring.actions.run("flight.write")
    qtbot.waitUntil(lambda: "asked for by hand" in shop.flight_notice.says.text(), timeout=PATIENCE_MS)
    assert len(list(flights().iterdir())) == 2


def test_the_button_says_why_it_cannot(shop: Any, qtbot: Any) -> None:
    sheet = sheet_of(shop)
    sheet.form.on.setChecked(False)
    sheet.close()
    run_to_its_end(shop, qtbot)
    shop.wiring.actions.run("flight.write")
    assert "switched off" in shop.errors.problems[0]
    assert shop.flight_sign.text() == "flight recorder off"
    assert not flights().exists()


def test_settings_count_at_once_and_are_kept(shop: Any, qtbot: Any, tmp_path: Path) -> None:
    sheet = sheet_of(shop)
    sheet.form.on_failure.setChecked(False)
    sheet.form.events.setText("order.*")
    sheet.form.folder.setText(str(tmp_path / "here"))
    sheet.form.before.setValue(3)
    qtbot.keyClick(sheet.form.folder, Qt.Key.Key_Return)
    sheet.form.folder.editingFinished.emit()
    sheet.close()
    kept = json.loads(Path(shop.store.path).read_text())["flight"]
    assert (kept["on_failure"], kept["events"], kept["before_s"]) == (False, "order.*", 3.0)
    run_to_its_end(shop, qtbot)
    qtbot.waitUntil(shop.flight_notice.isVisible, timeout=PATIENCE_MS)
    assert "order.placed was emitted" in shop.flight_notice.says.text()
    assert len(list((tmp_path / "here").iterdir())) == 1
    listed = sheet_of(shop)
    assert listed.files.count() == 1
    qtbot.mouseClick(listed.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shop.session.trace.header.extra.get("flight") is not None, timeout=PATIENCE_MS)


def test_files_of_earlier_windows_say_why_they_were_written(shop: Any) -> None:
    folder = shop.session.flight.folder.path
    folder.mkdir(parents=True)
    (folder / "flight-20250101-120000.buslens").write_bytes(pack_header(Header.here(flight="mail failed: Timeout")))
    (folder / "flight-20250101-130000.buslens").write_bytes(pack_header(Header.here()))
    sheet = sheet_of(shop)
    listed = [sheet.files.item(row).text() for row in range(sheet.files.count())]
    assert [text.split("   ")[2] for text in listed] == ["reason unknown", "mail failed: Timeout"]
    sheet.close()


def test_the_time_in_view_is_exported(shop: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_to_its_end(shop, qtbot)
    first, _ = shop.session.trace.span_ns
    shop.timeline.verbs.show_stretch(first + 10_000_000_000, first + 20_000_000_000)
    monkeypatch.setattr("ui.widgets.ask.file_to_save", lambda *_: tmp_path / "part.buslens")
    with qtbot.waitSignal(shop.wiring.verbs.file.exporting.wrote, timeout=PATIENCE_MS):
        shop.wiring.actions.run("export.view")
    shop.open(tmp_path / "part.buslens")
    span = shop.session.trace.span_ns
    assert 9 < (span[1] - span[0]) / 1e9 < 12
