"""Which coroutines block their loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bus.modelling.blocking import LoopBlocking
from bus.modelling.call_times import CallTimes

TEXT = """
engine: pyee-asyncio
events: {{beat: {{}}, image: {{}}}}
handlers:
  beat: {{on: beat, do: [{{wait: 1ms}}]}}
  resize: {{on: image, do: [{{wait: 400ms{block}}}]}}
  preview: {{on: image}}
script:
  - {{emit: beat, every: 20ms, times: 200, at: 0s}}
  - {{emit: image, every: 1s, times: 3, at: 1s}}
"""


@pytest.mark.parametrize(("block", "expected"), [(", block: true", True), ("", False)])
def test_a_coroutine_blocks_its_loop_where_others_wait_for_it_and_nothing_begins_beside_it(
    block: str, expected: bool, run: Any
) -> None:
    trace = run(TEXT.format(block=block))
    seen = LoopBlocking(trace, CallTimes(trace))
    of = {name: np.flatnonzero([trace.names.text(int(each)) == name for each in trace.calls.handler])
          for name in ("beat", "resize")}  # fmt: skip
    assert seen.blocks(of["resize"]) is expected
    assert not seen.blocks(of["beat"])
    assert not seen.blocks(np.empty(0, np.int64))
