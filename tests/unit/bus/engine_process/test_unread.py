"""What waits for the session is bounded, comes in order, and does not keep a run from ending."""

from __future__ import annotations

import threading

from bus.engine_process.messages import Report
from bus.engine_process.unread import MOST_UNREAD, Unread
from bus.runtime.state import EngineState
from tests.helpers.patience import PATIENCE_S

REPORT = Report(EngineState(), (0, 0, 0.0), 1, over=False)


def putting(unread: Unread) -> threading.Thread:
    thread = threading.Thread(target=unread.put, args=(b"x",))
    thread.start()
    return thread


def test_frames_and_reports_come_in_the_order_in_which_they_were_sent() -> None:
    unread = Unread()
    for message in (REPORT, b"one", b"two", REPORT):
        unread.put(message)
    assert (unread.piece(), unread.frames) == (None, 2)  # a report is next
    assert (unread.report(), unread.report()) == (REPORT, None)
    assert (unread.piece(), unread.piece(), unread.piece()) == (b"one", b"two", None)
    assert (unread.report(), unread.report(), unread.frames) == (REPORT, None, 0)


def test_who_sends_more_than_is_read_waits_until_some_is() -> None:
    unread = Unread()
    unread.put(bytes(MOST_UNREAD + 1))
    waiting = putting(unread)
    assert unread.frames == 1
    unread.piece()
    waiting.join(PATIENCE_S)
    assert unread.piece() == b"x"


def test_a_run_that_is_to_end_is_not_kept_by_what_is_unread() -> None:
    unread = Unread()
    unread.put(bytes(MOST_UNREAD + 1))
    waiting = putting(unread)
    unread.unbound()
    waiting.join(PATIENCE_S)
    assert unread.frames == 2


def test_whoever_waits_hears_that_something_came_or_that_nothing_will() -> None:
    unread = Unread()
    unread.put(b"x")
    unread.until_wanted(PATIENCE_S)
    with unread.reading():
        unread.piece()
    unread.lose("was killed by signal 9")
    unread.until_wanted(PATIENCE_S)
    assert unread.ended.is_set()
    assert unread.lost == "was killed by signal 9"


def test_a_process_that_goes_after_the_run_is_over_has_lost_nothing() -> None:
    unread = Unread()
    unread.put(Report(EngineState(), (0, 0, 0.0), 1, over=True))
    unread.lose("ended with exit code 0")
    assert unread.lost == ""
