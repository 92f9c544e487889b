"""What does it wait for: link by link down to what holds it, and who waits for it."""

from __future__ import annotations

from buslens.records import Flag, Kind
from tests.helpers.asking import asked, can_be_asked, told
from tests.helpers.planted import Story


def test_a_plain_call_waits_inside_its_emit_for_what_runs_there() -> None:
    story = Story()
    outer = story.begin(story.emit("a", 1), "one", "a")
    dispatch = story.emit("b", 1, cause=outer)
    inner = story.begin(dispatch, "two", "b")
    story.wait(9)
    trace = story.trace()
    lines = told(asked(trace, "call", outer, "waits"))
    assert lines[0] == f"one (call #{outer}) waits inside its emit of b (#{dispatch}), for two (call #{inner})."
    assert lines[1].startswith(
        f"two (call #{inner}) is not known to wait for anything on the bus: its last sign is its"
    )
    assert lines[1].endswith("whether it computes or waits is not recorded. [unknown]")
    back = told(asked(trace, "call", inner, "waits"))
    assert back[-1] == f"one (call #{outer}), which has emitted it, has not ended either. [inferred]"


def test_a_coroutine_is_only_known_to_have_emitted_what_has_not_ended() -> None:
    story = Story()
    outer = story.begin(story.emit("a", 1), "one", "a", flags=Flag.ASYNC)
    inner = story.begin(story.emit("b", 1, cause=outer), "two", "b", flags=Flag.ASYNC)
    story.recorder.mark("asks the bank", inner)
    story.wait(3)
    lines = told(asked(story.trace(), "call", outer, "waits"))
    assert lines[0] == f"Of what one (call #{outer}) has emitted, two (call #{inner}) has not ended. [inferred]"
    assert "its last sign is what it logged, 'asks the bank'" in lines[1]
    assert "what it awaits is not recorded" in lines[1]


def test_a_coroutine_whose_thread_is_held_names_who_holds_it() -> None:
    story = Story()
    waiting = story.begin(story.emit("a", 1), "one", "a", flags=Flag.ASYNC)
    holder = story.begin(story.emit("b", 1), "report", "b")
    story.wait(500)
    lines = told(asked(story.trace(), "call", waiting, "waits"))
    assert lines[0].startswith(f"report (call #{holder}) has held its thread, MainThread, for")


def test_work_that_no_worker_has_taken_is_told() -> None:
    story = Story()
    dispatch = story.emit("a", 1)
    call = story.begin(dispatch, "one", "a", flags=Flag.ASYNC)
    story.delivery(Kind.WORK_SENT, dispatch, "thumbnails", call=call)
    story.wait(5)
    (line, _) = told(asked(story.trace(ended=False), "call", call, "waits"))
    assert line.startswith(f"one (call #{call}) was handed to the workers thumbnails, and none has taken it")


def test_an_emit_whose_handlers_have_not_begun_says_who_they_are() -> None:
    story = Story()
    story.on("pay", "order")
    dispatch = story.emit("order", 1)
    lines = told(asked(story.trace(), "dispatch", dispatch, "waits"))
    assert lines[0] == f"order (#{dispatch}) waits for pay, which has not begun."
    assert lines[1] == "What they wait for is not recorded. [unknown]"


def test_what_has_ended_waits_for_nothing() -> None:
    story = Story()
    dispatch = story.heard("order", "pay")
    trace = story.trace()
    assert "waits" not in can_be_asked(trace, "dispatch", dispatch)
    assert "waits" not in can_be_asked(trace, "call", int(trace.calls.id[0]))
