"""Whether two calls fail in the same way."""

from __future__ import annotations

import numpy as np

from bus.analysis.diff.error_pairs import error_text, other_errors
from bus.analysis.diff.forest import Forest
from bus.analysis.diff.labels import Labels
from bus.trace import Trace
from tests.helpers.planted import Story
from tests.helpers.two_traces import Call, Emit, recorded


def forests(first: Trace, second: Trace) -> tuple[Forest, Forest]:
    labels = Labels(first, second)
    return Forest(first, labels), Forest(second, labels)


def test_only_pairs_with_another_message_differ() -> None:
    first, second = (
        recorded([Emit("a", None, [Call("h", error)]) for error in errors])
        for errors in (("no", "no", "in 0x7f001122"), ("no", "never", "in 0x7f998877"))
    )
    nodes = np.arange(3) + 3
    assert other_errors(*forests(first, second), nodes, nodes).tolist() == [1]
    assert error_text(second, 1) == "ValueError: never"


def test_none_at_all_do_not_differ() -> None:
    trace, nothing = recorded([]), np.array([], np.int64)
    assert other_errors(*forests(trace, trace), nothing, nothing).tolist() == []


def test_an_error_without_a_message_is_its_type() -> None:
    story = Story()
    story.call(story.emit("a"), "h", "a", error=LookupError())
    assert error_text(story.trace(), 0) == "LookupError"
