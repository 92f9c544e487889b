"""Plain handlers that hold up the loop of others are told with who waited; where nobody waited nothing is told."""

from __future__ import annotations

from bus.analysis.problems.blocking import DETECTOR
from bus.analysis.problems.finding import Severity
from buslens.records import Flag
from tests.helpers.planted import Story, found, titles

ASYNC = int(Flag.ASYNC)


def waiting(story: Story) -> int:
    """A coroutine that began and has not ended."""
    return story.begin(story.emit("page", 1), "load", "page", flags=ASYNC)


def test_a_plain_handler_that_others_wait_for_is_told() -> None:
    story = Story()
    load = waiting(story)
    story.call(story.emit("image", 1), "resize", "image", ms=400)
    story.call(story.emit("image", 1), "resize", "image", ms=120)
    story.end(load)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.WARNING
    assert finding.title == "resize blocks the event loop on image, for up to 400 ms"
    assert "2 calls had to wait, such as load" in finding.meaning
    assert dict(finding.evidence.numbers)["together"] == "520 ms"


def test_who_can_begin_only_after_it_has_waited() -> None:
    story = Story()
    story.call(story.emit("page", 1), "load", "page", flags=ASYNC)
    late = story.emit("page", 1)
    story.call(story.emit("image", 1), "resize", "image", ms=400)
    story.call(late, "load", "page", flags=ASYNC)
    assert titles(DETECTOR, story.trace()) == ["warning: resize blocks the event loop on image, for up to 400 ms"]


def test_a_script_without_a_loop_blocks_nobody() -> None:
    story = Story()
    story.call(story.emit("image", 1), "resize", "image", ms=2_000)
    assert not found(DETECTOR, story.trace())


def test_where_nobody_waits_nothing_is_told() -> None:
    story = Story()
    story.call(story.emit("page", 1), "load", "page", flags=ASYNC)
    story.call(story.emit("image", 1), "resize", "image", ms=2_000)
    assert not found(DETECTOR, story.trace())


def test_the_coroutine_that_asked_for_it_has_not_waited_for_it() -> None:
    story = Story()
    load = waiting(story)
    story.call(story.emit("image", 1, cause=load), "resize", "image", ms=400)
    story.end(load)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.HINT
    assert "No call was seen to wait" in finding.meaning


def test_handlers_that_are_slow_together_while_nobody_was_seen_to_wait_are_a_hint() -> None:
    story = Story()
    story.call(story.emit("beat", 1), "count", "beat", flags=ASYNC)
    story.heard("page", *(f"part_{number}" for number in range(10)), ms=15)
    story.call(story.emit("beat", 1), "count", "beat", flags=ASYNC)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.HINT
    assert "the handlers of page block the event loop together" in finding.title
    assert "No call was seen to wait" in finding.meaning


def test_a_handler_in_another_thread_blocks_nobody() -> None:
    story = Story()
    load = waiting(story)
    story.call(story.emit("image", 1), "resize", "image", ms=400, lane=story.pool)
    story.end(load)
    assert not found(DETECTOR, story.trace())


def test_who_waits_for_a_slow_one_inside_it_is_not_blamed() -> None:
    story = Story()
    load = waiting(story)
    outer = story.begin(story.emit("image", 1), "resize", "image")
    story.call(story.emit("saved", 1, cause=outer), "store", "saved", ms=300)
    story.end(outer)
    story.end(load)
    assert titles(DETECTOR, story.trace()) == ["warning: store blocks the event loop on saved, for up to 300 ms"]


def test_handlers_that_are_slow_together_are_told_together() -> None:
    story = Story()
    load = waiting(story)
    dispatch = story.emit("image", 12)
    for number in range(12):
        story.call(dispatch, f"filter_{number}", "image", ms=10)
    story.end(load)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.title == "the handlers of image block the event loop together, for up to 120 ms"
    assert "None of its 12 handlers is slow" in finding.meaning


def test_the_sample_of_a_blocking_coroutine_is_told(run: object) -> None:
    from bus.scenario.samples import FOLDER

    (finding,) = found(DETECTOR, run(FOLDER / "blocking-handler.yaml"))  # type: ignore[operator]
    assert finding.title == "resize_image blocks the event loop on image.uploaded, for up to 400 ms"
    assert "such as draw_preview" in finding.meaning


def stepping(*lengths_ms: float, event: str = "login") -> Story:
    """Calls of a coroutine with one long step each, while another one is under way."""
    story = Story()
    waiting(story)
    for length in lengths_ms:
        call = story.begin(story.emit(event, 1), "check", event, flags=ASYNC)
        story.long_step(call, length)
        story.end(call)
    return story


def test_a_coroutine_with_long_steps_is_told_with_who_could_not_go_on() -> None:
    (finding,) = found(DETECTOR, stepping(300, 200).trace())
    assert finding.severity == Severity.WARNING
    assert finding.title == "check blocks the event loop on login, for up to 300 ms"
    assert "ran for 300 ms without awaiting anything" in finding.meaning
    assert "2 calls had to wait, such as load." in finding.meaning


def test_one_step_that_a_busy_machine_may_have_made_long_is_a_hint() -> None:
    (finding,) = found(DETECTOR, stepping(200).trace())
    assert finding.severity == Severity.HINT
    assert found(DETECTOR, stepping(400).trace())[0].severity == Severity.WARNING


def test_the_time_of_plain_handlers_inside_a_step_is_theirs() -> None:
    story = Story()
    waiting(story)
    call = story.begin(story.emit("login", 1), "check", "login", flags=ASYNC)
    began = story.now
    story.call(story.emit("hash", 1, cause=call), "hash_it", "hash", ms=300)
    story.now = began
    story.long_step(call, 310)
    story.end(call)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.title == "hash_it blocks the event loop on hash, for up to 300 ms"


def test_a_long_step_of_a_call_that_nobody_knows_is_no_finding() -> None:
    story = Story()
    waiting(story)
    story.long_step(99, 300)
    assert not found(DETECTOR, story.trace())
