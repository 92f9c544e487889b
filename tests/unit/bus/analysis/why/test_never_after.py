"""Why did something not follow: the handler with which the chain broke is named, with what others did."""

from __future__ import annotations

from tests.helpers.asking import asked, can_be_asked, told
from tests.helpers.planted import Story


def flow(story: Story, *, error: Exception | None = None, charges: bool = True, pays: bool = True) -> int:
    """order -> reserve -> reserved -> charge -> paid; the id of the first dispatch."""
    order = story.emit("order", 1)
    reserve = story.begin(order, "reserve", "order")
    reserved = story.emit("reserved", 1 if charges else 0, cause=reserve)
    if charges:
        charge = story.begin(reserved, "charge", "reserved")
        if pays and error is None:
            story.heard("paid", "mail", cause=charge)
        story.end(charge, error)
    story.end(reserve)
    return order


def usual(count: int = 4) -> Story:
    story = Story()
    story.on("reserve", "order")
    story.on("charge", "reserved")
    for _ in range(count):
        flow(story)
    return story


def test_a_handler_that_failed_before_it_could_emit() -> None:
    story = usual()
    order = flow(story, error=ValueError("declined"))
    answer = asked(story.trace(), "dispatch", order, "never-after", event="paid")
    assert answer.title == "Why was paid never emitted after order?"
    first, second = told(answer)
    assert first.endswith("failed before it could emit paid: ValueError: declined. [inferred]")
    assert second == "In 4 of 4 other flows in which it ran, charge emitted paid. [inferred]"


def test_a_handler_that_did_not_run() -> None:
    story = usual()
    story.off("charge", "reserved")
    order = flow(story, charges=False)
    lines = told(asked(story.trace(), "dispatch", order, "never-after"))
    assert lines[0].startswith("paid is missing because charge, which emits it, did not run for reserved (#")
    assert lines[1].startswith("charge listened no more: it was removed")


def test_a_handler_that_ran_and_went_another_way() -> None:
    story = usual()
    order = flow(story, pays=False)
    first, second = told(asked(story.trace(), "dispatch", order, "never-after"))
    assert first.endswith("ended well, and did not emit paid.")
    assert second.endswith("[inferred]")


def test_where_it_did_follow_it_is_shown() -> None:
    story = usual()
    trace = story.trace()
    answer = asked(trace, "dispatch", int(trace.dispatches.root[0]), "never-after", event="paid")
    assert answer.short.startswith("It was emitted: paid (#")
    assert told(asked(trace, "dispatch", int(trace.dispatches.id[0]), "never-after")) == [
        "All that usually follows order did follow, as far as other flows tell. [inferred]"
    ]


def test_what_never_follows_is_not_missed() -> None:
    story = usual()
    story.emit("audit")
    trace = story.trace()
    answer = asked(trace, "dispatch", int(trace.dispatches.id[0]), "never-after", event="audit")
    assert told(answer)[0].startswith("Nothing here says that audit should follow")
    assert not answer.is_known


def test_of_too_few_flows_nothing_is_usual() -> None:
    story = usual(2)
    order = flow(story, error=ValueError("declined"))
    assert "never-after" not in can_be_asked(story.trace(), "dispatch", order)
