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


@pytest.mark.parametrize(("said", "attempts"), [("{}", 3), ("{attempts: 5}", 5), ("{backoff: 20ms +- 5ms}", 3)])
def test_a_handler_says_how_it_is_called_again_on_any_engine(said: str, attempts: int) -> None:
    handler = loads(TEXT.format(said=f"retry: {said}"), "shop.yaml").scenario.handlers["h"]
    assert handler.retry is not None
    assert (handler.wanted_attempts, handler.retry.pause.is_forever) == (attempts, False)


@pytest.mark.parametrize(
    ("said", "where", "what"),
    [
        ("retry: 3", "5:21", "expected a mapping, found 3"),
        ("retry: {attempts: 0}", "5:32", "expected at least 1, found 0"),
        ("retry: {attempts: two}", "5:32", "expected a whole number, found 'two'"),
        ("retry: {backoff: forever}", "5:31", "expected a time that ends"),
        ("retry: {backoff: 1h}", "5:31", "expected a time such as 20ms"),
        ("retry: {backof: 1s}", "5:22", "unknown key backof (did you mean backoff?)"),
        ("retry: {}, attempts: 2", "5:6", "expected either attempts, which engines heed that keep events, or retry"),
        ("retry: {}, once: true", "5:6", "expected either once: true, which is one call, or retry"),
        ("retry: {}, ack: before", "5:6", "expected either ack: before, which never handles an event twice, or retry"),
    ],
)
def test_another_retry_is_refused_where_it_stands(said: str, where: str, what: str) -> None:
    assert mistake(said).startswith(f"shop.yaml:{where}: {what}")


@pytest.mark.parametrize("said", ["0", "40", "2s", "1.5s", "now"])
def test_a_handler_says_where_it_begins_to_read(said: str) -> None:
    loads(TEXT.format(said=f"from: {said}"))


@pytest.mark.parametrize("said", ["-1", "soon", "2 apples", "1.5", "[1]", "true", "9999999999999999"])
def test_another_place_is_refused(said: str) -> None:
    assert "expected an offset such as 40, a time of the run such as 2s, or now" in mistake(f"from: {said}")
