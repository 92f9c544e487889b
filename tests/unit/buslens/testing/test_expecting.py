"""What is not as expected is said with what was expected, what happened, when and where, and what may be meant."""

from __future__ import annotations

from typing import Any

import pytest

from buslens.recorder import Recorder
from buslens.testing.expecting import Handling, is_named, not_as_emitted, not_as_handled
from buslens.testing.payloads import ANYTHING, PayloadMatch
from buslens.testing.seen import SeenEvent
from tests.helpers.seen_rows import Row, answer, call, emit


def match(payload: Any = ANYTHING) -> PayloadMatch:
    return PayloadMatch(payload, Recorder())


def seen(*emits: Row, listeners: tuple[str, ...] = (), **others: int) -> SeenEvent:
    return SeenEvent.of("paid", answer(emits, listeners=listeners, **others))


def handled(seen: SeenEvent, *by: str, payload: Any = ANYTHING, **how: Any) -> str:
    return not_as_handled(seen, match(payload), Handling(by, **how))


BOOKED = emit(calls=[call("f.<locals>.book", started=1, ended=3), call("Shop.mail", started=4, ended=9)])


def test_what_is_as_expected_is_nothing_to_tell() -> None:
    two = seen(BOOKED, emit({"id": 2}, calls=[call("book")]))
    assert not_as_emitted(two, match(), None) == ""
    assert not_as_emitted(two, match(), 2) == ""
    assert not_as_emitted(two, match({"id": 2}), 1) == ""
    assert not_as_emitted(seen(), match(), 0) == ""
    assert handled(seen(BOOKED), "book", "mail", in_order=True, within_ms=8) == ""
    assert handled(seen(BOOKED)) == ""
    assert handled(two, "mail", payload={"id": 1}) == ""


def test_an_event_that_never_came_is_told_with_those_that_did_and_a_near_name() -> None:
    said = not_as_emitted(seen(piad=2, order=1), match(), None)
    assert said == "paid was never emitted (did you mean piad?)\n  emitted instead: piad (2 times), order (once)"
    assert "no event was emitted on any bus" in not_as_emitted(seen(), match(), 3)


def test_another_number_of_emits_is_told_with_each_of_them() -> None:
    said = not_as_emitted(seen(BOOKED, emit({"id": 2}, at=5)), match(), 1).splitlines()
    assert said[0] == "paid was emitted 2 times, not once"
    assert said[1] == '  1 ms: emitted on shop with {"id": 1}; reached book, Shop.mail'
    assert said[2] == '  5 ms: emitted on shop with {"id": 2}; reached nobody'
    assert not_as_emitted(seen(BOOKED), match(), 0).startswith("paid was emitted once, and was not to be")


def test_another_payload_is_told_with_where_it_differs() -> None:
    said = not_as_emitted(seen(emit({"id": 2})), match({"id": 1}), None).splitlines()
    assert said[:2] == ["paid was emitted once, never with this payload", "  expected: {'id': 1}"]
    assert said[2].endswith("; id: 2, not 1")


def test_of_many_emits_some_are_shown_and_all_counted() -> None:
    said = not_as_emitted(seen(*[emit({"id": number}) for number in range(30)]), match(), 1)
    assert said.startswith("paid was emitted 30 times, not once")
    assert said.endswith("... and 20 more emits")


@pytest.mark.parametrize(
    ("what", "by", "says"),
    [
        (seen(emit()), (), "nobody listened to it"),
        (seen(emit(), listeners=("late",)), (), "nobody listened to it (late came later)"),
        (seen(emit()), ("book",), "book was not called: nobody listens to paid"),
        (
            seen(emit(calls=[call("boook")])),
            ("book",),
            "book was not called: it does not listen to paid, boook does (did you mean boook?)",
        ),
        (seen(emit(), listeners=("book",)), ("book",), "book was not called, though it listens now"),
        (seen(emit(skipped=[("book", "mail raised")])), ("book",), "book was not called: mail raised"),
        (seen(emit(skipped=[("book", "mail raised")])), (), "book was not called: mail raised"),
        (
            seen(emit(calls=[call("book", outcome="failed", error=("ValueError", "no"))])),
            ("book",),
            "book failed after 2 ms: ValueError: no",
        ),
        (seen(emit(calls=[call("book", outcome="running", ended=None)])), ("book",), "book is still running"),
        (seen(emit(calls=[call("book", outcome="cancelled")])), (), "book was cancelled after 2 ms"),
    ],
)
def test_who_has_not_handled_it_is_told_with_the_reason(what: SeenEvent, by: tuple[str, ...], says: str) -> None:
    assert handled(what, *by).splitlines()[0].startswith(f"paid was not handled as expected: {says}")


def test_a_call_that_failed_and_was_made_again_is_handled() -> None:
    twice = emit(calls=[call("book", outcome="failed", error=("E", "")), call("book")])
    assert handled(seen(twice), "book") == ""


def test_another_order_and_too_late_are_told_with_the_times_and_what_happened() -> None:
    said = handled(seen(BOOKED), "mail", "book", in_order=True, within_ms=5).splitlines()
    assert said[0] == "paid was not handled as expected: book began before Shop.mail, at 1 ms, that one at 4 ms"
    assert said[1] == "  also: Shop.mail had ended 8 ms after the emit, not within 5 ms"
    assert said[3:] == ["    1 ms: book ended well after 2 ms", "    4 ms: Shop.mail ended well after 5 ms"]


def test_a_handler_is_named_by_the_end_of_its_qualified_name() -> None:
    assert is_named("test.<locals>.Shop.charge", "Shop.charge")
    assert is_named("charge", "charge")
    assert not is_named("recharge", "charge")


def test_what_is_not_known_is_said_with_every_failure() -> None:
    unsure = SeenEvent.of("paid", {**answer([]), "unsure": "not everything is known"})
    assert not_as_emitted(unsure, match(), None).endswith("  not everything is known")
