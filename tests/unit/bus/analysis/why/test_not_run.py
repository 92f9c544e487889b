"""Why did a handler not run for an emit: each way in which that comes about is told apart from the others."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis.why import Subject, ask, questions_for
from buslens.records import Kind
from tests.helpers.asking import asked, told
from tests.helpers.planted import MS, Story


def first_line(story: Story, dispatch: int, handler: str = "pay", *, ended: bool = True) -> str:
    return told(asked(story.trace(ended=ended), "dispatch", dispatch, "not-run", handler=handler))[0]


def test_it_was_subscribed_later() -> None:
    story = Story()
    dispatch = story.emit("order")
    story.wait(12)
    story.on("pay", "order", file="/srv/app.py", line=3)
    assert first_line(story, dispatch) == "pay was subscribed only 12 ms after the emit at /srv/app.py:3."


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, "it was removed"),
        ({"why": "it was held weakly, and nobody else held it any more"}, "it died: it was held weakly, and nobody"),
        ({"once": True}, "it was for one emit only"),
    ],
)
def test_it_listened_no_more(how: dict[str, Any], said: str) -> None:
    story = Story()
    story.on("pay", "order", once="once" in how)
    story.wait(3)
    story.off("pay", "order", **how)
    story.wait(7)
    dispatch = story.emit("order")
    line = first_line(story, dispatch)
    assert line.startswith(f"pay listened no more: {said}")
    assert line.endswith("7 ms before the emit.")


def test_a_subscription_for_one_emit_names_the_call_that_used_it_up() -> None:
    story = Story()
    story.on("pay", "order", once=True)
    before = story.emit("order", 1)
    story.off("pay", "order", once=True)
    call = story.call(before, "pay", "order")
    dispatch = story.emit("order")
    lines = told(asked(story.trace(), "dispatch", dispatch, "not-run", handler="pay"))
    assert lines[-1] == f"pay (call #{call}) was the one call that it was subscribed for. [inferred]"


def test_it_was_for_another_sender() -> None:
    story = Story()
    story.on("pay", "order", only="sender shop")
    dispatch = story.emit("order")
    story.recorder.filtered(dispatch, story.handler("pay", "order"), "it is subscribed for sender shop only")
    assert first_line(story, dispatch) == (
        "pay was subscribed, and this emit was not for it: it is subscribed for sender shop only."
    )


def test_it_was_skipped_because_an_earlier_one_raised() -> None:
    story = Story()
    for each in ("reserve", "pay"):
        story.on(each, "order")
    dispatch = story.emit("order", 2)
    call = story.call(dispatch, "reserve", "order", error=ValueError("no"))
    story.recorder.skipped(dispatch, story.handler("pay", "order"), call, "")
    trace = story.trace()
    answer = asked(trace, "dispatch", dispatch, "not-run", handler="pay")
    assert told(answer) == [
        f"pay was skipped because reserve (call #{call}), which came before it, raised ValueError: no."
    ]
    assert (answer.reasons[0].kind, answer.reasons[0].id) == ("call", call)
    (offer,) = [each for each in questions_for(trace, Subject("dispatch", dispatch)) if each.question == "not-run"]
    assert offer.title == "Why did pay not run for order?"


def test_its_event_differs_by_a_letter() -> None:
    story = Story()
    story.on("pay", "order.placed")
    dispatch = story.emit("order.plcaed")
    assert first_line(story, dispatch) == (
        "pay listens to order.placed, and this is order.plcaed: the names differ by a letter."
    )


def test_it_listens_on_another_bus() -> None:
    story = Story()
    one, other = story.bus("Bus a.py:3", 3), story.bus("Bus b.py:9", 9)
    story.on("pay", "order", bus=other)
    dispatch = story.emit("order", bus=one)
    assert first_line(story, dispatch) == "pay listens to order on Bus b.py:9, and this one was emitted on Bus a.py:3."


def test_it_listens_to_something_else_or_to_nothing() -> None:
    story = Story()
    story.on("pay", "invoice.sent")
    story.handler("log", "x")
    dispatch = story.emit("order")
    trace = story.trace()
    answers = [asked(trace, "dispatch", dispatch, "not-run", handler=each).short for each in ("pay", "log")]
    assert answers == [
        "pay was never subscribed to order: it listens to invoice.sent.",
        "log was never subscribed to order, nor to anything else, as far as this capture tells.",
    ]


def test_it_has_not_begun_yet_and_what_holds_its_thread_is_named() -> None:
    story = Story()
    story.on("pay", "order")
    holder = story.begin(story.emit("report", 1), "report", "report")
    dispatch = story.emit("order", 1)
    story.wait(5)
    lines = told(asked(story.trace(), "dispatch", dispatch, "not-run", handler="pay"))
    assert lines[0] == f"pay was announced for order (#{dispatch}), and has not begun."
    assert f"report (call #{holder}) has held MainThread, where it was emitted, for" in lines[2]


def test_a_broker_has_it_still() -> None:
    story = Story()
    story.on("pay", "order")
    dispatch = story.emit("order", 1, flags=8)
    story.delivery(Kind.ENQUEUED, dispatch, "pay")
    assert first_line(story, dispatch) == f"order (#{dispatch}) lies in the queue pay, and was not delivered."


def test_where_facts_are_missing_the_capture_cannot_tell() -> None:
    story = Story()
    story.on("pay", "order")
    dispatch = story.emit("order")
    story.recorder.dropped += 1
    answer = asked(story.trace(), "dispatch", dispatch, "not-run", handler="pay")
    assert told(answer)[0].startswith("This capture cannot tell: pay listened, and 1 facts were dropped")
    assert answer.reasons[0].sure == "unknown"


def test_it_did_run() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    call = story.call(dispatch, "pay", "order")
    assert first_line(story, dispatch) == f"It did run: pay (call #{call})."


def test_at_an_empty_place_of_its_lane_the_last_emit_that_was_for_it_is_told() -> None:
    story = Story()
    story.on("pay", "order")
    begin = story.now
    dispatch = story.heard("order", "pay")
    story.wait(20)
    story.off("pay", "order")
    missed = story.emit("order")
    story.wait(20)
    story.emit("end")
    trace = story.trace()
    handler = story.handler("pay", "order")

    def at(milliseconds: float) -> list[str]:
        when = begin + round(milliseconds * MS)
        answer = ask(trace, Subject("handler", handler, when), "not-run")
        assert answer is not None
        return told(answer)

    assert at(-1) == ["Nothing that it listens to was emitted before that: it listens to order."]
    assert at(10)[0].startswith(f"The last emit before that which pay listens to is order (#{dispatch})")
    assert at(10)[0].endswith("and pay ran for it.")
    assert at(30)[0].startswith(f"The last emit before that which pay listens to is order (#{missed})")
    assert at(30)[1].startswith("pay listened no more: it was removed")


def test_a_handler_that_ran_and_failed_is_not_told_as_one_that_ran_well() -> None:
    story = Story()
    story.on("pay", "order")
    dispatch = story.emit("order")
    story.call(dispatch, "pay", "order", error=ValueError("no money"))
    answer = ask(story.trace(), Subject("handler", story.handler("pay", "order"), None), "not-run")
    assert answer is not None
    assert told(answer)[0].endswith("and pay ran for it and failed.")
    assert told(answer)[1].endswith("and failed with ValueError: no money.")


def test_every_real_library_that_skips_or_frees_is_told_alike() -> None:
    blinker = pytest.importorskip("blinker")
    import gc

    import buslens
    from buslens.recorder import Recorder
    from tests.helpers.planted import trace_of

    signal, recorder = blinker.Signal(), Recorder()
    buslens.attach(signal, recorder=recorder)

    class Controller:
        def on_saved(self, sender: object) -> None: ...

    signal.connect(Controller().on_saved)
    gc.collect()
    signal.send()
    trace = trace_of(recorder)
    answer = asked(trace, "dispatch", int(trace.dispatches.id[0]), "unheard")
    assert "on_saved listened no more: it died: it was held weakly, and nobody else held it any more" in answer.short
    assert str(answer.reasons[0].place).startswith(__file__)
