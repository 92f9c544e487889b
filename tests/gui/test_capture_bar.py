"""What a person sees of a capture that is large or damaged: what is there at once, and the truth about the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from bus.errors import UserError
from bus.session.open_capture import OpenCapture
from buslens.wire import END_MARK
from tests.helpers.make_trace import make_trace, shop_bytes
from ui.widgets.capture_bar import STEPS, CaptureBar

PATIENCE_MS = 60_000


@pytest.fixture
def slow(window: Any, tmp_path: Path) -> Path:
    """A capture of which only one piece is taken in at a time."""
    window.session.opening = OpenCapture(first_part_s=0.0, part_s=0.0, piece=2_000)
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(400, batch=4) + END_MARK)
    return path


def test_it_is_shown_while_it_is_opened_and_whole_in_the_end(window: Any, qtbot: Any, slow: Path) -> None:
    bar: CaptureBar = window.capture_bar
    window.open(slow)
    qtbot.waitUntil(lambda: STEPS // 4 < bar.progress.value() < STEPS and bar.isVisible(), timeout=PATIENCE_MS)
    assert "shop.buslens" in bar.says.text()
    assert 0 < len(window.session.trace.calls) < len(make_trace(400).calls)
    assert len(window.timeline.scene.lanes) > 0
    qtbot.waitUntil(lambda: window.session.loading is None, timeout=PATIENCE_MS)
    assert len(window.session.trace.calls) == len(make_trace(400).calls)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=PATIENCE_MS)


def test_it_can_be_cancelled_and_says_what_is_missing(window: Any, qtbot: Any, slow: Path) -> None:
    bar: CaptureBar = window.capture_bar
    window.open(slow)
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(bar.dismiss.isVisible, timeout=PATIENCE_MS)
    assert bar.says.text().startswith("Opening was cancelled")
    assert len(window.session.trace.calls) < len(make_trace(400).calls)
    qtbot.mouseClick(bar.dismiss, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_it_is_not_exported_before_it_is_there(window: Any, tmp_path: Path, slow: Path) -> None:
    window.open(slow)
    with pytest.raises(UserError, match="still being opened"):
        window.session.export("csv", tmp_path / "half.csv")
    assert not (tmp_path / "half.csv").exists()


def test_another_file_ends_it(window: Any, qtbot: Any, tmp_path: Path, slow: Path) -> None:
    window.open(slow)
    small = tmp_path / "small.buslens"
    small.write_bytes(shop_bytes(2) + END_MARK)
    window.open(small)
    qtbot.waitUntil(lambda: window.session.loading is None, timeout=PATIENCE_MS)
    assert len(window.session.trace.calls) == len(make_trace(2).calls)
    assert not window.capture_bar.isVisible()


def test_a_damaged_capture_says_where_until_another_is_there(window: Any, qtbot: Any, tmp_path: Path) -> None:
    bar: CaptureBar = window.capture_bar
    cut, whole = tmp_path / "cut.buslens", tmp_path / "whole.buslens"
    cut.write_bytes(shop_bytes(20)[:-9])
    whole.write_bytes(shop_bytes(20) + END_MARK)
    window.open(cut)
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE_MS)
    assert "damaged at byte" in bar.says.text()
    assert bar.dismiss.isVisible()
    window.open(whole)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=PATIENCE_MS)


def test_a_capture_of_a_killed_program_or_without_events_says_so(window: Any, qtbot: Any, tmp_path: Path) -> None:
    bar: CaptureBar = window.capture_bar
    killed, empty, whole = (tmp_path / f"{name}.buslens" for name in ("killed", "empty", "whole"))
    killed.write_bytes(shop_bytes(3))
    empty.write_bytes(shop_bytes(0) + END_MARK)
    whole.write_bytes(shop_bytes(3) + END_MARK)
    window.open(killed)
    qtbot.waitUntil(lambda: "has no end mark" in bar.says.text(), timeout=PATIENCE_MS)
    window.open(empty)
    qtbot.waitUntil(lambda: bar.says.text().startswith("This capture holds no events"), timeout=PATIENCE_MS)
    window.open(whole)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=PATIENCE_MS)
