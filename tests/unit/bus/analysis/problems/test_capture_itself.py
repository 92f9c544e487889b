"""What a capture cannot tell is said; of one that has all of it nothing is."""

from __future__ import annotations

from types import ModuleType

from bus.analysis.problems import DETECTORS, nobody_listens, payload_drift
from bus.analysis.problems.capture_itself import DETECTOR
from bus.analysis.problems.observed import Observed
from bus.errors import Place
from bus.trace import Trace
from buslens.records import Did, Flag, Kind, Lacking
from tests.helpers.planted import Story, found, titles


def story() -> Story:
    told = Story()
    told.heard("order", "pay")
    return told


def test_a_whole_capture_lacks_nothing() -> None:
    assert not found(DETECTOR, story().trace())


def test_dropped_facts_are_a_warning_with_their_number() -> None:
    told = story()
    told.recorder.dropped = 1_200
    (problem,) = found(DETECTOR, told.trace())
    assert f"{problem.severity.word}: {problem.title}" == "warning: the program dropped 1 200 facts"
    assert "without -o" not in problem.advice, "record -o drops nothing either"


def test_a_capture_without_an_end_is_a_hint() -> None:
    assert titles(DETECTOR, story().trace(ended=False)) == ["hint: the capture has no end mark"]


def test_what_a_program_was_in_when_it_was_killed_is_said_with_its_place() -> None:
    told = story()
    told.begin(told.emit("order", 1), "pay", "order")
    told.wait(30)
    told.begin(told.emit("mail", 1), "write", "mail")
    told.wait(200)
    told.heard("order", "list")
    (problem,) = [each for each in found(DETECTOR, told.trace(ended=False)) if each.place is not None]
    assert f"{problem.severity.word}: {problem.title}" == "hint: 2 calls had not ended where the capture ends"
    assert "The last to begin was write (/srv/shop/main.py:20), 200 ms before the last record" in problem.meaning
    assert (problem.place, len(problem.evidence.calls)) == (Place("/srv/shop/main.py", 20), 2)
    assert [name for name, _ in problem.evidence.places] == ["pay", "write"]


def test_a_call_that_goes_on_at_the_end_of_a_whole_capture_is_no_problem_of_the_capture() -> None:
    told = story()
    told.begin(told.emit("order", 1), "pay", "order")
    assert not found(DETECTOR, told.trace())


def test_a_damaged_capture_is_a_warning() -> None:
    trace = story().trace()
    trace.damage = "The capture is damaged at byte 99: it ends. Everything before it is shown."
    assert titles(DETECTOR, trace) == ["warning: the capture is damaged"]
    assert "byte 99" in found(DETECTOR, trace)[0].meaning


def test_what_was_forgotten_is_a_hint() -> None:
    told = story()
    for _ in range(20):
        told.heard("order", "pay")
    assert titles(DETECTOR, told.trace().newest(10))[0].endswith("older dispatches and calls are not in memory")


def test_messages_that_no_broker_was_asked_to_confirm_are_a_hint_unless_they_came_back() -> None:
    told = story()
    seen, unseen = (told.emit("mail", flags=int(Flag.DURABLE)) for _ in range(2))
    for each in (seen, unseen):
        told.delivery(Kind.SENT, each, "mails")
    told.call(seen, "write", "mail")
    assert titles(DETECTOR, told.trace()) == ["hint: 1 message went to a broker that was not asked to confirm"]


def kinds(detector: ModuleType, trace: Trace) -> list[str]:
    return [type(each).__name__ for each in detector.find(Observed(trace))]


def test_buses_that_a_person_had_not_recorded_are_a_hint_and_nobody_says_that_nobody_listened() -> None:
    told = story()
    told.emit("unheard")
    told.recorder.mark("from here on shop is not recorded, as a person has asked", lacking=Lacking.DISPATCHES)
    told.recorder.mark("from here on shop is recorded again, as a person has asked")
    trace = told.trace()
    assert titles(DETECTOR, trace) == ["hint: some buses were not recorded for a while, as a person had asked"]
    assert "from here on shop is not recorded" in found(DETECTOR, trace)[0].meaning
    assert kinds(nobody_listens, trace) == ["NotEnough"]


def test_payloads_that_a_person_had_not_recorded_are_not_said_to_have_changed() -> None:
    told = story()
    told.emit("unheard")
    told.recorder.mark("from here on payloads are left out", lacking=Lacking.PAYLOADS)
    trace = told.trace()
    assert kinds(payload_drift, trace) == ["NotEnough"]
    assert kinds(nobody_listens, trace) != ["NotEnough"]


def test_what_a_person_did_at_breakpoints_is_said_and_blamed_on_nobody() -> None:
    told = story()
    dispatch = told.emit("order", 1)
    for did in (Did.HELD, Did.DROPPED):
        told.by_hand(did, dispatch, "pay", "order")
    told.recorder.skipped(dispatch, told.handler("pay", "order"), note="a person dropped it at a breakpoint")
    trace = told.trace()
    assert titles(DETECTOR, trace) == ["hint: a person interfered with this run at breakpoints"]
    assert "1 delivery held, 1 changed by hand, 1 of them dropped" in found(DETECTOR, trace)[0].meaning
    for other in DETECTORS:
        assert other.id == DETECTOR.id or not found(other, trace), other.id
