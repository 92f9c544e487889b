"""Events that reached nobody are told apart by why; who is heard, or is no concern of anybody, is not told."""

from __future__ import annotations

import pytest

import buslens
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.analysis.problems.nobody_listens import DETECTOR
from bus.trace.trace import STRETCH
from buslens.recorder import Recorder
from tests.helpers.planted import Story, found, titles, trace_of


def test_an_event_that_nobody_ever_listened_to_is_a_hint() -> None:
    story = Story()
    story.emit("cache.cleared")
    story.emit("cache.cleared")
    (finding,) = found(DETECTOR, story.trace())
    assert finding.title == "cache.cleared reached nobody: nobody ever listened to it"
    assert (finding.severity, finding.evidence.count) == (Severity.HINT, 2)
    assert len(finding.evidence.dispatches) == 2


def test_what_is_heard_is_no_problem() -> None:
    story = Story()
    story.on("pay", "order.placed")
    for _ in range(3):
        story.heard("order.placed", "pay")
    assert not found(DETECTOR, story.trace())


def test_a_listener_that_came_later_is_named_with_the_time_between() -> None:
    story = Story()
    story.emit("ready")
    story.wait(12)
    story.on("start", "ready", once=True)
    story.wait(500)
    story.emit("other")
    first = found(DETECTOR, story.trace())[0]
    assert first.title == "ready reached nobody: its first listener start came 12 ms later"
    assert first.severity == Severity.WARNING
    assert str(first.place) == "/srv/shop/main.py:10"


def test_a_listener_that_came_later_and_heard_the_rest_is_a_hint() -> None:
    story = Story()
    story.emit("tick")
    story.wait(1)
    story.on("count", "tick")
    story.heard("tick", "count")
    assert titles(DETECTOR, story.trace()) == ["hint: tick reached nobody: its first listener count came 1 ms later"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"once": True}, "count was subscribed for one emit only"),
        ({}, "its last listener count was removed"),
        ({"why": "it was freed"}, "its last listener count was freed"),
    ],
)
def test_a_listener_that_is_gone_is_named_with_how_it_went(how: dict[str, object], said: str) -> None:
    story = Story()
    story.on("count", "tick")
    story.heard("tick", "count")
    story.off("count", "tick", **how)  # type: ignore[arg-type]
    story.emit("tick")
    assert titles(DETECTOR, story.trace()) == [f"hint: tick reaches nobody any more: {said}"]


def test_a_name_that_differs_by_a_letter_is_named_with_its_listener() -> None:
    story = Story()
    story.on("pay", "order.placed")
    story.emit("order.plcaed")
    assert titles(DETECTOR, story.trace()) == [
        "error: order.plcaed reached nobody: pay listens to order.placed, which differs by a letter"
    ]


def test_a_slip_at_one_of_several_emitters_is_a_warning() -> None:
    story = Story()
    story.on("forget", "user.deleted")
    story.heard("user.deleted", "forget")
    story.emit("user.delted")
    assert titles(DETECTOR, story.trace())[0].startswith("warning: user.delted reached nobody: forget listens to")


@pytest.mark.parametrize(("heard", "unheard"), [("item.1", "item.2"), ("item.added", "items.added"), ("sent", "send")])
def test_names_that_differ_on_purpose_are_no_slip(heard: str, unheard: str) -> None:
    story = Story()
    story.on("keep", heard)
    story.heard(heard, "keep")
    story.emit(unheard)
    assert titles(DETECTOR, story.trace()) == [f"hint: {unheard} reached nobody: nobody ever listened to it"]


def test_a_listener_on_another_bus_is_named_where_nothing_else_is_emitted_there() -> None:
    story = Story()
    one, other = story.bus("Bus a.py:3", 3), story.bus("Bus b.py:9", 9)
    story.on("pay", "order.placed", bus=other)
    story.emit("order.placed", bus=one)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.WARNING
    assert "it is emitted on Bus a.py:3, and its listener is on Bus b.py:9" in finding.title


def test_objects_of_one_kind_need_no_listener_each() -> None:
    story = Story()
    connections = [story.bus(f"Connection {number}", 3) for number in range(3)]
    story.on("log", "closed", bus=connections[0])
    for each in connections[1:]:
        story.emit("closed", bus=each)
    (finding,) = found(DETECTOR, story.trace())
    assert (finding.severity, finding.evidence.count) == (Severity.HINT, 2)


def test_what_a_library_offers_need_not_be_heard() -> None:
    story = Story()
    library = story.recorder.bus("db.saved", "db.Signal", "/x/site-packages/db/signals.py", 6, "created")
    story.emit("saved", bus=library)
    story.emit("closed", bus=library)
    story.on("log", "closed", bus=library)
    story.heard("closed", "log", bus=library)
    assert not found(DETECTOR, story.trace())


def test_a_receiver_for_another_sender_that_never_sends_is_told() -> None:
    blinker = pytest.importorskip("blinker")
    signal, recorder = blinker.Signal(), Recorder()
    buslens.attach(signal, recorder=recorder)
    wanted, other = object(), object()

    def on_saved(sender: object) -> None: ...

    signal.connect(on_saved, sender=wanted)
    signal.send(other)
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert finding.severity == Severity.WARNING
    assert "which listens for another sender" in finding.title


@pytest.mark.parametrize(
    ("sender", "is_stretch", "severity"),
    [("Job(1) at 0x7fef", False, "warning"), ("Job(1) at 0x7fef", True, "hint"), ("<class shop.Job>", False, "hint")],
    ids=["one object", "one object in a part", "a class"],
)
def test_a_receiver_for_a_class_or_in_a_part_of_a_trace_may_be_meant_so(
    sender: str, is_stretch: bool, severity: str
) -> None:
    story = Story()
    story.on("report", "done")
    note = f"it is subscribed for sender {sender} only"
    story.recorder.filtered(story.emit("done"), story.handler("report", "done"), note)
    trace = story.trace()
    if is_stretch:
        assert trace.header is not None
        trace.header.extra[STRETCH] = [0, 1]
    assert titles(DETECTOR, trace) == [f"{severity}: done never reached report, which listens for another sender"]


def test_a_receiver_that_hears_its_own_sender_is_no_problem() -> None:
    blinker = pytest.importorskip("blinker")
    signal, recorder = blinker.Signal(), Recorder()
    buslens.attach(signal, recorder=recorder)
    wanted, other = object(), object()

    def on_saved(sender: object) -> None: ...

    signal.connect(on_saved, sender=wanted)
    signal.send(other)
    signal.send(wanted)
    assert not found(DETECTOR, trace_of(recorder))


def test_where_facts_are_missing_nobody_is_blamed() -> None:
    story = Story()
    story.emit("ready")
    story.recorder.dropped += 1
    problems = look(story.trace(), (DETECTOR,))
    assert not problems.findings
    assert problems.undecided[0][0] == "nobody-listens"


def test_a_broker_that_keeps_an_event_makes_it_no_problem(run: object) -> None:
    trace = run("engine: sqlite\nevents: {ping: {}}\nscript: [{emit: ping}]")  # type: ignore[operator]
    assert not found(DETECTOR, trace)


def test_the_same_problem_has_the_same_fingerprint_in_the_next_run() -> None:
    fingerprints = set()
    for earlier in (0, 3):
        story = Story()
        for _ in range(earlier):
            story.wait(5)
            story.heard("else", "count")
        story.emit("cache.cleared")
        fingerprints.add(found(DETECTOR, story.trace())[0].fingerprint)
    assert len(fingerprints) == 1
