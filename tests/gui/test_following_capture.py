"""A capture that a program still writes, in the window: live like a run, until it ends or the person stops it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.growing import Growing
from tests.helpers.make_trace import make_trace

PATIENCE_MS = 60_000
WHOLE = len(make_trace(60).calls)


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    growing = Growing(tmp_path / "shop.buslens")
    growing.write_share(0.4)
    return growing


@pytest.fixture
def followed(window: Any, qtbot: Any, growing: Growing) -> Any:
    window.open(growing.path)
    qtbot.waitUntil(lambda: window.session.following is not None, timeout=PATIENCE_MS)
    window.bridge.touch()
    return window


def test_what_is_there_is_shown_and_then_it_goes_on_until_it_ends(followed: Any, qtbot: Any, growing: Growing) -> None:
    window, calls = followed, len(followed.session.trace.calls)
    assert 0 < calls < WHOLE
    assert window.status.engine.text() == "live: shop.buslens"
    assert window.status.rate.text().endswith(" records/s")
    assert not window.status.clock.isVisible()
    assert not window.capture_bar.isVisible(), "half a frame at the end is not damage while it grows"
    assert window.timeline.following
    newest = window.timeline.viewport.end_ns
    for share in (0.6, 0.8):
        before = len(window.session.trace.calls)
        growing.write_share(share)
        qtbot.waitUntil(lambda: len(window.session.trace.calls) > before, timeout=PATIENCE_MS)  # noqa: B023
    qtbot.waitUntil(lambda: window.timeline.viewport.end_ns > newest, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.status.rate.text() != "0 records/s", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.tables.calls.total > calls, timeout=PATIENCE_MS)
    growing.end()
    qtbot.waitUntil(lambda: window.session.following is None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.tables.calls.total == WHOLE, timeout=PATIENCE_MS)
    assert window.status.engine.text() == "shop.buslens finished"
    assert window.status.rate.text().endswith(" events")
    assert not window.capture_bar.isVisible()
    assert not window.wiring.actions["capture.follow"].isEnabled(), "there is nothing more to come"


def test_a_person_stops_it_and_goes_on(followed: Any, qtbot: Any, growing: Growing) -> None:
    window, actions = followed, followed.wiring.actions
    assert actions["run.stop"].isEnabled()
    assert actions["run.stop"].text() == "Stop Following"
    assert not actions["capture.follow"].isEnabled()
    calls = len(window.session.trace.calls)
    actions.run("run.stop")
    qtbot.waitUntil(window.capture_bar.isVisible, timeout=PATIENCE_MS)
    assert window.capture_bar.says.text().startswith("Following was stopped")
    assert window.status.engine.text() == "no engine runs"
    growing.end()
    window.bridge.touch()
    assert len(window.session.trace.calls) == calls
    actions.run("capture.follow")
    qtbot.waitUntil(lambda: len(window.session.trace.calls) == WHOLE, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not window.capture_bar.isVisible(), timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    ("does", "says"), [("truncate", "was cut or begun anew"), ("replace", "was replaced"), ("remove", "was removed")]
)
def test_what_becomes_of_the_file_is_said_and_what_was_there_stays(
    followed: Any, qtbot: Any, growing: Growing, does: str, says: str
) -> None:
    window, calls = followed, len(followed.session.trace.calls)
    if does == "truncate":
        growing.path.write_bytes(b"")
    elif does == "replace":
        other = growing.path.with_name("other")
        other.write_bytes(growing.data)
        other.replace(growing.path)
    else:
        growing.path.unlink()
    qtbot.waitUntil(window.capture_bar.isVisible, timeout=PATIENCE_MS)
    assert says in window.capture_bar.says.text()
    assert window.session.following is None
    assert len(window.session.trace.calls) == calls
    window.selection.select("dispatch", int(window.session.trace.dispatches.id[0]))
    window.timeline.grab()


def test_the_oldest_are_forgotten_and_the_selection_stays(followed: Any, qtbot: Any, growing: Growing) -> None:
    window = followed
    window.session.most_records = 200
    calls = window.session.trace.calls
    window.selection.select("call", int(calls.id[-1]))
    growing.write_share(0.7)
    qtbot.waitUntil(lambda: window.session.trace.forgotten > 0, timeout=PATIENCE_MS)
    qtbot.waitUntil(window.status.forgotten.isVisible, timeout=PATIENCE_MS)
    assert window.selection.kind == "call"
    assert len(window.session.trace.dispatches) + len(window.session.trace.calls) <= 250


def test_a_capture_without_a_record_yet_is_no_start_page(window: Any, qtbot: Any, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "new.buslens")
    growing.write(growing.data.index(b"}}") + 2)
    window.open(growing.path)
    assert window.session.following is not None
    assert not window.panels.on_start_page
    growing.end()
    qtbot.waitUntil(lambda: window.tables.calls.total == WHOLE, timeout=PATIENCE_MS)
    assert len(window.timeline.scene.lanes) > 0


def test_a_writer_that_calls_itself_html_is_shown_as_it_is(window: Any, qtbot: Any, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "html.buslens", process="<b>shop</b>")
    growing.write_share(0.5)
    window.open(growing.path)
    qtbot.waitUntil(lambda: window.session.following is not None, timeout=PATIENCE_MS)
    window.status.refresh()
    assert "&lt;b&gt;shop" in window.status.engine.toolTip()
