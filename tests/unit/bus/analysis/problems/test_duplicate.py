"""One function that is subscribed twice is told; two methods of one name, and a subscription renewed, are not."""

from __future__ import annotations

import pytest

from bus.analysis.problems.duplicate import DETECTOR
from bus.analysis.problems.finding import Severity
from tests.helpers.planted import Story, found


def subscribed_each_start(story: Story, handler: str, starts: int, *, removes: bool = False) -> None:
    live = 0
    for _ in range(starts):
        if removes and live:
            story.off(handler, "key")
            live -= 1
        story.on(handler, "key", file="/srv/shop/app.py", line=9)
        live += 1
        story.heard("key", *[handler] * live)


def test_a_function_that_every_start_subscribes_again_is_told() -> None:
    story = Story()
    subscribed_each_start(story, "log_key", 3)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.WARNING
    assert finding.title == "log_key is subscribed to key 3 times"
    assert "called up to 3 times for one emit, on 2 emits" in finding.meaning
    assert str(finding.place) == "/srv/shop/app.py:9"


def test_a_function_that_is_removed_first_is_no_problem() -> None:
    story = Story()
    subscribed_each_start(story, "log_key", 3, removes=True)
    assert not found(DETECTOR, story.trace())


def test_methods_of_several_objects_are_no_problem() -> None:
    story = Story()
    subscribed_each_start(story, "Widget.on_key", 3)
    assert not found(DETECTOR, story.trace())


def test_two_at_once_from_one_line_are_a_hint() -> None:
    story = Story()
    for _ in range(2):
        story.on("log_key", "key", file="/srv/shop/app.py", line=9)
    story.heard("key", "log_key", "log_key")
    assert [each.severity for each in found(DETECTOR, story.trace())] == [Severity.HINT]


def test_two_at_once_from_two_lines_are_a_warning() -> None:
    story = Story()
    for line in (9, 12):
        story.on("log_key", "key", file="/srv/shop/app.py", line=line)
    story.heard("key", "log_key", "log_key")
    assert [each.severity for each in found(DETECTOR, story.trace())] == [Severity.WARNING]


def test_a_library_that_calls_it_once_all_the_same_is_no_problem() -> None:
    story = Story()
    for _ in range(3):
        story.on("log_key", "key")
        story.heard("key", "log_key")
    assert not found(DETECTOR, story.trace())


@pytest.mark.parametrize(
    ("modules", "severity"),
    [
        (["handlers", "shop.handlers"], Severity.WARNING),
        (["__main__", "shop"], Severity.WARNING),
        (["plugin_a", "plugin_b"], Severity.HINT),
    ],
    ids=str,
)
@pytest.mark.parametrize("handler", ["log_key", "Shop.on_key", "install.<locals>.on_key"])
def test_a_file_that_was_imported_under_two_names_is_told_with_both(
    handler: str, modules: list[str], severity: Severity
) -> None:
    story = Story()
    story.on(handler, "key")
    story.on(handler, "key", modules=modules)
    story.heard("key", handler, handler)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == severity
    assert finding.title == f"{handler} is subscribed to key 2 times, as {modules[0]} and as {modules[1]}"
    assert "Its file was imported twice" in finding.meaning
    assert "by one name" in finding.advice


@pytest.mark.parametrize("modules", [["a"], "ab", [1, 2], None, {"a": 1}], ids=str)
def test_what_a_hostile_capture_says_of_modules_is_passed_over(modules: object) -> None:
    story = Story()
    for _ in range(2):
        story.on("Shop.on_key", "key", modules=modules)
    story.heard("key", "Shop.on_key", "Shop.on_key")
    assert not found(DETECTOR, story.trace())


def test_one_function_for_several_events_is_no_problem() -> None:
    story = Story()
    for event in ("key", "mouse"):
        story.on("log", event)
        story.heard(event, "log")
    assert not found(DETECTOR, story.trace())
