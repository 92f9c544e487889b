"""Ctrl+C while a run goes on is asked for once, and answered where nothing breaks by it."""

from __future__ import annotations

import signal

import pytest

from app.interruption import ENDINGS, interruptible


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_going_on_is_not_broken_off_by_the_first_one(ending: signal.Signals) -> None:
    with interruptible() as interruption:
        interruption.check()
        signal.raise_signal(ending)
        assert interruption.is_asked
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def test_who_asks_twice_waits_for_nothing_more() -> None:
    with interruptible(), pytest.raises(KeyboardInterrupt):  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_afterwards_the_signals_are_whose_they_were() -> None:
    before = [signal.getsignal(ending) for ending in ENDINGS]
    with interruptible():
        assert [signal.getsignal(ending) for ending in ENDINGS] != before
    assert [signal.getsignal(ending) for ending in ENDINGS] == before
