"""Events that come later in the kernel: by a time, or behind the next one."""

from __future__ import annotations

import pytest

from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nseed: 3\nevents: {{a: {{{said}}}}}\nscript: [{{emit: a, times: 3, every: 2ms, with: {{n: $count}}}}]\n"
    "faults: [{fault}]\nhandlers: {{h: {{on: a, do: [{{log: '${{event.payload.n}}'}}]}}}}\n"
)


@pytest.mark.parametrize(
    ("fault", "came"),
    [
        ("{delay: a, by: 5ms, most: 1}", ["2", "3", "1"]),
        ("{reorder: a, within: 9ms, most: 1}", ["2", "1", "3"]),
        ("{reorder: a, within: 1ms, most: 1}", ["1", "2", "3"]),
        ("{reorder: a, within: 9ms, every: 2}, {delay: a, by: 1ms}", ["1", "3", "2"]),
        ("{duplicate: a, times: 2, most: 1}", ["1", "1", "1", "2", "3"]),
    ],
)
def test_events_come_later_behind_the_next_one_and_twice(fault: str, came: list[str]) -> None:
    _, ours = recorded(TEXT.format(fault=fault, said=""))
    lines = [ours.marks.text(row) for row in range(len(ours.marks))]
    assert [line for line in lines if not line.startswith("fault")] == came


def test_one_that_comes_too_late_has_expired() -> None:
    _, ours = recorded(TEXT.format(fault="{delay: a, by: 5ms}", said="ttl: 3ms"))
    assert "expired: a lives 3ms" in ours.marks.text(len(ours.marks) - 1)
