"""Subscriptions as they are listed: from when to when, where from, and why they ended."""

from __future__ import annotations

from bus.analysis.why import Subject
from bus.analysis.why.lifetimes import GOES_ON, Lifetimes, lifetimes
from bus.trace import Trace
from buslens.records import NameKind
from tests.helpers.planted import MS, Story


def story() -> Story:
    """report listens all the time, pay until 20 ms, start for one emit, mail from 30 ms on; weak is collected."""
    told = Story()
    told.on("report", "order")
    told.on("pay", "order", at="/srv/shop/main.py:7")
    told.on("start", "ready", once=True)
    told.on("weak", "ready", only="sender 4")
    told.wait(20)
    told.off("pay", "order")
    told.off("start", "ready", once=True)
    told.off("weak", "ready", why="its receiver was collected")
    told.wait(10)
    told.on("mail", "order")
    told.emit("order", 2)
    told.wait(10)
    told.emit("order", 2)
    return told


def row_of(found: Lifetimes, handler: str) -> int:
    return next(row for row in range(len(found.rows)) if found.handler(row).startswith(handler))


def test_each_subscription_is_a_row_with_how_it_ended() -> None:
    found = lifetimes(story().trace())
    assert [found.event(row) for row in range(len(found.rows))] == ["order", "order", "ready", "ready", "order"]
    endings = {found.handler(row): found.ended(row) for row in range(len(found.rows))}
    assert endings == {
        "report": GOES_ON,
        "pay": "it was removed",
        "start": "it was for one emit only",
        "weak (only for sender 4)": "it died: its receiver was collected",
        "mail": GOES_ON,
    }
    assert [found.died(row_of(found, name)) for name in ("pay", "weak", "mail")] == [False, True, False]
    assert not found.is_cut
    assert found.then() == []


def test_it_lasts_from_its_begin_to_its_end_or_that_of_the_trace() -> None:
    trace = story().trace()
    found = lifetimes(trace)
    pay, mail = row_of(found, "pay"), row_of(found, "mail")
    assert 20 * MS <= found.until(pay) - found.since(pay) < 21 * MS
    assert found.until(mail) == trace.span_ns[1]


def test_where_it_was_subscribed_is_told_where_it_is_known() -> None:
    found = lifetimes(story().trace())
    report = row_of(found, "report")
    assert found.place(report) is None
    code = found.code(report)
    assert code is not None
    assert code.file == "/srv/shop/main.py"


def of_order(trace: Trace, number: int) -> Lifetimes:
    return lifetimes(trace, Subject("dispatch", int(trace.dispatches.id[number])))


def test_who_listened_at_a_moment_is_marked_among_those_of_the_event() -> None:
    found = of_order(story().trace(), 0)
    assert found.about == "order"
    assert {found.handler(row) for row in range(len(found.rows))} == {"report", "pay", "mail"}
    assert [found.handler(row) for row in found.then()] == ["report", "mail"]


def test_of_a_handler_its_own_are_listed_and_of_a_moment_all() -> None:
    trace = story().trace()
    pay = next(each for each in trace.names.ids(NameKind.HANDLER) if trace.names.text(each) == "pay")
    own = lifetimes(trace, Subject("handler", pay))
    assert [own.handler(row) for row in range(len(own.rows))] == ["pay"]
    moment = lifetimes(trace, Subject("moment", 0, trace.span_ns[0] + 5 * MS))
    assert len(moment.rows) == 5
    assert [moment.handler(row).split()[0] for row in moment.then()] == ["report", "pay", "start", "weak"]
