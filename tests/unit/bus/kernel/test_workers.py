"""Workers in the kernel: so many calls at once, each with the name of who does it, through all lives of a service."""

from __future__ import annotations

import pytest

from tests.helpers.two_levels import recorded


@pytest.mark.parametrize("worker", ["thread", "process"])
def test_a_call_waits_for_the_first_worker_that_is_free(worker: str) -> None:
    _, ours = recorded(
        f"buslens: 1\nevents: {{a: {{}}}}\nscript: [{{emit: a, times: 5}}]\nfaults: [{{crash: h, at: 7ms, for: 1ms}}]\n"
        f"handlers: {{h: {{on: a, worker: {worker}, parallel: 2, do: [{{wait: 5ms}}]}}}}\n"
    )
    assert sorted(ours.calls.ended_ns.tolist()) == [5_000_000, 5_000_000, 7_000_000, 7_000_000, 7_000_000]
