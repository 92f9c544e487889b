"""Trace contexts of messages: which are made, and which trace they go on with."""

from __future__ import annotations

import random
import re

import pytest

from buslens.watching.trace_context import TraceContexts, text_of, with_parent

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_each_message_has_its_own_and_none_is_drawn_from_the_program_s_numbers() -> None:
    random.seed(7)
    before = random.getstate()
    traces = TraceContexts()
    made = {traces.made(0) for _ in range(100)}
    assert len({parent.split("-")[1] for parent in made}) == len(made) == 100
    assert all(re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", parent) for parent in made)
    assert random.getstate() == before


def test_what_a_call_sends_goes_on_with_the_trace_of_its_message() -> None:
    traces = TraceContexts()
    traces.carried(5, PARENT)
    first, second, other = traces.made(5), traces.made(5), traces.made(6)
    assert first.split("-")[1] == second.split("-")[1] == PARENT.split("-")[1] != other.split("-")[1]
    assert len({first, second, PARENT}) == 3


@pytest.mark.parametrize("parent", ["", "t", PARENT.upper(), PARENT[:-1], "00-" + PARENT])
def test_what_is_no_trace_context_is_not_gone_on_with(parent: str) -> None:
    traces = TraceContexts()
    traces.carried(5, parent)
    assert traces.made(5).split("-")[1] not in parent


def test_old_calls_are_forgotten() -> None:
    traces = TraceContexts()
    for call in range(1, 10_102):
        traces.carried(call, PARENT)
    assert len(traces._traces) == 10_000
    traces.clear_until()
    assert not traces._traces


@pytest.mark.parametrize(("parent", "text"), [(b"t", "t"), ("t", "t"), (b"\xff", "\ufffd"), (7, ""), (None, "")])
def test_a_parent_is_text_or_bytes(parent: object, text: str) -> None:
    assert text_of(parent) == text


def test_headers_get_one_without_being_changed() -> None:
    headers = {"a": 1}
    assert with_parent(headers, "t") == {"a": 1, "traceparent": "t"}
    assert with_parent(None, "t") == {"traceparent": "t"}
    assert headers == {"a": 1}
    with pytest.raises(TypeError, match="a list"):
        with_parent([], "t")
