"""Events that come to the bus later, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.told import logged


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
@pytest.mark.parametrize(
    ("fault", "came"),
    [
        ("{delay: a, by: 50ms, most: 1}", ["2", "3", "1"]),
        ("{reorder: a, within: 90ms, most: 1}", ["2", "1", "3"]),
        ("{reorder: a, within: 10ms, most: 1}", ["1", "2", "3"]),
    ],
)
def test_they_come_by_a_time_or_behind_the_next_one(engine: str, fault: str, came: list[str], run: Any) -> None:
    trace = run(
        f"events: {{a: {{}}}}\nfaults: [{fault}]\nscript: [{{emit: a, times: 3, every: 20ms, with: {{n: $count}}}}]\n"
        "handlers: {h: {on: a, do: [{log: '${event.payload.n}'}]}}\n",
        engine=engine,
    )
    assert [line for line in logged(trace) if not line.startswith("fault")] == came
