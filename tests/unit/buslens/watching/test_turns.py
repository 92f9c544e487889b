"""Handlers on their way into a library's own loop: each call begins and ends with the loop's own steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from buslens.context import current_call
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.subscribers import Subscribers
from buslens.watching.turns import Turns
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Dispatch, Facts

Handler = Callable[[], Any]


class Library:
    """Calls its handlers one by one, as they are."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.watch = Watch(self, self.recorder, self.recorder.bus("orders"))
        self.subscribers = Subscribers(self.watch, "placed")

    def send(self, *handlers: Handler, announced: int = 0) -> list[Any]:
        for handler in handlers[: announced or len(handlers)]:
            self.subscribers.came(id(handler), self.subscribers.described(handler))
        watch, known = self.watch, dict(self.subscribers.known)
        dispatch = watch.emitted(watch.event_id("placed"), len(known), 0, watch.cause())
        turns = Turns(watch, dispatch, known, id, 0)
        try:
            return [handler() for handler in turns.of(handlers)]
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            turns.over(self.subscribers.missed)

    @property
    def told(self) -> Dispatch:
        return Facts(self.recorder).one("placed")


def decline() -> None:
    raise ValueError("declined")


def test_each_handler_has_its_call_and_nothing_is_in_a_call_afterwards() -> None:
    library = Library()
    first, second = library.send(lambda: current_call(), current_call)
    told = library.told
    assert [call.id for call in told.calls] == [first, second]
    assert [call.outcome for call in told.calls] == [Outcome.OK, Outcome.OK]
    assert current_call() == 0
    assert not told.open


def test_the_call_that_raises_has_failed_and_the_others_are_skipped_because_of_it() -> None:
    library = Library()
    with pytest.raises(ValueError, match="declined"):
        library.send(decline, current_call)
    told = library.told
    assert [call.outcome for call in told.calls] == [Outcome.FAILED]
    assert [(because, why) for _, because, why in told.skipped_handlers] == [(told.calls[0].id, "")]
    assert current_call() == 0


def test_whom_the_loop_leaves_out_is_skipped_for_the_reason_that_the_ledger_knows() -> None:
    library = Library()
    library.subscribers.came(0, library.subscribers.described(decline))
    library.send(current_call)
    assert library.told.skipped_handlers == [("decline", 0, "its library did not call it")]


def test_whom_nobody_has_announced_is_called_and_not_told() -> None:
    library = Library()
    assert library.send(lambda: 1, lambda: 2, announced=1) == [1, 2]
    assert len(library.told.calls) == 1


def test_an_error_of_ours_switches_the_watch_off_and_no_handler_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    library = Library()
    library.watch.started = None  # type: ignore[assignment]
    assert library.send(lambda: 1, lambda: 2) == [1, 2]
    assert not library.watch.live
    assert "after an error of its own" in caplog.text
