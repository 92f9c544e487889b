"""What a scenario may say to durable engines: how often to try, when to acknowledge, when the consumer dies."""

from __future__ import annotations

import pytest

from bus.errors import UserErrors
from bus.scenario import loads

TEXT = "buslens: 1\nengine: sqlite\nevents: {{a: {{}}}}\nhandlers:\n  h: {{on: a, {said}}}\n"


def mistake(said: str) -> str:
    with pytest.raises(UserErrors) as caught:
        loads(TEXT.format(said=said), "shop.yaml")
    return str(caught.value)


def test_without_a_word_a_handler_is_tried_three_times_and_acknowledges_after_its_call() -> None:
    handler = loads(TEXT.format(said="do: []"), "shop.yaml").scenario.handlers["h"]
    assert (handler.attempts, handler.ack) == (3, "after")


@pytest.mark.parametrize("said", ["always", "{every: 3}", "{if: count == 2}", "{every: 2, if: count > 4}", ""])
def test_each_way_to_crash_is_understood(said: str) -> None:
    loads(TEXT.format(said=f"attempts: 1, ack: before, do: [{{crash: {said}}}, {{once: [{{crash: {said}}}]}}]"))


def test_mistakes_are_told_with_what_was_expected() -> None:
    assert mistake("attempts: 0").endswith("expected at least 1, found 0")
    assert mistake("attempts: 1001").endswith("expected at most 1000, found 1001")
    assert mistake("ack: befor").endswith("expected before or after, found 'befor' (did you mean before?)")
    assert mistake("do: [{crash: {evry: 2}}]").endswith("unknown key evry (did you mean every?)")
    assert "expected at least 1" in mistake("do: [{crash: {every: 0}}]")
    assert "not an expression" in mistake("do: [{crash: {if: 'count =='}}]")


@pytest.mark.parametrize("said", ["0", "40", "2s", "1.5s", "now"])
def test_a_handler_says_where_it_begins_to_read(said: str) -> None:
    loads(TEXT.format(said=f"from: {said}"))


@pytest.mark.parametrize("said", ["-1", "soon", "2 apples", "1.5", "[1]", "true", "9999999999999999"])
def test_another_place_is_refused(said: str) -> None:
    assert "expected an offset such as 40, a time of the run such as 2s, or now" in mistake(f"from: {said}")
