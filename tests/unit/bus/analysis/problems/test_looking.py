"""All detectors look at a trace: what they find is ordered, put together by cause, and bounded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import STRETCHES, Evidence, Finding, Severity
from bus.analysis.problems.looking import MOST_FOUND, look
from bus.analysis.problems.observed import Observed
from bus.errors import Place
from bus.trace import Trace
from tests.helpers.make_trace import make_trace
from tests.helpers.planted import Story


def said(name: str, severity: Severity = Severity.WARNING, *, at: int = 0, file: str = "/srv/a.py") -> Finding:
    evidence = Evidence(1, at, at, dispatches=(at,))
    return Finding("made-up", severity, name, "meaning", "advice", evidence, (name,), Place(file, 1))


def made_up(*what: Finding | NotEnough) -> Detector:
    def find(observed: Observed) -> Iterator[Finding | NotEnough]:
        yield from what

    return Detector("made-up", "Made up", find)


def test_detectors_have_ids_and_titles_of_their_own() -> None:
    assert len({each.id for each in DETECTORS}) == len({each.title for each in DETECTORS}) == len(DETECTORS)


def test_a_trace_that_is_empty_is_healthy() -> None:
    problems = look(Trace(), DETECTORS)
    assert problems.is_healthy
    assert problems.worst is None
    assert not problems.undecided
    assert (problems.detectors, problems.dispatches, problems.calls) == (len(DETECTORS), 0, 0)


def test_the_most_severe_comes_first_and_libraries_come_last() -> None:
    library = said("library", Severity.ERROR, file="/x/site-packages/pyee/base.py")
    problems = look(Trace(), [made_up(said("hint", Severity.HINT), library, said("bad", Severity.ERROR))])
    assert [each.title for each in problems.findings] == ["bad", "hint", "library"]
    assert problems.worst == Severity.ERROR
    assert not problems.is_healthy
    assert problems.count(Severity.ERROR) == 2


def test_what_has_one_cause_is_one_finding() -> None:
    (one,) = look(Trace(), [made_up(said("same", at=5), said("same", Severity.ERROR, at=2))]).findings
    assert (one.evidence.count, one.evidence.first_ns, one.evidence.last_ns) == (2, 2, 5)
    assert one.evidence.dispatches == (5, 2)
    assert one.severity == Severity.ERROR


def test_what_is_muted_is_kept_apart() -> None:
    problems = look(Trace(), [made_up(said("a"), said("b"))], muted={said("a").fingerprint})
    assert [each.title for each in problems.findings] == ["b"]
    assert [each.title for each in problems.muted] == ["a"]


def test_who_cannot_tell_says_why() -> None:
    assert look(Trace(), [made_up(NotEnough("too little"))]).undecided == (("made-up", "too little"),)


def test_hints_alone_are_healthy() -> None:
    assert look(Trace(), [made_up(said("a", Severity.HINT))]).is_healthy


def test_so_many_problems_are_cut_and_that_is_said() -> None:
    many = [said(f"number {each}") for each in range(3 * MOST_FOUND)]
    problems = look(Trace(), [made_up(*many)])
    assert len(problems.findings) == MOST_FOUND
    assert problems.cut == ("made-up",)
    muted = {each.fingerprint for each in many[:MOST_FOUND]}
    assert look(Trace(), [made_up(*many)], muted).findings[0].title == f"number {MOST_FOUND}"


def test_thousands_of_names_that_nobody_hears_are_bounded() -> None:
    story = Story()
    for number in range(5_000):
        story.emit(f"event.{number}")
    problems = look(story.trace(), DETECTORS)
    assert "nobody-listens" in problems.cut
    assert len(problems.findings) < 3 * MOST_FOUND


def test_it_can_be_ended_between_two_detectors() -> None:
    class Enough(Exception):
        pass

    def progress(share: float) -> None:
        if share:
            raise Enough

    with pytest.raises(Enough):
        look(Trace(), DETECTORS, progress=progress)


def test_a_shop_with_failures_is_looked_at_as_often_as_one_likes() -> None:
    trace = make_trace(50, failures=0.2)
    first, again = look(trace, DETECTORS), look(trace, DETECTORS)
    assert [each.fingerprint for each in first.findings] == [each.fingerprint for each in again.findings]


def test_muting_is_changed_without_another_look() -> None:
    problems = look(Trace(), [made_up(said("a"), said("b", Severity.ERROR))], muted={said("a").fingerprint})
    other = problems.muting({said("b").fingerprint})
    assert [each.title for each in other.findings] == ["a"]
    assert [each.title for each in other.muted] == ["b"]
    assert [each.title for each in other.muting(()).findings] == ["b", "a"]


def test_when_a_problem_was_seen_is_counted_over_the_time_of_the_trace() -> None:
    story = Story()
    for _ in range(3):
        story.emit("ready")
    story.wait(1_000)
    story.emit("ready")
    (found,) = look(story.trace(), DETECTORS).findings
    assert (found.evidence.over_time[0], found.evidence.over_time[-1]) == (3, 1)
    assert (len(found.evidence.over_time), sum(found.evidence.over_time)) == (STRETCHES, found.evidence.count)


def test_a_trace_that_goes_on_is_not_said_to_lack_its_end() -> None:
    trace = make_trace(2)
    assert "no end" in {each.key[0] for each in look(trace, DETECTORS).findings}
    assert "no end" not in {each.key[0] for each in look(trace, DETECTORS, end_is_known=True).findings}
