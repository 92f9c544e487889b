"""A handler that changes what others receive is named with what it did; handlers that build on each other are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.payload_drift import DETECTOR
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Kind
from tests.helpers.planted import Story, found, trace_of

Handlers = tuple[Callable[..., Any], ...]


def finding_of(handlers: Handlers, times: int = 4) -> list[Finding]:
    """What is said of a shop that emits orders to these handlers, whatever they raise."""
    recorder, emitter = Recorder(), EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for handler in handlers:
        emitter.on("placed", handler)
    for number in range(times):
        order = {"number": number, "total": 5, "lines": [{"sku": "b"}, {"sku": "a"}], "log": [], "fee": {"net": 1}}
        try:
            emitter.emit("placed", order)
        except (KeyError, ValueError):
            continue
    return list(found(DETECTOR, trace_of(recorder)))


def reserve(order: Any) -> None: ...


def discount(order: Any) -> None:
    order["total"] -= 1


def book(order: Any) -> None: ...


def test_it_says_who_changed_what_from_what_to_what_and_who_received_it() -> None:
    (finding,) = finding_of((reserve, discount, book))
    assert finding.severity == Severity.HINT
    assert finding.title == "discount changes total of placed before others receive it"
    assert finding.meaning == (
        "While it ran, total went from 5 to 4; book received the same object after that: "
        "in 4 of 4 emits that were looked at."
    )
    assert finding.place is not None
    assert finding.place.line == discount.__code__.co_firstlineno
    assert finding.evidence.count == 4
    assert len(finding.evidence.calls) == 4


def test_a_handler_behind_that_misses_the_field_makes_it_a_warning() -> None:
    def take(order: Any) -> None:
        order.pop("number")

    def ship(order: Any) -> None:
        order["number"]

    (finding,) = finding_of((take, ship))
    assert finding.severity == Severity.WARNING
    assert finding.title == "test_a_handler_behind_that_misses_the_field_makes_it_a_warning.<locals>.take " + (
        "removes number of placed before others receive it"
    )
    assert "ship failed for want of number." in finding.meaning


def test_a_key_error_of_another_field_is_no_consequence() -> None:
    def take(order: Any) -> None:
        order.pop("number")

    def ship(order: Any) -> None:
        order["street"]

    assert [each.severity for each in finding_of((take, ship))] == [Severity.HINT]


def test_others_that_fail_on_changed_payloads_alone_make_it_a_warning() -> None:
    def odd(order: Any) -> None:
        if order["number"] % 2:
            order["total"] = -1

    def charge(order: Any) -> None:
        if order["total"] < 0:
            raise ValueError("nothing to pay")

    (finding,) = finding_of((odd, charge))
    assert finding.severity == Severity.WARNING
    assert "Others failed on 2 emits of these, and on none where it was as emitted." in finding.meaning


def test_one_that_received_it_changed_and_unchanged_makes_it_a_warning() -> None:
    recorder, emitter = Recorder(), EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for order in ((discount, book, reserve), (book, discount, reserve)):
        for handler in order:
            emitter.on("placed", handler)
        for _ in range(2):
            emitter.emit("placed", {"total": 5})
        emitter.remove_all_listeners("placed")
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert finding.severity == Severity.WARNING
    assert "book received it changed 2 times, and as emitted 2 times." in finding.meaning


def test_what_one_call_changes_in_several_places_is_one_finding() -> None:
    def sort(order: Any) -> None:
        order["lines"].sort(key=lambda line: str(line["sku"]))
        order["fee"]["net"] = 2

    (finding,) = finding_of((sort, book))
    assert finding.title.endswith("sort changes lines[0].sku and 2 more fields of placed before others receive it")
    assert "lines[0].sku went from b to a, so did lines[1].sku and fee.net;" in finding.meaning


@pytest.mark.parametrize("times", [1, 4])
def test_handlers_that_add_to_what_is_emitted_are_no_problem(times: int) -> None:
    def note(order: Any) -> None:
        order["log"].append("noted")

    def price(order: Any) -> None:
        order["price"] = 7

    assert finding_of((note, price, book), times) == []


def test_what_several_handlers_change_alike_is_what_they_share() -> None:
    def tax(order: Any) -> None:
        order["total"] += 2

    assert finding_of((discount, tax, book)) == []


def test_a_handler_that_changes_its_own_copy_is_no_problem() -> None:
    def copying(order: Any) -> None:
        own = {**order, "lines": list(order["lines"])}
        own["total"] = 0
        own["lines"].clear()

    assert finding_of((copying, book)) == []


def test_the_one_that_did_it_is_named_and_not_those_around_it() -> None:
    recorder, emitter = Recorder(), EventEmitter()
    buslens.attach(emitter, recorder=recorder)

    def forward(order: Any) -> None:
        emitter.emit("priced", order)

    for event, handlers in (("placed", (forward, book)), ("priced", (discount, reserve))):
        for handler in handlers:
            emitter.on(event, handler)
    emitter.emit("placed", {"total": 5})
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert finding.title == "discount changes total of priced before others receive it"


def test_what_a_hostile_capture_says_of_changes_is_passed_over() -> None:
    story = Story()
    dispatch = story.emit("placed", 2, payload={"total": 5})
    call = story.call(dispatch, "discount", "placed")
    for path, looked in ((5, 1), ("total", "many"), (None, None)):
        story.changes(dispatch, call, path, 5, 4, looked=looked)  # type: ignore[arg-type]
    story.recorder.put(WHOLE, int(Kind.PAYLOAD_CHANGED), 0, 0, 0, 1, dispatch, call, 0, 1, b"[")
    story.changes(dispatch, call, "x" * 5_000, {"a": 1}, [1], looked=1)
    story.changes(99, 98, "total", 5, 4)
    (finding,) = found(DETECTOR, story.trace())
    assert len(finding.title) < 400
