"""What holds of every engine."""

from __future__ import annotations

import asyncio

import pytest

from bus.engines import ENGINES


@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_may_look_before_the_engine_is_open(engine: str) -> None:
    """Run Paused asks at once what waits, while the engine's thread is still opening it."""
    new = ENGINES[engine].make()
    assert new.in_flight() == 0
    assert list(new.scheduled(10)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_could_not_open_can_be_closed(engine: str) -> None:
    asyncio.run(ENGINES[engine].make().close())
