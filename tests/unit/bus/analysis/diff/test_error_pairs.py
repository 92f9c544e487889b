"""Whether two calls fail in the same way."""

from __future__ import annotations

import numpy as np

from bus.analysis.diff.error_pairs import error_text, other_errors
from tests.helpers.two_traces import Call, Emit, recorded


def test_only_pairs_with_another_message_differ() -> None:
    first, second = (
        recorded([Emit("a", None, [Call("h", error)]) for error in errors])
        for errors in (("no", "no", "in 0x7f001122"), ("no", "never", "in 0x7f998877"))
    )
    rows = np.arange(3)
    assert other_errors(first, second, rows, rows).tolist() == [1]
    assert error_text(second, 1) == "ValueError: never"


def test_none_at_all_do_not_differ() -> None:
    trace, nothing = recorded([]), np.array([], np.int64)
    assert other_errors(trace, trace, nothing, nothing).tolist() == []
