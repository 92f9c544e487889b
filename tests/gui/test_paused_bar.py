"""What a person sees who stands inside an emit: what comes next, and the queue of what waits."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bus.session import Session, Step, Stop, Waiting
from ui.widgets.paused_bar import PausedBar, next_text, waiting_text

SHOP = """buslens: 1
engine: pyee
events: {order.placed: {}, order.paid: {}}
handlers:
  charge_card: {on: order.placed, do: [{emit: order.paid}]}
  pack: {on: order.paid, do: [{log: packed}]}
script: [{emit: order.placed}, {wait: 1s}]
"""
PATIENCE_MS = 60_000


@pytest.fixture
def bar(window: Any, tmp_path: Path) -> PausedBar:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    window.open(path)
    bar: PausedBar = window.paused_bar
    return bar


def stands_elsewhere(session: Session, before: Stop | None) -> bool:
    return session.engine_state.next_stop not in (None, before)


def test_it_follows_the_steps_and_goes_when_the_run_goes_on(bar: PausedBar, window: Any, qtbot: Any) -> None:
    assert not bar.isVisible()
    window.session.start(paused=True)
    said = []
    for step in (Step.CALL, Step.INTO, Step.CALL):
        qtbot.waitUntil(lambda: window.session.engine_state.next_stop is not None, timeout=PATIENCE_MS)
        qtbot.waitUntil(
            lambda: bar.next.text() == next_text(window.session.engine_state.next_stop), timeout=PATIENCE_MS
        )
        said.append(bar.next.text())
        before = window.session.engine_state.next_stop
        window.session.step(step)
        qtbot.waitUntil(partial(stands_elsewhere, window.session, before), timeout=PATIENCE_MS)
    assert said == [
        "Paused. Next: dispatch order.placed",
        "Paused. Next: call charge_card of order.placed",
        "Paused. Next: dispatch order.paid, inside 1 call",
    ]
    assert bar.isVisible()
    window.session.resume()
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=PATIENCE_MS)


def test_the_queue_is_listed_the_next_first(window: Any, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "waits.yaml"
    path.write_text(
        "buslens: 1\nengine: pyee-asyncio\nevents: {a: {}}\n"
        "handlers: {slow: {on: a, do: [{wait: 5s}]}}\n"
        "script: [{emit: a}, {emit: a, at: 100ms}]\n"
    )
    window.open(path)
    window.session.start()
    qtbot.waitUntil(lambda: len(window.session.trace.calls) == 2, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.paused_bar.queue.count() == 2, timeout=PATIENCE_MS)
    rows = [window.paused_bar.queue.item(row).text() for row in range(2)]
    assert all(
        row.startswith(("slow of a: waits inside its call, in 4", "slow of a: waits inside its call, in 5.00"))
        for row in rows
    ), rows


def test_words() -> None:
    assert next_text(None) == "Paused. Nothing comes next yet: what waits is below."
    assert next_text(Stop("call", "a", "h", 2, 2)) == "Paused. Next: call h of a, inside 2 calls"
    assert waiting_text(Waiting("script", "a", "", 5_000_000), 2_000_000) == "a: next step of the script, in 3.00 ms"
    assert waiting_text(Waiting("emit", "a", "", None), 0) == "a: emitted by hand"
    assert waiting_text(Waiting("call", "", "h", None), 0) == "h: starts as soon as there is room"
