"""Rules over 100,000 events that lead to 100,000 others: by a field of their payloads, by their flow, with a condition.

Each row is a look of its own; the last one has all rules by a field in one look, which reads each payload once. Seconds
of the processor, which other programs do not lengthen.
"""

from __future__ import annotations

import time
from typing import Any

from bus.expectations.judge import judge
from bus.scenario.model import Scenario
from bus.trace import Trace
from buslens.recorder import Recorder

PAIRS = 100_000
SLOWEST_S = 1.0
STEP_NS = 1000
FED_EVERY = 2000

Row = dict[str, object]
RULES: tuple[dict[str, Any], ...] = (
    {"each": "order.placed", "leads_to": "order.paid", "within": "2s", "by": "id"},
    {"each": "order.placed", "ends_in": ["order.paid"], "by": "id"},
    {"in_order": ["order.placed", "order.paid"], "by": "id"},
    {"exactly_once": "order.paid", "for": "order.placed", "by": "id"},
    {"each": "order.placed", "leads_to": "order.paid"},
    {"always": "order.placed", "holds": "event.payload.total >= 0"},
)


def measure(pairs: int = PAIRS) -> list[Row]:
    """One row for each rule alone, and one for all by a field together."""
    trace = _trace(pairs)
    rows: list[Row] = []
    for rule in RULES:
        word = " ".join(f"{key}: {value}" for key, value in rule.items())
        rows.append({"rule": word, "s": _judged((rule,), trace), "target": SLOWEST_S if "by" in rule else ""})
    by_field = tuple(rule for rule in RULES if "by" in rule)
    return [*rows, {"rule": f"the {len(by_field)} by id together", "s": _judged(by_field, trace), "target": ""}]


def _judged(rules: tuple[dict[str, Any], ...], trace: Trace) -> float:
    expected = Scenario.model_validate({"buslens": 1, "expect": list(rules)}).expect
    began = time.process_time()
    judge(expected, trace, end_is_known=True)
    return time.process_time() - began


def _trace(pairs: int) -> Trace:
    now_ns = 0
    record, trace = Recorder(clock_ns=lambda: now_ns), Trace()
    placed, paid, lane = record.event("order.placed"), record.event("order.paid"), record.lane("main")
    for number in range(pairs):
        now_ns += STEP_NS
        order = {"id": f"o-{number}", "customer": {"id": number % 997, "name": "Ann"}, "total": 12.5}
        record.dispatch(record.next_id(), 0, placed, lane, 0, order, has_payload=True)
        now_ns += STEP_NS
        record.dispatch(record.next_id(), 0, paid, lane, 0, {"id": f"o-{number}", "card": "visa"}, has_payload=True)
        if number % FED_EVERY == 0:
            trace.feed(record.take())
    trace.feed(record.take())
    return trace


if __name__ == "__main__":
    for each in measure():
        print(each)
