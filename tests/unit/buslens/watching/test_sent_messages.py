"""Messages that come back are known, and only so many."""

from __future__ import annotations

from buslens.recorder import Recorder
from buslens.watching import sent_messages
from buslens.watching.sent_messages import SENT, SentMessages


def test_a_message_is_known_by_its_id_and_counted_by_queue() -> None:
    table = SentMessages()
    table.put("m", 7)
    assert (table.of("m"), table.of("other")) == (7, 0)
    assert [table.attempt(7, "a"), table.attempt(7, "a"), table.attempt(7, "b"), table.attempt(7, "b", 9)] == [
        1,
        2,
        1,
        9,
    ]
    table.clear()
    assert table.of("m") == 0


def test_only_the_newest_are_kept() -> None:
    table = SentMessages()
    for number in range(sent_messages.MOST + 5):
        table.put(str(number), number + 1)
    assert (table.of("0"), table.of("5")) == (0, 6)


def test_all_that_records_into_one_capture_shares_them() -> None:
    recorder = Recorder()
    SENT.of(recorder).put("m", 7)
    assert (SENT.of(recorder).of("m"), SENT.of(Recorder()).of("m")) == (7, 0)


def test_a_trace_context_says_which_message_it_is_only_where_no_other_has_it() -> None:
    messages = SentMessages()
    messages.put_trace("t", "orders", 7)
    assert (messages.of_trace("t", "orders"), messages.of_trace("t", "mails"), messages.of_trace("", "orders")) == (
        7,
        0,
        0,
    )
    messages.put_trace("t", "orders", 7)
    assert messages.of_trace("t", "orders") == 7
    messages.put_trace("t", "orders", 8)
    messages.put_trace("t", "orders", 9)
    assert messages.of_trace("t", "orders") == 0
